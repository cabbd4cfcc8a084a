"""ECS, its scaling, Lambda, container images."""

from typing import Final

from offline.provider.catalog import Name, ResourceType, empty_list, row
from offline.provider.facts import CREATED, Facts
from offline.provider.wire import Value

_ECS: Final = "arn:aws:ecs:{region}:{account}:"
_SCALING: Final = "arn:aws:autoscaling:{region}:{account}:"
_LAMBDA: Final = "arn:aws:lambda:{region}:{account}:function:"
_INVOKE: Final = "arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/"


def _cluster_name(facts: Facts) -> str:
    return str(facts.inputs.get("cluster", "default")).rpartition("/")[2] or "default"


def _service_arn(facts: Facts) -> str:
    return facts.fill(_ECS + f"service/{_cluster_name(facts)}/{{name}}")


def _revision(facts: Facts) -> int:
    return facts.generation + 1


def _task_definition_arn(facts: Facts) -> str:
    return facts.fill(_ECS + "task-definition/{in[family]}:") + str(_revision(facts))


def _repository_url(facts: Facts) -> Value:
    return facts.fill("{account}.dkr.ecr.{region}.amazonaws.com/{name}")


TYPES: Final[tuple[ResourceType, ...]] = (
    row("ecs/cluster:Cluster", arn=_ECS + "cluster/{name}", name=Name(), sets=("settings",)),
    row(
        "ecs/clusterCapacityProviders:ClusterCapacityProviders",
        id="{in[clusterName]}",
        replaces=("clusterName",),
        tagged=False,
    ),
    row(
        "ecs/service:Service",
        arn=_service_arn,
        name=Name(),
        computed={"launchType": lambda facts: facts.inputs.get("launchType", "EC2"), "platformVersion": "1.4.0"},
        replaces=("cluster", "launchType", "schedulingStrategy", "iamRole", "deploymentController"),
        sets=("loadBalancers",),
    ),
    row(
        "ecs/taskDefinition:TaskDefinition",
        id="{in[family]}",
        shares_id=True,
        arn=_task_definition_arn,
        computed={
            "revision": _revision,
            "arnWithoutRevision": _ECS + "task-definition/{in[family]}",
        },
        # Revisions never change at ECS: everything but the tags makes the next one.
        replaces=(
            "family",
            "containerDefinitions",
            "cpu",
            "memory",
            "networkMode",
            "executionRoleArn",
            "taskRoleArn",
            "requiresCompatibilities",
            "runtimePlatform",
            "volumes",
            "ephemeralStorage",
            "placementConstraints",
            "proxyConfiguration",
            "ipcMode",
            "pidMode",
            "enableFaultInjection",
        ),
    ),
    row(
        "appautoscaling/target:Target",
        id="{in[resourceId]}",
        arn="arn:aws:application-autoscaling:{region}:{account}:scalable-target/0{hex31}",
        computed={
            "roleArn": "arn:aws:iam::{account}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/"
            "AWSServiceRoleForApplicationAutoScaling_ECSService"
        },
        replaces=("resourceId", "scalableDimension", "serviceNamespace"),
    ),
    row(
        "appautoscaling/policy:Policy",
        id="{name}",
        arn=_SCALING + "scalingPolicy:{uuid}:resource/{in[serviceNamespace]}/{in[resourceId]}:policyName/{name}",
        name=Name(),
        computed={"alarmArns": empty_list},
        replaces=("resourceId", "scalableDimension", "serviceNamespace"),
        tagged=False,
    ),
    row(
        "appautoscaling/scheduledAction:ScheduledAction",
        id="{name}",
        arn=_SCALING
        + "scheduledAction:{uuid}:resource/{in[serviceNamespace]}/{in[resourceId]}:scheduledActionName/{name}",
        name=Name(limit=256),
        replaces=("resourceId", "scalableDimension", "serviceNamespace"),
        tagged=False,
    ),
    row(
        "lambda/function:Function",
        id="{name}",
        arn=_LAMBDA + "{name}",
        name=Name(limit=64),
        computed={
            "invokeArn": _INVOKE + "{arn}/invocations",
            "responseStreamingInvokeArn": "arn:aws:apigateway:{region}:lambda:path/2021-11-15/functions/{arn}/"
            "response-streaming-invocations",
            "qualifiedArn": "{arn}:$LATEST",
            "qualifiedInvokeArn": _INVOKE + "{arn}:$LATEST/invocations",
            "version": "$LATEST",
            "lastModified": CREATED,
            "sourceCodeSize": 4096,
            "signingJobArn": "",
            "signingProfileVersionArn": "",
        },
        replaces=("packageType",),
    ),
    row(
        "lambda/permission:Permission",
        id="{name}",
        name=Name(property="statementId", limit=100),
        replaces=("action", "function", "principal", "sourceArn", "sourceAccount", "qualifier", "eventSourceToken"),
        tagged=False,
    ),
    row(
        "lambda/eventSourceMapping:EventSourceMapping",
        id="{uuid}",
        arn="arn:aws:lambda:{region}:{account}:event-source-mapping:{uuid}",
        computed={
            "uuid": "{uuid}",
            "functionArn": "{in[functionName]}",
            "state": "Enabled",
            "stateTransitionReason": "USER_INITIATED",
            "lastModified": CREATED,
        },
        replaces=("eventSourceArn", "startingPosition"),
    ),
    row(
        "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        id="{in[functionName]}",
        replaces=("functionName", "qualifier"),
        tagged=False,
    ),
    row(
        "lambda/layerVersion:LayerVersion",
        arn="arn:aws:lambda:{region}:{account}:layer:{in[layerName]}:1",
        computed={
            "layerArn": "arn:aws:lambda:{region}:{account}:layer:{in[layerName]}",
            "version": "1",
            "createdDate": CREATED,
            "sourceCodeSize": 4096,
        },
        replaces=(
            "layerName",
            "code",
            "compatibleRuntimes",
            "compatibleArchitectures",
            "description",
            "sourceCodeHash",
        ),
        tagged=False,
    ),
    row(
        "lambda/alias:Alias",
        id="{arn}",
        arn=_LAMBDA + "{in[functionName]}:{name}",
        name=Name(limit=128),
        computed={"invokeArn": _INVOKE + "{arn}/invocations"},
        replaces=("functionName",),
        tagged=False,
    ),
    row(
        "ecr/repository:Repository",
        id="{name}",
        arn="arn:aws:ecr:{region}:{account}:repository/{name}",
        name=Name(limit=256, lower=True),
        computed={"registryId": "{account}", "repositoryUrl": _repository_url},
        replaces=("encryptionConfigurations",),
    ),
    *(
        row(
            f"ecr/{low}:{tail}",
            id="{in[repository]}",
            computed={"registryId": "{account}"},
            replaces=("repository",),
            tagged=False,
        )
        for low, tail in (("lifecyclePolicy", "LifecyclePolicy"), ("repositoryPolicy", "RepositoryPolicy"))
    ),
)

"""Whether a role may do what the resource will ask of it."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from offline.provider.facts import ACCOUNT
from offline.provider.naming import Refusal
from offline.provider.rules_across.documents import Statement, allowed, statements
from offline.provider.rules_across.managed_policies import ACTIONS
from offline.provider.rules_across.world import AcrossRule, Case, Refusals, World, logical, objects, part, values_of
from offline.provider.store import Row
from offline.provider.wire import Value, has_unknown, is_object

AWS_MANAGED: Final = "arn:aws:iam::aws:policy/"


@dataclass(frozen=True, kw_only=True)
class Need:
    """An action on a resource that the role at `path` must be allowed; `why` ends the sentence."""

    path: str
    role: Value
    action: str
    resource: str | None = None
    why: str = ""


def may(case: Case) -> Refusals:
    """The role may do what the resource will have it do. Refused at creation by some services, failing later in others.

    Source: per need, at the function that names it.
    """
    if not case.world.complete:
        return
    for need in NEEDS[case.kind](case):
        role = case.world.by_arn(need.role)
        if role is None or has_unknown(need.resource) or need.resource == "":
            continue
        said = granted(case.world, role)
        if said is not None and not allowed(said, need.action, need.resource):
            on = f" on {need.resource}" if need.resource else ""
            yield Refusal(
                property=need.path,
                reason=f"role {logical(role.urn)} may not (yet) do {need.action}{on}: {need.why}",
            )


def granted(world: World, role: Row) -> list[Statement] | None:
    """Every statement of the role's own and attached policies; None when one of them says what we do not know."""
    name, found = role.outputs.get("name", role.id), list[Statement]()
    documents: list[Value] = [row.inputs.get("policy") for row in world.all("iam.RolePolicy") if _of(row, name)]
    documents += [one.get("policy") for one in objects(role.inputs.get("inlinePolicies")) if is_object(one)]
    arns = [row.inputs.get("policyArn") for row in world.all("iam.RolePolicyAttachment") if _of(row, name)]
    for arn in [*arns, *values_of(role.inputs.get("managedPolicyArns"))]:
        own = world.by_arn(arn)
        if own is not None:
            documents.append(own.inputs.get("policy"))
        elif (actions := ACTIONS.get(str(arn).removeprefix(AWS_MANAGED))) is not None:
            documents.append(json.dumps({"Statement": {"Effect": "Allow", "Action": list(actions), "Resource": "*"}}))
        else:
            return None
    for document in documents:
        said = statements(document)
        if said is None:
            return None
        found += said
    return found


def _of(row: Row, name: Value) -> bool:
    return row.inputs.get("role") == name


def _hooks(case: Case) -> Iterator[Need]:
    """ECS guide, "Lambda lifecycle hooks": lambda:InvokeFunction; "Infrastructure role for load balancers"."""
    for path, hook in case.found("deploymentConfiguration.lifecycleHooks[*]"):
        if is_object(hook) and isinstance(hook.get("hookTargetArn"), str):
            yield Need(
                path=f"{path}.roleArn",
                role=hook.get("roleArn"),
                action="lambda:InvokeFunction",
                resource=hook["hookTargetArn"],
                why="ECS could not call the lifecycle hook, and every deployment would fail",
            )
    for path, arn in case.found("loadBalancers[*].advancedConfiguration.roleArn"):
        for action in ("ModifyRule", "DescribeTargetHealth", "RegisterTargets", "DeregisterTargets"):
            yield Need(
                path=path, role=arn, action=f"elasticloadbalancing:{action}", why="ECS could not move the traffic"
            )


def _service(case: Case) -> Iterator[Need]:
    yield from _hooks(case)
    task = case.world.by_arn(case.get("taskDefinition"))
    if task is not None:
        yield from _execution(task.inputs.get("executionRoleArn"), task, case.region)


def _execution(role: Value, task: Row, region_of_service: str) -> Iterator[Need]:
    """ECS guide, "Amazon ECS task execution IAM role": logs, secrets, images of a private registry."""
    path = "taskDefinition"
    for container in containers(task.inputs.get("containerDefinitions")):
        if group := _options(container).get("awslogs-group"):
            region = _options(container).get("awslogs-region", region_of_service)
            for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
                resource = f"arn:aws:logs:{region}:{ACCOUNT}:log-group:{group}:log-stream:any"
                yield Need(path=path, role=role, action=action, resource=resource, why="tasks could not start")
        for secret in objects(container.get("secrets")):
            arn = str(secret.get("valueFrom", ""))
            action = "ssm:GetParameters" if ":ssm:" in arn else "secretsmanager:GetSecretValue"
            if arn.startswith("arn:"):
                resource = ":".join(arn.split(":")[:7])
                yield Need(path=path, role=role, action=action, resource=resource, why="tasks could not start")
        image = str(container.get("image", ""))
        if f"{ACCOUNT}.dkr.ecr." in image:
            region, repository = image.split(".")[3], image.partition("/")[2].partition("@")[0].partition(":")[0]
            resource = f"arn:aws:ecr:{region}:{ACCOUNT}:repository/{repository}"
            yield Need(path=path, role=role, action="ecr:GetAuthorizationToken", why="the image could not be pulled")
            for action in ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"):
                yield Need(path=path, role=role, action=action, resource=resource, why="the image could not be pulled")


def containers(definitions: Value) -> list[dict[str, Value]]:
    """The container definitions of their JSON text; none when they are not known."""
    return objects(_loaded(definitions))


def _options(container: Mapping[str, Value]) -> dict[str, Value]:
    return part(part(container.get("logConfiguration")).get("options"))


def _selected(case: Case) -> Iterator[Need]:
    """AWS Backup guide, "IAM service roles": a pair of policies for most services, another pair for S3; vault copy."""
    role = case.get("iamRoleArn")
    plan = case.world.by_id("backup.Plan", case.get("planId"))
    for path, arn in case.found("resources[*]"):
        if ":s3:::" in str(arn):
            for action in ("s3:GetBucketVersioning", "s3:PutBucketNotification"):
                yield Need(path=path, role=role, action=action, resource=arn, why="S3 backups need it")
        elif ":rds:" in str(arn):
            yield Need(path=path, role=role, action="rds:CreateDBSnapshot", resource=arn, why="backups of RDS need it")
    for rule in objects(plan.inputs.get("rules")) if plan else []:
        for copy in objects(rule.get("copyActions")):
            yield Need(
                path="iamRoleArn",
                role=role,
                action="backup:CopyIntoBackupVault",
                resource=copy.get("destinationVaultArn"),
                why=f"the plan's rule {rule.get('ruleName')} copies into that vault",
            )


def _restored(case: Case) -> Iterator[Need]:
    """AWS Backup guide, "IAM service roles": restores have policies of their own."""
    role, type_ = case.get("iamRoleArn"), case.get("protectedResourceType")
    if type_ == "S3":
        yield Need(path="iamRoleArn", role=role, action="s3:PutObject", why="the restore test of S3 needs it")
    elif type_ == "RDS":
        action = "rds:RestoreDBInstanceFromDBSnapshot"
        yield Need(path="iamRoleArn", role=role, action=action, why="the restore test of RDS needs it")


def _scheduled(case: Case) -> Iterator[Need]:
    """Scheduler guide, "Set up the execution role": the target's own action."""
    target = case.text("target.arn")
    call = {":lambda:": "lambda:InvokeFunction", ":states:": "states:StartExecution", ":sqs:": "sqs:SendMessage"}
    for service, action in call.items():
        if service in target:
            yield Need(
                path="target.roleArn",
                role=case.get("target.roleArn"),
                action=action,
                resource=target,
                why="nothing would happen at that time",
            )
    if target.endswith(":aws-sdk:sns:publish"):
        topic = _parsed(case.get("target.input")).get("TopicArn")
        if isinstance(topic, str):
            yield Need(
                path="target.roleArn",
                role=case.get("target.roleArn"),
                action="sns:Publish",
                resource=topic,
                why="nobody would be told",
            )


def _parsed(text: Value) -> dict[str, Value]:
    return part(_loaded(text))


def _loaded(text: Value) -> Value:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _called(case: Case) -> Iterator[Need]:
    """Step Functions guide, "Lambda integration": a state machine's role invokes every function that it names."""
    definition = _parsed(case.get("definition"))
    for resource in sorted(set(_functions(definition))):
        yield Need(
            path="definition",
            role=case.get("roleArn"),
            action="lambda:InvokeFunction",
            resource=resource,
            why="the state that calls the function would fail",
        )


def _functions(said: Value) -> Iterator[str]:
    if isinstance(said, str):
        if said.startswith("arn:aws:lambda:") and ":function:" in said:
            yield said
    elif is_object(said):
        for value in said.values():
            yield from _functions(value)
    else:
        for value in values_of(said):
            yield from _functions(value)


def _in_the_window(case: Case) -> Iterator[Need]:
    """Systems Manager guide, "Set up Maintenance Windows": the window's role starts the task."""
    if case.get("taskType") == "STEP_FUNCTIONS":
        yield Need(
            path="serviceRoleArn",
            role=case.get("serviceRoleArn"),
            action="states:StartExecution",
            resource=case.text("taskArn"),
            why="the maintenance would not start",
        )
    elif case.get("taskType") == "LAMBDA":
        yield Need(
            path="serviceRoleArn",
            role=case.get("serviceRoleArn"),
            action="lambda:InvokeFunction",
            resource=case.text("taskArn"),
            why="the maintenance would not start",
        )


def _flow(case: Case) -> Iterator[Need]:
    """VPC guide, "Publish flow logs to CloudWatch Logs": the role writes to the group."""
    if case.get("logDestinationType") in (None, "cloud-watch-logs"):
        resource = f"{case.text('logDestination')}:log-stream:any" if case.text("logDestination") else None
        for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
            yield Need(
                path="iamRoleArn", role=case.get("iamRoleArn"), action=action, resource=resource, why="no flow log"
            )


def _function(case: Case) -> Iterator[Need]:
    """Lambda guide, "Execution role" (logs) and "Lambda in a VPC" (refused at creation)."""
    role = case.get("role")
    group = case.text("loggingConfig.logGroup") or f"/aws/lambda/{case.name}"
    for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
        resource = f"arn:aws:logs:{case.region}:{ACCOUNT}:log-group:{group}:log-stream:any"
        yield Need(path="role", role=role, action=action, resource=resource, why="the function could not write its log")
    if case.get("vpcConfig.subnetIds"):
        yield Need(path="role", role=role, action="ec2:CreateNetworkInterface", why="the function is to be in a VPC")


def _failures(case: Case) -> Iterator[Need]:
    """Lambda guide, "Adding a destination": checked when it is set (InvalidParameterValueException)."""
    function = case.world.named("lambda.Function", case.get("functionName"), case.region)
    for path, arn in case.found("destinationConfig.onFailure.destination", "destinationConfig.onSuccess.destination"):
        action = {"sns": "sns:Publish", "sqs": "sqs:SendMessage", "lambda": "lambda:InvokeFunction"}
        service = str(arn).split(":")[2] if str(arn).startswith("arn:") else ""
        if function is not None and service in action:
            yield Need(
                path=path,
                role=function.inputs.get("role"),
                action=action[service],
                resource=arn,
                why="the destination is refused",
            )


NEEDS: Final[Mapping[str, Callable[[Case], Iterator[Need]]]] = {
    "backup.RestoreTestingSelection": _restored,
    "backup.Selection": _selected,
    "ec2.FlowLog": _flow,
    "ecs.Service": _service,
    "lambda.Function": _function,
    "lambda.FunctionEventInvokeConfig": _failures,
    "scheduler.Schedule": _scheduled,
    "sfn.StateMachine": _called,
    "ssm.MaintenanceWindowTask": _in_the_window,
}
RULES: Final = (AcrossRule(judge=may, kinds=tuple(NEEDS)),)

"""What an input points at must be there: an ARN, an id or a name that nothing has created is an error."""

import re
from dataclasses import dataclass
from typing import Final

from offline.provider.facts import ACCOUNT
from offline.provider.lookups import given
from offline.provider.naming import Refusal
from offline.provider.rules_across.documents import statements
from offline.provider.rules_across.world import AcrossRule, Case, Refusals, texts

_ARN: Final = re.compile(r"arn:aws[a-z-]*:(?P<service>[a-z0-9-]+):(?P<region>[a-z0-9-]*):(?P<account>\d*):(?P<rest>.+)")
ARNS: Final[tuple[tuple[str, str, str], ...]] = (
    # service, how the rest of the ARN looks, what makes it
    ("acm", r"certificate/[^/]+", "acm.Certificate"),
    ("backup", r"backup-vault:[^:]+", "backup.Vault"),
    ("backup", r"backup-plan:[^:]+", "backup.Plan"),
    ("cloudwatch", r"alarm:[^:]+", "cloudwatch.MetricAlarm or CompositeAlarm"),
    ("ec2", r"vpc/[^/]+", "ec2.Vpc"),
    ("ecs", r"cluster/[^/]+", "ecs.Cluster"),
    ("ecs", r"service/[^/]+/[^/]+", "ecs.Service"),
    ("ecs", r"task-definition/[^/:]+:\d+", "ecs.TaskDefinition"),
    ("elasticloadbalancing", r"loadbalancer/app/[^/]+/[^/]+", "lb.LoadBalancer"),
    ("elasticloadbalancing", r"targetgroup/[^/]+/[^/]+", "lb.TargetGroup"),
    ("elasticloadbalancing", r"listener/app/[^/]+/[^/]+/[^/]+", "lb.Listener"),
    ("elasticloadbalancing", r"listener-rule/app/[^/]+/[^/]+/[^/]+/[^/]+", "lb.ListenerRule"),
    ("events", r"rule/[^/]+", "cloudwatch.EventRule"),
    ("iam", r"role/(?!aws-service-role/|aws-reserved/).+", "iam.Role"),
    ("iam", r"policy/.+", "iam.Policy"),
    ("kms", r"key/[^/]+", "kms.Key"),
    ("lambda", r"function:[^:]+", "lambda.Function"),
    ("logs", r"log-group:[^:*]+", "cloudwatch.LogGroup"),
    ("rds", r"db:[^:]+", "rds.Instance"),
    ("s3", r"[^/*]+", "s3.Bucket"),
    ("secretsmanager", r"secret:.+", "secretsmanager.Secret"),
    ("sns", r"[^:]+", "sns.Topic"),
    ("sqs", r"[^:]+", "sqs.Queue"),
    ("states", r"stateMachine:[^:]+", "sfn.StateMachine"),
    ("wafv2", r"regional/webacl/[^/]+/[^/]+", "wafv2.WebAcl"),
)
IDS: Final[tuple[tuple[str, str], ...]] = (
    ("eipalloc-", "ec2.Eip"),
    ("igw-", "ec2.InternetGateway"),
    ("mw-", "ssm.MaintenanceWindow"),
    ("nat-", "ec2.NatGateway"),
    ("rtb-", "ec2.RouteTable"),
    ("sg-", "ec2.SecurityGroup"),
    ("subnet-", "ec2.Subnet"),
    ("vpc-", "ec2.Vpc"),
    ("vpce-", "ec2.VpcEndpoint"),
)
_ID: Final = re.compile(rf"({'|'.join(prefix for prefix, _ in IDS)})[0-9a-f]{{8,17}}")


@dataclass(frozen=True, kw_only=True)
class Named:
    """Inputs that point by name (or ARN). `of` is the kind pointed at; `also`: values that need nobody to make them."""

    kinds: tuple[str, ...]
    path: str
    of: str
    also: tuple[str, ...] = ()
    what: str = ""


BUCKET_PARTS: Final = (
    "s3.BucketLifecycleConfiguration",
    "s3.BucketLogging",
    "s3.BucketNotification",
    "s3.BucketOwnershipControls",
    "s3.BucketPolicy",
    "s3.BucketPublicAccessBlock",
    "s3.BucketServerSideEncryptionConfiguration",
    "s3.BucketVersioning",
)
NAMED: Final[tuple[Named, ...]] = (
    Named(kinds=BUCKET_PARTS, path="bucket", of="s3.Bucket"),
    Named(kinds=("s3.BucketLogging",), path="targetBucket", of="s3.Bucket"),
    Named(kinds=("lb.LoadBalancer",), path="accessLogs.bucket", of="s3.Bucket"),
    Named(kinds=("iam.RolePolicy", "iam.RolePolicyAttachment"), path="role", of="iam.Role"),
    Named(kinds=("iam.InstanceProfile",), path="role", of="iam.Role"),
    Named(kinds=("ecs.Service",), path="cluster", of="ecs.Cluster"),
    Named(kinds=("ecs.ClusterCapacityProviders",), path="clusterName", of="ecs.Cluster"),
    Named(
        kinds=("ecs.Cluster",),
        path="configuration.executeCommandConfiguration.logConfiguration.cloudWatchLogGroupName",
        of="cloudwatch.LogGroup",
    ),
    Named(kinds=("lambda.Permission",), path="function", of="lambda.Function"),
    Named(kinds=("lambda.FunctionEventInvokeConfig", "lambda.Alias"), path="functionName", of="lambda.Function"),
    Named(kinds=("lambda.Function",), path="loggingConfig.logGroup", of="cloudwatch.LogGroup"),
    Named(kinds=("cloudwatch.EventTarget",), path="rule", of="cloudwatch.EventRule"),
    Named(kinds=("cloudwatch.LogMetricFilter",), path="logGroupName", of="cloudwatch.LogGroup"),
    Named(kinds=("rds.Instance",), path="dbSubnetGroupName", of="rds.SubnetGroup"),
    Named(
        kinds=("rds.Instance",),
        path="parameterGroupName",
        of="rds.ParameterGroup",
        also=("default.",),
    ),
    Named(kinds=("rds.EventSubscription",), path="sourceIds[*]", of="rds.Instance"),
    Named(kinds=("backup.Plan",), path="rules[*].targetVaultName", of="backup.Vault"),
    Named(
        kinds=("backup.VaultLockConfiguration", "backup.VaultNotifications", "backup.VaultPolicy"),
        path="backupVaultName",
        of="backup.Vault",
    ),
    Named(kinds=("backup.Selection",), path="planId", of="backup.Plan"),
    Named(
        kinds=("backup.RestoreTestingSelection",),
        path="restoreTestingPlanName",
        of="backup.RestoreTestingPlan",
    ),
    Named(kinds=("scheduler.Schedule",), path="groupName", of="scheduler.ScheduleGroup", also=("default",)),
    Named(kinds=("kms.Alias",), path="targetKeyId", of="kms.Key"),
    Named(kinds=("ec2.SecurityGroup", "lb.TargetGroup"), path="vpcId", of="ec2.Vpc"),
    Named(kinds=("cloudwatch.MetricAlarm",), path="dimensions.HealthCheckId", of="route53.HealthCheck"),
    Named(
        kinds=("cloudwatch.MetricAlarm",),
        path="metricQueries[*].metric.dimensions.HealthCheckId",
        of="route53.HealthCheck",
    ),
)


def arns_exist(case: Case) -> Refusals:
    """An ARN of this account that stands alone in an input is that of a resource or of an answered look-up.

    Other accounts', AWS's own and patterns are nobody's business here; policies may speak of what is yet to come.
    Source: every AWS API that takes an ARN (…NotFoundException, InvalidParameterValue); the project's own stacks
    write no ARN by hand.
    """
    if not case.world.complete:
        return
    for path, text in texts(dict(case.inputs)):
        if text.startswith("arn:") and (maker := _maker(text)) is not None and not _exists(case, text):
            yield Refusal(
                property=path,
                reason=f"{text} does not exist: nothing created it ({maker}) and no data source found it",
            )


def _maker(arn: str) -> str | None:
    """What would make this ARN; None where that is not ours to know."""
    found = _ARN.fullmatch(arn)
    if found is None or "*" in arn or found["account"] not in (ACCOUNT, ""):
        return None
    if not found["account"] and found["service"] != "s3":
        return None
    return next(
        (kind for service, rest, kind in ARNS if service == found["service"] and re.fullmatch(rest, found["rest"])),
        None,
    )


def _exists(case: Case, arn: str) -> bool:
    return case.world.by_arn(arn) is not None or arn in given() or case.inputs.get("arn") == arn


def ids_exist(case: Case) -> Refusals:
    """An id of the VPC's parts, or of a maintenance window, is that of something created.

    Source: EC2 API error codes (InvalidSubnetID.NotFound, InvalidGroup.NotFound, …); Systems Manager API
    (DoesNotExistException).
    """
    if not case.world.complete:
        return
    for path, text in texts(dict(case.inputs)):
        if (found := _ID.fullmatch(text)) is None:
            continue
        kind = next(kind for prefix, kind in IDS if prefix == found[1])
        there = case.world.by_id(kind, text, case.region if case.region != "global" else None)
        if there is None and text not in given() and not _default_group(case, text):
            elsewhere = case.world.by_id(kind, text)
            where = f"it is in {elsewhere.region}" if elsewhere else f"nothing created it ({kind})"
            yield Refusal(property=path, reason=f"{text} does not exist in {case.region}: {where}")


def _default_group(case: Case, id_: str) -> bool:
    """A VPC's default security group comes with the VPC."""
    return any(
        id_ in (row.id, row.outputs.get("defaultSecurityGroupId"), row.outputs.get("defaultRouteTableId"))
        for kind in ("ec2.DefaultSecurityGroup", "ec2.DefaultRouteTable", "ec2.Vpc")
        for row in case.world.all(kind)
    ) or any(row.outputs.get("mainRouteTableId") == id_ for row in case.world.all("ec2.Vpc"))


def names_exist(case: Case) -> Refusals:
    """What is pointed at by its name is there, in the same region; an ARN in its place is `arns_exist`'s.

    Source: each service's API (NoSuchEntity, NoSuchBucket, ClusterNotFoundException, ResourceNotFoundException, …).
    """
    if not case.world.complete:
        return
    for row in NAMED:
        if case.kind not in row.kinds:
            continue
        for path, name in case.found(row.path):
            if not isinstance(name, str) or name.startswith(("arn:", *row.also)) or _there(case, row, name):
                continue
            elsewhere = case.world.named(row.of, name)
            where = f"it is in {elsewhere.region}" if elsewhere else "nothing created it"
            yield Refusal(
                property=path, reason=f"there is no {row.of} {name!r} in {case.region} for {case.kind}: {where}"
            )


def _there(case: Case, row: Named, name: str) -> bool:
    region = None if case.region == "global" or row.of == "route53.HealthCheck" else case.region
    return case.world.named(row.of, name, region) is not None or name in given()


def principals_exist(case: Case) -> Refusals:
    """A role or user in a policy's Principal exists: IAM looks each one up.

    Source: IAM guide, troubleshooting policies ("Invalid principal in policy"); S3, KMS and SNS refuse likewise
    (MalformedPolicy, MalformedPolicyDocumentException).
    """
    if not case.world.complete:
        return
    for path in ("policy", "assumeRolePolicy"):
        for said in statements(case.get(path)) or ():
            for principal in said.accounts:
                if (maker := _maker(principal)) is not None and not _exists(case, principal):
                    yield Refusal(
                        property=path, reason=f"invalid principal in policy: {principal} does not exist ({maker})"
                    )


def managed_policies_exist(case: Case) -> Refusals:
    """AWS's own policies have fixed paths; with another path there is no such policy.

    Source: AWS managed policy reference; AWS Backup guide, "Managed policies" (the S3 pair stands without
    `service-role/`).
    """
    from offline.provider.rules_across.managed_policies import ACTIONS

    arn = case.text("policyArn")
    if not arn.startswith("arn:aws:iam::aws:policy/"):
        return
    tail = arn.rpartition("/")[2]
    right = next((known for known in ACTIONS if known.rpartition("/")[2] == tail), None)
    if right is not None and arn != f"arn:aws:iam::aws:policy/{right}":
        yield Refusal(
            property="policyArn", reason=f"{arn} does not exist; AWS's policy is arn:aws:iam::aws:policy/{right}"
        )


RULES: Final = (
    AcrossRule(judge=arns_exist),
    AcrossRule(judge=ids_exist),
    AcrossRule(judge=names_exist, kinds=tuple({kind for row in NAMED for kind in row.kinds})),
    AcrossRule(
        judge=principals_exist,
        kinds=("iam.Role", "kms.Key", "s3.BucketPolicy", "sns.TopicPolicy", "sqs.QueuePolicy", "backup.VaultPolicy"),
    ),
    AcrossRule(judge=managed_policies_exist, kinds=("iam.RolePolicyAttachment",), early=True),
)

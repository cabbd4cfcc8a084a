"""Names that are fixed once taken, and names that somebody else has to guess."""

from typing import Final

from offline.provider.naming import Refusal
from offline.provider.rules_across.world import AcrossRule, Case, Refusals, logical
from offline.provider.store import Row

UNIQUE: Final = (
    "backup.Plan",
    "backup.RestoreTestingPlan",
    "backup.Vault",
    "cloudwatch.EventRule",
    "cloudwatch.LogGroup",
    "ecr.Repository",
    "ecs.Cluster",
    "iam.Policy",
    "iam.Role",
    "kms.Alias",
    "lambda.Function",
    "lb.LoadBalancer",
    "lb.TargetGroup",
    "rds.Instance",
    "rds.ParameterGroup",
    "rds.SubnetGroup",
    "s3.Bucket",
    "scheduler.ScheduleGroup",
    "secretsmanager.Secret",
    "sfn.StateMachine",
    "sns.Topic",
    "sqs.Queue",
    "ssm.Parameter",
    "wafv2.WebAcl",
)
"""Kinds whose name is taken once per region, or once at all."""
TOGETHER_WITH: Final = {"backup.Plan": "rules"}
"""Kinds that may share a name as long as this input differs: AWS Backup compares the plan's whole document."""
EVERYWHERE: Final = ("s3.Bucket", "iam.Role", "iam.Policy")
RESERVED: Final = {"ssm.Parameter": ("aws", "ssm"), "lb.LoadBalancer": ("internal-",)}


def one_of_a_name(case: Case) -> Refusals:
    """Two resources of a kind do not share a name within a region; a role's and a bucket's is taken everywhere.

    Source: each service's API (EntityAlreadyExists, BucketAlreadyExists, DuplicateTargetGroupName, …). SQS, SNS and SSM
    would hand back or overwrite what is there, and two resources of the program would own one thing. AWS Backup takes a
    second plan of the same name, but not the same document twice (CreateBackupPlan: "with a plan that already exists,
    you receive an AlreadyExistsException").
    """
    if case.type.name is None:
        return
    property_ = case.type.name.property
    own = case.get(property_)
    for row in case.others(case.kind):
        same_place = row.region == case.region or case.kind in EVERYWHERE
        if isinstance(own, str) and row.inputs.get(property_) == own and same_place and _is_the_same(case, row):
            yield Refusal(
                property=property_,
                reason=f"the name {own!r} is taken{_where(case)} by {logical(row.urn)}: {_why(case)}",
            )


def _is_the_same(case: Case, row: Row) -> bool:
    more = TOGETHER_WITH.get(case.kind)
    return more is None or (not case.untold(more) and case.inputs.get(more) == row.inputs.get(more))


def _why(case: Case) -> str:
    more = TOGETHER_WITH.get(case.kind)
    return f"its {more} are the same too" if more else "names are unique"


def _where(case: Case) -> str:
    return "" if case.kind in EVERYWHERE or case.region == "global" else f" in {case.region}"


def reserved_names(case: Case) -> Refusals:
    """Some beginnings are AWS's own.

    Source: SSM API PutParameter (names do not begin with aws or ssm, with or without a slash); ELB API
    CreateLoadBalancer (not `internal-`).
    """
    name = case.name.lower()
    for prefix in RESERVED[case.kind]:
        if name.startswith((prefix, f"/{prefix}")):
            yield Refusal(property="name", reason=f"{case.name!r} begins with {prefix!r}, which is AWS's own")


RULES: Final = (
    AcrossRule(judge=one_of_a_name, kinds=UNIQUE),
    AcrossRule(judge=reserved_names, kinds=tuple(RESERVED), early=True),
)

"""Who takes a role: its trust policy fits the service."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from offline.provider.facts import ACCOUNT
from offline.provider.naming import Refusal
from offline.provider.rules_across.documents import Statement, allowed, matches, statements
from offline.provider.rules_across.world import AcrossRule, Case, Refusals, logical
from offline.provider.store import Row


@dataclass(frozen=True, kw_only=True)
class Taken:
    """Where a kind names a role, and the service that takes it."""

    kind: str
    path: str
    by: str


TAKEN: Final[tuple[Taken, ...]] = (
    Taken(kind="backup.RestoreTestingSelection", path="iamRoleArn", by="backup.amazonaws.com"),
    Taken(kind="backup.Selection", path="iamRoleArn", by="backup.amazonaws.com"),
    Taken(kind="cloudwatch.EventTarget", path="roleArn", by="events.amazonaws.com"),
    Taken(kind="ec2.FlowLog", path="iamRoleArn", by="vpc-flow-logs.amazonaws.com"),
    Taken(kind="ecs.Service", path="deploymentConfiguration.lifecycleHooks[*].roleArn", by="ecs.amazonaws.com"),
    Taken(kind="ecs.Service", path="loadBalancers[*].advancedConfiguration.roleArn", by="ecs.amazonaws.com"),
    Taken(kind="ecs.TaskDefinition", path="executionRoleArn", by="ecs-tasks.amazonaws.com"),
    Taken(kind="ecs.TaskDefinition", path="taskRoleArn", by="ecs-tasks.amazonaws.com"),
    Taken(kind="lambda.Function", path="role", by="lambda.amazonaws.com"),
    Taken(kind="rds.Instance", path="monitoringRoleArn", by="monitoring.rds.amazonaws.com"),
    Taken(kind="scheduler.Schedule", path="target.roleArn", by="scheduler.amazonaws.com"),
    Taken(kind="sfn.StateMachine", path="roleArn", by="states.amazonaws.com"),
    Taken(kind="ssm.MaintenanceWindowTask", path="serviceRoleArn", by="ssm.amazonaws.com"),
)


def trusts(case: Case) -> Refusals:
    """A role's trust policy names the service that takes it, under conditions that the service can meet.

    Source: IAM guide, "Roles terms and concepts", trust policy; Lambda ("The role defined for the function cannot be
    assumed by Lambda"), Scheduler, Step Functions and RDS refuse at creation, the others when they first need it.
    """
    for row in TAKEN:
        if row.kind != case.kind:
            continue
        for path, arn in case.found(row.path):
            role = case.world.by_arn(arn)
            said = statements(role.inputs.get("assumeRolePolicy")) if role else None
            if role is None or said is None:
                continue
            if not allowed(said, "sts:AssumeRole", service=row.by):
                who = sorted({service for one in said if one.allows for service in one.services}) or ["no service"]
                yield Refusal(
                    property=path,
                    reason=f"role {logical(role.urn)} cannot be taken by {row.by}: it trusts {', '.join(who)}",
                )
                continue
            yield from _conditions(case, path, role, [one for one in said if _lets(one, row.by)])


def _lets(one: Statement, service: str) -> bool:
    return one.allows and one.covers("sts:AssumeRole") and service in one.services


def _conditions(case: Case, path: str, role: Row, said: list[Statement]) -> Iterator[Refusal]:
    """Whether some statement's conditions on the caller's account and ARN can be met by this resource."""
    source = _source_arn(case)
    faults: list[str] = []
    for one in said:
        account, arn = one.condition("aws:SourceAccount"), one.condition("aws:SourceArn")
        if account and not any(matches(value, ACCOUNT) for value in account[1]):
            faults.append(f"aws:SourceAccount is to be {' or '.join(account[1])}")
        elif arn and source and not any(_meets(value, source, like=arn[0]) for value in arn[1]):
            faults.append(f"aws:SourceArn is to be {' or '.join(arn[1])}, and will be {source}")
        else:
            return
    for fault in faults:
        yield Refusal(property=path, reason=f"role {logical(role.urn)} will never be taken: {fault}")


def _meets(pattern: str, source: str, *, like: str) -> bool:
    return matches(pattern, source) if "Like" in like else pattern == source or matches(pattern, source)


def _source_arn(case: Case) -> str | None:
    """What the service gives as aws:SourceArn when it takes the role, where the guides say it.

    Scheduler guide, "Confused deputy prevention": the schedule group; ECS guide, "Task execution IAM role": the tasks
    of the region, of which any pattern `arn:aws:ecs:<region>:<account>:*` is the documented form.
    """
    match case.kind:
        case "scheduler.Schedule" if not case.untold("groupName"):
            group = case.text("groupName") or "default"
            return f"arn:aws:scheduler:{case.region}:{ACCOUNT}:schedule-group/{group}"
        case "ecs.TaskDefinition":
            return f"arn:aws:ecs:{case.region}:{ACCOUNT}:*"
        case _:
            return None


RULES: Final = (AcrossRule(judge=trusts, kinds=tuple(sorted({row.kind for row in TAKEN}))),)

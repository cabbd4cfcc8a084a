"""EventBridge rules and schedules, queues, state machines."""

from typing import Final

from offline.provider.catalog import Name, ResourceType, row
from offline.provider.facts import CREATED, Facts
from offline.provider.wire import Value

_EVENTS: Final = "arn:aws:events:{region}:{account}:"


def _rule_arn(facts: Facts) -> str:
    bus = str(facts.inputs.get("eventBusName") or "default")
    return facts.fill(_EVENTS + ("rule/{name}" if bus == "default" else f"rule/{bus}/{{name}}"))


def _target_id(facts: Facts) -> Value:
    return facts.inputs.get("targetId") or f"terraform-{facts.digits(26)}"  # the provider's own way of naming it


def _schedule_group(facts: Facts) -> str:
    return str(facts.inputs.get("groupName") or "default")


TYPES: Final[tuple[ResourceType, ...]] = (
    row("cloudwatch/eventRule:EventRule", id="{name}", arn=_rule_arn, name=Name(limit=64), replaces=("eventBusName",)),
    row(
        "cloudwatch/eventTarget:EventTarget",
        id=lambda facts: f"{facts.inputs.get('rule', '')}-{_target_id(facts)}",
        computed={"targetId": _target_id},
        replaces=("rule", "targetId", "eventBusName"),
        tagged=False,
    ),
    row(
        "cloudwatch/eventArchive:EventArchive",
        id="{name}",
        arn=_EVENTS + "archive/{name}",
        name=Name(limit=48),
        replaces=("eventSourceArn",),
        tagged=False,
    ),
    row(
        "scheduler/schedule:Schedule",
        id=lambda facts: f"{_schedule_group(facts)}/{facts.name}",
        arn=lambda facts: facts.fill(
            f"arn:aws:scheduler:{{region}}:{{account}}:schedule/{_schedule_group(facts)}/{{name}}"
        ),
        name=Name(limit=64),
        computed={"groupName": _schedule_group},
        replaces=("groupName",),
        tagged=False,
    ),
    row(
        "scheduler/scheduleGroup:ScheduleGroup",
        id="{name}",
        arn="arn:aws:scheduler:{region}:{account}:schedule-group/{name}",
        name=Name(limit=64),
        computed={"state": "ACTIVE", "creationDate": CREATED, "lastModificationDate": CREATED},
    ),
    row(
        "sfn/stateMachine:StateMachine",
        arn="arn:aws:states:{region}:{account}:stateMachine:{name}",
        name=Name(limit=80),
        computed={
            "creationDate": CREATED,
            "status": "ACTIVE",
            "revisionId": "",
            "stateMachineVersionArn": "",
            "description": "",
            "versionDescription": "",
        },
        replaces=("type",),
    ),
    row(
        "sqs/queue:Queue",
        id="https://sqs.{region}.amazonaws.com/{account}/{name}",
        arn="arn:aws:sqs:{region}:{account}:{name}",
        name=Name(limit=80),
        computed={"url": "https://sqs.{region}.amazonaws.com/{account}/{name}"},
        replaces=("fifoQueue",),
    ),
    row("sqs/queuePolicy:QueuePolicy", id="{in[queueUrl]}", replaces=("queueUrl",), tagged=False),
)

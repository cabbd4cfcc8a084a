"""Bounds of the number of tasks, and planned changes of them."""

import re
from datetime import UTC, datetime
from typing import Any, Final

from offline.api.asking import Asking, Operations
from offline.api.refusal import Refusal
from offline.provider.store import Row
from offline.reading import mapping

TARGET: Final = "appautoscaling/target:Target"
_AT: Final = re.compile(r"at\((.+)\)")


def describe_scalable_targets(asking: Asking) -> dict[str, Any]:
    """Those of the resources asked for."""
    _settle(asking)
    wanted = asking.get("ResourceIds")
    return {
        "ScalableTargets": [
            {
                "ServiceNamespace": row.outputs["serviceNamespace"],
                "ResourceId": row.outputs["resourceId"],
                "ScalableDimension": row.outputs["scalableDimension"],
                "MinCapacity": int(row.outputs["minCapacity"]),
                "MaxCapacity": int(row.outputs["maxCapacity"]),
                "RoleARN": row.outputs["roleArn"],
                "CreationTime": asking.now,
                "SuspendedState": {
                    "DynamicScalingInSuspended": False,
                    "DynamicScalingOutSuspended": False,
                    "ScheduledScalingSuspended": False,
                },
            }
            for row in asking.rows(TARGET)
            if not wanted or row.outputs["resourceId"] in wanted
        ]
    }


def register_scalable_target(asking: Asking) -> dict[str, Any]:
    """Other bounds."""
    row = _target(asking)
    _bound(asking, row, asking.parameters)
    return {"ScalableTargetARN": row.outputs["arn"]}


def put_scheduled_action(asking: Asking) -> dict[str, Any]:
    """Plan other bounds for a moment."""
    _target(asking)
    planned = _planned(asking)
    planned[str(asking["ScheduledActionName"])] = {
        "resource": str(asking["ResourceId"]),
        "schedule": str(asking["Schedule"]),
        "action": {key: int(value) for key, value in mapping(asking.get("ScalableTargetAction")).items()},
    }
    asking.cloud.remember(_key(asking), planned)
    return {}


def describe_scheduled_actions(asking: Asking) -> dict[str, Any]:
    """Those that are still to come."""
    _settle(asking)
    names = asking.get("ScheduledActionNames")
    found = [(name, one) for name, one in _planned(asking).items() if not names or name in names]
    return {
        "ScheduledActions": [
            {
                "ScheduledActionName": name,
                "ScheduledActionARN": f"arn:aws:autoscaling:{asking.region}:offline:scheduledAction:{name}",
                "ServiceNamespace": "ecs",
                "ResourceId": one["resource"],
                "ScalableDimension": "ecs:service:DesiredCount",
                "Schedule": one["schedule"],
                "Timezone": "UTC",
                "ScalableTargetAction": one["action"],
                "CreationTime": asking.now,
            }
            for name, one in found
            if one["resource"] == asking.get("ResourceId", one["resource"])
        ]
    }


def delete_scheduled_action(asking: Asking) -> dict[str, Any]:
    """Forget a planned change."""
    planned = _planned(asking)
    if planned.pop(str(asking["ScheduledActionName"]), None) is None:
        raise Refusal("ObjectNotFoundException", "No scheduled action found")
    asking.cloud.remember(_key(asking), planned)
    return {}


def describe_scaling_activities(_asking: Asking) -> dict[str, Any]:
    """None: load is steady here."""
    return {"ScalingActivities": []}


def _settle(asking: Asking) -> None:
    """Carry out what was planned for a moment that is over."""
    planned = _planned(asking)
    due = {name: one for name, one in planned.items() if _moment(one["schedule"]) <= asking.now}
    for name, one in due.items():
        del planned[name]
        for row in asking.rows(TARGET):
            if row.outputs["resourceId"] == one["resource"]:
                _bound(asking, row, one["action"])
    if due:
        asking.cloud.remember(_key(asking), planned)


def _bound(asking: Asking, row: Row, bounds: Any) -> None:
    spelled = {"MinCapacity": "minCapacity", "MaxCapacity": "maxCapacity"}
    changes = {ours: int(bounds[theirs]) for theirs, ours in spelled.items() if bounds.get(theirs) is not None}
    asking.cloud.change(TARGET, row.urn.rsplit("::", 1)[-1], lambda one: one.update(changes))


def _target(asking: Asking) -> Row:
    for row in asking.rows(TARGET):
        if row.outputs["resourceId"] == asking["ResourceId"]:
            return row
    raise Refusal("ObjectNotFoundException", f"No scalable target registered for {asking['ResourceId']}")


def _moment(schedule: str) -> datetime:
    """Of `at(…)`; what comes back again and again is never over."""
    found = _AT.fullmatch(schedule)
    return datetime.fromisoformat(found[1]).replace(tzinfo=UTC) if found else datetime.max.replace(tzinfo=UTC)


def _planned(asking: Asking) -> dict[str, Any]:
    found: dict[str, Any] = asking.cloud.recall(_key(asking)) or {}
    return found


def _key(asking: Asking) -> str:
    return f"scheduled scaling in {asking.region}"


OPERATIONS: Final[Operations] = {
    "DescribeScalableTargets": describe_scalable_targets,
    "RegisterScalableTarget": register_scalable_target,
    "PutScheduledAction": put_scheduled_action,
    "DescribeScheduledActions": describe_scheduled_actions,
    "DeleteScheduledAction": delete_scheduled_action,
    "DescribeScalingActivities": describe_scaling_activities,
}

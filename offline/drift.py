"""Drift to play: what somebody may change behind Pulumi's back, one row each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from offline.provider.store import Row, Store


class NothingToChange(Exception):
    """No resource of the kind stands. The message says which."""


@dataclass(frozen=True, kw_only=True)
class Drill:
    """`says`: what is done, for a list of choices. `change` edits the properties; None: the resource is deleted.

    It happens to the first of `type` by name for which `fits` holds.
    """

    says: str
    type: str
    change: Callable[[dict[str, Any]], None] | None
    fits: Callable[[dict[str, Any]], bool] = bool


def _tag(properties: dict[str, Any]) -> None:
    properties["tags"] = {**properties.get("tags", {}), "Owner": "somebody"}
    properties["tagsAll"] = {**properties.get("tagsAll", {}), "Owner": "somebody"}


def _one_more_task(properties: dict[str, Any]) -> None:
    properties["desiredCount"] = int(properties.get("desiredCount") or 0) + 1


def _half_the_traffic(properties: dict[str, Any]) -> None:
    for group in _weighted(properties):
        group["weight"] = 50


def _keep_logs_a_day(properties: dict[str, Any]) -> None:
    properties["retentionInDays"] = 1


def _alarm_later(properties: dict[str, Any]) -> None:
    properties["threshold"] = properties["threshold"] + 10


def _weighted(properties: dict[str, Any]) -> list[dict[str, Any]]:
    actions: list[dict[str, Any]] = properties.get("actions") or []
    forwards: list[dict[str, Any]] = [action.get("forward") or {} for action in actions]
    lists: list[list[dict[str, Any]]] = [forward.get("targetGroups") or [] for forward in forwards]
    groups = [group for found in lists for group in found]
    return groups if len(groups) > 1 else []


DRILLS: Final[dict[str, Drill]] = {
    "tag": Drill(says="a bucket gets a tag by hand", type="s3/bucket:Bucket", change=_tag),
    "tasks": Drill(says="the service gets one task more", type="ecs/service:Service", change=_one_more_task),
    "traffic": Drill(
        says="half of the traffic goes to the other colour",
        type="lb/listenerRule:ListenerRule",
        change=_half_the_traffic,
        fits=lambda properties: bool(_weighted(properties)),
    ),
    "retention": Drill(
        says="a log group keeps its lines for one day", type="cloudwatch/logGroup:LogGroup", change=_keep_logs_a_day
    ),
    "threshold": Drill(
        says="the threshold of an alarm is 10 higher",
        type="cloudwatch/metricAlarm:MetricAlarm",
        change=_alarm_later,
        fits=lambda properties: isinstance(properties.get("threshold"), int | float),
    ),
    "deleted": Drill(says="a dashboard is deleted by hand", type="cloudwatch/dashboard:Dashboard", change=None),
}


def play(cloud: Store, drill: Drill) -> Row:
    """Do it, and say to what. Raises `NothingToChange`."""
    with cloud.transaction():
        for row in cloud.all(drill.type):
            if not drill.fits(row.outputs):
                continue
            if drill.change is None:
                cloud.delete(row.type, row.region, row.key)
                return row
            return cloud.change_within(drill.type, row.urn.rsplit("::", 1)[-1], drill.change)
    raise NothingToChange(f"no {drill.type.rsplit(':', 1)[1]} stands in the offline cloud that this could happen to")

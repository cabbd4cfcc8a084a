"""Reads all that a deployment is decided from. What AWS does not say stops the command: silence is no yes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from operations.deploying.record import Record
from operations.deploying.record import read as read_record
from operations.deployments.asking import EcsDeployments
from operations.deployments.withdrawals import recorded
from operations.session import Session
from operations.state.reading import Rollout

if TYPE_CHECKING:
    from runbook.deployments import Withdrawal


@dataclass(frozen=True, kw_only=True)
class Situation:
    """How the environment is before anything is done."""

    environment: str
    now: datetime
    rollout: Rollout | None
    """None: nothing was deployed in the 90 days that ECS remembers."""
    withdrawn: "tuple[Withdrawal, ...]"
    critical_alarms: tuple[str, ...]
    """Those that are on and page somebody."""
    deployment_alarms: tuple[str, ...]
    """Those that are on and would otherwise roll a deployment back."""
    window: str | None
    """The maintenance window that is open, in words."""
    approval_required: bool
    bake_minutes: int
    record: Record | None


def read(session: Session) -> Situation:
    """Ask for everything."""
    from runbook import schedule

    manifest, now = session.manifest, session.clock.now()
    on = list(_alarms_on(session))
    watched = manifest.alerts.deployment_alarms
    return Situation(
        environment=manifest.environment,
        now=now,
        rollout=rollout_of(session),
        withdrawn=recorded(session),
        critical_alarms=tuple(name for name, pages in on if pages),
        deployment_alarms=tuple(name for name, _pages in on if name in watched),
        window=schedule.spell_window(manifest.maintenance)
        if schedule.is_maintenance(now, manifest.maintenance)
        else None,
        approval_required=manifest.service.approval_required,
        bake_minutes=manifest.service.bake_minutes,
        record=read_record(session),
    )


def rollout_of(session: Session, arn: str | None = None) -> Rollout | None:
    """A deployment, the newest unless told otherwise, and what its sides run."""
    ecs = EcsDeployments(session)
    deployment = ecs.described([arn])[0] if arn else ecs.newest()
    if deployment is None:
        return None
    arns = [side.revision_arn for side in (*deployment.sources, *([deployment.target] if deployment.target else []))]
    arns += [deployment.rollback_revision_arn] if deployment.rollback_revision_arn else []
    return Rollout(deployment=deployment, versions=ecs.versions(arns))


def _alarms_on(session: Session) -> Iterator[tuple[str, bool]]:
    """Name, and whether it pages. The check from outside and whom it pages lie in a region of their own."""
    alerts = session.manifest.alerts
    paging = {alerts.critical_topic_arn, alerts.outside_topic_arn}
    regions = [topic.split(":")[3] for topic in (alerts.critical_topic_arn, alerts.outside_topic_arn)]
    for region in dict.fromkeys(regions):
        pages = session.clients.client("cloudwatch", region=region).get_paginator("describe_alarms")
        for page in pages.paginate(
            AlarmNamePrefix=f"{session.manifest.service.service}-",
            StateValue="ALARM",
            AlarmTypes=["CompositeAlarm", "MetricAlarm"],
        ):
            for one in (*page.get("CompositeAlarms", []), *page.get("MetricAlarms", [])):
                yield one["AlarmName"], bool(paging & set(one.get("AlarmActions", [])))

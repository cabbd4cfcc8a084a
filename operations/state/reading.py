"""Everything about an environment that fits on one screen. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from operations.aws.known import Known, Unknown, known
from operations.deployments.asking import EcsDeployments
from operations.deployments.told import Deployment, Version
from operations.deployments.withdrawals import recorded
from operations.errors import CommandStopped
from operations.scaling.change import Bounds, Tasks
from operations.scaling.source import ScaledService
from operations.session import Session

if TYPE_CHECKING:
    from runbook.deployments import Withdrawal

OUTSIDE_REGION = "us-east-1"  # Route 53 publishes there only, and alarm and metric share a region
ANSWER_SECONDS = 5
SCALING_ALARMS = ("scale-in", "scale-out-cpu", "scale-out-memory")
"""On whenever load is low or high: they move the number of tasks and tell nobody."""


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """The newest deployment, running or over, and what its sides run."""

    deployment: Deployment
    versions: dict[str, Version]

    def version(self, revision_arn: str | None) -> Version | None:
        """None where ECS does not say."""
        return self.versions.get(revision_arn or "")

    @property
    def live(self) -> Version | None:
        """What users reach; None where that cannot be told."""
        one = self.deployment
        if one.status == "ROLLBACK_SUCCESSFUL":
            return self.version(one.rollback_revision_arn or (one.sources[0].revision_arn if one.sources else None))
        if one.status == "SUCCESSFUL":
            return self.version(one.target.revision_arn if one.target else None)
        sides = [*([one.target] if one.target else []), *one.sources]
        serving = [side for side in sides if side.production_percent]
        return self.version(serving[0].revision_arn) if len(serving) == 1 else None


@dataclass(frozen=True, kw_only=True)
class Colour:
    """One target group. Weights in percent; None where the rule does not name the group."""

    name: str
    production_percent: int | None
    test_percent: int | None
    health: dict[str, int]
    """State of a target (`healthy`, `unhealthy`, `draining` …) to their number."""


@dataclass(frozen=True, kw_only=True)
class AlarmOn:
    """An alarm in the state ALARM."""

    name: str
    since: datetime | None
    scaling: bool


@dataclass(frozen=True, kw_only=True)
class BackupAge:
    """The newest restorable point of one kind at one place."""

    kind: str
    place: str
    age_minutes: float | None
    """None: there is no restorable point."""
    late_minutes: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Window:
    """Maintenance."""

    spelled: str
    next_start: datetime
    now: bool


@dataclass(frozen=True, kw_only=True)
class Status:
    """All of it."""

    environment: str
    at: datetime
    region: str
    account_id: str
    rollout: Known[Rollout | None] | Unknown
    answered_version: Known[str] | Unknown
    tasks: Known[Tasks] | Unknown
    bounds: Known[Bounds] | Unknown
    colours: Known[list[Colour]] | Unknown
    alarms: Known[list[AlarmOn]] | Unknown
    backups: dict[str, Known[BackupAge] | Unknown]
    """`database, primary` to its age."""
    window: Window
    withdrawn: "Known[tuple[Withdrawal, ...]] | Unknown"


def gather(session: Session) -> Status:
    """Ask for everything; what is refused stands there as unknown."""
    manifest, now = session.manifest, session.clock.now()
    return Status(
        environment=manifest.environment,
        at=now,
        region=manifest.region,
        account_id=manifest.account_id,
        rollout=known(lambda: _rollout(session)),
        answered_version=known(lambda: _answered_version(session)),
        tasks=known(ScaledService(session).tasks),
        bounds=known(ScaledService(session).bounds),
        colours=known(lambda: list(_colours(session))),
        alarms=known(lambda: list(_alarms(session))),
        backups=_backups(session, now),
        window=_window(session, now),
        withdrawn=known(lambda: recorded(session)),
    )


def _rollout(session: Session) -> Rollout | None:
    ecs = EcsDeployments(session)
    deployment = ecs.newest()
    if deployment is None:
        return None
    arns = [side.revision_arn for side in (*deployment.sources, *([deployment.target] if deployment.target else []))]
    arns += [deployment.rollback_revision_arn] if deployment.rollback_revision_arn else []
    return Rollout(deployment=deployment, versions=ecs.versions(arns))


def _answered_version(session: Session) -> str:
    """What the public name says at `/health/live`."""
    from json import loads

    from functions.smoke_test import exchange

    url, path = session.manifest.url, "/health/live"
    host = urlsplit(url).hostname or ""
    answer = (session.ask or exchange.fetch)(
        exchange.Target(host=host), exchange.Request(path=path), exchange.Limits(seconds=ANSWER_SECONDS)
    )
    if isinstance(answer, exchange.NoAnswer):
        raise CommandStopped(f"{url}{path} gives no answer: {answer.reason}")
    if answer.status != 200:  # noqa: PLR2004 - HTTP
        raise CommandStopped(f"{url}{path} answers {answer.status}")
    try:
        return str(loads(answer.body)["version"])
    except (ValueError, KeyError, TypeError) as error:
        raise CommandStopped(f"{url}{path} answers without a version") from error


def _colours(session: Session) -> Iterator[Colour]:
    traffic = session.manifest.traffic
    load_balancing: Any = session.clients.client("elbv2")
    start = ":".join(traffic.production_rule_arn.split(":")[:5])
    weights = {name: _weights(load_balancing, arn) for name, arn in _rules(session).items()}
    for name, suffix in (("blue", traffic.blue), ("green", traffic.green)):
        arn = f"{start}:{suffix}"
        health: dict[str, int] = {}
        for one in load_balancing.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]:
            state = one.get("TargetHealth", {}).get("State", "unknown")
            health[state] = health.get(state, 0) + 1
        yield Colour(
            name=name,
            production_percent=weights["production"].get(arn),
            test_percent=weights["test"].get(arn),
            health=health,
        )


def _rules(session: Session) -> dict[str, str]:
    traffic = session.manifest.traffic
    return {"production": traffic.production_rule_arn, "test": traffic.test_rule_arn}


def _weights(load_balancing: Any, rule_arn: str) -> dict[str, int]:
    rules = load_balancing.describe_rules(RuleArns=[rule_arn])["Rules"]
    return {
        group["TargetGroupArn"]: group.get("Weight", 0)
        for rule in rules
        for action in rule.get("Actions", [])
        for group in action.get("ForwardConfig", {}).get("TargetGroups", [])
    }


def _alarms(session: Session) -> Iterator[AlarmOn]:
    """Alerts first; a metric alarm behind one that is on is not repeated."""
    prefix = session.manifest.service.service
    scaling = {f"{prefix}-{name}" for name in SCALING_ALARMS}
    found: dict[str, datetime | None] = {}
    for region in dict.fromkeys((session.manifest.region, OUTSIDE_REGION)):
        pages = session.clients.client("cloudwatch", region=region).get_paginator("describe_alarms")
        for page in pages.paginate(
            AlarmNamePrefix=f"{prefix}-", StateValue="ALARM", AlarmTypes=["CompositeAlarm", "MetricAlarm"]
        ):
            for one in (*page.get("CompositeAlarms", []), *page.get("MetricAlarms", [])):
                found[one["AlarmName"]] = one.get("StateTransitionedTimestamp") or one.get("StateUpdatedTimestamp")
    for name in sorted(found, key=lambda name: (name in scaling, not name.endswith("-alert"), name)):
        if f"{name}-alert" not in found:
            yield AlarmOn(name=name, since=found[name], scaling=name in scaling)


def _backups(session: Session, now: datetime) -> dict[str, Known[BackupAge] | Unknown]:
    from functions.backup_freshness.measurements import Measurement, Vaults, measurements
    from functions.backup_freshness.points import age_minutes

    settings = _backup_settings(session)
    vaults = Vaults(settings, session.clients.client)
    late = session.manifest.backups

    def age(row: Measurement) -> BackupAge:
        finding = row.find(vaults)
        return BackupAge(
            kind=row.kind,
            place=row.place,
            age_minutes=None if finding.moment is None else age_minutes(finding.moment, now),
            # A copy is a daily snapshot, of the database as well.
            late_minutes=late.database_late_minutes
            if (row.kind, row.place) == ("database", "primary")
            else late.daily_late_minutes,
            reason=finding.reason,
        )

    def measured(row: Measurement) -> Known[BackupAge] | Unknown:
        return known(lambda: age(row))

    return {f"{row.kind}, {row.place}": measured(row) for row in measurements(settings)}


def _backup_settings(session: Session) -> Any:
    from functions.backup_freshness.settings import Settings
    from functions.common.configuration_document import FOLDER

    manifest = session.manifest
    partition = manifest.traffic.production_rule_arn.split(":")[1]
    database = None
    if manifest.database.identifier is not None:
        database = f"arn:{partition}:rds:{manifest.region}:{manifest.account_id}:db:{manifest.database.identifier}"
    return Settings(
        namespace="",  # the function publishes what it measures; here it is only looked at
        metric_name="",
        vault=manifest.backups.vault,
        recovery_vault=manifest.backups.recovery_vault,
        recovery_region=manifest.recovery_region if manifest.backups.recovery_vault else None,
        objects_bucket_arn=f"arn:{partition}:s3:::{manifest.backups.objects_bucket}",
        configuration_bucket_arn=f"arn:{partition}:s3:::{manifest.backups.configuration_bucket}",
        configuration_folder=FOLDER,
        database_arn=database,
    )


def _window(session: Session, now: datetime) -> Window:
    from runbook import schedule

    maintenance = session.manifest.maintenance
    # A window that has begun is looked for from before its start.
    begun = schedule.is_maintenance(now, maintenance)
    after = now - timedelta(hours=maintenance.duration_hours) if begun else now
    return Window(
        spelled=schedule.spell_window(maintenance),
        next_start=schedule.next_window(maintenance, after),
        now=begun,
    )

"""What a row of the alarm catalogue can say. The catalogue itself is `runbook/alarms.py`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class Severity(StrEnum):
    """Who hears of it. Runbook, "Alert Response"."""

    CRITICAL = "critical"
    """PagerDuty, at once."""
    WARNING = "warning"
    """E-mail, to be looked at within the hour."""
    INFO = "info"
    """Nobody: it stands on the dashboard and in the daily check."""


Subject = Literal[
    "backup_vault",
    "blue_target_group",
    "cluster",
    "database",
    "database_resource",
    "green_target_group",
    "health_check",
    "load_balancer",
    "service",
]
"""What is watched. Its CloudWatch dimension value is known only when the environment is composed."""

DimensionSet = Literal[
    "backup_vault", "blue", "database", "environment", "function", "green", "health_check", "load_balancer", "service"
]

DIMENSIONS: dict[DimensionSet, dict[str, Subject]] = {
    "backup_vault": {"BackupVaultName": "backup_vault"},
    "blue": {"LoadBalancer": "load_balancer", "TargetGroup": "blue_target_group"},
    "database": {"DBInstanceIdentifier": "database"},
    "environment": {},
    "function": {},
    "green": {"LoadBalancer": "load_balancer", "TargetGroup": "green_target_group"},
    "health_check": {"HealthCheckId": "health_check"},
    "load_balancer": {"LoadBalancer": "load_balancer"},
    "service": {"ClusterName": "cluster", "ServiceName": "service"},
}
"""CloudWatch dimension names of each set. `environment` is for our own metrics, whose namespace names it.

`function` is for Lambda's: a row says its name (`Metric.fixed`), because names are known before anything is made.
"""

NoData = Literal["breaching", "ignore", "missing", "notBreaching"]
Comparison = Literal[
    "GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"
]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One CloudWatch metric with its statistic (`Sum`, `Average`, ..., `p95`)."""

    namespace: str
    name: str
    statistic: str
    of: DimensionSet
    fixed: Mapping[str, str] = field(default_factory=dict[str, str])
    """Dimensions whose value is known here, beside those of the set."""


def metric(namespace: str, name: str, statistic: str, of: DimensionSet) -> Metric:
    """A row of a table of metrics, short enough to read as one."""
    return Metric(namespace=namespace, name=name, statistic=statistic, of=of)


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """One metric alarm; it tells nobody itself. `Alert`s over one or several alarms do (`alert`)."""

    id: str
    severity: Severity
    says: str
    """What is wrong, in a sentence: the first line that a person reads at night."""
    runbook: str
    """Heading in `docs/incident-response.md` that tells what to do."""
    metrics: Mapping[str, Metric]
    """Query id to metric."""
    expressions: Mapping[str, str] = field(default_factory=dict[str, str])
    """Query id to metric math, in order; `{subject}` stands for a dimension value. The last query is compared."""
    comparison: Comparison = "GreaterThanThreshold"
    threshold: float
    period_seconds: int
    periods: int = 1
    """The last so many periods are looked at, and all of them must breach."""
    no_data: NoData
    warm_up_minutes: int = 60
    """A new alarm is not looked at for this long (CloudWatch: 1 to 2880)."""
    alert: str | None = None
    """The alert that this alarm belongs to. Unset: one of its own; alarms of one alert make one page."""
    deployment: bool = False
    """Rolls a deployment back as well. It needs the load balancer only: the service does not exist yet."""
    suppressed_in_maintenance: bool = True
    outside: bool = False
    """Lives in us-east-1, where Route 53 keeps its metrics; tells people itself, with the window in its expression."""

    @property
    def alert_id(self) -> str:
        """The alert it belongs to."""
        return self.alert or self.id

    @property
    def compared(self) -> str:
        """Id of the query that is compared with the threshold."""
        return list({**self.metrics, **self.expressions})[-1]

    @property
    def subjects(self) -> frozenset[str]:
        """What has to be known to register it."""
        named = {subject for metric in self.metrics.values() for subject in DIMENSIONS[metric.of].values()}
        return frozenset(named | {name for text in self.expressions.values() for name in placeholders(text)})


@dataclass(frozen=True, kw_only=True)
class Alert:
    """What somebody is told of: one page or e-mail for all its alarms, and one recovery."""

    id: str
    severity: Severity
    says: str
    runbook: str
    alarms: tuple[str, ...]
    suppressed_in_maintenance: bool


def placeholders(expression: str) -> list[str]:
    """Subjects named in an expression as `{subject}`."""
    return [part.split("}", 1)[0] for part in expression.split("{")[1:]]


def alerts(rows: tuple[Alarm, ...]) -> tuple[Alert, ...]:
    """The alerts of a catalogue in its order: what informs only has none, and the outside check tells people itself."""
    grouped: dict[str, list[Alarm]] = {}
    for row in rows:
        if row.severity is not Severity.INFO and not row.outside:
            grouped.setdefault(row.alert_id, []).append(row)
    return tuple(
        Alert(
            id=alert_id,
            severity=members[0].severity,
            says=", or ".join([members[0].says, *(_inside_a_sentence(member.says) for member in members[1:])]),
            runbook=members[0].runbook,
            alarms=tuple(member.id for member in members),
            suppressed_in_maintenance=all(member.suppressed_in_maintenance for member in members),
        )
        for alert_id, members in grouped.items()
    )


def _inside_a_sentence(says: str) -> str:
    """`The age ...` as `the age ...`, but `P95 ...` as it stands."""
    return says if says[1:2].isupper() or says[1:2].isdigit() else says[0].lower() + says[1:]

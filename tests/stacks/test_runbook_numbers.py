"""Every number of the runbook, once: the line it stands in, and the registered resource that keeps it.

Guards: a default changed by slip, a number that reaches no resource, an alarm that looks at another length of time.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.harness import Program, Registered
from tests.metric_math import alarm_state
from tests.runbook_lines import LINES
from tests.stacks.stack import ROOT, Stack

NUMBER = re.compile(r"\d+(?:\.\d+)?|\b(?:hourly|daily|weekly|monthly|first)\b", re.IGNORECASE)
AS_IN_PRODUCTION = object()
SIGNS = {
    "GreaterThanThreshold": ">",
    "GreaterThanOrEqualToThreshold": "≥",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "≤",
}
Reader = Callable[[Program, Registered], Any]


def at(path: str) -> Reader:
    """An input: `deploymentConfiguration.bakeTimeInMinutes`, `rules[0].schedule`."""

    def read(_: Program, resource: Registered) -> Any:
        value: Any = resource.inputs
        for step in path.replace("[", ".").replace("]", "").split("."):
            value = value[int(step)] if step.isdigit() else value[step]
        return value

    return read


def line(_: Program, alarm: Registered) -> str:
    """Where the alarm fires: `> 70`."""
    return f"{SIGNS[alarm['comparisonOperator']]} {alarm['threshold']:g}"


def minutes(_: Program, alarm: Registered) -> float:
    """How long it must hold: every one of the periods."""
    metrics = [query["metric"] for query in alarm.get("metricQueries", []) if "metric" in query]
    seconds = {alarm.get("period")} | {metric["period"] for metric in metrics}
    seconds |= {query.get("period") for query in alarm.get("metricQueries", []) if "metric" not in query}
    (period,) = seconds - {None}
    assert alarm["datapointsToAlarm"] == alarm["evaluationPeriods"], "all of the periods must breach"
    return alarm["evaluationPeriods"] * period / 60


def percentile(_: Program, alarm: Registered) -> str:
    metrics = [query["metric"] for query in alarm["metricQueries"] if "metric" in query]
    (measured,) = (metric for metric in metrics if metric["metricName"] == "TargetResponseTime")
    return measured["stat"]


def low_on_both(_: Program, alarm: Registered) -> tuple[str, ...]:
    """Whether it fires at (CPU, memory) around the lines."""
    points = ((29.9, 39.9), (30, 39.9), (29.9, 40))
    return tuple(alarm_state(alarm.inputs, {"cpu": cpu, "memory": memory}) for cpu, memory in points)


def told_through(program: Program, alert: Registered) -> set[str]:
    """How those who are told are reached, for the alarm and for the recovery."""
    topics = {*alert["alarmActions"], *alert["okActions"]}
    subscriptions = [one for one in program.all("TopicSubscription") if one["topic"] in topics]
    return {
        "PagerDuty" if one["endpoint"].startswith("https://events.pagerduty.com/") else one["protocol"]
        for one in subscriptions
    }


def rule(name: str, what: str) -> Reader:
    """An entry of the named rule of a backup plan."""
    return lambda _, plan: next(one[what] for one in plan["rules"] if one["ruleName"] == name)


def accepts(tasks: int) -> Reader:
    return lambda _, target: target["minCapacity"] <= tasks <= target["maxCapacity"]


def quiet_at(*clock: tuple[int, int]) -> Reader:
    """Whether the maintenance alarm is on at these times of a first Sunday."""

    def read(_: Program, alarm: Registered) -> tuple[bool, ...]:
        first_sunday = datetime(2026, 12, 6, tzinfo=UTC)
        moments = [first_sunday.replace(hour=hour, minute=minute) for hour, minute in clock]
        return tuple(alarm_state(alarm.inputs, {"clock": 1}, at=moment) == "ALARM" for moment in moments)

    return read


@dataclass(frozen=True, kw_only=True)
class Number:
    """Numbers of one line, and what keeps them. `staging`: where staging differs on purpose."""

    says: str
    numbers: tuple[str, ...]
    type: str
    names: tuple[str, ...]
    reads: Reader
    value: Any
    staging: Any = AS_IN_PRODUCTION


def number(says: str, numbers: str, type_: str, names: str, reads: Reader, value: Any, **more: Any) -> Number:
    """A row short enough to read as one."""
    return Number(
        says=says,
        numbers=tuple(numbers.split()),
        type=type_,
        names=tuple(names.split()),
        reads=reads,
        value=value,
        **more,
    )


AVAILABILITY, ERRORS, LATENCY = (f"deployment-alarms-{what}" for what in ("availability", "error-rate", "latency"))
CPU = "alarms-task-cpu alarms-database-cpu"
MEMORY = "alarms-task-memory alarms-database-memory"
DISK = "alarms-task-disk alarms-database-disk"

NUMBERS = (
    # Key metrics
    number("Target: 99.9% uptime", "99.9", "MetricAlarm", "alarms-target-availability", line, "< 99.9"),
    number("Alert: < 99.5% for 5 minutes", "99.5", "MetricAlarm", AVAILABILITY, line, "< 99.5"),
    number("Alert: < 99.5% for 5 minutes", "5", "MetricAlarm", AVAILABILITY, minutes, 5),
    number("Target: P95 < 200ms", "95", "MetricAlarm", "alarms-target-latency", percentile, "p95"),
    number("Target: P95 < 200ms", "200", "MetricAlarm", "alarms-target-latency", line, "≥ 200"),
    number("Alert: P95 > 500ms for 5 minutes", "95", "MetricAlarm", LATENCY, percentile, "p95"),
    number("Alert: P95 > 500ms for 5 minutes", "500", "MetricAlarm", LATENCY, line, "> 500"),
    number("Alert: P95 > 500ms for 5 minutes", "5", "MetricAlarm", LATENCY, minutes, 5),
    number("Target: < 0.1%", "0.1", "MetricAlarm", "alarms-target-errors", line, "≥ 0.1"),
    number("Alert: > 1% for 5 minutes", "1", "MetricAlarm", ERRORS, line, "> 1"),
    number("Alert: > 1% for 5 minutes", "5", "MetricAlarm", ERRORS, minutes, 5),
    number("CPU: Alert at 80%", "80", "MetricAlarm", CPU, line, "> 80"),
    number("Memory: Alert at 85%", "85", "MetricAlarm", MEMORY, line, "> 85"),
    number("Disk: Alert at 90%", "90", "MetricAlarm", DISK, line, "> 90"),
    # Blue-green deployment
    number(
        "Monitor for 1 hour",
        "1",
        "ecs/service:Service",
        "service",
        at("deploymentConfiguration.bakeTimeInMinutes"),
        "60",
        staging="15",
    ),
    # Backup schedule
    number(
        "Database: Hourly incremental, daily full",
        "Hourly",
        "Plan",
        "backups-database",
        rule("hourly", "enableContinuousBackup"),
        True,  # restorable to about five minutes
    ),
    number(
        "Database: Hourly incremental, daily full",
        "daily",
        "Plan",
        "backups-database",
        rule("daily", "schedule"),
        "cron(0 5 ? * * *)",
    ),
    number(
        "Object Storage: Daily snapshots",
        "Daily",
        "Plan",
        "backups-storage",
        rule("daily", "schedule"),
        "cron(0 5 ? * * *)",
    ),
    number(
        "Configuration: Daily backups",
        "Daily",
        "Selection",
        "backups-storage-of-configuration",
        at("name"),
        "configuration",
    ),
    number(
        "Logs: 30-day retention",
        "30",
        "LogGroup",
        "cluster-service-logs cluster-insights-logs cluster-exec-logs database-log-postgresql database-log-upgrade"
        " network-flow-logs-group web-firewall-log",
        at("retentionInDays"),
        30,
    ),
    number(
        "Weekly backup test",
        "Weekly",
        "RestoreTestingPlan",
        "backups-restore-test",
        at("scheduleExpression"),
        "cron(0 8 ? * MON *)",
    ),
    # Auto-scaling
    number("Scale up: CPU > 70% for 5 min", "70", "MetricAlarm", "autoscaling-scale-out-cpu", line, "> 70"),
    number("Scale up: CPU > 70% for 5 min", "5", "MetricAlarm", "autoscaling-scale-out-cpu", minutes, 5),
    number("Scale up: Memory > 80% for 5 min", "80", "MetricAlarm", "autoscaling-scale-out-memory", line, "> 80"),
    number("Scale up: Memory > 80% for 5 min", "5", "MetricAlarm", "autoscaling-scale-out-memory", minutes, 5),
    number(
        "Scale down: CPU < 30% for 10 min",
        "30",
        "MetricAlarm",
        "autoscaling-scale-in",
        low_on_both,
        ("ALARM", "OK", "OK"),
    ),
    number("Scale down: CPU < 30% for 10 min", "10", "MetricAlarm", "autoscaling-scale-in", minutes, 10),
    number(
        "Scale down: Memory < 40% for 10 min",
        "40",
        "MetricAlarm",
        "autoscaling-scale-in",
        low_on_both,
        ("ALARM", "OK", "OK"),
    ),
    number("Scale down: Memory < 40% for 10 min", "10", "MetricAlarm", "autoscaling-scale-in", minutes, 10),
    # Manual scaling: what the runbook's examples ask for can be had
    number("./scripts/scale-up.sh --instances 5", "5", "Target", "autoscaling-tasks", accepts(5), True, staging=False),
    number("./scripts/scale-down.sh --instances 2", "2", "Target", "autoscaling-tasks", accepts(2), True),
    # Scheduled maintenance
    number(
        "Frequency: Monthly (first Sunday, 2-4 AM UTC)",
        "Monthly first 2",
        "MaintenanceWindow",
        "maintenance-window",
        at("schedule"),
        "cron(0 2 ? * SUN#1 *)",
    ),
    number(
        "Frequency: Monthly (first Sunday, 2-4 AM UTC)",
        "4",
        "MetricAlarm",
        "maintenance-alarm-window",
        quiet_at((1, 59), (2, 0), (3, 59), (4, 0)),
        (False, True, True, False),
    ),
    number("Duration: 2 hours", "2", "MaintenanceWindow", "maintenance-window", at("duration"), 2),
    # The last Sunday of a month is seven days before the first of the next.
    number(
        "Notification: 1 week advance notice",
        "1",
        "Schedule",
        "maintenance-notice",
        at("scheduleExpression"),
        "cron(0 2 ? * 1L *)",
    ),
)

# Kept by people (or by PagerDuty, set up by people): where a person finds it written down.
WRITTEN_DOWN = {
    "Escalate if no response in 15 min": ("runbook.md", "after 15 minutes the engineering lead"),
    "Review within 1 hour": ("runbook.md", "review within 1 hour"),
    "Review during daily check": ("incident-response.md", "it is for the daily check"),
    "Response: Immediate (< 15 min)": ("incident-response.md", "at once, within 15 minutes"),
    "Response: < 1 hour": ("incident-response.md", "within 1 hour"),
    "Response: < 4 hours": ("incident-response.md", "within 4 hours"),
    "Response: < 24 hours": ("incident-response.md", "within 24 hours"),
}


@pytest.mark.parametrize("row", NUMBERS, ids=lambda row: f"{row.says} [{' '.join(row.numbers)}]")
def test_the_number_is_kept(stack: Stack, row: Number):
    wanted = row.value if stack.name == "production" or row.staging is AS_IN_PRODUCTION else row.staging
    found = {name: row.reads(stack.up, stack.up.one(row.type, name)) for name in row.names}
    assert found == dict.fromkeys(row.names, wanted)


@pytest.mark.parametrize("says", WRITTEN_DOWN)
def test_what_people_keep_is_written_down(says: str):
    page, text = WRITTEN_DOWN[says]
    assert text in (ROOT / "docs" / page).read_text(encoding="utf-8")


def test_every_number_of_the_runbook_stands_in_the_table_once():
    in_the_runbook = Counter(
        (says, found) for lines in LINES.values() for says in lines for found in NUMBER.findall(says)
    )
    in_the_table = Counter((row.says, found) for row in NUMBERS for found in row.numbers)
    by_people = {key: times for key, times in in_the_runbook.items() if key[0] in WRITTEN_DOWN}
    assert in_the_table == in_the_runbook - Counter(by_people)


ALERTS = {
    # Critical alerts (PagerDuty)
    "alerts-requests-failing": "PagerDuty",
    "alerts-no-healthy-target": "PagerDuty",
    "alerts-database-disk": "PagerDuty",
    "alerts-database-silent": "PagerDuty",
    "alerts-backups-too-late": "PagerDuty",
    # Warning alerts (e-mail)
    "alerts-latency": "email",
    "alerts-client-errors": "email",
    "alerts-task-cpu": "email",
    "alerts-task-memory": "email",
    "alerts-task-disk": "email",
    "alerts-database-cpu": "email",
    "alerts-database-memory": "email",
    "alerts-database-connections": "email",
    "alerts-log-errors": "email",
    "alerts-backup-failed": "email",
    "alerts-backups-late": "email",
    "alerts-functions": "email",
}


def test_critical_goes_to_pagerduty_and_warning_by_email(production: Stack):
    found = {one.name: told_through(production.up, one) for one in production.up.all("CompositeAlarm")}
    assert found == {alert: {way} for alert, way in ALERTS.items()}
    outside = production.up.one("MetricAlarm", "outside-outside-check")
    assert told_through(production.up, outside) == {"PagerDuty"}


def test_without_pagerduty_critical_goes_by_email_too(staging: Stack):
    assert {way for one in staging.up.all("CompositeAlarm") for way in told_through(staging.up, one)} == {"email"}
    assert told_through(staging.up, staging.up.one("MetricAlarm", "outside-outside-check")) == {"email"}


def test_info_is_told_to_nobody_and_stands_on_the_dashboard(stack: Stack):
    dashboard = stack.up.one("Dashboard", "dashboard-health")["dashboardBody"]
    for target in ("availability", "latency", "errors"):
        alarm = stack.up.one("MetricAlarm", f"alarms-target-{target}")
        assert [key for key in ("alarmActions", "okActions", "insufficientDataActions") if key in alarm] == []
        assert [one.name for one in stack.up.all("CompositeAlarm") if f'"{alarm["name"]}"' in one["alarmRule"]] == []
        assert alarm.outputs["arn"] in dashboard

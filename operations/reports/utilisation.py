"""How much of what there is was used, against the alert lines (runbook, "Resource Usage")."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from operations.errors import CommandStopped
from operations.reports.finding import Finding, Span, judged, unknown, yours
from operations.reports.metrics import FINE_SECONDS, Series, measure
from operations.reports.reading import Reading
from runbook.alarm import Metric, metric
from runbook.database_classes import DATABASE_CLASS_MEMORY_GIB, max_connections

Line = Literal["cpu_percent", "memory_percent", "disk_percent", "database_connections_percent"]


@dataclass(frozen=True, kw_only=True)
class Used:
    """One thing of which there is only so much."""

    id: str
    what: str
    line: Line
    """Key of the settings' `alerts`."""
    measured: Metric | None = None
    expression: str | None = None
    """Percent, where the metric is not percent itself. `{name}` is filled in from the database's description."""


TASKS = (
    Used(
        id="task_cpu",
        what="CPU of the tasks",
        line="cpu_percent",
        measured=metric("AWS/ECS", "CPUUtilization", "Average", "service"),
    ),
    Used(
        id="task_memory",
        what="memory of the tasks",
        line="memory_percent",
        measured=metric("AWS/ECS", "MemoryUtilization", "Average", "service"),
    ),
    Used(
        id="task_disk",
        what="scratch disk of the fullest task",
        line="disk_percent",
        measured=metric("ECS/ContainerInsights", "TaskEphemeralStorageUtilization", "Maximum", "service"),
    ),
)
DATABASE = (
    Used(
        id="database_cpu",
        what="CPU of the database",
        line="cpu_percent",
        measured=metric("AWS/RDS", "CPUUtilization", "Average", "database"),
    ),
    Used(
        id="database_memory",
        what="memory of the database",
        line="memory_percent",
        measured=metric("AWS/RDS", "FreeableMemory", "Average", "database"),
        expression="100 * (1 - database_memory_measured / {memory_bytes})",
    ),
    Used(
        id="database_connections",
        what="connections of the database",
        line="database_connections_percent",
        measured=metric("AWS/RDS", "DatabaseConnections", "Average", "database"),
        expression="100 * database_connections_measured / {connections}",
    ),
    Used(
        id="database_disk",
        what="disk of the database",
        line="disk_percent",
        expression="DB_PERF_INSIGHTS('RDS', '{resource_id}', 'os.fileSys.usedPercent.avg')",
    ),
)


def utilisation(reading: Reading) -> Iterator[Finding]:
    """Mean and highest five minutes of each."""
    tasks = used(reading, TASKS, reading.span, {})
    for row in TASKS:
        yield _finding(reading, row, tasks[row.id])
    if reading.session.manifest.database.identifier is None:
        yield yours("the database stands elsewhere: whoever runs it knows how much of it is used")
        return
    facts = database_facts(reading)
    database = used(reading, DATABASE, reading.span, facts)
    for row in DATABASE:
        yield _finding(reading, row, database[row.id])


def used(reading: Reading, rows: tuple[Used, ...], span: Span, facts: dict[str, Any]) -> dict[str, Series]:
    """Percent by row; asked once for a span."""
    queries: dict[str, Metric | str] = {}
    for row in rows:
        if row.measured is not None:
            queries[f"{row.id}_measured"] = row.measured
        if row.expression is not None:
            queries[row.id] = row.expression.format(**facts)
    found = reading.once(
        f"used {rows[0].id} {span}", lambda: measure(reading, queries, span=span, period_seconds=FINE_SECONDS)
    )
    return {row.id: found[row.id if row.expression else f"{row.id}_measured"] for row in rows}


def described_database(reading: Reading) -> dict[str, Any]:
    """As RDS describes it, asked once."""
    identifier = reading.session.manifest.database.identifier

    def ask() -> dict[str, Any]:
        [found] = reading.client("rds").describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
        return found

    return reading.once("database", ask)


def database_facts(reading: Reading) -> dict[str, Any]:
    """What turns bytes and counts into percent. Stops for a class that nobody wrote down."""
    found = described_database(reading)
    instance_class = found["DBInstanceClass"]
    if instance_class not in DATABASE_CLASS_MEMORY_GIB:
        raise CommandStopped(
            f"the memory of {instance_class} is not known, so the database's figures cannot be told in percent "
            "(a row in runbook/database_classes.py adds it)"
        )
    return {
        "memory_bytes": DATABASE_CLASS_MEMORY_GIB[instance_class] * 1024**3,
        "connections": max_connections(instance_class),
        "resource_id": found["DbiResourceId"],
    }


def _finding(reading: Reading, row: Used, series: Series) -> Finding:
    line = float(getattr(reading.session.manifest.alert_lines, row.line))
    if series.highest is None or series.mean is None:
        return unknown(f"{row.what}: CloudWatch has no data in this time")
    at, percent = series.highest
    return judged(
        f"{row.what}: {series.mean:.0f} % on average, {percent:.0f} % at most at {at:%Y-%m-%d %H:%M} "
        f"(alert line {line:g} %)",
        bad=percent > line,
    )

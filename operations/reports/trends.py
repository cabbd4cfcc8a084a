"""Week over week: what changed, what is over-sized, what comes near its end, and when it gets there."""

from collections.abc import Iterator
from dataclasses import dataclass

from operations.reports.finding import Finding, Span, good, judged, look, unknown, yours
from operations.reports.metrics import FINE_SECONDS, HOUR_SECONDS, Series, measure
from operations.reports.reading import Reading
from operations.reports.traffic import requests
from operations.reports.users import compared
from operations.reports.utilisation import DATABASE, TASKS, database_facts, described_database, used
from runbook.alarm import metric
from runbook.alarms import ERROR_LINES_METRIC

NEAR_PERCENT = 80
"""Of a bound: near enough to act before it is reached."""
IDLE_PERCENT = 30
"""Of CPU at its highest. The runbook scales in below this ("Scale down: CPU < 30%")."""
FORECAST_WEEKS = 8
"""A bound that is reached within two maintenance windows has to be in the plan."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number of this week and the last; None where CloudWatch has no data."""

    what: str
    unit: str
    now: float | None
    then: float | None

    @property
    def line(self) -> str:
        """`requests: 12,000; the week before 11,111 (+8 %)`."""
        if self.now is None:
            return f"{self.what}: unknown"
        return f"{self.what}: {self.now:,.0f}{self.unit}; the week before {compared(self.now, self.then)}"


def weeks_until(bound: float, now: float, then: float) -> float | None:
    """At this pace, a straight line; None where it does not grow. 0: it is reached."""
    if now >= bound:
        return 0
    return (bound - now) / (now - then) if now > then else None


def trends(reading: Reading) -> Iterator[Finding]:
    """Every figure that the dashboard draws, as a pair."""
    figures = list(_figures(reading))
    missing = [one.what for one in figures if one.now is None]
    yield good(
        "figures of the week against those of the week before", *(one.line for one in figures if one.now is not None)
    )
    if missing:
        yield unknown(f"no data this week: {', '.join(missing)}")


def _figures(reading: Reading) -> Iterator[Figure]:
    now, then = (requests(reading, span) for span in (reading.span, reading.span.before))
    yield Figure(what="requests", unit="", now=now.total, then=then.total)
    yield Figure(what="failed requests", unit="", now=now.failed, then=then.failed)
    yield Figure(what="answers with 4xx", unit="", now=now.refused, then=then.refused)
    yield Figure(what="P95 latency on average", unit=" ms", now=now.p95.mean, then=then.p95.mean)
    errors_now, errors_then = (_error_lines(reading, span) for span in (reading.span, reading.span.before))
    yield Figure(what="error lines in the log", unit="", now=errors_now, then=errors_then)
    for row, series in _used(reading, reading.span).items():
        before = _used(reading, reading.span.before)[row]
        yield Figure(what=f"{row} on average", unit=" %", now=series.mean, then=before.mean)


def _error_lines(reading: Reading, span: Span) -> float | None:
    namespace = f"MockForgeCloud/{reading.session.manifest.environment}"
    queries = {"errors": metric(namespace, ERROR_LINES_METRIC, "Sum", "environment")}
    return measure(reading, queries, span=span, period_seconds=HOUR_SECONDS)["errors"].total


def _used(reading: Reading, span: Span) -> dict[str, Series]:
    tasks = used(reading, TASKS, span, {})
    found = {row.what: tasks[row.id] for row in TASKS}
    if reading.session.manifest.database.identifier is not None:
        database = used(reading, DATABASE, span, database_facts(reading))
        found |= {row.what: database[row.id] for row in DATABASE}
    return found


def opportunities(reading: Reading) -> Iterator[Finding]:
    """What is paid for and was not needed this week."""
    idle: list[str] = []
    for what, series in _used(reading, reading.span).items():
        if what.startswith("CPU") and series.highest is not None and series.highest[1] < IDLE_PERCENT:
            idle.append(f"{what}: {series.highest[1]:.0f} % at most; a smaller size would carry that")
    yield yours("what was not needed this week" if idle else f"no CPU stayed below {IDLE_PERCENT} % all week", *idle)


def capacity(reading: Reading) -> Iterator[Finding]:
    """How near the bounds it came: number of tasks, connections, and the disk's way to its largest size."""
    scaling = reading.session.manifest.scaling
    highest = _running(reading, reading.span).highest
    if highest is None:
        yield unknown("CloudWatch does not say how many tasks ran (Container Insights)")
    else:
        at, tasks = highest
        yield judged(
            f"at most {tasks:.0f} of {scaling.maximum_tasks} tasks ran, at {at:%Y-%m-%d %H:%M}",
            bad=tasks >= scaling.maximum_tasks,
        )
    if reading.session.manifest.database.identifier is None:
        yield yours("the database stands elsewhere: whoever runs it plans its capacity")
        return
    found = described_database(reading)
    allocated, most = found["AllocatedStorage"], found.get("MaxAllocatedStorage")
    if most is None:
        yield look(f"the database's disk has {allocated} GiB and does not grow by itself")
    else:
        yield judged(
            f"the database's disk has {allocated} GiB and grows to {most} GiB at most",
            bad=100 * allocated >= NEAR_PERCENT * most,
        )


def forecasts(reading: Reading) -> Iterator[Finding]:
    """A straight line through two weeks: enough to see what must be in the plan, not what will happen."""
    lines = reading.session.manifest.alert_lines
    bounds = {row.what: float(getattr(lines, row.line)) for row in (*TASKS, *DATABASE)}
    now, then = _used(reading, reading.span), _used(reading, reading.span.before)
    near: list[str] = []
    for what, series in now.items():
        if series.mean is None or (before := then[what].mean) is None:
            yield unknown(f"{what}: two weeks of data are needed")
            continue
        left = weeks_until(bounds[what], series.mean, before)
        if left is not None and left <= FORECAST_WEEKS:
            near.append(f"{what}: at the alert line of {bounds[what]:g} % in about {left:.0f} weeks")
    yield judged(
        f"at this pace {len(near) or 'nothing'} reaches an alert line within {FORECAST_WEEKS} weeks",
        *near,
        bad=bool(near),
    )
    peak_now, peak_then = (_running(reading, span).highest for span in (reading.span, reading.span.before))
    if peak_now and peak_then:
        most = reading.session.manifest.scaling.maximum_tasks
        left = weeks_until(most, peak_now[1], peak_then[1])
        told = "does not grow" if left is None else f"reaches the maximum of {most} in about {left:.0f} weeks"
        yield judged(f"the highest number of tasks {told}", bad=left is not None and left <= FORECAST_WEEKS)
    else:
        yield unknown("number of tasks: two weeks of data are needed")


def _running(reading: Reading, span: Span) -> Series:
    queries = {"running": metric("ECS/ContainerInsights", "RunningTaskCount", "Maximum", "service")}
    return reading.once(
        f"running {span}",
        lambda: measure(reading, queries, span=span, period_seconds=FINE_SECONDS)["running"],
    )

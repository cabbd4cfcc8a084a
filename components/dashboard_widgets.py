"""How a widget of the dashboard is written down: curves, lines, graphs, log queries, and their place on the grid.

Source: Amazon CloudWatch API reference, "Dashboard body structure and syntax".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runbook.alarm import DIMENSIONS, Metric, Subject
from runbook.settings import Alerts, Objectives

GRID_COLUMNS = 24
PERIOD_SECONDS = 300
PERCENT = (0.0, 100.0)
ALERT_COLOUR, TARGET_COLOUR = "#d62728", "#2ca02c"

Widget = dict[str, Any]
Series = list[Any]


@dataclass(frozen=True, kw_only=True)
class DashboardValues:
    """Everything that the dashboard names, known."""

    title: str
    region: str
    url: str
    guide_url: str
    window: str
    """The maintenance window in words."""
    objectives: Objectives
    alerts: Alerts
    subjects: Mapping[Subject, str]
    """Dimension values, as `AlarmsArgs.subjects`, and `health_check` besides."""
    instance_class: str | None
    """Of the RDS instance; None: there is none, and no row about it."""
    log_group_name: str
    own_namespace: str
    alarm_arns: Sequence[str]
    outside_alarm_arns: Sequence[str]


def laid_out(rows: Sequence[tuple[int, Sequence[tuple[int, Widget]]]]) -> list[Widget]:
    """Rows below each other, each with its height; every widget comes with its share of the row's width."""
    placed: list[Widget] = []
    y = 0
    for height, widgets in rows:
        column_width = GRID_COLUMNS // sum(share for share, _ in widgets)
        x = 0
        for share, widget in widgets:
            width = share * column_width
            placed.append({**widget, "x": x, "y": y, "width": width, "height": height})
            x += width
        y += height
    return placed


def series(values: DashboardValues, metric: Metric, **rendering: str | int | bool) -> Series:
    """One curve: `[namespace, name, dimension, value, ..., {rendering}]`."""
    named = {dimension: values.subjects[subject] for dimension, subject in DIMENSIONS[metric.of].items()}
    dimensions = [part for pair in {**named, **metric.fixed}.items() for part in pair]
    return [metric.namespace, metric.name, *dimensions, {"stat": metric.statistic, **rendering}]


def expression(text: str, **rendering: str | int | bool) -> Series:
    """A curve of metric math over others of the same graph."""
    return [{"expression": text, **rendering}]


def lines_at(alert: float, target: float | None = None) -> list[dict[str, Any]]:
    """Horizontal lines: where somebody is told, and what we promise."""
    drawn: list[dict[str, Any]] = [{"label": f"alert {alert:g}", "value": alert, "color": ALERT_COLOUR}]
    if target is not None:
        drawn.append({"label": f"target {target:g}", "value": target, "color": TARGET_COLOUR})
    return drawn


def graph(
    values: DashboardValues,
    title: str,
    curves: Sequence[Series],
    *,
    lines: Sequence[Mapping[str, Any]] = (),
    axis: tuple[float | None, float | None] = (0, None),
    period_seconds: int = PERIOD_SECONDS,
    region: str | None = None,
) -> Widget:
    """Curves over time. `axis`: least and greatest value shown, None as far as the curves go."""
    ends = {end: value for end, value in zip(("min", "max"), axis, strict=True) if value is not None}
    properties: dict[str, Any] = {
        "title": title,
        "region": region or values.region,
        "metrics": list(curves),
        "period": period_seconds,
        "view": "timeSeries",
        "yAxis": {"left": {**ends, "showUnits": False}},
    }
    if lines:
        properties["annotations"] = {"horizontal": list(lines)}
    return {"type": "metric", "properties": properties}


def percent_graph(
    values: DashboardValues, title: str, metric: Metric, alert_percent: float, formula: str | None = None
) -> Widget:
    """How much of something is used, and where somebody is told. `formula` makes a percentage of `measured`."""
    if formula is None:
        curves = [series(values, metric, label="used")]
    else:
        measured = series(values, metric, id="measured", visible=False)
        curves = [measured, expression(formula, id="used", label="used")]
    return graph(values, title, curves, lines=lines_at(alert_percent), axis=PERCENT)


def log_graph(values: DashboardValues, title: str, query: str, *, view: str = "table") -> Widget:
    """What Logs Insights finds in the service's log: a `table`, or a `timeSeries` of a query that counts by time."""
    source = f"SOURCE '{values.log_group_name}' | {query}"
    return {"type": "log", "properties": {"title": title, "region": values.region, "query": source, "view": view}}

"""Measurements of CloudWatch over a span. What was never published stays absent: it is not zero."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from operations.errors import CommandStopped
from operations.reports.finding import Span
from operations.reports.reading import Reading
from runbook.alarm import DIMENSIONS, Metric

HOUR_SECONDS = 3600
FINE_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class Series:
    """Measurements in the order of time; none where nothing was published."""

    points: tuple[tuple[datetime, float], ...]

    @property
    def total(self) -> float | None:
        """Of counts."""
        return sum(value for _, value in self.points) if self.points else None

    @property
    def mean(self) -> float | None:
        """Each measurement counts the same."""
        return sum(value for _, value in self.points) / len(self.points) if self.points else None

    @property
    def highest(self) -> tuple[datetime, float] | None:
        """The first of the highest."""
        return max(self.points, key=lambda point: point[1]) if self.points else None

    @property
    def last(self) -> float | None:
        """The newest."""
        return self.points[-1][1] if self.points else None


def measure(
    reading: Reading,
    queries: Mapping[str, Metric | str],
    *,
    span: Span,
    period_seconds: int,
    region: str | None = None,
) -> dict[str, Series]:
    """Query id to its series. A query is a metric, or an expression of metric math."""
    asked: dict[str, Any] = {
        "MetricDataQueries": [_query(reading, name, one, period_seconds) for name, one in queries.items()],
        "StartTime": span.begins,
        "EndTime": span.ends,
        "ScanBy": "TimestampAscending",
    }
    points: dict[str, list[tuple[datetime, float]]] = {name: [] for name in queries}
    cloudwatch = reading.client("cloudwatch", region=region)
    for page in cloudwatch.get_paginator("get_metric_data").paginate(**asked):
        for one in page["MetricDataResults"]:
            if one.get("StatusCode") in ("InternalError", "Forbidden"):
                raise CommandStopped(f"CloudWatch could not give {one['Id']} ({one['StatusCode']})")
            moments = (at.astimezone(UTC) for at in one["Timestamps"])
            points[one["Id"]] += zip(moments, one["Values"], strict=True)
    return {name: Series(points=tuple(sorted(found))) for name, found in points.items()}


def _query(reading: Reading, name: str, one: Metric | str, period_seconds: int) -> dict[str, Any]:
    if isinstance(one, str):
        return {"Id": name, "Expression": one, "Period": period_seconds}
    values = dimension_values(reading)
    dimensions = {key: values[subject] for key, subject in DIMENSIONS[one.of].items()} | dict(one.fixed)
    metric = {
        "Namespace": one.namespace,
        "MetricName": one.name,
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
    }
    return {"Id": name, "MetricStat": {"Metric": metric, "Period": period_seconds, "Stat": one.statistic}}


def dimension_values(reading: Reading) -> dict[str, str]:
    """What the manifest knows of `runbook.alarm.Subject`."""
    manifest = reading.session.manifest
    return {
        "load_balancer": manifest.traffic.load_balancer,
        "blue_target_group": manifest.traffic.blue,
        "green_target_group": manifest.traffic.green,
        "cluster": manifest.service.cluster,
        "service": manifest.service.service,
        "backup_vault": manifest.backups.vault,
        "database": manifest.database.identifier or "",
    }

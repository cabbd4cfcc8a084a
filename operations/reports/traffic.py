"""Requests: availability, error rate and latency against the targets, and how much there was of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from operations.reports.finding import Finding, Span, judged, unknown
from operations.reports.metrics import HOUR_SECONDS, Series, measure
from operations.reports.reading import Reading
from runbook.alarm import metric
from runbook.alarms import REQUEST_METRICS

QUERIES = {
    **REQUEST_METRICS,
    "refused": metric("AWS/ApplicationELB", "HTTPCode_Target_4XX_Count", "Sum", "load_balancer"),
    "seconds": metric("AWS/ApplicationELB", "TargetResponseTime", "p95", "load_balancer"),
}


@dataclass(frozen=True, kw_only=True)
class Requests:
    """Requests of a span. Counts are None where CloudWatch has no request at all."""

    total: int | None
    failed: int | None
    refused: int | None
    """4xx of the tasks."""
    p95: Series
    """Milliseconds, a value an hour."""

    @property
    def error_percent(self) -> float | None:
        """None where there was nothing to divide by."""
        return 100 * self.failed / self.total if self.total and self.failed is not None else None


def requests(reading: Reading, span: Span) -> Requests:
    """Asked once for a span. A count of zero is not published: so others are zero only where requests are known."""
    found = reading.once(f"requests {span}", lambda: measure(reading, QUERIES, span=span, period_seconds=HOUR_SECONDS))
    served, gone = found["requests"].total, found["elb_5xx"].total
    p95 = Series(points=tuple((at, 1000 * seconds) for at, seconds in found["seconds"].points))
    if served is None and gone is None:
        return Requests(total=None, failed=None, refused=None, p95=p95)
    return Requests(
        total=round((served or 0) + (gone or 0)),  # what found no target is not in RequestCount
        failed=round((found["target_5xx"].total or 0) + (gone or 0)),
        refused=round(found["refused"].total or 0),
        p95=p95,
    )


def error_rates(reading: Reading) -> Iterator[Finding]:
    """Runbook, "Key Metrics": availability 99.9 %, errors below 0.1 %, P95 below 200 ms."""
    manifest = reading.session.manifest
    targets, gate = manifest.objectives, manifest.alert_lines.minimum_failures
    found = requests(reading, reading.span)
    percent = found.error_percent
    if percent is None or found.failed is None:
        yield unknown("CloudWatch has no requests in this time, so there is neither availability nor error rate")
    else:
        # As for the alarms: of few requests a single failure is above any target.
        counts = found.failed >= gate
        few = "" if counts or not found.failed else f"; fewer than {gate} failures say nothing"
        yield judged(
            f"availability {100 - percent:.3f} % (target {targets.availability_percent:g} %){few}",
            bad=counts and 100 - percent < targets.availability_percent,
        )
        yield judged(
            f"error rate {percent:.3f} % (target below {targets.error_percent:g} %): "
            f"{found.failed:,} of {found.total:,} requests failed, {found.refused:,} were answered with 4xx",
            bad=counts and percent >= targets.error_percent,
        )
    yield _latency(found.p95, targets.latency_p95_milliseconds)


def _latency(p95: Series, target_milliseconds: int) -> Finding:
    if p95.highest is None:
        return unknown("CloudWatch has no response times in this time")
    at, milliseconds = p95.highest
    slow = [one for one in p95.points if one[1] >= target_milliseconds]
    return judged(
        f"P95 latency at most {milliseconds:.0f} ms, in the hour from {at:%Y-%m-%d %H:%M} "
        f"(target below {target_milliseconds} ms)",
        *([f"{len(slow)} of {len(p95.points)} hours missed the target"] if slow else []),
        bad=bool(slow),
    )

"""What the offline environment's metrics say: steady load, and failures while users meet a broken version."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from offline import deployments
from offline.api.asking import Asking
from offline.course import Failure, states
from offline.provider.store import Row

STEADY: Final = {
    ("AWS/ECS", "CPUUtilization"): 38.0,
    ("AWS/ECS", "MemoryUtilization"): 55.0,
    ("AWS/ApplicationELB", "RequestCount"): 900.0,
}
"""Percent, and requests a minute: neither hot enough to scale out nor cool enough to scale in."""
FAILURES: Final = ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count")
FAILED_A_MINUTE: Final = 81.0
"""Nine percent of the requests. Where nothing fails there is no figure, as at AWS."""
_WARM: Final = timedelta(minutes=30)
"""The figures begin before the first deployment that the offline cloud remembers."""
_COUNTED: Final = {"RequestCount", "HTTPCode_Target_5XX_Count"}


def series(
    asking: Asking, metric: tuple[str, str], *, begins: datetime, ends: datetime, period_seconds: int
) -> list[tuple[datetime, float]]:
    """Moments and values, the newest first; none of a metric that nobody measures here."""
    minutes = period_seconds / 60 if metric[1] in _COUNTED else 1
    found: list[tuple[datetime, float]] = []
    for at in _moments(asking, begins, ends, period_seconds):
        if metric in STEADY:
            found.append((at, STEADY[metric] * minutes))
        elif metric == FAILURES and any(since <= at < until for since, until in broken_spans(asking)):
            found.append((at, FAILED_A_MINUTE * minutes))
    return found


def broken_spans(asking: Asking) -> list[tuple[datetime, datetime]]:
    """When users met a version that was arranged to fail: from the shift of traffic to its way back."""
    found: list[tuple[datetime, datetime]] = []
    for row in asking.rows(deployments.SERVICE):
        for one in deployments.standing(asking.cloud, row, asking.clock):
            course = one.deployment.course
            if course is None or course.failure is not Failure.ALARM:
                continue
            reached = states(course)
            live = [state.at for state in reached if state.live]
            back = [state.at for state in reached if state.status.startswith("ROLLBACK")]
            if live and back:
                found.append((live[0], back[0]))
    return found


def _moments(asking: Asking, begins: datetime, ends: datetime, period_seconds: int) -> Iterator[datetime]:
    """Whole periods, none before the service stood or after now."""
    born = min((_born(asking, row) for row in asking.rows(deployments.SERVICE)), default=None)
    end = min(ends, asking.now)
    at = datetime.fromtimestamp(int(end.timestamp()) // period_seconds * period_seconds - period_seconds, end.tzinfo)
    while born is not None and at >= max(begins, born):
        yield at
        at -= timedelta(seconds=period_seconds)


def _born(asking: Asking, row: Row) -> datetime:
    return deployments.standing(asking.cloud, row, asking.clock)[0].since - _WARM

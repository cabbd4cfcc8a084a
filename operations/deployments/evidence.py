"""What happened around a rollback: request figures and errors of the log. What AWS does not say is unknown."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from operations.aws.errors import as_stopped, brief, is_signed_out
from operations.plain_text import plain
from operations.session import Session

Found = TypeVar("Found")
WINDOW_MINUTES = 15
LINES = 20
LINE_CHARACTERS = 300
PERIOD_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Requests:
    """Requests and failures (5xx of tasks and load balancer) in a window."""

    begins: datetime
    ends: datetime
    requests: int | None
    """None: CloudWatch has no requests at all, or gave no answer."""
    failures: int | None

    @property
    def error_percent(self) -> float | None:
        """None where there was nothing to divide by."""
        if self.requests is None or self.failures is None or self.requests == 0:
            return None
        return 100 * self.failures / self.requests


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """`missing` says in a sentence each what could not be had."""

    before: Requests
    after: Requests
    log_lines: tuple[str, ...] | None
    missing: tuple[str, ...]


def gather(session: Session, *, began: datetime, ended: datetime) -> Evidence:
    """A quarter of an hour before `began`, and after `ended` as far as it is over. Never raises for AWS's refusals."""
    missing: list[str] = []
    window = timedelta(minutes=WINDOW_MINUTES)

    def attempt(what: str, ask: Callable[[], Found]) -> Found | None:
        try:
            return ask()
        except Exception as error:
            if as_stopped(error) is None or is_signed_out(error):
                raise
            missing.append(f"{what}: AWS gave no answer ({brief(error)})")
            return None

    def requests(begins: datetime, ends: datetime) -> Requests:
        counts = attempt("request figures", lambda: _counts(session, begins, ends)) if ends > begins else None
        total, failed = counts or (None, None)
        return Requests(begins=begins, ends=ends, requests=total, failures=failed)

    return Evidence(
        before=requests(began - window, began),
        after=requests(ended, min(ended + window, session.clock.now())),
        log_lines=attempt("log", lambda: _error_lines(session, began - window, began)),
        missing=tuple(missing),
    )


def _counts(session: Session, begins: datetime, ends: datetime) -> tuple[int | None, int | None]:
    """Requests and failures. A count of zero is not published, so failures are zero only where requests are known."""
    from runbook.alarms import REQUEST_METRICS

    dimensions = [{"Name": "LoadBalancer", "Value": session.manifest.traffic.load_balancer}]
    queries = [
        {
            "Id": name,
            "MetricStat": {
                "Metric": {"Namespace": one.namespace, "MetricName": one.name, "Dimensions": dimensions},
                "Period": PERIOD_SECONDS,
                "Stat": one.statistic,
            },
        }
        for name, one in REQUEST_METRICS.items()
    ]
    answer = session.clients.client("cloudwatch").get_metric_data(
        MetricDataQueries=queries, StartTime=begins, EndTime=ends
    )
    sums = {one["Id"]: sum(one["Values"]) for one in answer["MetricDataResults"] if one["Values"]}
    if not sums:
        return None, None
    # What found no target is not in RequestCount.
    total = sums.get("requests", 0) + sums.get("elb_5xx", 0)
    return round(total), round(sums.get("target_5xx", 0) + sums.get("elb_5xx", 0))


def _error_lines(session: Session, begins: datetime, ends: datetime) -> tuple[str, ...]:
    """The last lines with ERROR, shortened and without control characters."""
    asked: dict[str, Any] = {
        "logGroupName": session.manifest.service.log_group,
        "startTime": int(begins.timestamp() * 1000),
        "endTime": int(ends.timestamp() * 1000),
        "filterPattern": '"ERROR"',
    }
    found: list[tuple[int, str]] = []
    logs = session.clients.client("logs")
    for _ in range(10):  # pages; more than this is not an excerpt
        page = logs.filter_log_events(**asked)
        found += [(one["timestamp"], one["message"]) for one in page.get("events", [])]
        if not (token := page.get("nextToken")):
            break
        asked["nextToken"] = token
    return tuple(plain(line)[:LINE_CHARACTERS] for _, line in sorted(found)[-LINES:])

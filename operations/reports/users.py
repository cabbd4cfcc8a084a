"""Who used it: sign-ups, log-ins and clients from the access logs, and how much there was against before."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from operations.reports.access_logs import AccessLogs, access_logs
from operations.reports.counted import counted
from operations.reports.finding import Finding, Span, good, not_enabled, unknown
from operations.reports.reading import Reading
from operations.reports.traffic import requests

NO_LOGS = "the load balancer writes no access logs, and nothing else tells who came"


def sign_ups(reading: Reading) -> Iterator[Finding]:
    """`POST /api/v1/auth/register` that succeeded; the others are told beside."""
    if (logs := access_logs(reading)) is None:
        yield not_enabled(NO_LOGS)
        return
    yield good(f"{_counted(logs.summary.sign_ups, 'sign-up')}{_at_least(logs)}")


def active_users(reading: Reading) -> Iterator[Finding]:
    """A stand-in with a name: the application tells nobody how many users are active."""
    if (logs := access_logs(reading)) is None:
        yield not_enabled(NO_LOGS)
        return
    clients = len(logs.summary.logged_in_clients)
    yield good(
        f"{counted(clients, 'distinct client address', 'distinct client addresses')} with a log-in, in "
        "place of active users (people behind one address count once, those who stayed logged in not at all)"
        f"{_at_least(logs)}",
        _counted(logs.summary.log_ins, "log-in"),
    )


def usage_trends(reading: Reading) -> Iterator[Finding]:
    """Requests of the day against the day before, and against the same day a week ago."""
    week = timedelta(days=7)
    week_ago = Span(begins=reading.span.begins - week, ends=reading.span.ends - week)
    now = requests(reading, reading.span).total
    if now is None:
        yield unknown("CloudWatch has no requests in this time")
        return
    lines = [
        f"{name}: {compared(now, requests(reading, span).total)}"
        for name, span in (("the time before", reading.span.before), ("a week ago", week_ago))
    ]
    yield good(f"{now:,} requests, probes included", *lines)


def compared(now: float, then: float | None) -> str:
    """`12,000 (+8 %)`; what was not known then is unknown, not a rise from zero."""
    if then is None:
        return "unknown"
    if then == 0:
        return "0"
    return f"{then:,.0f} ({100 * (now - then) / then:+.0f} %)"


def _counted(counts: Counter[bool], what: str) -> str:
    return f"{counted(counts[True], what)}, {counts[False]:,} more tried without success"


def _at_least(logs: AccessLogs) -> str:
    files = counted(logs.cut_off, "older file was", "older files were")
    return f"; at least: {files} not read" if logs.cut_off else ""

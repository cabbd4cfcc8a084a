"""The access logs as a person reviews them: what failed, what was refused, and who kept trying."""

from collections import Counter
from collections.abc import Iterator

from operations.reports.access_line import FIRST_FAILURE, FIRST_REFUSAL
from operations.reports.access_logs import access_logs, log_bucket
from operations.reports.counted import counted
from operations.reports.finding import Finding, judged, not_enabled
from operations.reports.reading import Reading

SHOWN = 5
TOO_MANY_REQUESTS = 429
# From one address in the time looked at. A person mistypes a few times; a list of stolen passwords goes on.
SUSPICIOUS_LOG_INS = 20
# The server's refusals; what the firewall stops does not get this far.
SUSPICIOUS_REFUSALS = 500
NOT_ENABLED = "access logs of the load balancer (attribute access_logs.s3.enabled)"


def access(reading: Reading) -> Iterator[Finding]:
    """Counts by kind of answer. Failures are to be looked at; refusals are, when one address has many."""
    logs, place = access_logs(reading), log_bucket(reading)
    if logs is None or place is None:
        yield not_enabled(NOT_ENABLED)
        return
    summary = logs.summary
    failed = sum(count for status, count in summary.statuses.items() if status >= FIRST_FAILURE)
    refused = sum(count for status, count in summary.statuses.items() if FIRST_REFUSAL <= status < FIRST_FAILURE)
    limited = summary.statuses[TOO_MANY_REQUESTS]
    notes = (
        [f"{counted(logs.cut_off, 'older file was', 'older files were')} too much and not read"] if logs.cut_off else []
    )
    notes += [f"{counted(summary.unreadable, 'line')} could not be read"] if summary.unreadable else []
    yield judged(
        f"{counted(summary.requests, 'request')} beside {counted(summary.probes, 'health probe')}: "
        f"{failed:,} failed (5xx), {refused:,} refused (4xx), {limited:,} of these for the request limit (429)",
        *_top("failed", summary.failed_paths),
        *_top("refused", summary.refused_paths),
        *notes,
        bad=failed > 0 or limited > 0,
        link=f"https://s3.console.aws.amazon.com/s3/buckets/{place.bucket}?prefix={place.prefix}/",
    )


def suspicious_access(reading: Reading) -> Iterator[Finding]:
    """Addresses that keep failing to log in, or are refused all the time."""
    logs = access_logs(reading)
    if logs is None:
        yield not_enabled(NOT_ENABLED)
        return
    guessing = _above(logs.summary.wrong_log_ins, SUSPICIOUS_LOG_INS)
    yield judged(
        f"{counted(len(guessing), 'address', 'addresses')} with {SUSPICIOUS_LOG_INS} or more failed log-ins; "
        f"{logs.summary.wrong_log_ins.total():,} failed in all",
        *_lines(guessing),
        bad=bool(guessing),
    )
    refused = _above(logs.summary.refused_clients, SUSPICIOUS_REFUSALS)
    yield judged(
        f"{counted(len(refused), 'address', 'addresses')} refused {SUSPICIOUS_REFUSALS} times or more",
        *_lines(refused),
        bad=bool(refused),
    )


def _above(counts: Counter[str], least: int) -> Counter[str]:
    return Counter({name: count for name, count in counts.items() if count >= least})


def _lines(counts: Counter[str]) -> list[str]:
    return [f"{count:>6,} × {name}" for name, count in counts.most_common(SHOWN)]


def _top(what: str, counts: Counter[str]) -> list[str]:
    return [f"{what} {line}" for line in _lines(counts)]

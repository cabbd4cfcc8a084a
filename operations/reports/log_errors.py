"""Errors in the application's log, grouped by message."""

from collections.abc import Iterator

from operations.reports.counted import counted
from operations.reports.finding import Finding, good, look
from operations.reports.insights import ask
from operations.reports.message_shape import grouped
from operations.reports.reading import Reading

# The application writes text lines: `2026-11-24T00:27:55.2Z ERROR module: message`.
QUERY = 'fields @message | filter @message like " ERROR " | sort @timestamp desc'
GROUPS_SHOWN = 20


def log_errors(reading: Reading) -> Iterator[Finding]:
    """An empty answer is good: the query itself was answered."""
    log_group = reading.session.manifest.service.log_group
    answer = ask(reading, log_group, QUERY, reading.span)
    if not answer.rows:
        yield good(f"no line with ERROR in {log_group}")
        return
    groups = grouped(row.get("@message", "") for row in answer.rows)
    left_out = answer.matched - len(answer.rows)
    lines = [f"{one.count:>6,} × {one.shape}" for one in groups[:GROUPS_SHOWN]]
    if len(groups) > GROUPS_SHOWN:
        lines.append(f"       … and {len(groups) - GROUPS_SHOWN} more messages")
    if left_out > 0:
        lines.append(f"       … and {left_out:,} older lines that were not fetched")
    yield look(
        f"{counted(answer.matched, 'line')} with ERROR in {log_group}, {counted(len(groups), 'different message')}",
        *lines,
        link=f"{reading.session.manifest.alerts.guide_url}#log-errors",
    )

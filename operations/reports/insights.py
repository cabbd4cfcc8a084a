"""One question to CloudWatch Logs Insights, and its answer."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from operations.errors import CommandStopped
from operations.reports.finding import Span
from operations.reports.reading import Reading

MOST_ROWS = 10_000  # CloudWatch Logs, StartQuery
PATIENCE_SECONDS = 120
EVERY_SECONDS = 2
_OVER = frozenset({"Complete", "Failed", "Cancelled", "Timeout"})


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Rows as field to text; `matched` counts what the query's filters let through, also beyond the rows."""

    rows: tuple[dict[str, str], ...]
    matched: int


def ask(reading: Reading, log_group: str, query: str, span: Span, *, limit: int = MOST_ROWS) -> Answer:
    """Waits for it. Stops when the query fails or takes longer than two minutes."""
    logs, clock = reading.client("logs"), reading.session.clock
    query_id = logs.start_query(
        logGroupName=log_group,
        startTime=int(span.begins.timestamp()),
        endTime=int(span.ends.timestamp()),
        queryString=query,
        limit=limit,
    )["queryId"]
    until = clock.now() + timedelta(seconds=PATIENCE_SECONDS)
    while True:
        answer = logs.get_query_results(queryId=query_id)
        if answer["status"] in _OVER:
            break
        if clock.now() >= until:
            raise CommandStopped(f"the query of {log_group} was not answered within {PATIENCE_SECONDS} seconds")
        clock.sleep(EVERY_SECONDS)
    if answer["status"] != "Complete":
        raise CommandStopped(f"the query of {log_group} ended as {answer['status']}")
    rows = tuple(_row(one) for one in answer["results"])
    return Answer(rows=rows, matched=int(answer.get("statistics", {}).get("recordsMatched", len(rows))))


def _row(fields: list[dict[str, Any]]) -> dict[str, str]:
    return {one["field"]: one.get("value", "") for one in fields if one["field"] != "@ptr"}

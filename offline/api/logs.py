"""CloudWatch Logs: the application says little, but for errors while users meet a broken version."""

from datetime import UTC, datetime
from typing import Any, Final

from offline.api.asking import Asking, Operations
from offline.api.figures import broken_spans
from offline.api.refusal import Refusal

GROUP: Final = "cloudwatch/logGroup:LogGroup"
_LINE: Final = "ERROR mockforge_registry_server::handlers::plugins: Database error: connection refused (os error 111)"
_LINES: Final = 3


def filter_log_events(asking: Asking) -> dict[str, Any]:
    """A few lines for each time that users met a broken version."""
    group = str(asking.get("logGroupName") or "")
    if not any(row.outputs.get("name") == group for row in asking.rows(GROUP)):
        raise Refusal("ResourceNotFoundException", "The specified log group does not exist.")
    begins = datetime.fromtimestamp(int(asking.get("startTime") or 0) / 1000, UTC)
    ends = datetime.fromtimestamp(int(asking.get("endTime") or asking.now.timestamp() * 1000) / 1000, UTC)
    events: list[dict[str, Any]] = []
    if group.endswith("/service"):
        for since, until in broken_spans(asking):
            step = (until - since) / _LINES
            moments = [since + step * number for number in range(_LINES)]
            events += [_event(at) for at in moments if begins <= at <= ends and at <= asking.now]
    return {"events": events, "searchedLogStreams": []}


def _event(at: datetime) -> dict[str, Any]:
    stamp = int(at.timestamp() * 1000)
    name = f"{stamp}"
    return {"logStreamName": "mockforge/mockforge/offline", "timestamp": stamp, "message": _LINE, "eventId": name}


OPERATIONS: Final[Operations] = {"FilterLogEvents": filter_log_events}

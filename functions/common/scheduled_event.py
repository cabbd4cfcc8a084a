"""What EventBridge Scheduler sends, and what a person may send instead.

{"scheduledTime": "2026-11-24T04:45:00Z"}    Scheduler fills in when the run was due
{"manual": true}                             by hand: due now
"""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

# An event that was kept for longer would write what is true today under a day that is past.
MAXIMUM_DISTANCE = timedelta(hours=12)


class UnknownEventError(Exception):
    """The event has another shape. The message says which, and what is allowed."""


def due(event: object, now: datetime) -> datetime:
    """When the run was due, UTC. Raises `UnknownEventError`."""
    if not isinstance(event, dict):
        raise UnknownEventError(f"the event is of the type {type(event).__name__}; {_ALLOWED}")
    fields = cast("dict[str, Any]", event)
    if set(fields) == {"manual"} and fields["manual"] is True:
        return now.astimezone(UTC)
    text = fields.get("scheduledTime")
    if set(fields) != {"scheduledTime"} or not isinstance(text, str):
        raise UnknownEventError(f"the event holds {', '.join(sorted(map(str, fields))) or 'nothing'}; {_ALLOWED}")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UnknownEventError(f"scheduledTime is not a time; {_ALLOWED}") from None
    if moment.tzinfo is None:
        raise UnknownEventError(f"scheduledTime has no time zone; {_ALLOWED}")
    if abs(moment - now) > MAXIMUM_DISTANCE:
        raise UnknownEventError(
            f"scheduledTime lies more than {MAXIMUM_DISTANCE.total_seconds() / 3600:g} hours from now: "
            f'the run it belongs to is past; send {{"manual": true}} instead'
        )
    return moment.astimezone(UTC)


_ALLOWED = 'allowed are {"scheduledTime": "<time with zone>"} and {"manual": true}'

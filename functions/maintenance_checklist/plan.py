"""The window divided: by when each part of the checklist has to be over. Pure; no clock is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

SECONDS_PER_MINUTE = 60
_LIMITS = (
    "window_seconds",
    "least_seconds",
    "alarm_seconds",
    "backup_percent",
    "database_percent",
    "backup_before_end_seconds",
    "database_before_end_seconds",
    "word_before_end_seconds",
    "verify_before_end_seconds",
)


class UnknownEventError(Exception):
    """The event has another shape than the state machine sends. The message says what is wrong and where."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Moments, UTC. Each loop of the checklist ends at one of them."""

    starts: datetime
    ends: datetime
    alarm_until: datetime
    backup_until: datetime
    database_until: datetime
    word_until: datetime
    verify_until: datetime
    feasible: bool
    """Whether there is time enough to begin at all."""
    reason: str

    @property
    def minutes(self) -> int:
        """Length of the window that is left, rounded."""
        return round((self.ends - self.starts).total_seconds() / SECONDS_PER_MINUTE)


def plan(started: datetime, given: object, limits: object) -> Plan:
    """Divide the window. Raises `UnknownEventError`.

    `given`, the execution's input: `window_ends_at` (a time with zone), or else `window_minutes` from the start. Other
    keys are for people. The end is never later than the state machine itself may run.
    """
    bounds = _limits(limits)
    ends = min(_end(started, given), started + timedelta(seconds=bounds["window_seconds"]))
    span = ends - started

    def share(percent: int) -> datetime:
        return started + span * percent / 100

    def before_end(seconds: int) -> datetime:
        return ends - timedelta(seconds=seconds)

    feasible = span >= timedelta(seconds=bounds["least_seconds"])
    needs, has = bounds["least_seconds"] / SECONDS_PER_MINUTE, span.total_seconds() / SECONDS_PER_MINUTE
    return Plan(
        starts=started,
        ends=ends,
        alarm_until=started + timedelta(seconds=bounds["alarm_seconds"]),
        backup_until=min(share(bounds["backup_percent"]), before_end(bounds["backup_before_end_seconds"])),
        database_until=min(share(bounds["database_percent"]), before_end(bounds["database_before_end_seconds"])),
        word_until=before_end(bounds["word_before_end_seconds"]),
        verify_until=before_end(bounds["verify_before_end_seconds"]),
        feasible=feasible,
        reason="" if feasible else f"{has:.0f} minutes of the window are left, and {needs:.0f} are needed",
    )


def moment(value: object, name: str) -> datetime:
    """A time with its zone, as UTC. Raises `UnknownEventError`."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise UnknownEventError(f"{name} is {str(value)[:50]!r}; it must be a time with its zone")
    return at.astimezone(UTC)


def fields(value: object, name: str) -> dict[str, Any]:
    """An object. Raises `UnknownEventError`."""
    if not isinstance(value, dict):
        raise UnknownEventError(f"{name} is of the type {type(value).__name__}; it must be an object")
    return cast("dict[str, Any]", value)


def _end(started: datetime, given: object) -> datetime:
    wishes = fields(given, "input")
    if "window_ends_at" in wishes:
        return moment(wishes["window_ends_at"], "window_ends_at")
    minutes = wishes.get("window_minutes")
    if not isinstance(minutes, int) or isinstance(minutes, bool) or minutes < 1:
        raise UnknownEventError(
            f"window_minutes is {str(minutes)[:50]!r}; it must be a whole number above 0, or give window_ends_at"
        )
    return started + timedelta(minutes=minutes)


def _limits(limits: object) -> Mapping[str, int]:
    given = fields(limits, "limits")
    for name in _LIMITS:
        if not isinstance(given.get(name), int):
            raise UnknownEventError(f"limits.{name} is {str(given.get(name))[:50]!r}; it must be a whole number")
    return given

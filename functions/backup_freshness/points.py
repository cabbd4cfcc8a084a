"""What can be restored, and how old it is. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

# AWS Backup, DescribeRecoveryPoint: COMPLETED and AVAILABLE are points "ready for use"; CREATING is a job that has
# started, PARTIAL lacks something, STOPPED is a continuous backup that ended, EXPIRED and DELETING go.
RESTORABLE_STATES = frozenset({"COMPLETED", "AVAILABLE"})


@dataclass(frozen=True, kw_only=True)
class RecoveryPoint:
    """A recovery point of AWS Backup. `created` is its source's time, for a copy too (AWS Backup, "Copy a backup")."""

    created: datetime
    state: str
    encrypted: bool

    @property
    def is_restorable(self) -> bool:
        """Whether it is whole, and may be restored where everything is encrypted."""
        return self.state in RESTORABLE_STATES and self.encrypted


@dataclass(frozen=True, kw_only=True)
class Change:
    """A version of an object, or the marker of its deletion."""

    key: str
    at: datetime
    deleted: bool


def newest(points: Iterable[RecoveryPoint]) -> datetime | None:
    """The time of the newest restorable point; None where there is none."""
    return max((point.created for point in points if point.is_restorable), default=None)


def newest_held(changes: Iterable[Change], at: datetime) -> datetime | None:
    """When the newest object was written that a snapshot taken `at` holds; None where it holds none."""
    last: dict[str, Change] = {}
    for change in changes:
        before = last.get(change.key)
        # of a version and a marker of the same second, nobody knows the order: the object does not count
        if change.at <= at and (before is None or (change.at, change.deleted) > (before.at, before.deleted)):
            last[change.key] = change
    return max((change.at for change in last.values() if not change.deleted), default=None)


def age_minutes(moment: datetime, now: datetime) -> float:
    """Never negative: two clocks may differ by seconds."""
    return round(max((now - moment).total_seconds(), 0) / 60, 2)


def spell(points: Iterable[RecoveryPoint]) -> str:
    """What there is instead of a restorable point: `2 CREATING, 1 COMPLETED but not encrypted`."""
    states = Counter(
        point.state + (" but not encrypted" if point.state in RESTORABLE_STATES and not point.encrypted else "")
        for point in points
    )
    return ", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "none at all"

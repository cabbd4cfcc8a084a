"""Recovery points, and whether what has to be restorable is. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# AWS Backup, DescribeRecoveryPoint: these two are ready for use. CREATING is a job that has merely started, PARTIAL
# lacks something, STOPPED is a continuous backup that ended, EXPIRED and DELETING go.
RESTORABLE_STATES = frozenset({"COMPLETED", "AVAILABLE"})
KINDS = ("database", "objects", "configuration")
MINUTES_PER_HOUR = 60
HOURS_SHOWN_FROM_MINUTES = 3 * MINUTES_PER_HOUR  # "26 h" reads better than "1560 min", "60 min" better than "1 h"


@dataclass(frozen=True, kw_only=True)
class RecoveryPoint:
    """One recovery point of AWS Backup. `created` is its source's time, for a copy too."""

    arn: str
    kind: str
    """One of `KINDS`, or `other` for what the environment does not back up any more."""
    resource: str
    place: str
    """`primary`, or `recovery` for the vault in the second region."""
    created: datetime
    state: str
    reason: str
    encrypted: bool
    size_bytes: int | None
    kept_until: datetime | None

    @property
    def is_restorable(self) -> bool:
        """Whole, and may be restored where everything is encrypted."""
        return self.state in RESTORABLE_STATES and self.encrypted

    @property
    def is_continuous(self) -> bool:
        """One point that grows with time: when it was made says nothing of its age."""
        return ":continuous:" in self.arn


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """What there must be: a restorable point of a kind in a place, no older than so much."""

    kind: str
    place: str
    vault: str
    late_minutes: int


@dataclass(frozen=True, kw_only=True)
class LaterMoment:
    """What can be said of a kind beside its recovery points: to when its logs reach, when it was last written."""

    moment: datetime | None
    reason: str
    """What it is, or why there is none: `continuous backup`, `RDS keeps no continuous backup of …`."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of the result."""

    kind: str
    place: str
    good: bool
    sentence: str


def verify(
    points: Sequence[RecoveryPoint],
    expectations: Iterable[Expectation],
    *,
    database_logs: LaterMoment | None,
    configuration_written: LaterMoment,
    now: datetime,
) -> list[Finding]:
    """Every expectation, then what else is wrong. `database_logs` is None where the database stands elsewhere."""
    findings: list[Finding] = []
    for expected in expectations:
        there = [one for one in points if (one.kind, one.place) == (expected.kind, expected.place)]
        logs = database_logs if (expected.kind, expected.place) == ("database", "primary") else None
        findings.append(_newest(there, expected, logs, now))
        findings.extend(_doubtful(there, expected))
        if (expected.kind, expected.place) == ("configuration", "primary"):
            findings.append(_written(configuration_written, expected, now))
    return findings


def _newest(there: list[RecoveryPoint], expected: Expectation, logs: LaterMoment | None, now: datetime) -> Finding:
    moment = max((one.created for one in there if one.is_restorable), default=None)
    what = "recovery point"
    if logs is not None and logs.moment is not None and (moment is None or logs.moment > moment):
        moment, what = logs.moment, logs.reason
    if moment is None:
        also = f"; {logs.reason}" if logs is not None else ""
        return _finding(
            expected,
            f"vault {expected.vault} has no restorable recovery point; there are: {_spell_states(there)}{also}",
        )
    told = f"restorable to {moment:%Y-%m-%d %H:%M} UTC, {_ago(moment, now)} ({what})"
    if now - moment > timedelta(minutes=expected.late_minutes):
        return _finding(expected, f"{told}: late after {spell_minutes(expected.late_minutes)}")
    if logs is not None and logs.moment is None:
        return _finding(expected, f"{told}, but {logs.reason}")
    return _finding(expected, told, good=True)


def _doubtful(there: list[RecoveryPoint], expected: Expectation) -> Iterator[Finding]:
    if bare := [one for one in there if one.state in RESTORABLE_STATES and not one.encrypted]:
        newest = max(one.created for one in bare)
        yield _finding(
            expected,
            f"{len(bare)} recovery point{'' if len(bare) == 1 else 's'} in vault {expected.vault} not encrypted, "
            f"the newest of {newest:%Y-%m-%d %H:%M} UTC",
        )
    last = max((one.created for one in there if one.is_restorable), default=None)
    for one in there:
        if one.state == "PARTIAL" and (last is None or one.created > last):
            why = f": {one.reason}" if one.reason else ""
            yield _finding(expected, f"the recovery point of {one.created:%Y-%m-%d %H:%M} UTC lacks something{why}")


def _written(written: LaterMoment, expected: Expectation, now: datetime) -> Finding:
    if written.moment is None:
        return _finding(expected, written.reason)
    told = f"last written {written.moment:%Y-%m-%d %H:%M} UTC, {_ago(written.moment, now)}"
    if now - written.moment > timedelta(minutes=expected.late_minutes):
        late = spell_minutes(expected.late_minutes)
        return _finding(expected, f"{told}: late after {late}; a fresh snapshot holds nothing newer")
    return _finding(expected, told, good=True)


def _finding(expected: Expectation, sentence: str, *, good: bool = False) -> Finding:
    return Finding(kind=expected.kind, place=expected.place, good=good, sentence=sentence)


def _spell_states(points: Iterable[RecoveryPoint]) -> str:
    """`2 CREATING, 1 COMPLETED but not encrypted`."""
    states = Counter(
        one.state + (" but not encrypted" if one.state in RESTORABLE_STATES and not one.encrypted else "")
        for one in points
    )
    return ", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "none at all"


def _ago(moment: datetime, now: datetime) -> str:
    return f"{spell_minutes(max(0, int((now - moment).total_seconds() // 60)))} ago"


def spell_minutes(minutes: int) -> str:
    """`45 min`, `26 h`, `26 h 05 min`."""
    if minutes < HOURS_SHOWN_FROM_MINUTES:
        return f"{minutes} min"
    hours, rest = divmod(minutes, MINUTES_PER_HOUR)
    return f"{hours} h {rest:02d} min" if rest else f"{hours} h"

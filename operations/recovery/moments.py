"""What a database can be brought back to, and what that loses. Pure."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from operations.backups.recovery_points import RecoveryPoint, spell_minutes
from operations.errors import bad_input, refused

LATEST = "latest"
_HASH_CHARACTERS = 6


@dataclass(frozen=True, kw_only=True)
class Range:
    """Every second of it can be restored, from the transaction logs of one instance."""

    resource_id: str
    """`db-…`: the instance may be renamed, or gone, and its logs are still kept under it."""
    identifier: str
    earliest: datetime
    latest: datetime

    def holds(self, moment: datetime) -> bool:
        """Whether it can be restored from here."""
        return self.earliest <= moment <= self.latest


@dataclass(frozen=True, kw_only=True)
class Target:
    """What the database is to be again."""

    moment: datetime
    source: Range | RecoveryPoint

    @property
    def label(self) -> str:
        """The same for the same target: how a repeated command recognises what the first one made."""
        if isinstance(self.source, RecoveryPoint):
            return self.source.arn
        return f"{self.moment:%Y-%m-%dT%H:%M:%SZ}"

    @property
    def stamp(self) -> str:
        """For names: `20261124-024000`, and of a recovery point a few characters more."""
        stamp = f"{self.moment:%Y%m%d-%H%M%S}"
        if isinstance(self.source, RecoveryPoint):
            return f"{stamp}-{hashlib.sha256(self.source.arn.encode()).hexdigest()[:_HASH_CHARACTERS]}"
        return stamp

    @property
    def option(self) -> str:
        """How a person asks for it."""
        return f"--recovery-point {self.label}" if isinstance(self.source, RecoveryPoint) else f"--to {self.label}"


def read_moment(text: str, now: datetime) -> datetime:
    """A time as people type it; without a zone it is UTC, as everything here. Stops for what is no time, or not yet."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise bad_input(
            f"`{text}` is no time", hint="write 2026-11-24T02:40 (UTC), 2026-11-24T03:40+01:00, or latest"
        ) from None
    moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
    if moment > now:
        raise bad_input(f"{moment:%Y-%m-%d %H:%M:%S} UTC is still to come; it is {now:%Y-%m-%d %H:%M:%S} UTC")
    return moment


def choose_moment(ranges: Sequence[Range], text: str, now: datetime, *, present: str, source: str | None) -> Target:
    """The target of `--to`. `present`: identifier of the environment's instance; `source`: `--from`.

    Where several instances reach back to it, after an earlier recovery, the present one is taken.
    """
    usable = [one for one in ranges if source in (None, one.identifier)]
    ordered = sorted(usable, key=lambda one: (one.identifier != present, -one.latest.timestamp()))
    if not ordered:
        known = ", ".join(sorted({one.identifier for one in ranges})) or "none"
        raise refused(
            f"there are no transaction logs of {source or present}; instances with logs: {known}",
            hint="choose a recovery point instead: --recovery-point",
        )
    if text.strip().lower() == LATEST:
        # RDS wants a time before the latest restorable one
        return Target(moment=ordered[0].latest.replace(microsecond=0) - timedelta(seconds=1), source=ordered[0])
    moment = read_moment(text, now)
    for one in ordered:
        if one.holds(moment):
            return Target(moment=moment, source=one)
    told = "; ".join(f"{one.identifier} {spell_range(one)}" for one in ordered)
    raise refused(
        f"{moment:%Y-%m-%d %H:%M:%S} UTC cannot be restored from transaction logs; restorable: {told}",
        hint="choose a moment inside, or an older recovery point with --recovery-point",
    )


def choose_point(points: Sequence[RecoveryPoint], text: str) -> Target:
    """The target of `--recovery-point`: its ARN, or the end of it."""
    found = [one for one in points if one.arn == text or (text and one.arn.endswith(text))]
    if len(found) != 1:
        raise bad_input(
            f"{len(found) or 'no'} recovery point{'s' if len(found) > 1 else ''} of the database ends with `{text}`",
            hint="without --to and --recovery-point this command lists them",
        )
    [point] = found
    if point.is_continuous:
        raise bad_input("a continuous recovery point holds every moment of its range", hint="give one: --to TIME")
    if not point.is_restorable:
        state = point.state if point.encrypted else f"{point.state}, not encrypted"
        raise refused(f"the recovery point cannot be restored: it is {state}")
    return Target(moment=point.created, source=point)


def lost_minutes(moment: datetime, now: datetime) -> int:
    """Of writing, rounded up: what was written since then is not in the restored database."""
    return max(0, ceil((now - moment).total_seconds() / 60))


def spell_range(one: Range) -> str:
    """`2026-10-20 05:00 to 2026-11-24 02:55 UTC`."""
    return f"{one.earliest:%Y-%m-%d %H:%M} to {one.latest:%Y-%m-%d %H:%M} UTC"


def spell_loss(moment: datetime, now: datetime) -> str:
    """`20 min`."""
    return spell_minutes(lost_minutes(moment, now))

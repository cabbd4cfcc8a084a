"""What the database could be brought back to: transaction logs of instances, and recovery points in both regions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from json import dumps

from operations.backups.recovery_points import RecoveryPoint
from operations.backups.source import Backups
from operations.recovery.instances import RECOVERS, REPLACED_BY, TARGET, Instance, Instances
from operations.recovery.moments import Range, lost_minutes, spell_loss
from operations.session import Session


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """Read once, at the beginning."""

    identifier: str
    family: list[Instance]
    ranges: list[Range]
    points: list[RecoveryPoint]

    @property
    def under_way(self) -> Instance | None:
        """A restored instance that has not taken the place yet."""
        for one in self.family:
            if one.identifier != self.identifier and RECOVERS in one.tags and REPLACED_BY not in one.tags:
                return one
        return None

    @property
    def label_under_way(self) -> str | None:
        """Its target."""
        return self.under_way.tags.get(TARGET) if self.under_way else None


def read_candidates(session: Session, identifier: str) -> Candidates:
    """Raises botocore's errors."""
    instances = Instances(session, identifier)
    family = instances.all()
    return Candidates(
        identifier=identifier,
        family=family,
        ranges=sorted(instances.ranges(family), key=lambda one: one.latest, reverse=True),
        points=[one for one in Backups(session).points() if one.kind == "database" and not one.is_continuous],
    )


def as_text(candidates: Candidates, now: datetime) -> str:
    """A table each. The loss is what was written since, and is counted to now."""
    logs = [("logs of", "from (UTC)", "to (UTC)", "loss at least")]
    logs += [
        (
            one.identifier,
            f"{one.earliest:%Y-%m-%d %H:%M:%S}",
            f"{one.latest:%Y-%m-%d %H:%M:%S}",
            spell_loss(one.latest, now),
        )
        for one in candidates.ranges
    ]
    points = [("made (UTC)", "place", "state", "loss", "recovery point")]
    points += [
        (
            f"{one.created:%Y-%m-%d %H:%M:%S}",
            one.place,
            one.state if one.encrypted else f"{one.state}, NOT encrypted",
            spell_loss(one.created, now),
            one.arn,
        )
        for one in candidates.points
    ]
    return "\n".join(
        [
            "Any second of the transaction logs: --to TIME, or --to latest",
            *_table(logs),
            "Recovery points: --recovery-point ARN",
            *_table(points),
        ]
    )


def as_json(environment: str, candidates: Candidates, now: datetime) -> str:
    """The same for a script."""
    content = {
        "environment": environment,
        "under_way": candidates.label_under_way,
        "logs": [
            {
                "instance": one.identifier,
                "resource_id": one.resource_id,
                "earliest": one.earliest.isoformat(),
                "latest": one.latest.isoformat(),
                "lost_minutes": lost_minutes(one.latest, now),
            }
            for one in candidates.ranges
        ],
        "recovery_points": [
            {
                "recovery_point": one.arn,
                "place": one.place,
                "created": one.created.isoformat(),
                "state": one.state,
                "restorable": one.is_restorable,
                "lost_minutes": lost_minutes(one.created, now),
            }
            for one in candidates.points
        ],
    }
    return dumps(content, indent=2)


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    if len(rows) == 1:
        return ["  none"]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]

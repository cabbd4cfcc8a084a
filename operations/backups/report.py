"""Recovery points and findings, as people and scripts read them. Pure."""

from collections.abc import Sequence
from json import dumps

from operations.backups.recovery_points import Finding, RecoveryPoint

UNIT = 1024
UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def points_as_text(points: Sequence[RecoveryPoint]) -> str:
    """A table, in the order given; the ARN comes last, because it is long and only copied."""
    rows = [("created (UTC)", "kind", "place", "state", "encrypted", "size", "kept until", "recovery point")]
    rows += [
        (
            f"{one.created:%Y-%m-%d %H:%M}",
            one.kind if one.kind != "other" else f"other: {one.resource}",
            one.place,
            one.state,
            "yes" if one.encrypted else "NO",
            spell_size(one.size_bytes),
            f"{one.kept_until:%Y-%m-%d}" if one.kept_until else "not said",
            one.arn,
        )
        for one in points
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def points_as_json(environment: str, points: Sequence[RecoveryPoint]) -> str:
    """The same, in full."""
    content = [
        {
            "recovery_point": one.arn,
            "kind": one.kind,
            "resource": one.resource,
            "place": one.place,
            "created": one.created.isoformat(),
            "state": one.state,
            "restorable": one.is_restorable,
            "encrypted": one.encrypted,
            "size_bytes": one.size_bytes,
            "kept_until": one.kept_until.isoformat() if one.kept_until else None,
        }
        for one in points
    ]
    return dumps({"environment": environment, "recovery_points": content}, indent=2)


def findings_as_text(environment: str, findings: Sequence[Finding], notes: Sequence[str]) -> str:
    """One line each."""
    lines = [f"  {'good' if one.good else 'BAD '}  {one.kind:<13}  {one.place:<8}  {one.sentence}" for one in findings]
    return "\n".join([f"Backups of {environment}", *lines, *(f"  note  {note}" for note in notes)])


def findings_as_json(environment: str, findings: Sequence[Finding], notes: Sequence[str]) -> str:
    """The same for a script."""
    content = [{"kind": one.kind, "place": one.place, "good": one.good, "sentence": one.sentence} for one in findings]
    good = all(one.good for one in findings)
    return dumps({"environment": environment, "good": good, "findings": content, "notes": list(notes)}, indent=2)


def spell_size(size_bytes: int | None) -> str:
    """`1.5 GiB`; what is not said is unknown, not zero."""
    if size_bytes is None:
        return "unknown"
    size, unit = float(size_bytes), 0
    while size >= UNIT and unit < len(UNITS) - 1:
        size, unit = size / UNIT, unit + 1
    return f"{size_bytes} B" if unit == 0 else f"{size:.1f} {UNITS[unit]}"

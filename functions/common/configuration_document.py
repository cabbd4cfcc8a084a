"""The format of a configuration backup, and its inverse. Pure.

    {"header":   {"format", "version", "environment", "due", "taken"},
     "manifest": {"<section>": {"items": 12, "sha256": "…"}, …},
     "sections": {"<section>": {"<item's name>": …, …}, …}}

Sorted throughout, so that two days without a change differ in the header only. A section's checksum is that of its
compact text (`section_text`); it holds for any JSON of the same value, however it is laid out.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias, cast

FORMAT, VERSION = "mockforge-cloud-configuration", 1
FOLDER = "configuration"

Sections: TypeAlias = Mapping[str, Mapping[str, Any]]
"""Section → item → its definition as JSON."""


class DamagedBackupError(Exception):
    """The bytes are not a whole backup of ours. The message says why."""


@dataclass(frozen=True, kw_only=True)
class Header:
    """What differs from day to day."""

    environment: str
    due: datetime
    """The run's scheduled time; its day is the object's name."""
    taken: datetime


def key(due: datetime) -> str:
    """Where the backup of a day lies in the bucket: `configuration/2026/11/24.json`."""
    return f"{FOLDER}/{due.astimezone(UTC):%Y/%m/%d}.json"


def section_text(items: Mapping[str, Any]) -> bytes:
    """What a section's checksum is of."""
    return json.dumps(items, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def checksum(items: Mapping[str, Any]) -> str:
    """SHA-256 of a section, in hexadecimal digits."""
    return hashlib.sha256(section_text(items)).hexdigest()


def write(sections: Sections, header: Header) -> bytes:
    """The whole object. Raises ValueError or TypeError for what JSON cannot say."""
    document = {
        "header": {
            "format": FORMAT,
            "version": VERSION,
            "environment": header.environment,
            "due": header.due.astimezone(UTC).isoformat(),
            "taken": header.taken.astimezone(UTC).isoformat(),
        },
        "manifest": {name: {"items": len(items), "sha256": checksum(items)} for name, items in sections.items()},
        "sections": sections,
    }
    return json.dumps(document, sort_keys=True, indent=1, allow_nan=False).encode() + b"\n"


def read_back(data: bytes) -> Sections:
    """The inverse of `write`, every checksum compared. Raises `DamagedBackupError`."""
    document = _document(data)
    header, manifest, sections = (_object(document, part) for part in ("header", "manifest", "sections"))
    if (header.get("format"), header.get("version")) != (FORMAT, VERSION):
        raise DamagedBackupError(f"is not {FORMAT} version {VERSION}")
    if manifest.keys() != sections.keys():
        odd = ", ".join(sorted(manifest.keys() ^ sections.keys()))
        raise DamagedBackupError(f"manifest and sections disagree about {odd}")
    for name in sections:
        items = _object(sections, name)
        if manifest[name] != {"items": len(items), "sha256": checksum(items)}:
            raise DamagedBackupError(f"section {name} is not what was written")
    return cast("Sections", sections)


def _document(data: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(data, object_pairs_hook=_each_key_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise DamagedBackupError("is not JSON") from None
    if not isinstance(document, dict):
        raise DamagedBackupError("is not a JSON object")
    return cast("Mapping[str, Any]", document)


def _object(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = fields.get(name)
    if not isinstance(value, dict):
        raise DamagedBackupError(f"holds no object {name}")
    return cast("Mapping[str, Any]", value)


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a key stands twice")
    return fields


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")

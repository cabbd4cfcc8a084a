"""The distilled files, read when a type is first judged."""

import json
from functools import cache
from pathlib import Path
from typing import Final

from offline.provider.wire import Value

DATA: Final = Path(__file__).parent / "data"
EDITION: Final = "edition.json"


def file_name(token: str) -> str:
    """`aws:lb/listener:Listener` → `aws.lb.Listener.json`."""
    package, path, tail = token.split(":")
    return f"{package}.{path.partition('/')[0]}.{tail}.json"


@cache
def published(token: str) -> dict[str, Value] | None:
    """The file of a type, or None for a type that nobody distilled yet. About a millisecond."""
    path = DATA / file_name(token)
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


@cache
def edition() -> dict[str, str]:
    """Editions of the sources: `schemas` is the date of AWS's, the rest are versions of packages."""
    return json.loads((DATA / EDITION).read_text(encoding="utf-8"))

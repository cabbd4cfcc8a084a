"""Where two values differ, as deep as can be told: a reviewer asks which number of a document changed. Pure."""

import json
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any, cast

NAMES = ("name", "id", "Sid", "Name")
"""What AWS's lists of named things are told apart by: environment variables, metric queries, statements of a policy."""
KEPT_BEFORE = 30
"""So many equal characters are left in front of the place where two long texts begin to differ."""


def places(before: Any, after: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Path below the value (`[0].image`, `.Statement[deny].Action`), old and new of the deepest places that differ.

    Text that holds JSON is read as what it says, for most of AWS's documents are given as text. None stands for a key
    or an entry that is not there.
    """
    old, new = _document(before), _document(after)
    if old == new and type(old) is type(new):
        if before != after and not path:  # the same document, written otherwise
            yield path, before, after
        return
    if isinstance(old, dict) and isinstance(new, dict):
        one, other = cast("dict[str, Any]", old), cast("dict[str, Any]", new)
        for key in sorted(one.keys() | other.keys()):
            yield from places(one.get(key), other.get(key), f"{path}.{key}")
    elif isinstance(old, list) and isinstance(new, list):
        yield from _entries(cast("list[Any]", old), cast("list[Any]", new), path)
    else:
        yield path, before, after


def told_apart(before: str, after: str, width: int) -> tuple[str, str]:
    """Two texts cut to `width` so that the first difference is seen."""
    start = 0
    if max(len(before), len(after)) > width:
        equal = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
        start = max(0, equal - KEPT_BEFORE)
    return _cut(before, start, width), _cut(after, start, width)


def _cut(text: str, start: int, width: int) -> str:
    rest = f"…{text[start + 1 :]}" if start else text
    return rest if len(rest) <= width else f"{rest[: width - 1]}…"


def _entries(old: Sequence[Any], new: Sequence[Any], path: str) -> Iterator[tuple[str, Any, Any]]:
    one, other = _named(old), _named(new)
    if one is not None and other is not None:
        for name in sorted(one.keys() | other.keys()):
            yield from places(one.get(name), other.get(name), f"{path}[{name}]")
        if one.keys() == other.keys() and list(one) != list(other):
            yield f"{path} (order)", list(one), list(other)
    elif len(old) == len(new):
        for number, pair in enumerate(zip(old, new, strict=True)):
            yield from places(*pair, f"{path}[{number}]")
    else:
        yield path, old, new


def _named(entries: Sequence[Any]) -> dict[str, Any] | None:
    """The entries by name, in their order; None where they have none, or share one."""
    if not all(isinstance(entry, dict) for entry in entries):
        return None
    rows = cast("Sequence[dict[str, Any]]", entries)
    for key in NAMES:
        by_name = {str(row[key]): row for row in rows if key in row}
        if len(by_name) == len(rows) > 0:
            return by_name
    return None


def _document(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value

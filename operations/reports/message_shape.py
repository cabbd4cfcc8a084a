"""Log lines that differ only in times, numbers and ids are one message. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from operations.plain_text import plain

SHAPE_CHARACTERS = 200
# In this order: what is longer or more particular first, or its parts would be replaced one by one.
_VARYING = (
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"), "<time>"),
    (re.compile(r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"), "<id>"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b"), "<address>"),
    (re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b"), "<mail>"),
    (re.compile(r"\b(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{12,}\b"), "<id>"),
    (re.compile(r"\"[^\"]*\""), '"…"'),
    (re.compile(r"\d+(?:\.\d+)?"), "<n>"),
)
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, kw_only=True)
class Group:
    """Lines of one shape."""

    shape: str
    count: int
    example: str
    """The first that was seen."""


def shape(line: str) -> str:
    """The line with what varies taken out: `<time> ERROR pool: no connection after <n> ms`."""
    text = plain(line)
    for pattern, stands_for in _VARYING:
        text = pattern.sub(stands_for, text)
    return _SPACE.sub(" ", text).strip()[:SHAPE_CHARACTERS]


def grouped(lines: Iterable[str]) -> list[Group]:
    """The most frequent first."""
    counts: dict[str, tuple[int, str]] = {}
    for line in lines:
        key = shape(line)
        count, example = counts.get(key, (0, plain(line)))
        counts[key] = count + 1, example
    found = [Group(shape=key, count=count, example=example) for key, (count, example) in counts.items()]
    return sorted(found, key=lambda one: (-one.count, one.shape))

"""The words of a refusal."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Final

from offline.provider.wire import Secret, Value, has_unknown, is_list, is_object

_LONGEST: Final = 80
_MOST: Final = 12
_KINDS: Final = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "asset": "a file or an archive (pulumi.FileAsset, pulumi.FileArchive …)",
}


def kind(name: str) -> str:
    """`integer` → "a whole number"."""
    return _KINDS.get(name, name)


def kind_of(value: Value) -> str:
    """What a value is, in the same words."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "a text"
    return "a list" if is_list(value) else "an object" if is_object(value) else "a number"


def show(value: Value, secret: bool = False) -> str:  # noqa: FBT001, FBT002 (a mark of the value)
    """The value as a person wrote it, cut short; never a secret's."""
    if secret or _has_secret(value):
        return "the secret value"
    if has_unknown(value):
        return "the value"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _has_secret(value: Value) -> bool:
    if is_list(value):
        return any(map(_has_secret, value))
    if is_object(value):
        return any(map(_has_secret, value.values()))
    return isinstance(value, Secret)


def not_one_of(text: str, allowed: Sequence[str]) -> str:
    """With the allowed values, or of many the nearest."""
    if len(allowed) <= _MOST:
        return f"is not one of {', '.join(allowed)}"
    import difflib  # only a refusal needs it

    near = difflib.get_close_matches(text, allowed, n=4, cutoff=0.5)
    return f"is none of the {len(allowed)} allowed values" + (f"; near: {', '.join(near)}" if near else "")


def unknown_name(name: str, known: Iterable[str], read_only: Iterable[str], *, in_text: bool) -> str:
    """For a property that the class does not have."""
    if name in read_only:
        return "is read-only: AWS computes it, a program cannot give it"
    wanted = re.sub(r"_([a-z])", lambda found: found[1].upper(), name)
    import difflib  # only a refusal needs it

    near = difflib.get_close_matches(wanted, list(known), n=1, cutoff=0.6)
    if not near:
        return "is no property"
    python = re.sub(r"([A-Z]+)", lambda found: f"_{found[1].lower()}", near[0])
    how = "" if in_text or python == near[0] else f" (in Python {python})"
    return f"is no property; did you mean {near[0]}{how}?"


def one_of_them(names: Sequence[str], given: Sequence[str], *, only: bool) -> str:
    """For properties of which one (and no more) must be there."""
    return f"needs {'exactly ' if only else ''}one of {', '.join(names)}; {', '.join(given) or 'none'} was given"

"""What AWS answers, as JSON that only changes when the configuration does. Pure."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias, cast

Json: TypeAlias = Any
"""What JSON can say."""

# A list of objects that each carry one of these is a set: AWS promises no order, and none matters.
IDENTITIES = ("name", "Name", "Id", "Key", "key", "RuleName", "TargetGroupArn", "AlarmName")


def plain(value: object) -> Json:
    """Dictionaries, lists, texts, numbers, booleans and null. Times become UTC texts; raises TypeError for the rest."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return _time(value)
        case dict():
            return {str(key): plain(one) for key, one in cast("dict[Any, Any]", value).items()}
        case list() | tuple():
            return _ordered([plain(one) for one in cast("list[Any]", value)])
        case _:
            raise TypeError(f"a {type(value).__name__} has no place in JSON")


def without(fields: Mapping[str, Any], volatile: Iterable[str]) -> dict[str, Any]:
    """The object without what changes by itself from hour to hour."""
    left_out = set(volatile)
    return {key: value for key, value in fields.items() if key not in left_out}


def _time(value: datetime) -> str:
    if value.tzinfo is None:
        raise TypeError("a time without a zone could mean any hour")
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _ordered(values: list[Json]) -> list[Json]:
    if not all(isinstance(value, dict) for value in values):
        return values
    named = cast("list[dict[str, Json]]", values)
    for identity in IDENTITIES:
        names = [one.get(identity) for one in named]
        if all(isinstance(name, str) for name in names) and len(set(names)) == len(names):
            return sorted(named, key=lambda one: one[identity])
    return values

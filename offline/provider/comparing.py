"""What an update would change, and whether that replaces the resource."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from offline.provider.catalog import ResourceType
from offline.provider.naming import DEFAULTS
from offline.provider.wire import Value, is_list, reveal


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Names of the top-level properties that differ, and of those that make a new resource necessary.

    `delete_first`: the new one would need the old one's name, so it can only come after the old one is gone.
    """

    changed: tuple[str, ...]
    replacing: tuple[str, ...]
    delete_first: bool = False


def compare(type_: ResourceType, old: Mapping[str, Value], new: Mapping[str, Value]) -> Changes:
    """Compare inputs with inputs, as Pulumi's AWS provider does: secret marks and the order in sets do not count."""
    changed = tuple(
        key
        for key in sorted({*old, *new} - {DEFAULTS})
        if _comparable(type_, key, old.get(key)) != _comparable(type_, key, new.get(key))
    )
    replacing = tuple(key for key in changed if key in type_.replaces)
    return Changes(
        changed=changed, replacing=replacing, delete_first=bool(replacing) and _keeps_its_name(type_, old, new)
    )


def _keeps_its_name(type_: ResourceType, old: Mapping[str, Value], new: Mapping[str, Value]) -> bool:
    if type_.name is None or type_.name.property in new.get(DEFAULTS, []):
        return False  # a made-up name is made up anew for the replacement
    return reveal(old.get(type_.name.property)) == reveal(new.get(type_.name.property))


def _comparable(type_: ResourceType, key: str, value: Value) -> Value:
    plain = reveal(value)
    if key in type_.sets and is_list(plain):
        return sorted(plain, key=_as_text)
    # the provider has no empty lists, maps and texts apart from absent ones
    return None if plain in ([], {}, "") else plain


def _as_text(item: Value) -> str:
    return json.dumps(item, sort_keys=True, default=str)

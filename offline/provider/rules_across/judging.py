"""Before a create or an update: the rules that look at neighbours, over the cloud as it stands.

A preview also knows what it has promised so far, in this process and in the engine's order; it is kept beside the
store it belongs to, and dies with the provider's process.
"""

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from weakref import WeakKeyDictionary

from offline.provider.catalog import ResourceType
from offline.provider.naming import Refusal
from offline.provider.rules_across import table
from offline.provider.rules_across.world import Case, World, logical
from offline.provider.store import Row, Store
from offline.provider.wire import Value, reveal

_PROMISED: Final[WeakKeyDictionary[Store, dict[str, Row]]] = WeakKeyDictionary()
_PROMISING: Final = threading.Lock()


class Refused(Exception):
    """AWS would not do it, or it could never work. The message names property, value and what to do."""


def judge(type_: ResourceType, urn: str, region: str, inputs: Mapping[str, Value], cloud: Store) -> None:
    """Before the call that makes or changes a resource. Raises `Refused`."""
    if type_.token.startswith("aws:"):
        case = Case(type=type_, urn=urn, region=region, inputs=reveal(dict(inputs)), world=World(tuple(cloud.all())))
        _refuse(case)


def judge_preview(type_: ResourceType, urn: str, region: str, inputs: Mapping[str, Value], cloud: Store) -> None:
    """Before the engine is told that a create or an update would do. Raises `Refused`; else remembers the promise."""
    if not type_.token.startswith("aws:"):
        return
    plain = reveal(dict(inputs))
    with _PROMISING:
        promised = _PROMISED.setdefault(cloud, {})
        overlay = dict(promised)
    there = {row.urn: row for row in cloud.all()}
    rows = [overlay.get(row.urn, row) for row in there.values()]
    rows += [row for at, row in overlay.items() if at not in there]
    _refuse(Case(type=type_, urn=urn, region=region, inputs=plain, world=World(tuple(rows), complete=False)))
    with _PROMISING:
        promised[urn] = _promise(there.get(urn), type_, urn, region, plain)


def _promise(before: Row | None, type_: ResourceType, urn: str, region: str, inputs: dict[str, Value]) -> Row:
    """The resource as the plan leaves it: of a new one only the inputs are known, and the name where it has one."""
    if before is not None:
        return replace(before, inputs=inputs, outputs={**before.outputs, **inputs})
    name = type_.physical_name(logical(urn), inputs)
    return Row(type=type_.token, region=region, key=urn, id=name, urn=urn, inputs=inputs, outputs=dict(inputs))


def _refuse(case: Case) -> None:
    found = list(dict.fromkeys(table.refusals(case, early=False)))
    if found:
        raise Refused(sentence(case, found))


def sentence(case: Case, found: list[Refusal]) -> str:
    """One line per objection, with the property in Pulumi's spelling."""
    said = [f"{one.property}: {one.reason}" if one.property else one.reason for one in found]
    return f"{case.kind} {logical(case.urn)} is refused: " + "\n  and ".join(said)


def objections(rows: tuple[Row, ...], type_of: Mapping[str, ResourceType]) -> list[str]:
    """What there is against a finished cloud: every resource judged among all others."""
    world, found = World(rows), list[str]()
    for row in rows:
        case = Case(type=type_of[row.type], urn=row.urn, region=row.region, inputs=row.inputs, world=world)
        if against := list(dict.fromkeys(table.refusals_at_the_end(case))):
            found.append(sentence(case, against))
    return found

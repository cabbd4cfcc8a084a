"""Before a create or an update: the rules that look at neighbours, over the cloud as it stands.

A preview also knows what it has promised so far, in this process and in the engine's order; it is kept beside the
store it belongs to, and dies with the provider's process.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from weakref import WeakKeyDictionary

from offline.provider.catalog import ResourceType
from offline.provider.naming import Refusal
from offline.provider.rules_across import table
from offline.provider.rules_across.discretion import discreet, secrets_in
from offline.provider.rules_across.world import Case, World, logical
from offline.provider.store import Row, Store
from offline.provider.wire import Value, reveal

_PROMISED: Final[WeakKeyDictionary[Store, dict[str, Row]]] = WeakKeyDictionary()
_PROMISING: Final = threading.Lock()


class Refused(Exception):
    """AWS would not do it, or it could never work. The message names property, value and what to do."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The resource to be made or changed. `id` is what an update changes: its URN may be new, by way of an alias."""

    type: ResourceType
    urn: str
    region: str
    id: str | None = None

    def rows(self, cloud: Store) -> list[Row]:
        """The cloud, in which the subject has its new URN."""
        own = (self.type.token, self.region, self.id)
        return [
            replace(row, urn=self.urn) if (row.type, row.region, row.id) == own else row for row in cloud.standing()
        ]


def judge(subject: Subject, inputs: Mapping[str, Value], cloud: Store) -> None:
    """Before the call that makes or changes a resource. Raises `Refused`."""
    if subject.type.token.startswith("aws:"):
        case = _case(subject, reveal(dict(inputs)), World(tuple(subject.rows(cloud))))
        _refuse(case, secrets_in(inputs))


def judge_preview(subject: Subject, inputs: Mapping[str, Value], cloud: Store) -> None:
    """Before the engine is told that a create or an update would do. Raises `Refused`; else remembers the promise."""
    if not subject.type.token.startswith("aws:"):
        return
    plain = reveal(dict(inputs))
    with _PROMISING:
        promised = _PROMISED.setdefault(cloud, {})
        overlay = dict(promised)
    there = {row.urn: row for row in subject.rows(cloud)}
    rows = [overlay.get(row.urn, row) for row in there.values()]
    rows += [row for at, row in overlay.items() if at not in there]
    _refuse(_case(subject, plain, World(tuple(rows), complete=False)), secrets_in(inputs))
    with _PROMISING:
        promised[subject.urn] = _promise(there.get(subject.urn) if subject.id else None, subject, plain)


def _case(subject: Subject, inputs: dict[str, Value], world: World) -> Case:
    return Case(type=subject.type, urn=subject.urn, region=subject.region, inputs=inputs, world=world)


def _promise(before: Row | None, subject: Subject, inputs: dict[str, Value]) -> Row:
    """The resource as the plan leaves it: of a new one only the inputs are known, and the name where it has one."""
    if before is not None:
        return replace(before, inputs=inputs, outputs={**before.outputs, **inputs})
    return Row(
        type=subject.type.token,
        region=subject.region,
        key=subject.urn,
        id=subject.type.physical_name(logical(subject.urn), inputs),
        urn=subject.urn,
        inputs=inputs,
        outputs=dict(inputs),
    )


def by_itself(subject: Subject, inputs: Mapping[str, Value]) -> list[Refusal]:
    """What is wrong whatever the neighbours are, each reason with its place."""
    if not subject.type.token.startswith("aws:"):
        return []
    secrets, found = secrets_in(inputs), table.refusals(_case(subject, reveal(dict(inputs)), World()), early=True)
    return [replace(one, reason=_placed(discreet(one, secrets))) for one in dict.fromkeys(found)]


def _refuse(case: Case, secrets: frozenset[str]) -> None:
    found = list(dict.fromkeys(discreet(one, secrets) for one in table.refusals(case, early=False)))
    if found:
        raise Refused(sentence(case, found))


def sentence(case: Case, found: list[Refusal]) -> str:
    """One line per objection, with the property in Pulumi's spelling."""
    return f"{case.kind} {logical(case.urn)} is refused: " + "\n  and ".join(map(_placed, found))


def _placed(refusal: Refusal) -> str:
    return f"{refusal.property}: {refusal.reason}" if refusal.property else refusal.reason


def objections(rows: tuple[Row, ...], type_of: Mapping[str, ResourceType]) -> list[str]:
    """What there is against a finished cloud: every resource judged among all others."""
    world, found = World(rows), list[str]()
    for row in rows:
        case = Case(type=type_of[row.type], urn=row.urn, region=row.region, inputs=row.inputs, world=world)
        if against := list(dict.fromkeys(table.refusals_at_the_end(case))):
            found.append(sentence(case, against))
    return found

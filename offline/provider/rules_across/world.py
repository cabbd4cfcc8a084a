"""What already stands in the cloud, and in a preview what the plan has promised so far."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

from offline.provider.catalog import ResourceType
from offline.provider.naming import Refusal
from offline.provider.store import Row
from offline.provider.wire import UNKNOWN, Value, has_unknown, is_list, is_object

Refusals: TypeAlias = Iterator[Refusal]
_STEP: Final = re.compile(r"([^.\[\]]+)((?:\[\*\])*)")


def kind(token: str) -> str:
    """`aws:lb/listenerRule:ListenerRule` → `lb.ListenerRule`, as a program writes it."""
    module, _, tail = token.removeprefix("aws:").partition("/")
    return f"{module}.{tail.rpartition(':')[2]}"


def logical(urn: str) -> str:
    """The name that the program gave."""
    return urn.rsplit("::", 1)[-1]


@dataclass(frozen=True)
class World:
    """Rows to look neighbours up in. Unless `complete`, what is missing may still come."""

    rows: tuple[Row, ...] = ()
    complete: bool = True

    @cached_property
    def _kinds(self) -> Mapping[str, list[Row]]:
        found: defaultdict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            found[kind(row.type)].append(row)
        return found

    @cached_property
    def _arns(self) -> Mapping[str, Row]:
        found: dict[str, Row] = {}
        for row in self.rows:
            arn = row.outputs.get("arn")
            # a topic's policy shows the topic's ARN as its own
            if isinstance(arn, str) and row.inputs.get("arn") is None:
                found[arn] = row
        return found

    @cached_property
    def _ids(self) -> Mapping[tuple[str, str], list[Row]]:
        found: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self.rows:
            found[kind(row.type), row.id].append(row)
        return found

    def all(self, kind_: str) -> list[Row]:
        """Every resource of a kind (`lb.ListenerRule`)."""
        return self._kinds.get(kind_, [])

    def by_arn(self, arn: Value) -> Row | None:
        """The resource that shows this ARN as its own."""
        return self._arns.get(arn) if isinstance(arn, str) else None

    def by_id(self, kind_: str, id_: Value, region: str | None = None) -> Row | None:
        """The resource of this kind and id, in this region unless told otherwise."""
        found = self._ids.get((kind_, id_), []) if isinstance(id_, str) else []
        return next((row for row in found if region is None or row.region in (region, "global")), None)

    def named(self, kind_: str, name: Value, region: str | None = None) -> Row | None:
        """The resource of this kind by ARN, id, or whatever its property for the name says."""
        if not isinstance(name, str):
            return None
        if name.startswith("arn:"):
            return self.by_arn(name)
        if (found := self.by_id(kind_, name, region)) is not None:
            return found
        return next(
            (
                row
                for row in self.all(kind_)
                if name in (row.outputs.get("name"), row.outputs.get("identifier"))
                and (region is None or row.region in (region, "global"))
            ),
            None,
        )

    def with_row(self, changed: Row) -> "World":
        """The same world with one resource as it would be, whether it was there before or not."""
        key = (changed.type, changed.region, changed.key)
        kept = [row for row in self.rows if (row.type, row.region, row.key) != key]
        return World(rows=(*kept, changed), complete=self.complete)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One resource about to be made or changed. `inputs` are plain, with UNKNOWN where only an update will tell."""

    type: ResourceType
    urn: str
    region: str
    """"global" for what has no region."""
    inputs: Mapping[str, Value]
    world: World = World()

    @property
    def kind(self) -> str:
        """`lb.ListenerRule`."""
        return kind(self.type.token)

    @property
    def name(self) -> str:
        """The physical name, or the logical one where the type has none."""
        return self.type.physical_name(logical(self.urn), self.inputs)

    def get(self, path: str) -> Value:
        """The value there, None when it is left out or not known."""
        return next((value for _, value in self.found(path)), None)

    def text(self, path: str) -> str:
        """The text there, "" when there is none or it is not known."""
        value = self.get(path)
        return value if isinstance(value, str) else ""

    def untold(self, path: str) -> bool:
        """Whether only an update will tell what stands there, or a part of it."""
        first, *rest = path.split(".")
        value: Value = self.inputs.get(first)
        for name in rest:
            value = value.get(name) if is_object(value) else value
        return has_unknown(value)

    def found(self, *paths: str) -> Iterator[tuple[str, Value]]:
        """Path and value of everything known under the paths; `rules[*].schedule` goes through a list."""
        for path in paths:
            yield from under(self.inputs, path)

    def others(self, *kinds: str) -> Iterator[Row]:
        """Resources of these kinds, apart from this one itself."""
        for kind_ in kinds:
            for row in self.world.all(kind_):
                if row.urn != self.urn:
                    yield row


def under(value: Value, path: str) -> Iterator[tuple[str, Value]]:
    """As `Case.found`, in any value."""
    yield from _walk(value, [(name, stars.count("*")) for name, stars in _STEP.findall(path)], "")


def _walk(value: Value, steps: list[tuple[str, int]], path: str) -> Iterator[tuple[str, Value]]:
    if value is None or value is UNKNOWN:
        return
    if not steps:
        yield path, value
        return
    (name, lists), rest = steps[0], steps[1:]
    if is_object(value) or isinstance(value, Mapping):
        for at, item in _items(value.get(name), lists, f"{path}.{name}" if path else name):
            yield from _walk(item, rest, at)


def _items(value: Value, lists: int, path: str) -> Iterator[tuple[str, Value]]:
    if not lists:
        yield path, value
    elif is_list(value):
        for number, item in enumerate(value):
            yield from _items(item, lists - 1, f"{path}[{number}]")


def texts(value: Value, path: str = "") -> Iterator[tuple[str, str]]:
    """Path and text of every text inside."""
    if isinstance(value, str):
        yield path, value
    elif is_list(value):
        for number, item in enumerate(value):
            yield from texts(item, f"{path}[{number}]")
    elif is_object(value):
        for key, item in value.items():
            yield from texts(item, f"{path}.{key}" if path else key)


def objects(values: Value) -> list[dict[str, Value]]:
    """The objects of a list; none where there is no list."""
    return [one for one in values if is_object(one)] if is_list(values) else []


def part(value: Value) -> dict[str, Value]:
    """The object, empty where there is none."""
    return value if is_object(value) else {}


def values_of(values: Value) -> list[Value]:
    """The list, empty where there is none."""
    return values if is_list(values) else []


def known_texts(values: Value) -> list[str]:
    """The texts of a list, without what is not known."""
    return [one for one in values if isinstance(one, str)] if is_list(values) else []


def wholly_known(values: Value) -> bool:
    """Whether this is a list in which nothing is left to an update."""
    return is_list(values) and all(isinstance(one, str) for one in values)


@dataclass(frozen=True, kw_only=True)
class AcrossRule:
    """A function and the kinds whose creates and updates it judges, () for all.

    `early`: it needs no neighbour. `finished`: AWS takes it in any order, so only a finished cloud can be judged.
    """

    judge: Callable[[Case], Refusals]
    kinds: tuple[str, ...] = ()
    early: bool = False
    finished: bool = False


def names_of(rows: Iterable[Row]) -> str:
    """Logical names for a message."""
    return ", ".join(sorted({logical(row.urn) for row in rows})) or "none"

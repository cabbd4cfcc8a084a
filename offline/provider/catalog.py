"""What the stand-in knows about a resource type, one row each; the rows stand in `types/`, a file per area of AWS.

Adding a type is adding a row. A row says how the type is named, what AWS computes for it and which changes replace
it; what is not said is the common case (an id like `vpc-0a1b…`, tags, a region).
"""

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final, TypeAlias

from offline.provider.facts import Facts
from offline.provider.wire import Value

Rule: TypeAlias = str | bool | int | list[str] | Callable[[Facts], Value]
"""A template (see `Facts`), a constant, or a function of the facts."""


def empty_list(_: Facts) -> list[Value]:
    """For what starts out empty."""
    return []


Text: TypeAlias = str | Callable[[Facts], str]
"""A template, or a function that gives the text."""

AREAS: Final = (
    "backup",
    "compute",
    "database",
    "events",
    "identity",
    "load_balancing",
    "monitoring",
    "network",
    "randoms",
    "storage",
    "systems",
)


@dataclass(frozen=True, kw_only=True)
class Name:
    """The property that carries the physical name, auto-named where the program leaves it out.

    `limit` is AWS's longest name in characters. `required`: the provider does not make one up.
    """

    property: str = "name"
    limit: int = 255
    lower: bool = False
    required: bool = False
    prefix: str = ""


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """One row.

    `computed` are the outputs that AWS adds to the inputs. A change of a property in `replaces` makes a new resource.
    `secrets` are outputs that nobody may see. `sets` are lists that AWS keeps without order, so another order is no
    change. `shares_id`: several resources have one id, and the ARN tells them apart.
    """

    token: str
    id: Text = "{arn}"
    arn: Text | None = None
    name: Name | None = None
    computed: Mapping[str, Rule] = field(default_factory=dict[str, Rule])
    replaces: frozenset[str] = frozenset()
    secrets: frozenset[str] = frozenset()
    sets: frozenset[str] = frozenset()
    is_global: bool = False
    tagged: bool = True
    shares_id: bool = False

    @property
    def tail(self) -> str:
        """The class name: `LoadBalancer`."""
        return self.token.rsplit(":", 1)[1]

    def physical_name(self, logical_name: str, inputs: Mapping[str, Value]) -> str:
        """The name at AWS where the inputs have one, else the logical name."""
        named = inputs.get(self.name.property) if self.name else None
        return named if isinstance(named, str) else logical_name

    def identify(self, facts: Facts) -> tuple[str, dict[str, Value]]:
        """The id, and everything AWS computes: known only once the resource is made."""
        known: dict[str, Value] = {}
        if self.arn is not None:
            known["arn"] = _text(self.arn, facts)
        facts = _knowing(facts, known)
        known["id"] = id_ = _text(self.id, facts)
        facts = _knowing(facts, known)
        outputs: dict[str, Value] = {"arn": known["arn"]} if self.arn is not None else {}
        if not self.is_global and self.token.startswith("aws:"):
            outputs["region"] = facts.region
        for property_, rule in self.computed.items():
            outputs[property_] = facts.fill(rule) if isinstance(rule, str) else rule(facts) if callable(rule) else rule
        return id_, outputs


def _text(rule: Text, facts: Facts) -> str:
    return facts.fill(rule) if isinstance(rule, str) else rule(facts)


def _knowing(facts: Facts, known: Mapping[str, Value]) -> Facts:
    return Facts(
        urn=facts.urn,
        name=facts.name,
        inputs=facts.inputs,
        region=facts.region,
        generation=facts.generation,
        known=dict(known),
    )


def row(  # noqa: PLR0913 (the columns of the catalogue)
    token: str,
    *,
    replaces: Iterable[str] = (),
    secrets: Iterable[str] = (),
    sets: Iterable[str] = (),
    computed: Mapping[str, Rule] | None = None,
    id: Text = "{arn}",  # noqa: A002 (the column's name)
    arn: Text | None = None,
    name: Name | None = None,
    is_global: bool = False,
    tagged: bool = True,
    shares_id: bool = False,
) -> ResourceType:
    """A row of `types/`: `"lb/loadBalancer:LoadBalancer"` stands for `aws:lb/loadBalancer:LoadBalancer`.

    The name of a thing never changes in place at AWS unless a row says otherwise, so it counts among `replaces`;
    the region always does.
    """
    replacing = {*replaces, "region"}
    if name is not None and f"-{name.property}" not in replacing:
        replacing |= {name.property, f"{name.property}Prefix"}
    return ResourceType(
        token=token if token.startswith("random:") else f"aws:{token}",
        id=id,
        arn=arn,
        name=name,
        computed=computed or {},
        replaces=frozenset(replacing),
        secrets=frozenset(secrets),
        sets=frozenset(sets),
        is_global=is_global,
        tagged=tagged,
        shares_id=shares_id,
    )


@cache
def catalog() -> Mapping[str, ResourceType]:
    """Every row by type token."""
    rows: dict[str, ResourceType] = {}
    for area in AREAS:
        for found in importlib.import_module(f"offline.provider.types.{area}").TYPES:
            if found.token in rows:
                raise ValueError(f"{found.token} has two rows in offline/provider/types")
            rows[found.token] = found
    return rows


def resource_type(token: str) -> ResourceType | None:
    """The row of a type token, or None."""
    return catalog().get(token)


def unknown_type(token: str) -> str:
    """The sentence for a type without a row."""
    return f"the offline AWS does not know the type {token}: add a row for it to offline/provider/types/"

"""Physical names: what the program leaves out is named as Pulumi's AWS provider does, `<logical name>-<7 hex>`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from offline.provider.catalog import ResourceType
from offline.provider.facts import Facts
from offline.provider.wire import Value

SUFFIX_DIGITS: Final = 7
DEFAULTS: Final = "__defaults"
"""Where Pulumi's own provider notes which inputs it made up itself; the engine never shows it."""


class Mode(IntEnum):
    """The engine's `pulumi:autonaming` wish, numbered as in the protocol."""

    PROPOSE = 0
    ENFORCE = 1
    DISABLE = 2


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What `pulumi:autonaming` makes of this resource's name."""

    name: str
    mode: Mode


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why an input is not accepted. `property` is its name in Pulumi's spelling, "" for the resource as a whole."""

    property: str
    reason: str


def named(
    type_: ResourceType,
    logical_name: str,
    *,
    news: Mapping[str, Value],
    olds: Mapping[str, Value],
    facts: Facts,
    wish: Wish | None = None,
) -> dict[str, Value]:
    """The inputs with a physical name: the program's, else the old made-up one, else a new one."""
    named_by = type_.name
    inputs = dict(news)
    if named_by is None or named_by.required or news.get(named_by.property) is not None:
        return inputs
    if wish is not None and wish.mode is Mode.DISABLE:
        return inputs
    if named_by.property in olds.get(DEFAULTS, []) and olds.get(named_by.property):
        made_up = olds[named_by.property]
    elif prefix := news.get(f"{named_by.property}Prefix"):
        made_up = f"{prefix}{facts.digits(18)}{facts.hex(8)}"
    elif wish is not None and wish.name:
        made_up = wish.name
    else:
        made_up = f"{named_by.prefix}{logical_name}-{facts.hex(SUFFIX_DIGITS, 'name')}"
    inputs[named_by.property] = made_up.lower() if named_by.lower else made_up
    inputs[DEFAULTS] = [named_by.property]
    return inputs


def refusals(type_: ResourceType, inputs: Mapping[str, Value]) -> Iterator[Refusal]:
    """What AWS says about a missing or an over-long name."""
    if type_.name is None:
        return
    property_, limit = type_.name.property, type_.name.limit
    name = inputs.get(property_)
    if name is None:
        yield Refusal(property=property_, reason=f"{type_.tail} needs {property_}: nobody makes one up for it")
    elif isinstance(name, str) and len(name) > limit:
        made_up = property_ in inputs.get(DEFAULTS, [])
        how = f" (the logical name and -{SUFFIX_DIGITS} hex digits)" if made_up else ""
        yield Refusal(
            property=property_,
            reason=f'"{property_}" must be at most {limit} characters, "{name}"{how} has {len(name)}',
        )

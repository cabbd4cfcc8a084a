"""AWS's name of a property of the provider's: the same letters but for the provider's habits, or a row of the table."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from offline.provider.schema.renames import ELSEWHERE, RENAMES
from offline.provider.wire import Value

_PREFIXES: Final = ("backup", "db", "s3", "vpc", "kms", "iam", "ecs", "rds", "sns")


def namesake(
    token: str, class_: str, property_: str, properties: Mapping[str, Value], *, flat: bool = False
) -> str | None:
    """The path in `properties` (`HealthCheckPort`, `LifecycleConfiguration.Rules`) that means this property.

    `flat`: AWS has no such block, but properties that begin with its name.
    """
    key = f"{class_}.{property_}"
    if key in ELSEWHERE:
        return None
    if key in RENAMES:
        return next((path for path in RENAMES[key] if path.partition(".")[0] in properties), None)
    names = {_plain(name): name for name in properties}
    tail = _plain(token.rsplit(":", 1)[-1])
    block = _plain(class_).removeprefix(tail)
    wanted = _block_spellings(block, _plain(property_)) if flat else _spellings(_plain(property_), tail, block)
    return next((names[one] for one in wanted if one in names), None)


def _block_spellings(block: str, name: str) -> Iterator[str]:
    for one in (block, _singular(block)):
        yield f"{one}{name}"
        yield f"{name}{one}"  # `healthyThreshold` of a block `health…` is `HealthyThresholdCount`
        yield f"{one}{name}seconds"
        yield f"{one}{name}count"


def _spellings(name: str, tail: str, block: str) -> Iterator[str]:
    yield from (name, _singular(name), f"{name}s", _singular(name) + "list", f"{_singular(name)}identifiers")
    for prefix in (tail, f"db{tail}", f"backup{tail}", *_PREFIXES):
        yield f"{prefix}{name}"
        yield f"{prefix}{_singular(name)}"
        if name.startswith(prefix):
            yield name.removeprefix(prefix)
    if block:
        yield f"{_singular(block)}{name}"
    for ending in ("configuration", "config", "arn", "id", "identifier", "expression", "document"):
        yield f"{name}{ending}"
        yield f"{_singular(name)}{ending}"
        if name.endswith(ending):
            yield name.removesuffix(ending)
    yield name.removesuffix("name")
    if name == "bucket":
        yield "bucketname"


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _singular(name: str) -> str:
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    if name.endswith(("sses", "xes")):
        return name[:-2]
    return name.removesuffix("s")

"""What stands offline on this machine: the cloud's own memory beside what Pulumi remembers. No engine is needed."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from operations.engine.differences import places, told_apart
from operations.engine.plan import SECRET_SIGNATURE, name_of, short_type
from operations.project import PROJECT_NAME

if TYPE_CHECKING:
    from offline.provider.store import Row

KNOWN, CLOUD_ONLY, STATE_ONLY = "", "Pulumi does not know it", "it is gone from the cloud"
VALUE_WIDTH = 120
"""A longer value is cut where it begins to differ."""
_FINGERPRINT = "$sha256"
"""The key under which the offline cloud keeps a secret's fingerprint instead of it."""
_REPEATED = frozenset({"tagsAll"})
"""What only repeats another property."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One resource. `remark` is empty where cloud and state agree that it stands."""

    type: str
    name: str
    id: str
    region: str
    remark: str = KNOWN

    @property
    def area(self) -> str:
        """The part of AWS: `ec2`, `lb`."""
        return self.type.split(":")[1]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A property that is not what Pulumi remembers, or None in its place: the resource as a whole."""

    type: str
    name: str
    property: str
    remembered: Any = None
    there: Any = None


def remembered(home: Path, environment: str) -> list[Mapping[str, Any]]:
    """The resources of AWS in Pulumi's offline state; none before the first `up`."""
    file = home / "state/.pulumi/stacks" / PROJECT_NAME / f"{environment}.json"
    if not file.exists():
        return []
    state: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    latest: dict[str, Any] = state["checkpoint"].get("latest") or {}
    resources: list[dict[str, Any]] = latest.get("resources") or []
    return [one for one in resources if one.get("custom") and one["type"].startswith("aws:") and not one.get("delete")]


def standing(rows: Sequence["Row"], state: Sequence[Mapping[str, Any]]) -> list[Standing]:
    """Everything in the cloud, and what only Pulumi believes to stand, by area, type and name."""
    known = Counter((one["type"], one["id"]) for one in state)
    found: list[Standing] = []
    for row in rows:
        counted = known[row.type, row.id]
        known[row.type, row.id] -= 1
        found.append(_standing(row.type, row.urn, row.id, row.region, KNOWN if counted > 0 else CLOUD_ONLY))
    for one in state:
        if known[one["type"], one["id"]] > 0:
            known[one["type"], one["id"]] -= 1
            found.append(_standing(one["type"], one["urn"], one["id"], "", STATE_ONLY))
    return sorted(found, key=lambda one: (one.area, one.type, one.name, one.id))


def differences(rows: Sequence["Row"], state: Sequence[Mapping[str, Any]]) -> list[Difference]:
    """What `refresh` would write into the state: resources that are gone, and properties that changed.

    Secrets are not compared: neither side shows them.
    """
    there = {(row.type, row.id): row for row in rows}
    found: list[Difference] = []
    for one in state:
        row = there.get((one["type"], one["id"]))
        names = {"type": short_type(one["type"]), "name": name_of(one["urn"])}
        if row is None:
            found.append(Difference(**names, property="", remembered=one["id"]))
            continue
        outputs: Mapping[str, Any] = one.get("outputs") or {}
        found += [
            Difference(**names, property=path, remembered=before, there=after)
            for key in sorted((outputs.keys() & row.outputs.keys()) - _REPEATED)
            for path, before, after in _differing(key, outputs[key], row.outputs[key])
        ]
    return found


def _differing(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    """The deepest places that differ, with both values."""
    if before == after or _is_secret(before) or _is_secret(after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        old, new = cast("dict[str, Any]", before), cast("dict[str, Any]", after)
        for key in sorted(old.keys() | new.keys()):
            yield from _differing(f"{path}.{key}", old.get(key), new.get(key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _differing_items(path, cast("list[Any]", before), cast("list[Any]", after))
    else:
        yield path, before, after


def _differing_items(path: str, before: list[Any], after: list[Any]) -> Iterator[tuple[str, Any, Any]]:
    if len(before) != len(after):
        yield path, before, after
        return
    for at, (old, new) in enumerate(zip(before, after, strict=True)):
        yield from _differing(f"{path}[{at}]", old, new)


def as_text(environment: str, found: Sequence[Standing]) -> str:
    """A heading per area, a line per resource."""
    strange = sum(one.remark != KNOWN for one in found)
    lines = [f"{environment}, offline: {len(found)} resources" + (f", {strange} with a remark" if strange else "")]
    widths = [max((len(text) for one in found if (text := column(one))), default=0) for column in _COLUMNS]
    area = ""
    for one in found:
        if one.area != area:
            area = one.area
            lines.append(f"{area} ({sum(other.area == area for other in found)})")
        cells = [column(one).ljust(width) for column, width in zip(_COLUMNS, widths, strict=True)]
        lines.append("  ".join(["", *cells, one.id, *([f"← {one.remark}"] if one.remark else [])]).rstrip())
    return "\n".join(lines)


def as_json(environment: str, found: Sequence[Standing]) -> str:
    """Type, name, id, region and remark of each; properties stay in the cloud."""
    rows = [
        {"type": one.type, "name": one.name, "id": one.id, "region": one.region, "remark": one.remark} for one in found
    ]
    return json.dumps({"environment": environment, "resources": rows}, indent=2)


def drift_as_text(environment: str, found: Sequence[Difference]) -> str:
    """A line per difference."""
    if not found:
        return f"{environment}, offline: the cloud is as Pulumi remembers it"
    return "\n".join(
        [
            f"{environment}, offline: {len(found)} difference{'s' * (len(found) != 1)} from what Pulumi remembers",
            *(line for one in found for line in _spelled(one)),
        ]
    )


def drift_as_json(environment: str, found: Sequence[Difference]) -> str:
    """Type, name, property, and both values; an empty property is the resource as a whole, which is gone."""
    return json.dumps({"environment": environment, "differences": [vars(one) for one in found]}, indent=2)


def _spelled(one: Difference) -> Iterator[str]:
    """A line for each place that differs: records and policies are documents, given as text."""
    if not one.property:
        yield f"  {one.type} {one.name}: it is gone"
        return
    for path, before, after in places(one.remembered, one.there):
        old, new = told_apart(_value(before), _value(after), VALUE_WIDTH)
        yield f"  {one.type} {one.name}: {one.property}{path} {old} → {new}"


def _value(value: Any) -> str:
    return "(none)" if value is None else json.dumps(value, ensure_ascii=False)


def _standing(type_: str, urn: str, id_: str, region: str, remark: str) -> Standing:
    return Standing(type=short_type(type_), name=name_of(urn), id=id_, region=region, remark=remark)


def _type(one: Standing) -> str:
    return one.type


def _name(one: Standing) -> str:
    return one.name


_COLUMNS = (_type, _name)


def _is_secret(value: Any) -> bool:
    return isinstance(value, dict) and bool({SECRET_SIGNATURE, _FINGERPRINT} & cast("dict[str, Any]", value).keys())

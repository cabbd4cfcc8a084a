"""Edits of the state: what stands gets in, notes of interrupted operations get out. Pure.

An edit, and not `pulumi import`: the state's own note of a create holds parent, dependencies, protection and inputs as
the program gave them. An import reads everything from AWS, takes the made-up name for the program's, and the next
update would replace the resource because the program does not give that name.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from operations.engine.plan import name_of
from operations.pending.deciding import Remedy, Way
from operations.pending.finding import MADE_UP, NAMING
from operations.pending.operation import Deployment

_DEFAULTS = "__defaults"
"""Where Pulumi's AWS provider notes which inputs it made up itself."""


def settled(deployment: Deployment, remedies: Iterable[Remedy]) -> Deployment:
    """The state without pending operations, and with what is adopted. Outputs are still to be read from the cloud."""
    after = deepcopy(deployment)
    after.pop("pending_operations", None)
    for one in remedies:
        if one.way is Way.ADOPT:
            _add(after.setdefault("resources", []), _record(one))
    return after


def read_again(remedies: Iterable[Remedy]) -> list[str]:
    """URNs whose state is to be read from the cloud."""
    return sorted({one.urn for one in remedies if one.way in (Way.ADOPT, Way.READ)})


def with_made_up_names(deployment: Deployment, urns: Iterable[str]) -> Deployment:
    """Say again, of what was read whole, that the provider made its name up: AWS cannot know."""
    after = deepcopy(deployment)
    of_these = set(urns)
    for one in after.get("resources") or ():
        inputs: dict[str, Any] = one.get("inputs") or {}
        if one["urn"] in of_these and one.get("custom") and not inputs.get(_DEFAULTS):
            name = name_of(one["urn"])
            made_up = [
                key
                for key in NAMING
                if isinstance(given := inputs.get(key), str)
                and MADE_UP.search(given)
                and MADE_UP.sub("", given) in (name, name.lower())
            ]
            if made_up:
                inputs[_DEFAULTS] = made_up
    return after


def _record(one: Remedy) -> dict[str, Any]:
    found = one.found
    if found is None:
        raise ValueError(f"nothing was found of {one.about}")
    record: dict[str, Any] = {**deepcopy(dict(one.record)), "custom": True, "id": found.id}
    inputs: Mapping[str, Any] = record.get("inputs") or {}
    if not inputs:  # the provider reads it as an import
        elsewhere = f"@{found.region}" if found.region else ""
        record["id"] = (found.arn if found.number else found.id) + elsewhere
    else:
        # Outputs tell the provider that this is no import: then it leaves the inputs as they are.
        record["outputs"] = {key: value for key, value in inputs.items() if key != _DEFAULTS} | {"id": found.id}
        if found.arn:
            record["outputs"]["arn"] = found.arn
    return record


def _add(resources: list[dict[str, Any]], record: dict[str, Any]) -> None:
    """At the end; in place of what it replaces, which from now on waits for its deletion."""
    for at, old in enumerate(resources):
        if old["urn"] == record["urn"] and not old.get("delete"):
            old["delete"] = True
            resources.insert(at, record)
            return
    resources.append(record)

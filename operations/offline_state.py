"""What stands offline on this machine, read through the engine."""

import json
from collections.abc import Mapping
from typing import Any

from operations.plan import STACK_TYPE, name_of, short_type
from operations.project import PROJECT_ROOT

Resource = Mapping[str, Any]


def read_state(environment: str) -> list[Resource]:
    """The resources in the offline state of an environment, as Pulumi keeps them; none before the first `up`."""
    from offline import engine as engines
    from offline.workspace import home_of, open_stack
    from operations.terminal import say

    if not home_of(PROJECT_ROOT, environment).exists():
        return []
    engine = engines.find(say)
    stack = open_stack(project_root=PROJECT_ROOT, environment=environment, program=lambda: None, engine=engine)
    deployment: Mapping[str, Any] = stack.export_stack().deployment or {}
    resources: list[Resource] = deployment.get("resources") or []
    return [one for one in resources if one["type"] != STACK_TYPE]


def as_text(environment: str, resources: list[Resource]) -> str:
    """A line per resource: type, name, id."""
    rows = [(short_type(one["type"]), name_of(one["urn"]), str(one.get("id", ""))) for one in resources]
    widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    listed = [
        f"  {kind.ljust(widths[0])}  {name.ljust(widths[1])}  {identifier}".rstrip() for kind, name, identifier in rows
    ]
    return "\n".join([f"{environment}, offline: {len(resources)} resources", *listed])


def as_json(environment: str, resources: list[Resource]) -> str:
    """Type, name and id of each resource; inputs and outputs stay in the state, where secrets are encrypted."""
    rows = [{"type": short_type(one["type"]), "name": name_of(one["urn"]), "id": one.get("id")} for one in resources]
    return json.dumps({"environment": environment, "resources": rows}, indent=2)

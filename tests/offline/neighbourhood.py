"""A whole environment as rows of the offline cloud, without an engine, for a test to spoil and to judge."""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from infra.environment import program
from offline.provider.catalog import catalog
from offline.provider.naming import Refusal
from offline.provider.rules_across import table
from offline.provider.rules_across.world import Case, World, kind, logical
from offline.provider.store import Row
from tests.harness import Program, Registered, registered
from tests.stacks.stack import config_of


@cache
def environment(name: str) -> Program:
    return registered(program, stack=name, config=config_of(name))


def row_of(one: Registered) -> Row:
    """As the offline cloud keeps it: with the physical name that `Check` made up."""
    type_, outputs = catalog()[one.type], one.outputs
    inputs = dict(one.inputs)
    if type_.name is not None and type_.name.property in outputs:
        inputs[type_.name.property] = outputs[type_.name.property]
    return Row(
        type=one.type,
        region="global" if type_.is_global else outputs.get("region", "us-east-1"),
        key=outputs["arn"] if type_.shares_id else outputs["id"],
        id=outputs["id"],
        urn=one.urn,
        inputs=inputs,
        outputs=outputs,
    )


@cache
def rows_of(name: str) -> tuple[Row, ...]:
    made = [one for one in environment(name).resources if one.custom and one.type.startswith("aws:")]
    return tuple(row_of(one) for one in made)


def ahead_of(run: Program, urn: str) -> set[str]:
    """Everything that the program says is made before, also by way of third ones and of the components around it."""
    by_urn = {one.urn: one for one in run.resources}
    seen: set[str] = set()
    ahead = [urn]
    while ahead:
        at = ahead.pop()
        if at not in seen and at in by_urn:
            seen.add(at)
            ahead += [*by_urn[at].dependencies, by_urn[at].parent]
    return seen - {urn}


def judged(row: Row, world: World) -> Iterator[tuple[str, Refusal]]:
    """Every rule's objections to one resource, with the rule's name."""
    case = Case(type=catalog()[row.type], urn=row.urn, region=row.region, inputs=row.inputs, world=world)
    for rule in table.ALL:
        if not rule.kinds or case.kind in rule.kinds:
            for refusal in rule.judge(case):
                yield rule.judge.__name__, refusal


@dataclass
class Draft:
    """An environment to be spoilt: `draft["ecs.Service service"]` are the inputs of one resource, to be edited."""

    rows: dict[str, Row] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str) -> "Draft":
        return cls({f"{kind(row.type)} {logical(row.urn)}": row for row in copy.deepcopy(rows_of(name))})

    def __getitem__(self, said: str) -> dict[str, Any]:
        return self.rows[said].inputs

    def out(self, said: str, key: str = "id") -> Any:
        """An output, `id` or `arn` mostly."""
        return self.rows[said].outputs[key]

    def remove(self, *said: str) -> None:
        for one in said:
            del self.rows[one]

    def move(self, said: str, region: str) -> None:
        self.rows[said] = replace(self.rows[said], region=region)

    def twin(self, said: str, name: str, id_: str, **inputs: Any) -> str:
        """A second resource like this one, with another name and id."""
        row = copy.deepcopy(self.rows[said])
        arn = f"{row.outputs['arn']}-{id_}" if "arn" in row.outputs else None
        outputs = {**row.outputs, **inputs, "id": id_, **({"arn": arn} if arn else {})}
        urn = row.urn.removesuffix(logical(row.urn)) + name
        self.rows[f"{kind(row.type)} {name}"] = replace(
            row, urn=urn, id=id_, key=id_, inputs={**row.inputs, **inputs}, outputs=outputs
        )
        return str(arn or id_)

    def policy(self, said: str, edit: Callable[[list[dict[str, Any]]], object], key: str = "policy") -> None:
        """Edit the statements of a policy document."""
        document = json.loads(self[said][key])
        edit(document["Statement"])
        self[said][key] = json.dumps(document)

    def container(self, edit: Callable[[dict[str, Any]], object]) -> None:
        """Edit the one container of the task definition."""
        [container] = json.loads(self["ecs.TaskDefinition service-task"]["containerDefinitions"])
        edit(container)
        self["ecs.TaskDefinition service-task"]["containerDefinitions"] = json.dumps([container])

    def refusals(self, said: str) -> list[tuple[str, Refusal]]:
        """What there is against one resource among all the others."""
        return list(judged(self.rows[said], World(tuple(self.rows.values()))))

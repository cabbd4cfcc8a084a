"""Both environments as their stack files describe them, each run in update and in preview mode, once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from infra.environment import program
from runbook.settings import Environment
from runbook.stack_file import load
from tests.harness import Program, registered

ROOT: Final = Path(__file__).resolve().parent.parent.parent
STACKS: Final = ("staging", "production")


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One environment: what its file says, and what the program registered for it."""

    name: str
    environment: Environment
    up: Program
    preview: Program

    @property
    def runs(self) -> tuple[Program, Program]:
        return self.up, self.preview


def config_of(stack: str) -> Mapping[str, Any]:
    return yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))["config"]


@cache
def stack_named(name: str) -> Stack:
    runs = {
        preview: registered(program, stack=name, config=config_of(name), preview=preview) for preview in (False, True)
    }
    return Stack(name=name, environment=load(ROOT / f"Pulumi.{name}.yaml", name), up=runs[False], preview=runs[True])


def composed(like: str, *, stack: str | None = None, preview: bool = False, **sections: Mapping[str, Any]) -> Program:
    """As the stack file of `like` says, but with these keys: `composed("staging", network={"zones": ["a", "b"]})`."""
    config = {**config_of(like)}
    for section, values in sections.items():
        key = f"mockforge-cloud:{section}"
        config[key] = {**config.get(key, {}), **values}
    return registered(program, stack=stack or like, config=config, preview=preview)

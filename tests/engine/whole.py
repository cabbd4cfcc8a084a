"""A whole environment in a home of its own: our program and stack file, the real engine, the offline AWS."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulumi import automation

from offline.engine import Engine
from offline.provider.store import Store
from offline.workspace import home_of, open_stack, store_path
from operations.engine.offline_registry import OfflineDeployments
from operations.engine.plan import Plan, Step, plan_from
from runbook import stack_file

PROJECT = Path(__file__).resolve().parents[2]
CODE = ("runbook", "components", "infra", "operations", "offline", "functions")


@dataclass(frozen=True)
class Whole:
    """`stack` runs the program in this process; `mfcloud` runs the command line in one of its own."""

    root: Path
    name: str
    engine: Engine

    @property
    def home(self) -> Path:
        return home_of(self.root, self.name)

    @property
    def file(self) -> Path:
        return self.root / f"Pulumi.{self.name}.yaml"

    @property
    def cloud(self) -> Store:
        return Store(store_path(self.home))

    @property
    def state(self) -> list[dict[str, Any]]:
        """The resources that Pulumi remembers, without the stack itself and providers."""
        [path] = (self.home / "state/.pulumi/stacks").glob(f"*/{self.name}.json")
        latest = json.loads(path.read_text())["checkpoint"]["latest"] or {}
        return [
            one
            for one in latest.get("resources", [])
            if one["custom"] and not one["type"].startswith("pulumi:providers:")
        ]

    def program(self) -> None:
        """As `--offline` runs it."""
        from infra.environment import program

        program(OfflineDeployments(cloud=store_path(self.home), environment=stack_file.load(self.file, self.name)))

    def stack(self, program: Callable[[], None] | None = None, *, checkpoints: bool = False) -> automation.Stack:
        return open_stack(
            project_root=self.root,
            environment=self.name,
            program=program or self.program,
            engine=self.engine,
            checkpoints=checkpoints,
        )

    @contextmanager
    def saying(self, *edits: tuple[str, str]) -> Generator[None]:
        """The stack file with texts replaced, each of which stands in it once; as it was afterwards."""
        original = text = self.file.read_text()
        for old, new in edits:
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {self.file.name}"
            text = text.replace(old, new)
        self.file.write_text(text)
        try:
            yield
        finally:
            self.file.write_text(original)

    def environment_variables(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PULUMI_", "PYTHON"))}
        return kept | {"COLUMNS": "200"}

    @property
    def words(self) -> list[str]:
        """What starts the command line over this home."""
        return [sys.executable, "-m", "operations"]

    def mfcloud(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.words, *arguments],
            cwd=self.root,
            env=self.environment_variables(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )


def whole(root: Path, name: str, engine: Engine, *, code: bool = False) -> Whole:
    """The environment's files in `root`; with `code`, everything that the command line needs too."""
    root.mkdir(exist_ok=True)
    for file in ("Pulumi.yaml", f"Pulumi.{name}.yaml"):
        shutil.copy(PROJECT / file, root / file)
    for folder in CODE if code else ():
        shutil.copytree(PROJECT / folder, root / folder)  # compiled modules too: start-up is what takes time
    return Whole(root, name, engine)


def planned(stack: automation.Stack, **switches: Any) -> Plan:
    """What a preview says. Raises `CommandError` where the engine refuses."""
    events: list[automation.EngineEvent] = []
    stack.preview(on_event=events.append, **switches)
    return plan_from(events)


def refusal(stack: automation.Stack) -> str:
    """What the engine says to a preview that it refuses."""
    try:
        stack.preview()
    except automation.CommandError as error:
        return str(error)
    raise AssertionError("the engine had nothing against it")


def changed(plan: Plan) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Action, name and changed properties of whatever does not stay as it is."""
    for step in plan.steps:
        if step.action not in ("same", "read"):
            yield str(step.action), step.name, paths(step)


def paths(step: Step) -> tuple[str, ...]:
    return tuple(change.path for change in step.changes)


def everything(cloud: Store) -> list[tuple[str, str, str, str]]:
    """All of the cloud, to be compared with itself later."""
    return [(row.type, row.region, row.key, json.dumps(row.outputs, sort_keys=True)) for row in cloud.all()]

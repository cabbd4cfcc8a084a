"""A small project of its own: the product's command line and offline AWS around a program of three resources.

So these tests tell what the command line does, and stay quick and true while the real program grows.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.operations.aws_world import AwsWorld

PROJECT = Path(__file__).resolve().parents[2]

STACK_FILE_MODULE = '''
    """Reads the toy stack file: `size` and `protected`."""
    from dataclasses import dataclass
    from types import SimpleNamespace
    import yaml

    class StackFileError(Exception):
        pass

    def load(path, environment):
        config = yaml.safe_load(path.read_text())["config"]
        size = config["mockforge-cloud:size"]
        size = int(size) if str(size).isdigit() else size  # the engine quotes numbers when it rewrites the file
        if not isinstance(size, int):
            place = f"  mockforge-cloud:size: {size!r}\\n    must be a number"
            raise StackFileError(f"error: {path.name} has 1 problem; nothing was changed\\n{place}")
        return SimpleNamespace(
            name=environment,
            size=size,
            location=SimpleNamespace(region="us-east-1"),
            protection=SimpleNamespace(protected=config.get("mockforge-cloud:protected", False)),
        )
'''
PROGRAM = '''
    """One component with a bucket and queues, one role outside it."""
    import json
    import pulumi
    import pulumi_aws as aws

    class Store(pulumi.ComponentResource):
        def __init__(self, name, size, protected):
            super().__init__("mockforge:cloud:Store", name, None, None)
            self.bucket = aws.s3.Bucket(
                f"{name}-bucket",
                tags={"size": str(size), "password": pulumi.Output.secret(f"hush-{size}")},
                opts=pulumi.ResourceOptions(parent=self, protect=protected),
            )
            for number in range(size):
                aws.sns.Topic(f"{name}-topic-{number}", opts=pulumi.ResourceOptions(parent=self))
            self.register_outputs({})

    def compose(environment):
        store = Store("store", environment.size, environment.protection.protected)
        who = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ecs.amazonaws.com"}}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [who]})
        aws.iam.Role("role", assume_role_policy=trust)
        if environment.size > 8:
            raise ValueError("too many topics")
        return {"bucket": store.bucket.arn, "token": pulumi.Output.secret("tiptop")}

    def program(registry=None):
        from pathlib import Path
        from runbook.stack_file import load
        name = pulumi.get_stack()
        for key, value in compose(load(Path(__file__).parents[1] / f"Pulumi.{name}.yaml", name)).items():
            pulumi.export(key, value)
'''


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a command said and answered."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, kw_only=True)
class Project:
    """The toy project; calling it runs its command line in a process of its own, as a person's shell does."""

    root: Path
    environment: dict[str, str]

    def __call__(self, *arguments: str, typed: str = "", **environment: str) -> Answer:
        done = subprocess.run(
            [sys.executable, "-m", "operations", *arguments],
            cwd=self.root,
            env=self.environment | environment,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        return Answer(code=done.returncode, out=done.stdout, err=done.stderr)

    def says(self, size: object, name: str = "staging", *, protected: bool = False, more: str = "") -> None:
        """Write the stack file of an environment."""
        lines = ["config:", f"  mockforge-cloud:size: {size}"]
        lines += ["  mockforge-cloud:protected: true"] if protected else []
        (self.root / f"Pulumi.{name}.yaml").write_text("\n".join([*lines, more, ""]))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "a project"
    for folder in ("operations", "offline"):
        shutil.copytree(PROJECT / folder, root / folder)  # compiled modules too: start-up is what takes time
    for file, text in (("runbook/stack_file.py", STACK_FILE_MODULE), ("infra/environment.py", PROGRAM)):
        (root / file).parent.mkdir()
        (root / file).write_text(dedent(text))
        (root / file).with_name("__init__.py").touch()
    shutil.copy(PROJECT / "runbook/resource_tags.py", root / "runbook")
    (root / "Pulumi.yaml").write_text("name: mockforge-cloud\nruntime: python\n")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PULUMI_", "PYTHON"))}
    made = Project(root=root, environment=environment | {"COLUMNS": "100"})
    made.says(2)
    made.says(2, "production", protected=True)
    return made


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator["AwsWorld"]:
    """A made-up account in which production stands; see `tests.operations.aws_world`."""
    from tests.operations.aws_world import account

    with account(monkeypatch, capsys) as world:
        yield world

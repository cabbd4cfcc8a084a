"""Production with version 41 (image `a`), its stack file, and an engine that does what an update does to ECS."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from functions.smoke_test.checks import Report, Result
from functions.smoke_test.verdicts import Outcome
from operations.deploying.engine import EngineFailed
from operations.deploying.stack_file import names
from operations.engine.plan import Action, Plan, Step
from operations.exit_codes import ExitCode
from operations.terminal import say_stopped
from tests.operations.aws_world import AwsWorld, Said

REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com/mockforge-cloud"
RECORD = "/mockforge-cloud/production/deployment"
OLD = "mockforge-production:41 (image sha256:aaaaaaaaaaaa)"
NEW = "mockforge-production:42 (image sha256:bbbbbbbbbbbb)"
NEVER = {"PutParameter", "UpdateService", "ContinueServiceDeployment", "StopServiceDeployment"}
PROJECT = Path(__file__).resolve().parents[3]


def image(digit: str) -> str:
    return f"{REGISTRY}@sha256:{digit * 64}"


@dataclass
class FakeEngine:
    """Sees the stack file as it stands when it is asked."""

    aws: AwsWorld
    file: Path
    seen: list[str] = field(default_factory=list)
    refuses: bool = False
    update_fails: bool = False
    finds_nothing: bool = False
    ecs_is_slow: bool = False
    """ECS tells of the deployment a little later."""
    before_update: list[Callable[[], None]] = field(default_factory=list)

    def preview(self) -> Plan:
        self.seen.append(f"preview {self.digit}")
        if self.refuses:
            say_stopped("update of production failed: made up")
            raise EngineFailed(ExitCode.FAILED)
        action = Action.SAME if self.finds_nothing else Action.UPDATE
        step = Step(
            urn="u", type="aws:ecs:Service", name="service", component="service", action=action, protected=False
        )
        return Plan(steps=(step,), components={}, outputs={})

    def update(self) -> Plan:
        self.seen.append(f"update {self.digit}")
        for happens in self.before_update:
            happens()
        if self.update_fails:
            say_stopped("update of production failed: made up")
            raise EngineFailed(ExitCode.FAILED)
        number = max(self.aws.ecs.images, default=0) + 1
        self.aws.ecs.register(number, self.digit)
        if self.ecs_is_slow:
            self.aws.clock.once(lambda: self.aws.ecs.start(number))
        else:
            self.aws.ecs.start(number)
        return self.preview()

    @property
    def digit(self) -> str:
        """The image's, in the stack file."""
        said = names(self.file.read_text())
        assert said is not None
        return said.image[-1]


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@dataclass
class Production:
    """Calling it deploys."""

    aws: AwsWorld
    engine: FakeEngine
    file: Path
    monkeypatch: pytest.MonkeyPatch
    smoke_test: Report = field(
        default_factory=lambda: Report(
            results=(Result(name="live", outcome=Outcome.OK, reason="answers", milliseconds=3),)
        )
    )

    def __call__(self, *words: str, ticket: str | None = "OPS-12", yes: bool = True) -> Said:
        more = ["--ticket", ticket] if ticket else []
        return self.aws("deploy", "production", *words, *more, *(["--yes"] if yes else []))

    def typing(self, *lines: str) -> None:
        """A person sits at the terminal."""
        self.monkeypatch.setattr("sys.stdin", Terminal("".join(f"{line}\n" for line in lines)))

    @property
    def stack_file(self) -> str:
        return self.file.read_text()


def approve_when_asked(production: Production) -> None:
    """Somebody answers elsewhere."""
    ecs = production.aws.ecs

    def listener(_at: datetime) -> None:
        for one in ecs.deployments:
            for hook in one["lifecycleHookDetails"]:
                if hook["status"] == "AWAITING_ACTION" and one["status"] == "IN_PROGRESS":
                    ecs.ContinueServiceDeployment(
                        {
                            "serviceDeploymentArn": one["serviceDeploymentArn"],
                            "hookId": hook["hookId"],
                            "action": "CONTINUE",
                        }
                    )

    production.aws.clock.on_sleep.append(listener)


def recorded(aws: AwsWorld) -> dict[str, Any]:
    return json.loads(aws.client("ssm").get_parameter(Name=RECORD)["Parameter"]["Value"])


def raise_at(production: Production, stage: str) -> None:
    """An alarm goes off in this stage."""
    aws = production.aws

    def listener(_at: datetime) -> None:
        if aws.ecs.deployments[-1].get("lifecycleStage") == stage:
            aws.clock.on_sleep.remove(listener)
            aws.ecs.raise_alarm("mockforge-production-deployment-errors")

    aws.clock.on_sleep.append(listener)


def refused(production: Production, *words: str, **how: Any) -> str:
    """What it says; nothing was changed."""
    before = production.stack_file
    answer = production(*words, **how)
    assert (answer.code, answer.out) == (3, "")
    assert production.stack_file == before
    assert set(production.aws.changes) & NEVER == set()
    assert production.engine.seen == []
    return answer.err

"""A made-up account for whole commands: moto where it is honest, our ECS, and faults wherever a test wants them.

Everything goes through real boto3 clients; questions and answers of what moto does not play are checked against
botocore's model of the service.
"""

from collections import defaultdict
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ParamValidationError
from botocore.validate import ParamValidator
from moto import mock_aws

from operations.application import run
from runbook.deployments import write_withdrawals
from runbook.manifest import parameter_name
from tests.operations.ecs_world import EcsWorld, Refusal
from tests.operations.manifests import REGION, manifest
from tests.operations.virtual_clock import VirtualClock

Handler = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


@dataclass
class AwsWorld:
    clock: VirtualClock
    ecs: EcsWorld
    capture: pytest.CaptureFixture[str]
    handlers: dict[tuple[str, str], Handler] = field(default_factory=dict)
    """Operations that moto does not play."""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    faults: dict[str, list[BaseException]] = field(default_factory=lambda: defaultdict(list))
    """Operation to exceptions: each spoils one call, before anything happens."""
    lost: dict[str, list[BaseException]] = field(default_factory=lambda: defaultdict(list))
    """The same, but after it has happened: the answer is lost."""

    def __call__(self, *words: str) -> Said:
        """Run a command."""
        code = run(list(words))
        said = self.capture.readouterr()
        return Said(code=code, out=said.out, err=said.err)

    def client(self, service: str) -> Any:
        return boto3.client(service, region_name=REGION)

    def asked(self, operation: str) -> list[dict[str, Any]]:
        """With what an operation was called, in order."""
        return [parameters for name, parameters in self.calls if name == operation]

    @property
    def changes(self) -> list[str]:
        """Operations that change something, in order."""
        return [name for name, _ in self.calls if not name.startswith(("Get", "List", "Describe", "Filter"))]

    def answer(self, client: Any, original: Callable[..., Any], operation: str, asked: dict[str, Any]) -> Any:
        self.calls.append((operation, asked))
        if self.faults[operation]:
            raise self.faults[operation].pop(0)
        answer = self._answer(client, original, operation, asked)
        if self.lost[operation]:
            raise self.lost[operation].pop(0)
        return answer

    def _answer(self, client: Any, original: Callable[..., Any], operation: str, asked: dict[str, Any]) -> Any:
        service = client.meta.service_model.service_name
        handler = self.handlers.get((service, operation)) or (
            getattr(self.ecs, operation, None) if service == "ecs" else None
        )
        if handler is None:
            assert service in {"ssm", "sts", "secretsmanager", "cloudwatch"}, f"nobody plays {service}:{operation}"
            return original(client, operation, asked)
        model = client.meta.service_model.operation_model(operation)
        if (report := ParamValidator().validate(asked, model.input_shape)).has_errors():
            raise ParamValidationError(report=report.generate_report())
        try:
            answer = handler(asked)
        except Refusal as refusal:
            raise aws_error(refusal.args[0], operation, refusal.args[1]) from None
        if model.output_shape is None:  # some operations answer with nothing
            return answer
        wrong = ParamValidator().validate(answer, model.output_shape)
        assert not wrong.has_errors(), f"AWS never answers {operation} like this: {wrong.generate_report()}"
        return answer


def aws_error(code: str, operation: str, message: str = "made up", status: int = 400) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, operation)


@contextmanager
def account(monkeypatch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]) -> Generator[AwsWorld]:
    """Production with its manifest and an empty record of withdrawn images; nothing was ever deployed."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    clock = VirtualClock()
    names = manifest()
    world = AwsWorld(clock=clock, ecs=EcsWorld(clock=clock, cluster=names.service.cluster), capture=capture)
    monkeypatch.setattr("operations.session.SystemClock", lambda: clock)
    original = BaseClient._make_api_call
    with (
        mock_aws(),
        patch.object(
            BaseClient, "_make_api_call", lambda client, name, asked: world.answer(client, original, name, asked)
        ),
    ):
        put(world, parameter_name("production"), names.to_parameter(), tier="Advanced")
        put(world, names.service.withdrawn_parameter, write_withdrawals([]))
        world.calls.clear()
        yield world


def put(world: AwsWorld, name: str, text: str, tier: str = "Standard") -> None:
    world.client("ssm").put_parameter(Name=name, Value=text, Type="String", Tier=tier, Overwrite=True)

"""The fixture of these tests."""

from pathlib import Path
from typing import Any

import pytest

from operations.deploying.stack_file import names
from operations.project import load_environment
from tests.operations.aws_world import AwsWorld, put
from tests.operations.deploying.production import PROJECT, RECORD, FakeEngine, Production, image


@pytest.fixture
def production(aws: AwsWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Production:
    original = (PROJECT / "Pulumi.production.yaml").read_text()
    said = names(original)
    assert said is not None
    file = tmp_path / "Pulumi.production.yaml"
    file.write_text(original.replace(said.image, image("a")))
    monkeypatch.setattr("operations.project.PROJECT_ROOT", tmp_path)

    aws.ecs.register(41, "a")
    aws.ecs.deployed(41, days_ago=2)
    put(aws, RECORD, "{}")
    engine = FakeEngine(aws, file)
    made = Production(aws, engine, file, monkeypatch)

    def opened(environment: str, **_switches: Any) -> FakeEngine:
        load_environment(environment, tmp_path)  # as the real one: a wrong file stops here
        return engine

    monkeypatch.setattr("operations.deploying.engine.open_engine", opened)
    monkeypatch.setattr("operations.checks.smoke_test.run_checks", lambda *_asked: made.smoke_test)
    variables: dict[str, Any] = {
        "HOST_NAME": "cloud.mockforge.dev",
        "TEST_HEADER": "X-MockForge-Test-Traffic",
        "TEST_HEADER_SECRET": "mockforge-cloud/production/test-header",
        "EXPECTED_IMAGE": aws.ecs.images[41],
        "EXPECTED_VERSION": "0.3.238",
        "LATENCY_MILLISECONDS": "500",
    }
    aws.handlers["lambda", "GetFunctionConfiguration"] = lambda _asked: {"Environment": {"Variables": variables}}
    aws.calls.clear()
    return made

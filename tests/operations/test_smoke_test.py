"""`smoke-test`: whole commands against a server that behaves as MockForge's does, over real TLS."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.smoke_test import checks
from functions.smoke_test.exchange import Target
from functions.smoke_test.verdicts import Expected
from tests.functions.mockforge_server import HEADER, HEADER_VALUE, Authority, Behaviour, make_authority, serving
from tests.operations.aws_world import AwsWorld, aws_error

SECRET = "mockforge-cloud/production/test-header"
Serve = Callable[[Behaviour], AwsWorld]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def answered_by(aws: AwsWorld, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """`answered_by(behaviour)`: version 41 is live, and its public name leads to a server of this behaviour."""
    aws.client("secretsmanager").create_secret(Name=SECRET, SecretString=HEADER_VALUE)
    aws.ecs.register(41, "a")
    aws.ecs.deployed(41, days_ago=2)
    variables = {
        "HOST_NAME": "cloud.mockforge.dev",
        "TEST_HEADER": HEADER,
        "TEST_HEADER_SECRET": SECRET,
        "EXPECTED_IMAGE": aws.ecs.images[41],
        "EXPECTED_VERSION": "0.3.238",
        "LATENCY_MILLISECONDS": "500",
    }
    aws.handlers["lambda", "GetFunctionConfiguration"] = lambda _asked: {"Environment": {"Variables": variables}}
    aws.calls.clear()
    with ExitStack() as running:

        def start(behaviour: Behaviour) -> AwsWorld:
            here = running.enter_context(serving(behaviour, authority))

            def redirected(target: Target, expected: Expected) -> checks.Report:
                assert target.host == "cloud.mockforge.dev"
                return checks.run_checks(replace(here, headers=target.headers), expected, pause=lambda _seconds: None)

            monkeypatch.setattr("operations.checks.smoke_test.run_checks", redirected)
            return aws

        yield start


def outcomes(out: str) -> dict[str, str]:
    return {line.split()[1]: line.split()[0] for line in out.splitlines()}


def test_what_users_reach_passes_and_nothing_is_changed(answered_by: Serve):
    behaviour = Behaviour()
    aws = answered_by(behaviour)
    answer = aws("smoke-test", "production")
    assert (answer.code, answer.err) == (
        0,
        "smoke test of https://cloud.mockforge.dev (what users reach) …\n",
    )
    assert outcomes(answer.out) == dict.fromkeys(
        ["live", "version", "metrics-refused", "latency", "ready", "status", "plugin-search"], "ok"
    )
    assert aws.changes == []
    assert aws.asked("GetSecretValue") == []
    assert {header for _method, _path, header in behaviour.seen} == {None}


def test_test_traffic_carries_the_secret_header_whose_value_is_nowhere_shown(answered_by: Serve):
    behaviour = Behaviour()
    aws = answered_by(behaviour)
    answer = aws("smoke-test", "production", "--test-traffic", "--json")
    assert answer.code == 0
    assert {header for _method, _path, header in behaviour.seen} == {HEADER_VALUE}
    assert HEADER_VALUE not in answer.out + answer.err


def test_a_failing_check_fails_the_command_with_its_reason(answered_by: Serve):
    components = {
        "database": {"status": "unhealthy", "message": "no answer"},
        "storage": {"status": "healthy"},
        "redis": {"status": "degraded"},
        "email": {"status": "degraded"},
    }
    aws = answered_by(Behaviour(components=components))
    answer = aws("smoke-test", "production", "--json")
    assert answer.code == 1
    content = json.loads(answer.out)
    assert content["passed"] is False
    assert {one["name"]: one["outcome"] for one in content["results"]}["ready"] == "failed"
    assert "error: the smoke test of production failed: ready: database is unhealthy (no answer)" in answer.err


def test_another_version_than_the_one_asked_for_fails(answered_by: Serve):
    answer = answered_by(Behaviour())("smoke-test", "production", "--version", "0.3.239")
    assert answer.code == 1
    assert outcomes(answer.out)["version"] == "failed"
    assert 'version: runs "0.3.238", not "0.3.239"' in answer.err


def test_an_older_image_after_a_rollback_may_answer_an_older_version(answered_by: Serve):
    aws = answered_by(Behaviour(version="0.3.200"))
    aws.ecs.register(40, "9")
    aws.ecs.deployed(40, days_ago=1)
    answer = aws("smoke-test", "production")
    assert (answer.code, outcomes(answer.out)["version"]) == (0, "not-checked")
    assert "is not the stack file's image" in answer.out


def test_in_a_deployment_test_traffic_expects_the_new_version_and_users_the_old(answered_by: Serve):
    aws = answered_by(Behaviour())
    aws.ecs.live = 40
    aws.ecs.register(40, "9")
    aws.ecs.start(41)
    aws.clock.at += timedelta(minutes=5)
    assert outcomes(aws("smoke-test", "production", "--test-traffic").out)["version"] == "ok"
    assert outcomes(aws("smoke-test", "production").out)["version"] == "not-checked"


def test_a_used_up_rate_limit_is_neither_good_nor_broken_and_may_pass_later(answered_by: Serve):
    answer = answered_by(Behaviour(requests_left=0))("smoke-test", "production")
    assert answer.code == 1
    assert outcomes(answer.out)["live"] == "rate-limited"
    assert answer.err.endswith("hint: run it again in a minute: what failed may pass then\n")


def test_a_secret_that_may_not_be_read_is_one_sentence(answered_by: Serve):
    aws = answered_by(Behaviour())
    aws.faults["GetSecretValue"].append(aws_error("AccessDeniedException", "GetSecretValue", "not authorized"))
    answer = aws("smoke-test", "production", "--test-traffic")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.endswith(
        "error: these credentials may not do GetSecretValue: not authorized\n"
        "hint: use the environment's operator role\n"
    )


def test_a_function_without_its_settings_says_what_makes_them(answered_by: Serve, tmp_path: Path):
    aws = answered_by(Behaviour())
    empty: dict[str, Any] = {"Environment": {"Variables": {}}}
    aws.handlers["lambda", "GetFunctionConfiguration"] = lambda _asked: empty
    answer = aws("smoke-test", "production")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.endswith(
        "error: the function mockforge-production-smoke-test is set up wrongly: the environment variable "
        "LATENCY_MILLISECONDS is missing\nhint: `mfcloud up production` sets it up anew\n"
    )

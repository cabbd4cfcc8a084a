import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components.smoke_test import SmokeTest, SmokeTestArgs, configured_components
from functions.smoke_test.settings import read_settings
from runbook import settings
from tests.harness import Program

Run = Callable[..., Program]

SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:mockforge-cloud/staging/test-header-AbCdEf"
IMAGE = "registry.example/mockforge:0.3.238"


def service(**wishes: Any) -> settings.Service:
    return settings.Service.model_validate({"image": IMAGE, "version": "0.3.238", **wishes})


def a_smoke_test(**wishes: Any) -> Callable[[], None]:
    def program() -> None:
        made = SmokeTest(
            "smoke-test",
            SmokeTestArgs(
                service=service(**wishes),
                address=settings.Address(hosted_zone="example.com", host_name="staging.example.com"),
                alerts=settings.Alerts(),
                prefix="mockforge-staging",
                region="us-east-1",
                account_id=pulumi.Output.from_input("123456789012"),
                log_retention_days=30,
                test_header_secret_arn=pulumi.Output.from_input(SECRET),
                warning_topic_arn="arn:aws:sns:us-east-1:123456789012:warning",
                warning_topic_key_arn="arn:aws:kms:us-east-1:123456789012:key/1",
            ),
        )
        pulumi.export("arn", made.function_arn)
        pulumi.export("name", made.function_name)

    return program


def variables(program: Program) -> dict[str, str]:
    return program.one("lambda/function:Function")["environment"]["variables"]


def test_what_the_component_sets_is_what_the_function_reads(registered: Run):
    read = read_settings(variables(registered(a_smoke_test())))
    assert (read.host_name, read.test_header) == ("staging.example.com", "X-MockForge-Test-Traffic")
    assert read.test_header_secret == SECRET
    assert (read.expected_version, read.expected_image) == ("0.3.238", IMAGE)
    assert read.configured == frozenset()
    assert read.latency_milliseconds == 500


def test_without_a_version_in_the_settings_none_is_expected(registered: Run):
    assert read_settings(variables(registered(a_smoke_test(version=None)))).expected_version is None


def test_the_headers_value_is_never_given_only_where_it_lies(registered: Run):
    program = registered(a_smoke_test())
    assert not program.is_secret(program.one("lambda/function:Function"), "environment")
    assert variables(program)["TEST_HEADER_SECRET"].startswith("arn:aws:secretsmanager:")


def test_it_may_read_one_secret_and_the_revisions_of_one_service(registered: Run):
    document = json.loads(registered(a_smoke_test()).one("RolePolicy")["policy"])
    rights = {one["Sid"]: (one["Action"], one["Resource"]) for one in document["Statement"]}
    assert rights["ReadTheTestHeader"] == (["secretsmanager:GetSecretValue"], SECRET)
    assert rights["SeeWhichImageIsDeployed"] == (
        ["ecs:DescribeServiceRevisions"],
        "arn:aws:ecs:us-east-1:123456789012:service-revision/mockforge-staging/mockforge-staging/*",
    )
    assert len(rights) == 5


def test_the_name_is_known_early_and_nobody_waits_for_a_second_try(registered: Run):
    assert registered(a_smoke_test(), preview=True).stack_outputs["name"] == "mockforge-staging-smoke-test"
    program = registered(a_smoke_test())
    assert program.stack_outputs["arn"].endswith(":function:mockforge-staging-smoke-test")
    assert program.one("FunctionEventInvokeConfig")["maximumRetryAttempts"] == 0


def test_lambda_leaves_time_for_the_whole_run_and_the_answer(registered: Run):
    assert registered(a_smoke_test()).one("lambda/function:Function")["timeout"] >= 120 + 10


@pytest.mark.parametrize(
    ("environment", "secrets", "configured"),
    [
        ({}, {}, []),
        ({"REDIS_URL": "redis://cache"}, {}, ["redis"]),
        ({}, {"REDIS_URL": "mockforge/redis"}, ["redis"]),
        ({"EMAIL_PROVIDER": "smtp"}, {}, ["email"]),
        ({"EMAIL_PROVIDER": "disabled"}, {}, []),
        ({"EMAIL_PROVIDER": "brevo"}, {"REDIS_URL": "mockforge/redis"}, ["email", "redis"]),
    ],
)
def test_redis_and_email_must_be_healthy_only_where_they_are_configured(
    environment: dict[str, str], secrets: dict[str, str], configured: list[str]
):
    assert configured_components(service(environment=environment, secrets=secrets)) == configured


def test_configured_components_reach_the_function(registered: Run):
    program = registered(a_smoke_test(environment={"EMAIL_PROVIDER": "smtp", "REDIS_URL": "redis://cache"}))
    assert read_settings(variables(program)).configured == {"email", "redis"}

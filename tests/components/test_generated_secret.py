from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components.application_secrets import ApplicationSecrets, ApplicationSecretsArgs
from components.generated_secret import GeneratedSecret, GeneratedSecretArgs
from tests.harness import Program

Run = Callable[..., Program]

NAME = "mockforge-cloud/staging/jwt"


def a_secret(**changes: Any):
    def program() -> None:
        args: dict[str, Any] = {"secret_name": NAME, "description": "signs log-ins", "protected": False, **changes}
        secret = GeneratedSecret("jwt", GeneratedSecretArgs(**args))
        pulumi.export("value", secret.value)
        pulumi.export("arn", secret.secret_arn)

    return program


@pytest.mark.parametrize("preview", [True, False])
def test_the_value_is_a_secret_wherever_it_passes(registered: Run, preview: bool):
    program = registered(a_secret(), preview=preview)
    assert program.is_secret(program.one("SecretVersion"), "secretString")
    assert program.is_secret_output("value")
    assert not program.is_secret_output("arn")


def test_characters_stand_in_a_url_without_quoting(registered: Run):
    password = registered(a_secret()).one("RandomPassword")
    assert (password["length"], password["special"]) == (48, False)


def test_a_given_text_is_kept_instead_of_characters_and_becomes_a_secret(registered: Run):
    program = registered(a_secret(value="postgresql://owner:made-up@host/mockforge"))
    version = program.one("SecretVersion")
    assert version["secretString"] == "postgresql://owner:made-up@host/mockforge"
    assert program.is_secret(version, "secretString")
    assert program.all("RandomPassword") == []


def test_a_recovery_region_gets_a_replica(registered: Run):
    assert registered(a_secret(recovery_region="us-west-2")).one("Secret")["replicas"] == [{"region": "us-west-2"}]
    assert "replicas" not in registered(a_secret(recovery_region=None)).one("Secret")


def test_a_protected_secret_can_be_brought_back_for_30_days_and_another_is_gone_at_once(registered: Run):
    kept = registered(a_secret(protected=True))
    assert kept.one("Secret")["recoveryWindowInDays"] == 30
    assert kept.one("Secret").options["protect"] is True
    assert kept.one("RandomPassword").options["protect"] is True  # new characters would break every reader
    gone = registered(a_secret(protected=False))
    assert gone.one("Secret")["recoveryWindowInDays"] == 0
    assert not gone.one("Secret").options.get("protect")


def test_the_application_gets_three_secrets_of_its_own(registered: Run):
    def secrets() -> None:
        args = ApplicationSecretsArgs(environment_name="production", recovery_region="us-west-2", protected=True)
        made = ApplicationSecrets("secrets", args)
        pulumi.export("header", made.test_header_value)
        pulumi.export("versions", len(made.versions))

    program = registered(secrets)
    assert sorted(one["name"] for one in program.all("Secret")) == [
        "mockforge-cloud/production/jwt",
        "mockforge-cloud/production/scrape-token",
        "mockforge-cloud/production/test-header",
    ]
    assert all(one["replicas"] == [{"region": "us-west-2"}] for one in program.all("Secret"))
    assert program.is_secret_output("header")
    assert program.stack_outputs["versions"] == 3

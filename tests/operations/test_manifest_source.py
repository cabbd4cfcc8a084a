"""What every command on a running environment begins with: region, credentials, manifest. Shown with `status`."""

from pathlib import Path

import pytest
from botocore.exceptions import EndpointConnectionError, NoCredentialsError, UnauthorizedSSOTokenError

from operations.aws.region import region_of
from operations.errors import CommandStopped
from runbook.manifest import parameter_name
from tests.operations.aws_world import AwsWorld, aws_error, put
from tests.operations.manifests import manifest

COMMANDS = {
    "status": (),
    "approve": ("--yes",),
    "reject": ("--yes",),
    "rollback": ("--reason", "slow", "--yes"),
    "smoke-test": (),
}
SIGN_IN = "hint: sign in to AWS (for instance `aws sso login`, or set AWS_PROFILE), then run the same command again\n"


# --- credentials and connection


@pytest.mark.parametrize("command", COMMANDS)
def test_without_credentials_every_command_is_one_sentence(aws: AwsWorld, command: str):
    aws.faults["GetParameter"].append(NoCredentialsError())
    answer = aws(command, "production", *COMMANDS[command])
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == f"error: there are no usable AWS credentials (Unable to locate credentials)\n{SIGN_IN}"


@pytest.mark.parametrize("command", COMMANDS)
def test_with_expired_credentials_every_command_is_one_sentence(aws: AwsWorld, command: str):
    aws.faults["GetParameter"].append(aws_error("ExpiredTokenException", "GetParameter"))
    answer = aws(command, "production", *COMMANDS[command])
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == (
        f"error: AWS does not accept the credentials (ExpiredTokenException at GetParameter)\n{SIGN_IN}"
    )


def test_an_ended_single_sign_on_is_told_as_such(aws: AwsWorld):
    aws.faults["GetParameter"].append(UnauthorizedSSOTokenError())
    answer = aws("status", "production")
    assert answer.code == 1
    assert answer.err.startswith("error: there are no usable AWS credentials (The SSO session associated with this")
    assert answer.err.endswith(SIGN_IN)


def test_throttling_and_lost_connections_say_that_it_may_be_repeated(aws: AwsWorld):
    for spoilt in (
        aws_error("ThrottlingException", "GetParameter", "Rate exceeded"),
        aws_error("Whatever", "GetParameter", "oops", status=503),
        EndpointConnectionError(endpoint_url="https://ssm.example"),
    ):
        aws.faults["GetParameter"].append(spoilt)
        answer = aws("status", "production")
        assert answer.code == 1
        assert answer.err.endswith(
            "hint: AWS is busy or cannot be reached; run the same command again, it takes up where this one stopped\n"
        )


def test_what_an_operator_may_not_do_names_it(aws: AwsWorld):
    aws.faults["GetParameter"].append(aws_error("AccessDeniedException", "GetParameter", "not authorized"))
    assert aws("status", "production").err == (
        "error: these credentials may not do GetParameter: not authorized\nhint: use the environment's operator role\n"
    )


def test_debug_shows_where_it_came_from(aws: AwsWorld):
    aws.faults["GetParameter"].append(NoCredentialsError())
    answer = aws("status", "production", "--debug")
    assert answer.code == 1
    assert "Traceback" in answer.err
    assert answer.err.endswith(SIGN_IN)


# --- the manifest


def test_where_nothing_stands_the_account_and_the_region_are_named(aws: AwsWorld):
    answer = aws("status", "staging")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == (
        "error: account 123456789012 has no environment `staging` in us-east-1: SSM parameter "
        "/mockforge-cloud/staging/operations is missing\n"
        "hint: has `mfcloud up` brought this environment up, in this account and region?\n"
    )


def test_a_misspelt_environment_gets_a_suggestion(aws: AwsWorld):
    answer = aws("status", "produktion", "--region", "us-east-1")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "error: there is no environment `produktion`\nhint: did you mean `production`?\n"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"account_id": "999999999999"}, "production in account 999999999999, us-east-1"),
        ({"region": "eu-central-1"}, "production in account 123456789012, eu-central-1"),
        ({"environment": "elsewhere"}, "elsewhere in account 123456789012, us-east-1"),
    ],
)
def test_a_manifest_of_another_account_or_place_is_refused(aws: AwsWorld, changed: dict[str, str], said: str):
    put(aws, parameter_name("production"), manifest(**changed).to_parameter(), tier="Advanced")
    aws.calls.clear()
    answer = aws("rollback", "production", "--reason", "slow", "--yes")
    assert (answer.code, answer.out, aws.changes) == (3, "", [])
    assert answer.err.startswith(
        f"error: the operations manifest speaks of {said}, but lies in that of production in account 123456789012, "
        "us-east-1; nothing was changed\n"
    )


@pytest.mark.parametrize("text", ["{}", '{"version": 2}', "not JSON"])
def test_a_manifest_of_another_version_says_what_to_do(aws: AwsWorld, text: str):
    put(aws, parameter_name("production"), text, tier="Advanced")
    answer = aws("status", "production")
    assert (answer.code, answer.out) == (1, "")
    assert "is not one that this version can read:" in answer.err
    assert "hint: use the version of this project that `mfcloud up production` was last run with" in answer.err


# --- the region


def test_the_region_is_the_persons_word_then_the_stack_files_then_the_machines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AWS_REGION", "ap-south-1")
    assert region_of("prod", None, tmp_path) == "ap-south-1"
    file = tmp_path / "Pulumi.prod.yaml"
    file.write_text("config: {mockforge-cloud:location: {region: eu-west-1}}\n")
    assert region_of("prod", None, tmp_path) == "eu-west-1"
    assert region_of("prod", "sa-east-1", tmp_path) == "sa-east-1"


def test_a_stack_file_that_does_not_say_means_the_settings_default(tmp_path: Path):
    (tmp_path / "Pulumi.prod.yaml").write_text("config: {}\n")
    assert region_of("prod", None, tmp_path) == "us-east-1"


def test_a_misspelt_environment_is_told_before_aws_is_asked_even_where_the_machine_says_a_region(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    for name in ("production", "staging"):
        (tmp_path / f"Pulumi.{name}.yaml").write_text("config: {}\n")
    with pytest.raises(CommandStopped) as stopped:
        region_of("prodution", None, tmp_path)
    assert (stopped.value.code, stopped.value.message, stopped.value.hint) == (
        2,
        "there is no environment `prodution` here; there are: production, staging",
        "did you mean `production`? For one that has no stack file here, give --region",
    )
    assert region_of("prodution", "eu-west-1", tmp_path) == "eu-west-1"
    assert region_of("elsewhere", None, tmp_path) == "us-east-1"


def test_a_region_that_nobody_says_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(CommandStopped) as stopped:
        region_of("prod", None, tmp_path)
    assert (stopped.value.code, stopped.value.hint) == (2, "give --region, or set AWS_REGION")


@pytest.mark.parametrize("text", ["a: [", "config: text\n", "- a list\n"])
def test_an_unreadable_stack_file_asks_for_the_region(tmp_path: Path, text: str):
    (tmp_path / "Pulumi.prod.yaml").write_text(text)
    with pytest.raises(CommandStopped, match=r"Pulumi\.prod\.yaml cannot be read for its region"):
        region_of("prod", None, tmp_path)
    assert region_of("prod", "us-east-1", tmp_path) == "us-east-1"

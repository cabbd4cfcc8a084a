"""What is asked of AWS, against botocore's own model of it, and what an import costs a cold start."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from functions.smoke_test.settings import BotoAws

REVISION = "arn:aws:ecs:eu-west-1:123456789012:service-revision/c/s/1"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> BotoAws:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return BotoAws()


def stubbed(client: Any, operation: str, answer: dict[str, Any], asked: dict[str, Any]) -> Stubber:
    stubber = Stubber(client)
    stubber.add_response(operation, answer, asked)
    stubber.activate()
    return stubber


def test_the_headers_value_is_read_from_secrets_manager_by_name(aws: BotoAws):
    secret = {"SecretString": "letMeSee", "Name": "mockforge-cloud/staging/test-header"}
    stubbed(aws._secrets, "get_secret_value", secret, {"SecretId": "mockforge-cloud/staging/test-header"})
    assert aws.secret("mockforge-cloud/staging/test-header") == "letMeSee"


def test_a_secret_that_does_not_exist_is_an_error_of_aws(aws: BotoAws):
    with Stubber(aws._secrets) as stubber:
        stubber.add_client_error("get_secret_value", "ResourceNotFoundException")
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            aws.secret("no-such-secret")


def test_the_images_of_the_revision_under_test_are_read_from_ecs(aws: BotoAws):
    containers = [{"containerName": "mockforge", "image": "registry.example/m:1", "imageDigest": "sha256:ab"}]
    stubbed(
        aws._ecs,
        "describe_service_revisions",
        {"serviceRevisions": [{"serviceRevisionArn": REVISION, "containerImages": containers}], "failures": []},
        {"serviceRevisionArns": [REVISION]},
    )
    assert aws.revision_images(REVISION) == [("registry.example/m:1", "sha256:ab")]


def test_a_revision_that_ecs_does_not_find_has_no_images(aws: BotoAws):
    failure = {"arn": REVISION, "reason": "MISSING"}
    stubbed(
        aws._ecs,
        "describe_service_revisions",
        {"serviceRevisions": [], "failures": [failure]},
        {"serviceRevisionArns": [REVISION]},
    )
    assert aws.revision_images(REVISION) == []


def test_importing_the_function_imports_neither_boto3_nor_anything_of_ours_from_elsewhere(project_root: Path):
    code = (
        "import sys, functions.smoke_test.handler;"
        "print(sorted({name.partition('.')[0] for name in sys.modules}"
        " & {'boto3', 'botocore', 'pulumi', 'pydantic', 'runbook', 'components', 'operations', 'offline', 'infra'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=project_root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_model_that_the_stubs_check_against_is_botocores_own():
    assert "describe_service_revisions" in dir(boto3.client("ecs", region_name="eu-west-1"))

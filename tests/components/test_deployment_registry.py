import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ConnectTimeoutError, NoCredentialsError
from botocore.stub import Stubber

from components.deployment_registry import AwsDeploymentRegistry
from runbook.deployments import UNFINISHED_STATUSES, RegistryUnreadableError, Withdrawal

ARN = "arn:aws:ecs:us-east-1:123456789012:service-deployment/mockforge-staging/mockforge-staging/"
QUESTION = {
    "cluster": "mockforge-staging",
    "service": "mockforge-staging",
    "status": ["PENDING", "IN_PROGRESS", "STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"],
}
EARLY, LATE = datetime(2026, 11, 24, 10, 0, tzinfo=UTC), datetime(2026, 11, 24, 10, 30, tzinfo=UTC)


Asked = tuple[AwsDeploymentRegistry, Stubber, Stubber]


class Stubbed(AwsDeploymentRegistry):
    """The registry, with its clients exchanged for stubs that check every call against AWS's own model."""

    def _client(self, service: str) -> Any:
        return CLIENTS[service]


CLIENTS = {}


@pytest.fixture
def ask():
    stubs = {}
    for service in ("ecs", "ssm"):
        client = boto3.client(service, "us-east-1", aws_access_key_id="made", aws_secret_access_key="up")
        CLIENTS[service] = client
        stubs[service] = Stubber(client)
        stubs[service].activate()
    yield (
        Stubbed(
            region="us-east-1",
            cluster="mockforge-staging",
            service="mockforge-staging",
            withdrawn_parameter="/mockforge-cloud/staging/withdrawn",
        ),
        stubs["ecs"],
        stubs["ssm"],
    )
    for stub in stubs.values():
        stub.assert_no_pending_responses()


def deployment(key: str, status: str, created: datetime, **times: Any):
    return {"serviceDeploymentArn": ARN + key, "status": status, "createdAt": created, **times}


def test_no_unfinished_deployment_means_none(ask: Asked):
    registry, ecs, _ = ask
    ecs.add_response("list_service_deployments", {"serviceDeployments": []}, QUESTION)
    assert registry.running() is None


def test_the_newest_unfinished_deployment_is_the_one_that_runs(ask: Asked):
    registry, ecs, _ = ask
    stopping = deployment("old", "STOP_REQUESTED", EARLY, startedAt=EARLY)
    baking = deployment("new", "IN_PROGRESS", LATE)
    ecs.add_response("list_service_deployments", {"serviceDeployments": [stopping], "nextToken": "more"}, QUESTION)
    ecs.add_response("list_service_deployments", {"serviceDeployments": [baking]}, {**QUESTION, "nextToken": "more"})
    running = registry.running()
    assert running is not None
    assert (running.arn, running.status, running.since) == (ARN + "new", "IN_PROGRESS", LATE)


def test_finished_statuses_are_not_asked_for():
    model = boto3.client("ecs", "us-east-1", aws_access_key_id="made", aws_secret_access_key="up").meta.service_model
    statuses = model.shape_for("ServiceDeploymentStatus").enum
    assert set(statuses) - set(UNFINISHED_STATUSES) == {
        "SUCCESSFUL",
        "STOPPED",
        "ROLLBACK_SUCCESSFUL",
        "ROLLBACK_FAILED",
    }


def test_withdrawn_images_are_read_from_the_parameter(ask: Asked):
    registry, _, ssm = ask
    record = [{"image": "sha256:4f", "at": "2026-11-24T09:30:00Z", "reason": "slow"}]
    ssm.add_response(
        "get_parameter",
        {"Parameter": {"Value": json.dumps(record)}},
        {"Name": "/mockforge-cloud/staging/withdrawn"},
    )
    assert registry.withdrawals() == (Withdrawal(image="sha256:4f", at="2026-11-24T09:30:00Z", reason="slow"),)


@pytest.mark.parametrize("text", ["", "{}", '""', "null", "[1]", '[{"image": "x"}]', "{}x", '{"image": "x"}'])
def test_a_damaged_record_is_no_empty_record(ask: Asked, text: str):
    registry, _, ssm = ask
    ssm.add_response("get_parameter", {"Parameter": {"Value": text}}, None)
    with pytest.raises(RegistryUnreadableError, match="is not a list of withdrawn images"):
        registry.withdrawals()


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("AccessDeniedException", r"AWS refused ecs:ListServiceDeployments \(AccessDeniedException\): not authorized"),
        ("ExpiredTokenException", "sign in to AWS"),
        ("ServiceNotFoundException", "AWS does not know the service; run `pulumi refresh`"),
    ],
)
def test_a_refusal_of_aws_becomes_one_sentence_with_the_way_out(ask: Asked, code: str, sentence: str):
    registry, ecs, _ = ask
    ecs.add_client_error("list_service_deployments", code, "not authorized")
    with pytest.raises(RegistryUnreadableError, match=sentence):
        registry.running()


def test_a_record_that_is_gone_is_told(ask: Asked):
    registry, _, ssm = ask
    ssm.add_client_error("get_parameter", "ParameterNotFound", "")
    with pytest.raises(RegistryUnreadableError, match="the record of withdrawn images is gone"):
        registry.withdrawals()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (NoCredentialsError(), "no AWS credentials for ecs:ListServiceDeployments: sign in to AWS"),
        (ConnectTimeoutError(endpoint_url="https://ecs"), "AWS gave no answer to ecs:ListServiceDeployments"),
    ],
)
def test_no_credentials_and_no_network_are_told_apart(monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str):
    def fail(_self: AwsDeploymentRegistry, _service: str) -> None:
        raise error

    monkeypatch.setattr(AwsDeploymentRegistry, "_client", fail)
    registry = AwsDeploymentRegistry(region="us-east-1", cluster="c", service="s", withdrawn_parameter="/p")
    with pytest.raises(RegistryUnreadableError, match=sentence):
        registry.running()


def test_a_client_stands_in_the_region_and_gives_up_within_a_minute(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    registry = AwsDeploymentRegistry(region="eu-west-1", cluster="c", service="s", withdrawn_parameter="/p")
    client = registry._client("ecs")
    config = client.meta.config
    assert client.meta.region_name == "eu-west-1"
    assert (config.connect_timeout + config.read_timeout) * config.retries["total_max_attempts"] <= 60

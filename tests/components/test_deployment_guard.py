import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.deployment_guard import (
    HARMLESS_INPUTS,
    DeploymentRefusedError,
    Guarded,
    refuse,
    starts_a_deployment,
)
from runbook.deployments import RegistryUnreadableError, RunningDeployment, Withdrawal
from tests.components.service_program import DIGEST, IMAGE, service_program
from tests.harness import Program

Run = Callable[..., Program]

ARN = "arn:aws:ecs:us-east-1:123456789012:service-deployment/mockforge-production/mockforge-production/a1"
SINCE = datetime(2026, 11, 24, 10, 5, tzinfo=UTC)
BAKING = RunningDeployment(arn=ARN, status="IN_PROGRESS", since=SINCE)
WITHDRAWN = Withdrawal(image=DIGEST, at="2026-11-24T09:30:00Z", reason="error rate above 1 %")


class Registry:
    """Says what a test wants it to say."""

    def __init__(
        self,
        running: RunningDeployment | None = None,
        withdrawals: Sequence[Withdrawal] = (),
        unreadable: str | None = None,
    ) -> None:
        self._running, self._withdrawals, self._unreadable, self.asked = running, withdrawals, unreadable, 0

    def running(self):
        self.asked += 1
        if self._unreadable:
            raise RegistryUnreadableError(self._unreadable)
        return self._running

    def withdrawals(self):
        return self._withdrawals


def guarded(**answers: Any):
    return Guarded(
        environment_name="production",
        service_name="mockforge-production",
        image=IMAGE,
        registry=Registry(**answers),
    )


def refusal(**answers: Any):
    with pytest.raises(DeploymentRefusedError) as refused:
        refuse(guarded(**answers))
    return str(refused.value)


def test_nothing_running_and_nothing_withdrawn_lets_the_update_pass():
    refuse(guarded())


def test_a_running_deployment_refuses_the_next_and_says_what_to_do():
    assert refusal(running=BAKING) == (
        "refused: a deployment of mockforge-production or its bake has been running since 2026-11-24 10:05 UTC "
        "(IN_PROGRESS), and a second one would stop it half way. Wait until it has finished "
        "(`./mfcloud status production` shows it) or take it back with `./mfcloud rollback production`, "
        f"then run this again. Nothing of the service was changed. Deployment: {ARN}"
    )


def test_an_image_that_a_rollback_withdrew_does_not_come_back_by_accident():
    assert refusal(withdrawals=[WITHDRAWN]) == (
        f"refused: {DIGEST} was withdrawn from production by a rollback at 2026-11-24 09:30 UTC "
        "(error rate above 1 %). Name a repaired image in `service.image` of Pulumi.production.yaml, "
        "then run this again. Nothing of the service was changed."
    )


def test_another_image_than_the_withdrawn_one_passes():
    refuse(guarded(withdrawals=[Withdrawal(image="sha256:" + "00" * 32, at="2026-11-24T09:30:00Z", reason="slow")]))


def test_no_answer_is_not_taken_for_a_yes():
    assert refusal(unreadable="no AWS credentials: sign in") == (
        "refused: it is not known whether a deployment of mockforge-production is running: "
        "no AWS credentials: sign in. Nothing of the service was changed."
    )


OLD = {"taskDefinition": "task:1", "desiredCount": 2, "loadBalancers": [{"targetGroupArn": "blue", "__defaults": []}]}


@pytest.mark.parametrize(
    ("changed", "starts"),
    [
        ({"taskDefinition": "task:2"}, True),
        ({"loadBalancers": [{"targetGroupArn": "green"}]}, True),
        ({"networkConfiguration": {"subnets": ["subnet-1"]}}, True),
        ({"forceNewDeployment": True}, True),
        ({"somethingNew": 1}, True),  # what nobody has looked up counts as starting one
        ({"desiredCount": 5}, False),
        ({"healthCheckGracePeriodSeconds": 60}, False),
        ({"deploymentConfiguration": {"bakeTimeInMinutes": "15"}}, False),
        ({"tags": {"owner": "ops"}}, False),
        ({"loadBalancers": [{"targetGroupArn": "blue", "__defaults": ["x"]}], "__defaults": ["y"]}, False),
    ],
)
def test_only_a_change_that_starts_a_deployment_is_looked_at(changed: dict[str, Any], starts: bool):
    assert starts_a_deployment(OLD, {**OLD, **changed}) is starts


def test_leaving_out_an_input_is_a_change_too():
    assert starts_a_deployment(OLD, {key: value for key, value in OLD.items() if key != "loadBalancers"}) is True


INPUTS = st.dictionaries(
    st.sampled_from(["taskDefinition", "loadBalancers", "platformVersion", *sorted(HARMLESS_INPUTS)]), st.integers(0, 2)
)


@given(old=INPUTS, new=INPUTS)
def test_harmless_inputs_never_decide(old: dict[str, int], new: dict[str, int]):
    def telling(inputs: dict[str, int]) -> dict[str, int]:
        return {key: value for key, value in inputs.items() if key not in HARMLESS_INPUTS}

    assert starts_a_deployment(old, new) is (telling(old) != telling(new))
    assert starts_a_deployment(old, old) is False


def change(old: dict[str, Any], new: dict[str, Any]) -> pulumi.ResourceHookArgs:
    return pulumi.ResourceHookArgs(
        urn="urn", id="id", name="service", type="aws:ecs/service:Service", old_inputs=old, new_inputs=new
    )


def test_the_hook_of_the_service_asks_its_registry_only_when_a_deployment_would_start(registered: Run):
    registry = Registry(running=BAKING)
    hook = registered(service_program(registry=registry)).hooks["service-deployment-guard"]
    asyncio.run(hook(change(OLD, {**OLD, "desiredCount": 5})))
    assert registry.asked == 0
    with pytest.raises(DeploymentRefusedError, match="has been running since 2026-11-24 10:05 UTC"):
        asyncio.run(hook(change(OLD, {**OLD, "taskDefinition": "task:2"})))
    assert registry.asked == 1

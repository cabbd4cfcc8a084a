"""Refuses, under plain `pulumi up` too, to start a deployment that should not start.

ECS answers a second deployment by stopping the first half way, and brings back an image that a rollback has just taken
out of service without asking. So a resource hook looks before the service is updated. It looks only when the change
starts a deployment, and it never takes silence for a yes.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pulumi

from components.deployment_registry import DeploymentRegistry
from runbook.deployments import RegistryUnreadableError, RunningDeployment, Withdrawal

# Amazon ECS API, UpdateService: "This parameter doesn't trigger a new service deployment"; or the provider's own.
# Whatever is not named here counts as starting one.
HARMLESS_INPUTS = frozenset(
    {
        "alarms",  # part of deploymentConfiguration in the API
        "availabilityZoneRebalancing",
        "capacityProviderStrategies",
        "deploymentCircuitBreaker",  # part of deploymentConfiguration in the API
        "deploymentConfiguration",
        "deploymentMaximumPercent",
        "deploymentMinimumHealthyPercent",
        "desiredCount",
        "enableEcsManagedTags",
        "enableExecuteCommand",
        "forceDelete",
        "healthCheckGracePeriodSeconds",
        "orderedPlacementStrategies",
        "placementConstraints",
        "propagateTags",
        "sigintRollback",
        "tags",
        "tagsAll",
        "waitForSteadyState",
    }
)
NOTHING_CHANGED = "Nothing of the service was changed."


class DeploymentRefusedError(Exception):
    """The service must not be updated now; the text says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Guarded:
    """What one guard watches."""

    environment_name: str
    service_name: str
    image: str
    """The image that this program deploys."""
    registry: DeploymentRegistry


def deployment_guard(name: str, guarded: Guarded) -> pulumi.ResourceHook:
    """A hook for `before_update` of the ECS service."""

    async def refuse_unsafe_deployments(change: pulumi.ResourceHookArgs) -> None:
        if starts_a_deployment(change.old_inputs or {}, change.new_inputs or {}):
            await asyncio.to_thread(refuse, guarded)  # the engine's other work goes on meanwhile

    return pulumi.ResourceHook(name, refuse_unsafe_deployments)


def starts_a_deployment(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether ECS answers the change of these inputs (Pulumi's names) with a new deployment."""
    before, after = _said(old), _said(new)
    return any(before.get(key) != after.get(key) for key in (before.keys() | after.keys()) - HARMLESS_INPUTS)


def refuse(guarded: Guarded) -> None:
    """Raise DeploymentRefusedError unless nothing runs and the image was never withdrawn."""
    try:
        if (running := guarded.registry.running()) is not None:
            raise DeploymentRefusedError(_overlaps(guarded, running))
        for withdrawal in guarded.registry.withdrawals():
            if withdrawal.concerns(guarded.image):
                raise DeploymentRefusedError(_withdrawn(guarded, withdrawal))
    except RegistryUnreadableError as error:
        raise DeploymentRefusedError(
            f"refused: it is not known whether a deployment of {guarded.service_name} is running: {error}. "
            f"{NOTHING_CHANGED}"
        ) from error


def _overlaps(guarded: Guarded, running: RunningDeployment) -> str:
    since = running.since.strftime("%Y-%m-%d %H:%M %Z")
    return (
        f"refused: a deployment of {guarded.service_name} or its bake has been running since {since} "
        f"({running.status}), and a second one would stop it half way. Wait until it has finished (`./mfcloud status "
        f"{guarded.environment_name}` shows it) or take it back with `./mfcloud rollback {guarded.environment_name}`, "
        f"then run this again. {NOTHING_CHANGED} Deployment: {running.arn}"
    )


def _withdrawn(guarded: Guarded, withdrawal: Withdrawal) -> str:
    return (
        f"refused: {withdrawal.image} was withdrawn from {guarded.environment_name} by a rollback at "
        f"{withdrawal.at_in_words} ({withdrawal.reason}). Name a repaired image in `service.image` of "
        f"Pulumi.{guarded.environment_name}.yaml, then run this again. {NOTHING_CHANGED}"
    )


def _said(value: Any) -> Any:  # noqa: ANN401 - inputs are any JSON
    """Inputs without the engine's own notes (`__defaults`), at every depth."""
    if isinstance(value, Mapping):
        mapping = cast("Mapping[str, Any]", value)
        return {key: _said(one) for key, one in mapping.items() if not key.startswith("__")}
    if isinstance(value, list | tuple):
        return [_said(one) for one in cast("Sequence[Any]", value)]
    return value

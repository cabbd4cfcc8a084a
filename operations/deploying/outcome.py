"""How a deployment ended, in one sentence with its reason. Pure."""

from dataclasses import dataclass

from operations.deploying.decision import target
from operations.deployments.told import Deployment, Version
from operations.state.reading import Rollout

ENDED = {
    "ROLLBACK_SUCCESSFUL": "was rolled back",
    "ROLLBACK_FAILED": "failed, and could not be rolled back",
    "STOPPED": "was stopped half way",
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`reason` is None where it succeeded."""

    deployment: Deployment
    brought: Version | None
    live: Version | None
    reason: str | None

    @property
    def succeeded(self) -> bool:
        """Users reach the new version, and its bake is over."""
        return self.deployment.status == "SUCCESSFUL"

    @property
    def sentence(self) -> str:
        """Without the environment's name before it."""
        if self.succeeded:
            return f"runs {self.brought or 'the new version'} (deployment {self.deployment.id})"
        ended = ENDED.get(self.deployment.status, f"ended {self.deployment.status}")
        live = f"users are served by {self.live}" if self.live else "ECS does not say what users reach"
        return f"deployment {self.deployment.id} of {self.brought or 'the new version'} {ended}: {self.reason}; {live}"


def outcome(rollout: Rollout) -> Outcome:
    """Of a deployment that is over."""
    deployment = rollout.deployment
    return Outcome(
        deployment=deployment,
        brought=target(rollout),
        live=rollout.live,
        reason=None if deployment.status == "SUCCESSFUL" else _reason(deployment),
    )


def _reason(deployment: Deployment) -> str:
    """ECS's own words, and what it knows besides."""
    words = [deployment.rollback_reason or deployment.reason or "ECS gives no reason"]
    words += [f"alarm {name}" for name in deployment.triggered_alarms if name not in words[0]]
    for hook in deployment.hooks:
        if hook.status in ("FAILED", "TIMED_OUT"):
            kind = "the approval" if hook.kind == "PAUSE" else "the smoke test"
            words.append(f"{kind} (hook {hook.id}) {hook.status}")
    if deployment.stage:
        words.append(f"in stage {deployment.stage}")
    return ", ".join(words)

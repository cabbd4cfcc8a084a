"""What an answer to the approval pause means, given the newest deployment. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from operations.deployments.told import APPROVAL_STAGE, Deployment, Hook
from operations.errors import CommandStopped, refused


class Answer(StrEnum):
    """As ECS's ContinueServiceDeployment spells it."""

    APPROVE = "CONTINUE"
    REJECT = "ROLLBACK"


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A deployment waits, and this hook is what it waits for."""

    deployment: Deployment
    hook: Hook


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The same answer has been given; there is nothing to do."""

    deployment: Deployment
    sentence: str


def decide(
    deployment: Deployment | None, answer: Answer, *, environment: str, approval_required: bool
) -> Pending | Answered:
    """What to do; raises a refusal where nothing waits or the opposite was answered.

    The same answer again is fine while that deployment goes on. Once it is over it is refused: a script that believes
    it has approved the next deployment must not be told yes.
    """
    if deployment is None:
        raise refused(f"nothing waits for an answer: {environment} was never deployed")
    if not deployment.unfinished:
        ended = f" at {deployment.finished_at:%Y-%m-%d %H:%M} UTC" if deployment.finished_at else ""
        raise refused(
            f"nothing waits for an answer: the last deployment ({deployment.id}) ended {deployment.status}{ended}",
            hint=f"`mfcloud status {environment}` shows what is live",
        )
    if deployment.rolling_back or deployment.status == "STOP_REQUESTED":
        return _was_rejected(deployment, answer)
    if (hook := deployment.waiting_hook) is not None:
        return Pending(deployment=deployment, hook=hook)
    ended_hooks = {one.status for one in deployment.pauses}
    if ended_hooks & {"FAILED", "TIMED_OUT"}:
        return _was_rejected(deployment, answer)
    if "SUCCEEDED" in ended_hooks or (approval_required and deployment.has_passed(APPROVAL_STAGE)):
        return _was_approved(deployment, answer, environment)
    raise _not_yet(deployment, environment, approval_required=approval_required)


def _was_approved(deployment: Deployment, answer: Answer, environment: str) -> Answered:
    if answer is Answer.APPROVE:
        sentence = f"deployment {deployment.id} was approved already; it stands in stage {deployment.stage}"
        return Answered(deployment=deployment, sentence=sentence)
    raise refused(
        f"deployment {deployment.id} was approved already; it stands in stage {deployment.stage}",
        hint=f"`mfcloud rollback {environment}` takes it back",
    )


def _was_rejected(deployment: Deployment, answer: Answer) -> Answered:
    why = f": {said}" if (said := deployment.rollback_reason or deployment.reason) else ""
    sentence = f"deployment {deployment.id} is being rolled back already ({deployment.status}{why})"
    if answer is Answer.REJECT:
        return Answered(deployment=deployment, sentence=sentence)
    raise refused(sentence, hint="it cannot be approved any more; deploy again when its cause is removed")


def _not_yet(deployment: Deployment, environment: str, *, approval_required: bool) -> CommandStopped:
    where = f"deployment {deployment.id} stands in stage {deployment.stage or 'unknown'}"
    if not approval_required:
        return refused(
            f"{environment} asks for no approval; {where}", hint=f"`mfcloud rollback {environment}` stops it"
        )
    return refused(
        f"nothing waits for an answer yet: {where}; it will wait at {APPROVAL_STAGE}",
        hint=f"`mfcloud status {environment}` shows when",
    )

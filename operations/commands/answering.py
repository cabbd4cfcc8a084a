"""What `approve` and `reject` share: ask, answer, wait for what comes of it."""

from json import dumps
from typing import TYPE_CHECKING

from operations.deployments.approval import Answer, Answered, Pending
from operations.exit_codes import ExitCode

if TYPE_CHECKING:
    from operations.deployments.told import Deployment
    from operations.session import Session

SHIFT_MINUTES = 30  # the shift itself and its hooks; ECS needs a few
ROLLBACK_MINUTES = 60


def answer_pause(
    environment: str, answer: Answer, *, region: str | None, offline: bool, yes: bool, dry_run: bool, json: bool
) -> int:
    """The whole of both commands."""
    from operations.confirmation import confirm
    from operations.deployments.answering import look, plan
    from operations.session import operating
    from operations.terminal import say

    with operating(environment, region, offline=offline) as session:
        found = look(session, answer)
        if isinstance(found, Answered):
            say(found.sentence)
            return _tell(session, found.deployment, answer, json=json)
        for line in plan(session, found, answer):
            say(line)
        if dry_run:
            say("dry run: nothing was changed")
            return ExitCode.DONE
        confirm(_question(environment, found, answer), expected=environment, yes=yes)
        return _act(session, found, answer, json=json)


def _question(environment: str, found: Pending, answer: Answer) -> str:
    if answer is Answer.APPROVE:
        return f"Let users of {environment} reach deployment {found.deployment.id}?"
    return f"Throw deployment {found.deployment.id} of {environment} away and stay with what is live?"


def _act(session: "Session", found: Pending, answer: Answer, *, json: bool) -> int:
    from operations.deployments.answering import send
    from operations.deployments.following import follow, serves_users
    from operations.terminal import say

    if (again := send(session, found, answer)) is not None:
        say(again.sentence)
        return _tell(session, again.deployment, answer, json=json)
    say(f"answered {answer}")
    environment = session.manifest.environment
    approved = answer is Answer.APPROVE
    deployment = follow(
        session,
        found.deployment.arn,
        done=serves_users if approved else lambda _deployment: False,
        minutes=SHIFT_MINUTES if approved else ROLLBACK_MINUTES,
        resume=f"the answer was given; `mfcloud status {environment}` shows how it goes on",
    )
    return _tell(session, deployment, answer, json=json)


def _tell(session: "Session", deployment: "Deployment", answer: Answer, *, json: bool) -> int:
    from operations.deployments.answering import VERB
    from operations.deployments.told import spell
    from operations.errors import CommandStopped
    from operations.terminal import write

    environment = session.manifest.environment
    if json:
        content = {
            "environment": environment,
            "deployment": deployment.arn,
            "answer": VERB[answer],
            "status": deployment.status,
            "stage": deployment.stage,
        }
        write(dumps(content, indent=2))
    else:
        write(f"{environment}: {spell(deployment, session.clock.now())}")
    went_wrong = {Answer.APPROVE: ("ROLLBACK", "STOP"), Answer.REJECT: ("ROLLBACK_FAILED", "SUCCESSFUL")}[answer]
    if deployment.status.startswith(went_wrong):
        why = deployment.rollback_reason or deployment.reason or "ECS gives no reason"
        raise CommandStopped(
            f"the answer was {answer}, but the deployment stands at {deployment.status} ({why})",
            hint=f"`mfcloud status {environment}` shows what is live",
        )
    return ExitCode.DONE

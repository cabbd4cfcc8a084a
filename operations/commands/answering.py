"""What `approve`, `reject` and `deploy` share: find the pause, say what would go live, ask, answer, wait."""

from json import dumps
from typing import TYPE_CHECKING

from operations.deployments.approval import Answer, Answered, Pending
from operations.exit_codes import ExitCode

if TYPE_CHECKING:
    from operations.deployments.told import Deployment, Version
    from operations.session import Session

SHIFT_MINUTES = 30  # the shift itself and its hooks; ECS needs a few
ROLLBACK_MINUTES = 60
_OVERTAKEN = frozenset(
    {"ClientException", "ConflictException", "InvalidParameterException", "ServiceDeploymentNotFoundException"}
)
"""What ECS says to an answer that comes too late."""
_VERB = {Answer.APPROVE: "approve", Answer.REJECT: "reject"}


def answer_pause(
    environment: str, answer: Answer, *, region: str | None, offline: bool, yes: bool, dry_run: bool, json: bool
) -> int:
    """The whole of both commands."""
    from operations.commands.confirmation import confirm
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


def look(session: "Session", answer: Answer) -> Pending | Answered:
    """What waits, or that it was answered so already; refused where neither is the case."""
    from operations.deployments.approval import decide
    from operations.deployments.asking import EcsDeployments

    manifest = session.manifest
    return decide(
        EcsDeployments(session).newest(),
        answer,
        environment=manifest.environment,
        approval_required=manifest.service.approval_required,
    )


def plan(session: "Session", found: Pending, answer: Answer) -> list[str]:
    """Lines for the person: what the answer would do."""
    from operations.deployments.told import spell_number

    deployment, hook, manifest = found.deployment, found.hook, session.manifest
    new, old = _versions(session, deployment)
    version = manifest.service.version or "unknown"
    target = deployment.target
    running, requested = (target.running_tasks, target.requested_tasks) if target else (None, None)
    expires = f"{hook.expires_at:%Y-%m-%d %H:%M} UTC" if hook.expires_at else "unknown"
    return [
        f"{_VERB[answer].capitalize()} the deployment of {manifest.environment} that waits for an answer:",
        f"  goes live   {new or 'unknown'}",
        f"  image       {new.image.reference if new and new.image else 'unknown'}",
        f"  version     {version} (the stack file's at the last `mfcloud up`)",
        f"  live now    {old or 'unknown'}",
        f"  new tasks   {spell_number(running)} of {spell_number(requested)} running",
        f"  stage       {deployment.stage or 'unknown'}, since it began at {deployment.created_at:%Y-%m-%d %H:%M} UTC",
        f"  unanswered  {hook.timeout_action or 'unknown'} at {expires}",
        f"  deployment  {deployment.id}",
    ]


def _versions(session: "Session", deployment: "Deployment") -> "tuple[Version | None, Version | None]":
    from operations.deployments.asking import EcsDeployments

    sides = [*([deployment.target] if deployment.target else []), *deployment.sources]
    versions = EcsDeployments(session).versions(side.revision_arn for side in sides)
    new = versions.get(deployment.target.revision_arn) if deployment.target else None
    live = [side for side in deployment.sources if side.production_percent] or list(deployment.sources)
    return new, versions.get(live[0].revision_arn) if live else None


def _question(environment: str, found: Pending, answer: Answer) -> str:
    if answer is Answer.APPROVE:
        return f"Let users of {environment} reach deployment {found.deployment.id}?"
    return f"Throw deployment {found.deployment.id} of {environment} away and stay with what is live?"


def send(session: "Session", found: Pending, answer: Answer) -> Answered | None:
    """Answer; None when that was this command. Somebody else, or the clock, was quicker: raises unless they agree."""
    from botocore.exceptions import ClientError

    from operations.aws.errors import code_of
    from operations.deployments.asking import EcsDeployments

    try:
        EcsDeployments(session).answer(found.deployment, found.hook, answer)
    except ClientError as error:
        if code_of(error) not in _OVERTAKEN:
            raise
        again = look(session, answer)
        if isinstance(again, Pending):
            raise
        return again
    return None


def _act(session: "Session", found: Pending, answer: Answer, *, json: bool) -> int:
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
    from operations.deployments.told import spell
    from operations.errors import CommandStopped
    from operations.terminal import write

    environment = session.manifest.environment
    if json:
        content = {
            "environment": environment,
            "deployment": deployment.arn,
            "answer": _VERB[answer],
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

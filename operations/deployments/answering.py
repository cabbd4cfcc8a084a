"""The approval pause, answered by a person: find it, say what would go live, answer."""

from operations.aws.errors import code_of
from operations.deployments import own_approval
from operations.deployments.approval import Answer, Answered, Pending, decide
from operations.deployments.asking import EcsDeployments
from operations.deployments.told import Deployment, Version, spell_number
from operations.session import Session

_OVERTAKEN = own_approval.OVERTAKEN | {"ServiceDeploymentNotFoundException"}
"""What ECS says to an answer that comes too late."""
VERB = {Answer.APPROVE: "approve", Answer.REJECT: "reject"}


def look(session: Session, answer: Answer) -> Pending | Answered:
    """What waits, or that it was answered so already; refused where neither is the case."""
    manifest = session.manifest
    return decide(
        EcsDeployments(session).newest(),
        answer,
        environment=manifest.environment,
        approval_required=manifest.service.approval_required,
    )


def plan(session: Session, found: Pending, answer: Answer) -> list[str]:
    """Lines for the person: what the answer would do."""
    deployment, hook, manifest = found.deployment, found.hook, session.manifest
    new, old = _versions(session, deployment)
    version = manifest.service.version or "unknown"
    target = deployment.target
    running, requested = (target.running_tasks, target.requested_tasks) if target else (None, None)
    expires = f"{hook.expires_at:%Y-%m-%d %H:%M} UTC" if hook.expires_at else "unknown"
    return [
        f"{VERB[answer].capitalize()} the deployment of {manifest.environment} that waits for an answer:",
        f"  goes live   {new or 'unknown'}",
        f"  image       {new.image.reference if new and new.image else 'unknown'}",
        f"  version     {version} (the stack file's at the last `mfcloud up`)",
        f"  live now    {old or 'unknown'}",
        f"  new tasks   {spell_number(running)} of {spell_number(requested)} running",
        f"  stage       {deployment.stage or 'unknown'}, since it began at {deployment.created_at:%Y-%m-%d %H:%M} UTC",
        f"  unanswered  {hook.timeout_action or 'unknown'} at {expires}",
        f"  deployment  {deployment.id}",
    ]


def _versions(session: Session, deployment: Deployment) -> tuple[Version | None, Version | None]:
    sides = [*([deployment.target] if deployment.target else []), *deployment.sources]
    versions = EcsDeployments(session).versions(side.revision_arn for side in sides)
    new = versions.get(deployment.target.revision_arn) if deployment.target else None
    live = [side for side in deployment.sources if side.production_percent] or list(deployment.sources)
    return new, versions.get(live[0].revision_arn) if live else None


def send(session: Session, found: Pending, answer: Answer) -> Answered | None:
    """Answer; None when that was this command. Somebody else, or the clock, was quicker: raises unless they agree."""
    from botocore.exceptions import ClientError

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

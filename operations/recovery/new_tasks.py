"""Starts the service's tasks anew on the recovered database: they run its migrations and open new connections."""

from datetime import datetime, timedelta

from operations.deployments.asking import EcsDeployments
from operations.deployments.following import BEGINS_MINUTES, begun, follow, serves_users
from operations.deployments.own_approval import OwnApproval
from operations.deployments.told import Deployment
from operations.errors import CommandStopped, refused
from operations.session import Session
from operations.waiting import Wait

FOLLOW_MINUTES = 90


def refuse_while_deploying(session: Session) -> None:
    """A deployment that starts against one database and ends against another proves nothing."""
    newest = EcsDeployments(session).newest()
    if newest is not None and newest.unfinished:
        raise refused(
            f"deployment {newest.id} or its bake goes on ({newest.status}); nothing was switched over",
            hint=f"wait for its end, or `mfcloud rollback {session.manifest.environment} --reason ...`; "
            "then the same command again",
        )


def have_taken_it_up(session: Session, since: datetime) -> bool:
    """Whether a deployment that began after `since` serves users, or has ended well."""
    newest = EcsDeployments(session).newest()
    if newest is None or newest.created_at < since:
        return False
    return newest.status == "SUCCESSFUL" or (newest.unfinished and serves_users(newest))


def start(session: Session, since: datetime, resume: str) -> None:
    """Deploy what runs once more, or follow the deployment that does already, until it serves users."""
    ecs = EcsDeployments(session)
    newest = ecs.newest()
    if newest is None or not newest.unfinished or newest.created_at < since:
        ecs.deploy(str(ecs.service()["taskDefinition"]).rpartition("/")[2], forced=True)
        newest = _appeared(session, before=newest, resume=resume)
    approving = OwnApproval(session, "the same image, and the recovery was confirmed")
    ended = follow(session, newest.arn, done=serves_users, minutes=FOLLOW_MINUTES, resume=resume, seen=approving.look)
    if not (ended.status == "SUCCESSFUL" or (ended.unfinished and serves_users(ended))):
        why = ended.rollback_reason or ended.reason or "ECS gives no reason"
        raise CommandStopped(
            f"the database is recovered, but the new tasks did not take it up: {ended.status} ({why}); "
            "the tasks of before go on with it",
            hint=f'docs/incident-response.md, "Deployment failed"; {resume}',
        )


def _appeared(session: Session, *, before: Deployment | None, resume: str) -> Deployment:
    found = begun(
        session,
        lambda newest: before is None or newest.arn != before.arn,
        Wait(
            what="deployment of new tasks",
            until=session.clock.now() + timedelta(minutes=BEGINS_MINUTES),
            resume=resume,
        ),
    )
    if found is None:
        raise CommandStopped("ECS has begun no deployment", hint=resume)
    return found

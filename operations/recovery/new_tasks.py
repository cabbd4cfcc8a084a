"""Starts the service's tasks anew on the recovered database: they run its migrations and open new connections."""

from datetime import datetime, timedelta

from operations.aws.errors import code_of
from operations.deployments.asking import EcsDeployments
from operations.deployments.following import follow, serves_users
from operations.deployments.told import Deployment, Hook
from operations.errors import CommandStopped, refused
from operations.session import Session
from operations.terminal import say
from operations.waiting import Wait, wait_until

APPEARS_MINUTES = 5
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
    approving = _Approving(session)
    ended = follow(session, newest.arn, done=serves_users, minutes=FOLLOW_MINUTES, resume=resume, seen=approving.look)
    if not (ended.status == "SUCCESSFUL" or (ended.unfinished and serves_users(ended))):
        why = ended.rollback_reason or ended.reason or "ECS gives no reason"
        raise CommandStopped(
            f"the database is recovered, but the new tasks did not take it up: {ended.status} ({why}); "
            "the tasks of before go on with it",
            hint=f'docs/incident-response.md, "Deployment failed"; {resume}',
        )


def _appeared(session: Session, *, before: Deployment | None, resume: str) -> Deployment:
    def ask() -> Deployment | None:
        newest = EcsDeployments(session).newest()
        return newest if newest and (before is None or newest.arn != before.arn) else None

    found = wait_until(
        ask,
        lambda deployment: deployment is not None,
        lambda deployment: "begun" if deployment else "not begun yet",
        Wait(
            what="deployment of new tasks",
            until=session.clock.now() + timedelta(minutes=APPEARS_MINUTES),
            resume=resume,
        ),
        session.clock,
    )
    if found is None:
        raise CommandStopped("ECS has begun no deployment", hint=resume)
    return found


class _Approving:
    """Answers the approval pause: the image is the one that runs, and the person has just confirmed the recovery."""

    def __init__(self, session: Session) -> None:
        self._session, self._answered = session, set[str]()

    def look(self, deployment: Deployment) -> None:
        hook = deployment.waiting_hook
        if hook is not None and hook.id not in self._answered:
            self._answer(deployment, hook)
            self._answered.add(hook.id)

    def _answer(self, deployment: Deployment, hook: Hook) -> None:
        from botocore.exceptions import ClientError

        try:
            EcsDeployments(self._session).answer(deployment, hook, "CONTINUE")
        except ClientError as error:
            if code_of(error) not in {"InvalidParameterException", "ClientException", "ConflictException"}:
                raise  # asked again, where that may help
            say("the approval was answered by somebody else")
        else:
            say("approved: the same image, and the recovery was confirmed")

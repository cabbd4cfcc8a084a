"""Follows one deployment until it has come as far as somebody wants."""

from collections.abc import Callable
from datetime import timedelta

from operations.deployments import Deployment, spell
from operations.ecs_deployments import EcsDeployments
from operations.session import Session
from operations.waiting import Wait, wait_until


def follow(
    session: Session,
    arn: str,
    *,
    done: Callable[[Deployment], bool],
    minutes: int,
    resume: str,
    seen: Callable[[Deployment], None] = lambda _deployment: None,
) -> Deployment:
    """The deployment when it is `done` or over; `seen` is told of every look at it. Gives up after `minutes`."""
    ecs = EcsDeployments(session)

    def ask() -> Deployment:
        [deployment] = ecs.described([arn])
        seen(deployment)
        return deployment

    return wait_until(
        ask,
        lambda deployment: not deployment.unfinished or done(deployment),
        lambda deployment: spell(deployment, session.clock.now()),
        Wait(
            what=f"deployment of {session.manifest.environment}",
            until=session.clock.now() + timedelta(minutes=minutes),
            resume=resume,
        ),
        session.clock,
    )


def serves_users(deployment: Deployment) -> bool:
    """Production traffic has moved to the new revision."""
    return deployment.has_passed("PRODUCTION_TRAFFIC_SHIFT") and not deployment.rolling_back

"""Follows one deployment until it has come as far as somebody wants."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from operations.clock import Clock
from operations.deployments.asking import EcsDeployments
from operations.deployments.told import Deployment, spell
from operations.session import Session
from operations.waiting import Tell, Wait, wait_until

BEGINS_MINUTES = 5
"""ECS tells of a deployment some seconds after it was asked for; one of which it has not told by then will not come."""


def begun(
    session: Session,
    is_it: Callable[[Deployment], bool],
    wait: Wait,
    *,
    enough: Callable[[], bool] = lambda: False,
) -> Deployment | None:
    """The newest deployment as soon as `is_it`; None if it was `enough` before that."""
    ecs = EcsDeployments(session)

    def ask() -> Deployment | None:
        newest = ecs.newest()
        return newest if newest is not None and is_it(newest) else None

    return wait_until(
        ask,
        lambda deployment: deployment is not None or enough(),
        lambda deployment: "begun" if deployment else "not begun yet",
        wait,
        session.clock,
    )


def follow(  # noqa: PLR0913 - what, how far, and how it is shown
    session: Session,
    arn: str,
    *,
    done: Callable[[Deployment], bool],
    minutes: int,
    resume: str,
    seen: Callable[[Deployment], None] = lambda _deployment: None,
    describe: Callable[[Deployment, datetime], str] = spell,
    telling: Callable[[Wait, Clock], AbstractContextManager[Tell]] | None = None,
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
        lambda deployment: describe(deployment, session.clock.now()),
        Wait(
            what=f"deployment of {session.manifest.environment}",
            until=session.clock.now() + timedelta(minutes=minutes),
            resume=resume,
        ),
        session.clock,
        telling,
    )


def serves_users(deployment: Deployment) -> bool:
    """Production traffic has moved to the new revision."""
    return deployment.has_passed("PRODUCTION_TRAFFIC_SHIFT") and not deployment.rolling_back

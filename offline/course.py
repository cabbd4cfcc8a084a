"""The course of one blue/green deployment: which stage it is in at a moment, and how it ends. Pure.

Stages and statuses are spelled as Amazon ECS spells them (developer guide, "blue-green-deployment-how-it-works"); how
long each lasts is made up, but for the bake.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

SCALE_UP_MINUTES: Final = 3.0
TEST_SHIFT_MINUTES: Final = 1.0
SMOKE_TEST_MINUTES: Final = 1.0
PRODUCTION_SHIFT_MINUTES: Final = 1.0
CLEAN_UP_MINUTES: Final = 2.0
ROLLBACK_MINUTES: Final = 3.0
ALARM_AFTER_MINUTES: Final = 5.0
"""A failing version is noticed after so much of the bake: one datapoint of five minutes."""


class Failure(StrEnum):
    """What can be arranged to go wrong."""

    TASKS = "tasks"
    """New tasks stop again; the circuit breaker opens."""
    SMOKE_TEST = "smoke-test"
    """The hook after the test-traffic shift fails."""
    ALARM = "alarm"
    """A deployment alarm goes off during the bake."""


Gate = Literal["none", "closed", "passed", "refused", "timed out"]


@dataclass(frozen=True, kw_only=True)
class Course:
    """What decides it. Moments are the offline clock's."""

    begun: datetime
    bake_minutes: float
    approval_minutes: float | None = None
    """How long it waits for an approval; None: it does not."""
    failure: Failure | None = None
    answer: Literal["CONTINUE", "ROLLBACK"] | None = None
    answered: datetime | None = None
    stopped: datetime | None = None
    """When a person stopped it with a rollback."""


@dataclass(frozen=True, kw_only=True)
class State:
    """Where a deployment stands, and since when."""

    at: datetime
    status: str = "IN_PROGRESS"
    stage: str
    started: bool = True
    """New tasks run."""
    tested: bool = False
    """Test traffic reaches the new revision."""
    live: bool = False
    """Users reach the new revision."""
    smoke_test: Literal["IN_PROGRESS", "SUCCEEDED", "FAILED"] | None = None
    gate: Gate = "none"
    expires: datetime | None = None
    """When a closed gate gives up."""
    reason: str = ""
    """Why it goes, or went, back."""
    alarmed: bool = False

    @property
    def over(self) -> bool:
        """Nothing more will happen."""
        return self.status in ("SUCCESSFUL", "ROLLBACK_SUCCESSFUL")


def state(course: Course, now: datetime) -> State:
    """Where it stands at `now`."""
    found = [one for one in states(course) if one.at <= now]
    return found[-1] if found else next(iter(states(course)))


def flies_until(course: Course) -> datetime:
    """The next moment at which it waits for a person, or is over."""
    return waits_from(course) or states(course)[-1].at


def waits_from(course: Course) -> datetime | None:
    """When it begins to wait for an answer that nobody has given yet; None where it does not."""
    if course.answered is not None or course.stopped is not None:
        return None
    return next((one.at for one in states(course) if one.gate == "closed"), None)


def states(course: Course) -> list[State]:
    """All of them in order, as far as is decided now."""
    forward: list[State] = []
    back: State | None = None
    for one in _forward(course):
        if course.stopped is not None and one.at > course.stopped:
            break
        if one.reason:
            back = one
            break
        forward.append(one)
    if back is None and course.stopped is not None and not forward[-1].over:
        back = replace(forward[-1], at=course.stopped, reason="Stopped by a person")
    return [*forward, *(_backward(back) if back else ())]


def _forward(course: Course) -> Iterator[State]:
    """Stage by stage; one that says a reason begins the way back."""
    now = State(at=course.begun, stage="SCALE_UP", started=False)
    yield now
    at = course.begun + timedelta(minutes=SCALE_UP_MINUTES)
    if course.failure is Failure.TASKS:
        yield replace(now, at=at, reason="Service deployment rolled back because the circuit breaker threshold was met")
        return
    now = replace(now, at=at, started=True, stage="TEST_TRAFFIC_SHIFT")
    yield now
    at += timedelta(minutes=TEST_SHIFT_MINUTES)
    now = replace(now, at=at, tested=True, stage="POST_TEST_TRAFFIC_SHIFT", smoke_test="IN_PROGRESS")
    yield now
    at += timedelta(minutes=SMOKE_TEST_MINUTES)
    if course.failure is Failure.SMOKE_TEST:
        yield replace(now, at=at, smoke_test="FAILED", reason="Service deployment rolled back because a hook failed")
        return
    now = replace(now, smoke_test="SUCCEEDED")
    if course.approval_minutes is not None:
        expires = at + timedelta(minutes=course.approval_minutes)
        now = replace(now, at=at, stage="PRE_PRODUCTION_TRAFFIC_SHIFT", gate="closed", expires=expires)
        yield now
        if course.answered is None or course.answered > expires:
            yield replace(now, at=expires, gate="timed out", reason="Service deployment rolled back: hook timed out")
            return
        at = course.answered
        if course.answer == "ROLLBACK":
            yield replace(
                now, at=at, gate="refused", reason="Service deployment rolled back: hook was answered ROLLBACK"
            )
            return
        now = replace(now, gate="passed")
    now = replace(now, at=at, stage="PRODUCTION_TRAFFIC_SHIFT")
    yield now
    at += timedelta(minutes=PRODUCTION_SHIFT_MINUTES)
    now = replace(now, at=at, stage="BAKE_TIME", live=True)
    yield now
    if course.failure is Failure.ALARM and course.bake_minutes > 0:
        at += timedelta(minutes=min(ALARM_AFTER_MINUTES, course.bake_minutes / 2))
        yield replace(now, at=at, alarmed=True, reason="Service deployment rolled back because of a CloudWatch alarm")
        return
    at += timedelta(minutes=course.bake_minutes)
    now = replace(now, at=at, stage="CLEAN_UP")
    yield now
    yield replace(now, at=at + timedelta(minutes=CLEAN_UP_MINUTES), status="SUCCESSFUL")


def _backward(begins: State) -> Iterator[State]:
    """Users are sent back first; then the new tasks go."""
    yield replace(begins, status="ROLLBACK_IN_PROGRESS", live=False, tested=False)
    at = begins.at + timedelta(minutes=ROLLBACK_MINUTES)
    yield replace(begins, at=at, status="ROLLBACK_SUCCESSFUL", live=False, tested=False, started=False)

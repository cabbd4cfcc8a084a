"""Laws of `deploy`'s decision: whatever the situation, nothing that must not start does, and every refusal says so."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.deploying.decision import Asked, Follow, Nothing, Start, decide
from operations.deploying.record import Record
from operations.deploying.situation import Situation
from operations.deployments.told import Deployment, Image, Side, Version
from operations.errors import CommandStopped
from operations.exit_codes import ExitCode
from operations.state.reading import Rollout
from runbook.deployments import Withdrawal

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
GOING_ON = ["PENDING", "IN_PROGRESS", "STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"]
OVER = ["SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"]
IMAGES = [f"registry/app@sha256:{digit * 64}" for digit in "abc"]


def version(number: int) -> Version:
    reference = IMAGES[number]
    return Version(
        revision_arn=f"r{number}",
        task_definition=f"app:{number}",
        image=Image(reference=reference, digest=reference.partition("@")[2]),
    )


def side(number: int, percent: float) -> Side:
    return Side(
        revision_arn=f"r{number}",
        requested_tasks=2,
        running_tasks=2,
        test_percent=0,
        production_percent=percent,
    )


@st.composite
def rollouts(draw: st.DrawFn) -> Rollout | None:
    if draw(st.booleans()):
        return None
    old, new = draw(st.permutations(range(3)))[:2]
    deployment = Deployment(
        arn="arn/deployment1",
        status=draw(st.sampled_from(GOING_ON + OVER)),
        reason="",
        stage="BAKE_TIME",
        created_at=NOW - timedelta(minutes=draw(st.integers(0, 100))),
        updated_at=NOW,
        finished_at=None,
        sources=(side(old, 0),),
        target=side(new, 100),
        hooks=(),
        bake_minutes=60,
        alarms_status=None,
        triggered_alarms=(),
        rollback_reason="",
        rollback_revision_arn=f"r{old}",
    )
    return Rollout(deployment=deployment, versions={f"r{number}": version(number) for number in range(3)})


@st.composite
def records(draw: st.DrawFn) -> Record | None:
    if draw(st.booleans()):
        return None
    return Record(
        who=draw(st.sampled_from(["anna", "me"])),
        at=(NOW - timedelta(minutes=draw(st.integers(0, 60)))).isoformat(),
        image=draw(st.sampled_from(IMAGES)),
        ticket=None,
        replaces=None,
        replaces_version=None,
        outcome=draw(st.sampled_from([None, "SUCCESSFUL"])),
    )


def withdrawal(image: str) -> Withdrawal:
    return Withdrawal(image=image.partition("@")[2], at="2026-11-20T00:00:00+00:00", reason="slow")


SITUATIONS = st.builds(
    Situation,
    environment=st.just("production"),
    now=st.just(NOW),
    rollout=rollouts(),
    withdrawn=st.lists(st.sampled_from(IMAGES), max_size=1).map(lambda some: tuple(withdrawal(one) for one in some)),
    critical_alarms=st.sampled_from([(), ("errors",)]),
    deployment_alarms=st.sampled_from([(), ("latency",)]),
    window=st.sampled_from([None, "first Sunday"]),
    approval_required=st.booleans(),
    bake_minutes=st.just(60),
    record=records(),
)
ASKED = st.builds(
    Asked, image=st.sampled_from(IMAGES), ticket=st.sampled_from([None, "", "OPS-1"]), in_window=st.booleans()
)


def decided(situation: Situation, asked: Asked) -> Start | Follow | Nothing | CommandStopped:
    try:
        return decide(situation, asked, operator="me")
    except CommandStopped as stopped:
        return stopped


@given(situation=SITUATIONS, asked=ASKED)
def test_nothing_starts_that_must_not(situation: Situation, asked: Asked):
    if not isinstance(decided(situation, asked), Start):
        return
    rollout, record = situation.rollout, situation.record
    assert rollout is None or rollout.deployment.status in OVER
    assert not any(one.concerns(asked.image) for one in situation.withdrawn)
    assert situation.critical_alarms == situation.deployment_alarms == ()
    assert situation.window is None or asked.in_window
    assert asked.ticket or not situation.approval_required
    fresh = record is not None and record.outcome is None and NOW - record.moment < timedelta(minutes=30)
    seen = rollout is not None and record is not None and rollout.deployment.created_at >= record.moment
    assert not fresh or seen or (record is not None and (record.who, record.image) == ("me", asked.image))


@given(situation=SITUATIONS, asked=ASKED)
def test_what_goes_on_is_followed_exactly_when_it_is_the_same_image(situation: Situation, asked: Asked):
    found, rollout = decided(situation, asked), situation.rollout
    going_on = rollout is not None and rollout.deployment.status in GOING_ON
    target = rollout.deployment.target if rollout else None
    same = target is not None and IMAGES[int(target.revision_arn[1:])] == asked.image
    withdrawn = any(one.concerns(asked.image) for one in situation.withdrawn)
    assert isinstance(found, Follow) == (going_on and same and not withdrawn)


@given(situation=SITUATIONS, asked=ASKED)
def test_a_refusal_says_that_nothing_was_changed_and_what_to_do(situation: Situation, asked: Asked):
    found = decided(situation, asked)
    if isinstance(found, CommandStopped):
        assert found.code == ExitCode.REFUSED
        assert found.message.endswith("nothing was changed")
        assert found.hint


@pytest.mark.parametrize("status", GOING_ON)
@given(asked=ASKED, situation=SITUATIONS, data=st.data())
def test_a_withdrawn_image_is_not_even_followed(status: str, asked: Asked, situation: Situation, data: Any):
    from dataclasses import replace

    withdrawn = replace(situation, withdrawn=(withdrawal(asked.image),))
    assert isinstance(decided(withdrawn, asked), CommandStopped)

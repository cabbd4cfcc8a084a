"""The course of an offline deployment, by minutes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline.course import Course, Failure, flies_until, state, states

BEGUN = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
STAGING = Course(begun=BEGUN, bake_minutes=15)
PRODUCTION = Course(begun=BEGUN, bake_minutes=60, approval_minutes=1440)


def minutes(number: float) -> datetime:
    return BEGUN + timedelta(minutes=number)


def stages(course: Course) -> list[str]:
    return [one.stage for one in states(course)]


def test_the_stages_come_in_ecs_order_and_users_reach_the_new_tasks_only_after_the_tests():
    assert stages(STAGING) == [
        "SCALE_UP",
        "TEST_TRAFFIC_SHIFT",
        "POST_TEST_TRAFFIC_SHIFT",
        "PRODUCTION_TRAFFIC_SHIFT",
        "BAKE_TIME",
        "CLEAN_UP",
        "CLEAN_UP",
    ]
    assert [one.live for one in states(STAGING)] == [False] * 4 + [True] * 3
    assert states(STAGING)[-1].status == "SUCCESSFUL"


def test_the_bake_lasts_as_long_as_the_service_says():
    since = {one.stage: one.at for one in states(STAGING) if one.status == "IN_PROGRESS"}
    assert since["CLEAN_UP"] - since["BAKE_TIME"] == timedelta(minutes=15)


def test_production_waits_for_an_approval_before_users_reach_it():
    waiting = state(PRODUCTION, minutes(60))
    assert (waiting.stage, waiting.gate, waiting.live) == ("PRE_PRODUCTION_TRAFFIC_SHIFT", "closed", False)
    assert flies_until(PRODUCTION) == waiting.at
    approved = replace(PRODUCTION, answer="CONTINUE", answered=minutes(60))
    assert state(approved, minutes(62)).live
    assert state(approved, minutes(200)).status == "SUCCESSFUL"


def test_an_approval_that_nobody_gives_for_a_day_ends_in_a_rollback():
    ended = state(PRODUCTION, minutes(1500))
    assert (ended.status, ended.gate) == ("ROLLBACK_SUCCESSFUL", "timed out")


def test_a_rejected_deployment_goes_back_at_once():
    rejected = replace(PRODUCTION, answer="ROLLBACK", answered=minutes(30))
    assert state(rejected, minutes(30)).status == "ROLLBACK_IN_PROGRESS"
    assert not any(one.live for one in states(rejected))


@pytest.mark.parametrize(
    ("failure", "stage", "reason", "users_met_it"),
    [
        (Failure.TASKS, "SCALE_UP", "circuit breaker", False),
        (Failure.SMOKE_TEST, "POST_TEST_TRAFFIC_SHIFT", "hook failed", False),
        (Failure.ALARM, "BAKE_TIME", "alarm", True),
    ],
)
def test_what_goes_wrong_is_rolled_back_where_ecs_notices_it(failure, stage, reason, users_met_it):
    reached = states(replace(STAGING, failure=failure))
    assert [one.status for one in reached[-2:]] == ["ROLLBACK_IN_PROGRESS", "ROLLBACK_SUCCESSFUL"]
    assert reached[-1].stage == stage
    assert reason in reached[-1].reason
    assert any(one.live for one in reached) == users_met_it
    assert not reached[-1].live


def test_stopped_in_the_bake_users_are_sent_back_in_the_same_moment():
    stopped = replace(STAGING, stopped=minutes(10))
    assert state(stopped, minutes(9.9)).live
    assert not state(stopped, minutes(10)).live
    assert state(stopped, minutes(13)).status == "ROLLBACK_SUCCESSFUL"


def test_what_was_over_before_it_was_stopped_stays_successful():
    assert state(replace(STAGING, stopped=minutes(300)), minutes(400)).status == "SUCCESSFUL"


@st.composite
def courses(draw: st.DrawFn) -> Course:
    asked = draw(st.booleans())
    answered = draw(st.none() | st.floats(5, 2000)) if asked else None
    stopped = draw(st.none() | st.floats(0, 3000))
    return Course(
        begun=BEGUN,
        bake_minutes=draw(st.floats(0, 1440)),
        approval_minutes=draw(st.floats(1, 1440)) if asked else None,
        failure=draw(st.none() | st.sampled_from(Failure)),
        answer=draw(st.sampled_from(["CONTINUE", "ROLLBACK"])) if answered else None,
        answered=minutes(answered) if answered else None,
        stopped=minutes(stopped) if stopped is not None else None,
    )


@given(courses())
def test_time_never_goes_back_and_every_deployment_ends(course: Course):
    reached = states(course)
    assert [one.at for one in reached] == sorted(one.at for one in reached)
    assert reached[-1].over
    assert flies_until(course) <= reached[-1].at


@given(courses(), st.floats(-10, 6000))
def test_users_are_at_new_tasks_only_while_or_after_it_goes_forward(course: Course, minute: float):
    found = state(course, minutes(minute))
    assert not (found.live and found.status.startswith("ROLLBACK"))
    assert found.started or not found.live
    assert not found.live or found.stage in ("BAKE_TIME", "CLEAN_UP")

"""Decisions about the number of tasks, for every number, and the forecast beside what CloudWatch's alarms would do."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.errors import CommandStopped
from operations.exit_codes import ExitCode
from operations.scaling.change import Bounds, Direction, Tasks, arrived, decide, overtaken
from operations.scaling.forecast import Forecast, Utilisation, forecast
from runbook.settings import Scaling

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
BOUNDS = Bounds(minimum=2, maximum=10, settings_minimum=2, settings_maximum=10)
TASKS = st.integers(0, 15)


def tasks(number: int) -> Tasks:
    return Tasks(desired=number, running=number, pending=0)


@given(st.sampled_from(Direction), TASKS, TASKS)
def test_every_number_is_changed_to_in_the_direction_said_and_within_the_bounds_or_refused(
    direction: Direction, asked: int, desired: int
):
    right_way = asked >= desired if direction is Direction.UP else asked <= desired
    if 2 <= asked <= 10 and right_way:
        change = decide(direction, asked, tasks(desired), BOUNDS, None, environment="staging")
        assert (change.before, change.after, change.warnings) == (desired, asked, ())
        return
    with pytest.raises(CommandStopped) as stopped:
        decide(direction, asked, tasks(desired), BOUNDS, None, environment="staging")
    assert stopped.value.code == ExitCode.REFUSED
    assert stopped.value.hint


@given(st.sampled_from(Direction), st.integers(2, 10), TASKS, TASKS, st.integers(0, 3))
def test_a_wait_that_has_arrived_was_not_overtaken_once_as_many_run_as_shall(
    direction: Direction, asked: int, desired: int, running: int, pending: int
):
    now = Tasks(desired=desired, running=running, pending=pending)
    if now.settled:
        assert arrived(direction, asked, now) != overtaken(direction, asked, now)


# --- the forecast


def series(*percents: float | None, newest: int = 1) -> dict[datetime, float]:
    """The newest first, one a minute."""
    return {
        NOW - timedelta(minutes=ago): percent for ago, percent in enumerate(percents, newest) if percent is not None
    }


def says(cpu: dict[datetime, float], memory: dict[datetime, float], bounds: Bounds = BOUNDS, number: int = 3) -> str:
    return ask(cpu, memory, bounds, number).sentence


def ask(
    cpu: dict[datetime, float], memory: dict[datetime, float], bounds: Bounds = BOUNDS, number: int = 3
) -> Forecast:
    return forecast(Utilisation(cpu=cpu, memory=memory), Scaling(), bounds, tasks(number), NOW)


def test_five_minutes_above_seventy_percent_of_cpu_or_eighty_of_memory_add_a_task_now():
    middling = series(*[50.0] * 15)
    assert says(series(*[70.1] * 5), middling) == (
        "adds 1 task now, or when its cooldown is over: CPU is above 70 % for 5 minutes"
    )
    assert says(middling, series(*[80.1] * 5)) == (
        "adds 1 task now, or when its cooldown is over: memory is above 80 % for 5 minutes"
    )
    assert says(series(*[70.0] * 5), middling).startswith("nothing: neither hot enough")


def test_far_above_the_threshold_two_tasks_are_added():
    assert says(series(*[85.0] * 5), series(*[50.0] * 5)).startswith("adds 2 tasks now")
    assert says(series(*[84.9] * 5), series(*[50.0] * 5)).startswith("adds 1 task now")


def test_ten_minutes_with_cpu_and_memory_low_remove_a_task():
    assert says(series(*[29.9] * 10), series(*[39.9] * 10)) == (
        "removes 1 task now, or when its cooldown is over: CPU is below 30 % and memory below 40 % for 10 minutes"
    )
    assert says(series(*[29.9] * 9), series(*[39.9] * 9)) == (
        "removes 1 task in 1 minute if that stays so: CPU is below 30 % and memory below 40 % for 9 minutes"
    )
    assert says(series(*[29.9] * 10), series(*[40.0] * 10)).startswith("nothing: neither hot enough")


def test_a_minute_without_a_measurement_begins_the_count_anew():
    middling = series(*[50.0] * 15)
    assert says(series(75, 75, None, 75, 75, 75), middling) == (
        "adds 1 task in 3 minutes if that stays so: CPU is above 70 % for 2 minutes"
    )


def test_one_hot_dimension_is_enough_even_where_the_other_is_unknown():
    assert ask(series(*[75.0] * 5), {}) == Forecast(
        sentence="adds 1 task now, or when its cooldown is over: CPU is above 70 % for 5 minutes", known=True
    )
    assert ask(series(*[20.0] * 10), {}) == Forecast(
        sentence="unknown: memory has no recent measurement; silence never scales", known=False
    )


def test_measurements_that_ended_minutes_ago_are_unknown():
    assert not ask(series(*[75.0] * 10, newest=5), series(*[75.0] * 10, newest=5)).known


def test_at_the_bounds_nothing_happens_and_the_bound_is_named():
    assert says(series(*[75.0] * 5), series(*[50.0] * 5), number=10) == (
        "nothing, though CPU is above 70 % for 5 minutes: the maximum of 10 tasks is reached"
    )
    assert says(series(*[20.0] * 10), series(*[20.0] * 10), number=2).endswith("the minimum of 2 tasks is reached")


def test_what_is_suspended_does_not_happen():
    bounds = Bounds(minimum=2, maximum=10, settings_minimum=2, settings_maximum=10, suspended=("in", "out"))
    assert says(series(*[75.0] * 5), {}, bounds).endswith("adding tasks is suspended")
    assert says(series(*[20.0] * 10), series(*[20.0] * 10), bounds).endswith("removing tasks is suspended")


PERCENT = st.none() | st.floats(0, 100)


@given(st.lists(PERCENT, max_size=15), st.lists(PERCENT, max_size=15))
def test_it_says_now_exactly_when_the_alarms_would_fire(cpu: list[float | None], memory: list[float | None]):
    def all_of(minutes: int, holds: list[bool]) -> bool:
        return len(holds) >= minutes and all(holds[:minutes])

    out = all_of(5, [one is not None and one > 70 for one in cpu]) or all_of(
        5, [one is not None and one > 80 for one in memory]
    )
    low = [
        one is not None and one < 30 and other is not None and other < 40
        for one, other in zip(cpu, memory, strict=False)
    ]
    told = says(series(*cpu), series(*memory))
    newest_known = cpu[:1] != [None] and memory[:1] != [None]
    if newest_known:  # where the newest is late, the streak before it is still told
        assert ("adds" in told and " now" in told) == out
        assert ("removes" in told and " now" in told) == (all_of(10, low) and not out)

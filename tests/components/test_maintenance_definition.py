"""The checklist's definition as it is for real windows: nothing in it can hang, and its reserves add up."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from components.maintenance_definition import definition
from components.maintenance_parts import REPORT, Parts
from components.maintenance_timing import Timing
from functions.maintenance_checklist.plan import plan
from tests.components.checklist_world import World, parts

HOURS = st.integers(1, 23)
LEAVES = ("Succeed", "Fail")


def machine(hours: int = 2, **changes: Any) -> dict[str, Any]:
    return definition(the_parts(**changes), Timing(window_seconds=hours * 3600))


def the_parts(*, database: bool = True) -> Parts:
    return parts(World(name="case-1", behaviours={}, database=database))


def groups(states: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The states of the machine, of each branch, of each item."""
    yield states["States"]
    for state in states["States"].values():
        for inside in (*state.get("Branches", ()), *([state["ItemProcessor"]] if "ItemProcessor" in state else ())):
            yield from groups(inside)


def all_states(states: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for group in groups(states):
        yield from group.items()


def ways_on(state: dict[str, Any]) -> set[str]:
    found = {state.get("Next"), state.get("Default"), *(one["Next"] for one in state.get("Catch", ()))}
    return {name for name in (found | {one["Next"] for one in state.get("Choices", ())}) if name}


TASKS = [(name, state) for name, state in all_states(machine()) if state["Type"] == "Task"]


@pytest.mark.parametrize(("name", "task"), TASKS, ids=[name for name, _ in TASKS])
def test_every_task_has_a_time_out_and_a_way_on_from_every_error(name: str, task: dict[str, Any]):
    assert task.get("TimeoutSeconds") or task.get("TimeoutSecondsPath")
    assert task["Catch"][-1]["ErrorEquals"] == ["States.ALL"]
    for retry in task.get("Retry", ()):
        assert 0 < retry["MaxAttempts"] <= 3
        assert retry["IntervalSeconds"] <= 10


def test_every_group_of_steps_has_a_way_on_from_every_error():
    for name, state in all_states(machine()):
        if state["Type"] in ("Parallel", "Map"):
            assert state["Catch"][-1]["ErrorEquals"] == ["States.ALL"], name


@pytest.mark.parametrize("database", [True, False])
def test_every_name_is_used_once_and_every_way_on_leads_somewhere(database: bool):
    names = [name for name, _ in all_states(machine(database=database))]
    assert len(names) == len(set(names))
    for group in groups(machine(database=database)):
        reached = {next_ for state in group.values() for next_ in ways_on(state)}
        assert reached <= group.keys()
        assert len(group.keys() - reached) <= 1  # only the first one
    assert all(len(name) <= 80 for name in names)


@pytest.mark.parametrize("database", [True, False])
def test_every_state_leads_to_the_report(database: bool):
    states = machine(database=database)["States"]
    for name, state in states.items():
        if state["Type"] not in LEAVES:
            assert REPORT in {name} | reachable(states, name), name
    assert [name for name, state in states.items() if state["Type"] in LEAVES] == [
        "The checklist is done",
        "The report could not be sent",
    ]
    assert [name for name, state in states.items() if ways_on(state) & {"The checklist is done"}] == [REPORT]


def reachable(states: dict[str, Any], name: str) -> set[str]:
    seen: set[str] = set()
    ahead = [name]
    while ahead:
        new = ways_on(states[ahead.pop()]) - seen
        seen |= new
        ahead += new
    return seen


def test_every_loop_asks_the_clock():
    for group in groups(machine()):
        for name, state in group.items():
            if name in reachable(group, name):
                on_the_way = {one for one in reachable(group, name) if name in reachable(group, one)} | {name}
                asks = [
                    one
                    for one in on_the_way
                    if "Timestamp" in json.dumps(group[one].get("Choices", []))
                    or "seconds" in json.dumps(group[one].get("Choices", []))
                ]
                assert asks, f"{name} {state['Type']}"


def test_parameters_hold_no_path_into_what_an_answer_may_lack():
    """A path that leads nowhere ends an execution at once, and no Catch hears of it (States.Runtime)."""
    sure = re.compile(
        r"\$(|\.(input|arn|what|until|action|seen|failed(\.plan)?|closing\.\w+|report\.\w+|left\.seconds"
        r"|job\.BackupJobId|plan\.(announcement|ticket_message|turn)\.(subject|message)|plan\.\w+_until"
        r"|backed_up|outcome\.backup\[\*\]\.verdict|pending\.PendingMaintenanceActions\[0\]\.PendingMaintenanceActionDetails))"
    )
    for name, state in all_states(machine()):
        values = [value for key, value in walk(state.get("Parameters", {})) if key.endswith(".$")]
        values += [state[key] for key in ("ItemsPath", "TimeoutSecondsPath") if key in state]
        for value in values:
            for path in re.findall(r"(?<!\$)\$(?!\$)[\w.\[\]*]*", value):
                assert sure.fullmatch(path), f"{name}: {path}"


def walk(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield key, one
            yield from walk(one)


@given(hours=HOURS, late_percent=st.integers(0, 100))
@example(hours=1, late_percent=0)
def test_whatever_hangs_as_long_as_it_can_the_checklist_is_over_before_the_window(hours: int, late_percent: int):
    """Begun late, by hand, as well: what is left of the window is divided, or nothing is begun."""
    timing = Timing(window_seconds=hours * 3600)
    left_seconds = hours * 3600 * (100 - late_percent) // 100
    starts = datetime(2026, 12, 6, 2, tzinfo=UTC)
    ends = (starts + timedelta(seconds=left_seconds)).isoformat()
    made = plan(starts, {"window_ends_at": ends}, timing.limits)
    assert made.feasible is (left_seconds >= 2858)
    if not made.feasible:
        return
    states = definition(the_parts(), timing)
    deadlines = {
        f"$.plan.{name}": (getattr(made, name) - starts).total_seconds()
        for name in ("alarm_until", "backup_until", "database_until", "word_until", "verify_until")
    } | {
        "$.until": (made.backup_until - starts).total_seconds(),
        "$.left.seconds": (made.word_until - starts).total_seconds(),
    }
    assert latest_end(states, 0, deadlines) <= left_seconds - 120
    assert hours * 3600 - 120 <= states["TimeoutSeconds"] < hours * 3600


def latest_end(group: dict[str, Any], begins: float, deadlines: dict[str, float]) -> float:
    """When the last state can be left at the latest, in seconds from the start: everything takes its whole time-out.

    A loop is gone round until its deadline, and once more because the clock may have been asked right before it.
    """
    states = group["States"]
    latest: dict[str, float] = {}

    def visit(name: str, entered: float) -> float:
        if latest.get(name, -1) >= entered:
            return 0
        latest[name] = entered
        state = states[name]
        left = entered + worst(state, entered, deadlines)
        ways = [(way, left) for way in ways_on({**state, "Choices": []})]
        for rule in state.get("Choices", ()):
            if path := rule.get("TimestampGreaterThanEqualsPath"):
                # Before the deadline either way is open, last of all right at it; after it, only this one.
                ways = [(way, deadlines[path]) for way, _ in ways] if left < deadlines[path] else []
                ways.append((rule["Next"], max(left, deadlines[path])))
            elif "$.left.seconds" not in json.dumps(rule) or left < deadlines["$.left.seconds"]:
                ways.append((rule["Next"], left))
        return max([left, *(visit(*way) for way in ways)])

    return visit(group["StartAt"], begins)


def worst(state: dict[str, Any], entered: float, deadlines: dict[str, float]) -> float:
    match state["Type"]:
        case "Task" if "TimeoutSecondsPath" in state:
            return max(0, deadlines[state["TimeoutSecondsPath"]] - entered)
        case "Task":
            [retry] = state.get("Retry") or [{"MaxAttempts": 0, "IntervalSeconds": 0, "BackoffRate": 1}]
            pauses = sum(retry["IntervalSeconds"] * retry["BackoffRate"] ** one for one in range(retry["MaxAttempts"]))
            return state["TimeoutSeconds"] * (retry["MaxAttempts"] + 1) + pauses
        case "Wait":
            return state["Seconds"]
        case "Parallel" | "Map":
            inside = [*state.get("Branches", ()), *([state["ItemProcessor"]] if "ItemProcessor" in state else ())]
            return max(latest_end(one, entered, deadlines) for one in inside) - entered
        case _:
            return 0


def test_the_window_of_two_hours_is_divided_as_operators_are_told():
    made = plan(datetime(2026, 12, 6, 2, tzinfo=UTC), {"window_minutes": 120}, Timing(window_seconds=7200).limits)
    moments = [made.alarm_until, made.backup_until, made.database_until, made.word_until, made.verify_until, made.ends]
    assert [f"{at:%H:%M}" for at in moments] == ["02:10", "03:00", "03:30", "03:42", "03:48", "04:00"]


@given(hours=HOURS)
def test_in_every_window_the_steps_follow_each_other_and_the_operator_has_time(hours: int):
    starts = datetime(2026, 12, 6, 0, tzinfo=UTC)
    made = plan(starts, {"window_minutes": hours * 60}, Timing(window_seconds=hours * 3600).limits)
    moments = [made.starts, made.alarm_until, made.backup_until, made.database_until, made.word_until]
    assert [*moments, made.verify_until, made.ends] == sorted([*moments, made.verify_until, made.ends])
    assert made.word_until - made.backup_until >= timedelta(minutes=5)

"""The checklist's own function: the plan, the clock, and what people read."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.common.environ import BadSettingError
from functions.maintenance_checklist.handler import handler
from functions.maintenance_checklist.plan import UnknownEventError

ENVIRON = {"ENVIRONMENT": "production", "URL": "https://cloud.example", "GUIDE_URL": "https://guide.example#checklist"}
STARTED = "2026-12-06T02:00:07.123Z"
LIMITS = {
    "window_seconds": 7200,
    "least_seconds": 2858,
    "alarm_seconds": 600,
    "backup_percent": 50,
    "database_percent": 75,
    "backup_before_end_seconds": 1832,
    "database_before_end_seconds": 1292,
    "word_before_end_seconds": 1034,
    "verify_before_end_seconds": 674,
}


def ask(event: object, now: str = "2026-12-06T03:30:00Z") -> dict[str, Any]:
    return handler(event, None, environ=ENVIRON, now=lambda: datetime.fromisoformat(now))


def a_plan(**given: Any) -> dict[str, Any]:
    wishes = given or {"window_minutes": 120}
    return ask({"do": "plan", "execution": "run-1", "started": STARTED, "input": wishes, "limits": LIMITS})


def gathered(**changes: Any) -> dict[str, Any]:
    """What the state machine has gathered when all went well."""
    keys = ("pages", "notify", "ticket", "backup", "perform", "verify", "close")
    at = {key: {"began": f"2026-12-06T02:{10 * number:02d}:00Z"} for number, key in enumerate(keys[:6])}
    state: dict[str, Any] = {
        "plan": a_plan(),
        "at": {**at, "close": {"began": "2026-12-06T03:00:30Z"}},
        "outcome": {
            "pages": {"held": True},
            "backup": [{"what": "database", "verdict": "good", "state": "completed", "seen": {"State": "COMPLETED"}}],
            "perform": {"database": {"state": "available"}, "applied": [], "word": {"kind": "done", "said": {}}},
            "verify": {"smoke": {"passed": True, "reason": "7 checks, all ok"}},
        },
        "failed": {},
    }
    for path, value in changes.items():
        *ahead, last = path.split("__")
        place = state
        for key in ahead:
            place = place[key]
        place[last] = value
    return state


def report(**changes: Any) -> tuple[str, str]:
    answer = ask({"do": "report", "state": gathered(**changes), "execution": "arn:run-1"}, now="2026-12-06T03:01:00Z")
    return answer["subject"], answer["message"]


def test_the_plan_ends_with_the_window_and_not_with_two_hours_from_a_late_start():
    assert a_plan()["ends"] == "2026-12-06T04:00:07.123Z"
    assert a_plan(window_ends_at="2026-12-06T04:00:00Z")["ends"] == "2026-12-06T04:00:00.000Z"


def test_the_plan_never_outlasts_the_state_machine():
    assert a_plan(window_minutes=600)["ends"] == "2026-12-06T04:00:07.123Z"


def test_with_less_left_than_is_needed_the_plan_says_so():
    made = a_plan(window_minutes=47)
    assert (made["feasible"], made["reason"]) == (False, "47 minutes of the window are left, and 48 are needed")


def test_the_ticket_has_a_number_and_says_that_it_is_all_there_is():
    made = a_plan()
    assert made["ticket"] == "MAINT-production-2026-12-06"
    assert "No ticket system is connected" in made["ticket_message"]["message"]


@pytest.mark.parametrize(("until", "seconds"), [("2026-12-06T03:30:10.900Z", 10), ("2026-12-06T03:00:00Z", 0)])
def test_what_is_left_is_in_whole_seconds_and_never_negative(until: str, seconds: int):
    assert ask({"do": "left", "until": until}) == {"seconds": seconds}


def test_the_report_tells_how_long_each_step_took():
    subject, text = report()
    assert subject == "MAINT-production-2026-12-06: maintenance report of production, all well"
    assert text.splitlines()[:7] == [
        "02:00:00  10 m 00 s  Wait until pages are held back: the maintenance alarm is on",
        "02:10:00  10 m 00 s  Notify users: announced",
        "02:20:00  10 m 00 s  Create maintenance ticket: operators were told",
        "02:30:00  10 m 00 s  Backup all systems: database completed",
        "02:40:00  10 m 00 s  Perform maintenance: database available, the operator said it is done",
        "02:50:00  10 m 30 s  Verify functionality: 7 checks, all ok",
        "03:00:30   0 m 30 s  Close maintenance window: users were told",
    ]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"failed__notify": {"Error": "States.Timeout", "Cause": ""}},
            "Notify users: PROBLEM: failed (States.Timeout)",
        ),
        (
            {
                "outcome__perform__word": {
                    "kind": "failed",
                    "said": {"Error": "MaintenanceFailed", "Cause": "disk\nfull"},
                }
            },
            "PROBLEM: database available, the operator said it FAILED (disk full)",
        ),
        (
            {"outcome__perform__applied": [{"action": "system-update", "result": "refused"}]},
            "PROBLEM: database available, system-update refused",
        ),
        ({"outcome__perform__database": {"state": "not available in time"}}, "PROBLEM: database not available in time"),
        ({"outcome__perform__word": {"kind": "not waited for"}}, "the operator could not be waited for"),
        ({"outcome__backup": []}, "Backup all systems: PROBLEM: nothing is known of the backups"),
        ({"outcome__verify": {"smoke": {}}}, "Verify functionality: PROBLEM: the smoke test gave no reason"),
        ({"outcome__verify": None}, "Verify functionality: PROBLEM: the smoke test did not answer"),
        ({"outcome__pages": {"held": "yes"}}, "Nothing was changed and users were not told"),
    ],
)
def test_what_did_not_go_well_makes_the_report_not_all_well(changes: dict[str, Any], says: str):
    subject, text = report(**changes)
    assert subject.endswith("NOT all well")
    assert says in text


def test_an_operator_who_says_nothing_is_no_problem():
    subject, text = report(outcome__perform__word={"kind": "none"})
    assert subject.endswith("production, all well")
    assert "the operator said nothing" in text


def test_an_operators_words_are_quoted():
    said = {"by": "ada", "note": "indexes rebuilt", "token": {"not": "text"}}
    assert "(ada: indexes rebuilt)" in report(outcome__perform__word={"kind": "done", "said": said})[1]


def test_users_read_whether_the_service_works_and_never_what_is_wrong_with_it():
    closing = ask({"do": "closing", "state": gathered()}, now="2026-12-06T03:00:00Z")
    assert "It took 50 minutes.\nThe service works." in closing["message"]
    bad = {"smoke": {"passed": False, "reason": "ready: password authentication failed"}}
    closing = ask({"do": "closing", "state": gathered(outcome__verify=bad)})
    assert "we are working on it" in closing["message"]
    assert "password" not in closing["message"]


@given(
    damage=st.dictionaries(
        st.sampled_from(["plan", "at", "outcome", "failed"]),
        st.none() | st.text() | st.lists(st.integers()) | st.dictionaries(st.text(), st.none() | st.text()),
    )
)
def test_whatever_was_gathered_the_report_is_written(damage: dict[str, Any]):
    answer = ask({"do": "report", "state": gathered() | damage, "execution": "arn:run-1"})
    assert answer["subject"].isascii()
    assert len(answer["subject"]) <= 100
    assert answer["message"].strip()


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (None, "the event is of the type NoneType"),
        ({}, "do is 'None'; it must be plan, left, closing or report"),
        ({"do": "left"}, "until is 'None'; it must be a time with its zone"),
        ({"do": "left", "until": "2026-12-06T03:00:00"}, "it must be a time with its zone"),
        ({"do": "plan", "started": STARTED, "input": {}, "limits": LIMITS}, "window_minutes is 'None'"),
        ({"do": "plan", "started": STARTED, "input": {"window_minutes": True}, "limits": LIMITS}, "window_minutes"),
        ({"do": "plan", "started": STARTED, "input": [], "limits": LIMITS}, "input is of the type list"),
        ({"do": "plan", "started": STARTED, "input": {"window_minutes": 9}, "limits": {}}, "limits.window_seconds"),
        ({"do": "report", "state": "done"}, "state is of the type str"),
    ],
)
def test_an_event_of_another_shape_is_one_clear_error(event: object, says: str):
    with pytest.raises(UnknownEventError, match=says):
        ask(event)


def test_a_missing_variable_is_named():
    with pytest.raises(BadSettingError, match="GUIDE_URL"):
        handler({"do": "left"}, None, environ={"ENVIRONMENT": "production", "URL": "https://cloud.example"})


def test_each_call_is_one_line_in_the_log(capsys: pytest.CaptureFixture[str]):
    ask({"do": "left", "until": "2026-12-06T03:30:10Z"})
    [line] = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {"message": "maintenance checklist", "do": "left", "answer": {"seconds": 10}}


@given(minutes=st.integers(48, 23 * 60))
def test_every_moment_of_a_plan_lies_in_its_window(minutes: int):
    limits = {**LIMITS, "window_seconds": 23 * 3600}
    made = ask({"do": "plan", "started": STARTED, "input": {"window_minutes": minutes}, "limits": limits})
    starts = datetime(2026, 12, 6, 2, 0, 7, 123000, tzinfo=UTC)
    moments = [datetime.fromisoformat(made[name]) for name in made if name.endswith("_until")]
    assert all(starts < one < starts + timedelta(minutes=minutes) for one in moments)


@pytest.mark.parametrize("function", ["maintenance_checklist", "restore_validation"])
def test_importing_the_function_imports_neither_boto3_nor_anything_of_ours_from_elsewhere(
    project_root: Path, function: str
):
    code = (
        f"import sys, functions.{function}.handler;"
        "print(sorted({name.partition('.')[0] for name in sys.modules}"
        " & {'boto3', 'botocore', 'pulumi', 'pydantic', 'runbook', 'components', 'operations', 'offline', 'infra'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=project_root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

"""What is shown of a deployment as it goes: the screen of a terminal, and what renews it."""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from operations.deploying.view import View
from operations.deployments.told import Deployment, Hook, Image, Side, Version
from operations.state.reading import Rollout
from operations.waiting import Wait
from tests.operations.manifests import manifest
from tests.operations.virtual_clock import VirtualClock

CLOCK = VirtualClock()
NAMES = manifest().traffic
GROUPS = f"arn:aws:elasticloadbalancing:us-east-1:123456789012:{NAMES.blue}", f"arn:aws:…:{NAMES.green}"


def version(number: int, group: str | None) -> Version:
    image = Image(reference="r", digest=f"sha256:{number % 10}" + "a" * 63)
    return Version(revision_arn=f"r{number}", task_definition=f"web:{number}", image=image, target_group_arn=group)


def deployment(**changes: Any) -> Deployment:
    side: dict[str, Any] = {"requested_tasks": 3, "running_tasks": 3, "test_percent": 0.0, "production_percent": 100.0}
    new: dict[str, Any] = {
        "requested_tasks": 3,
        "running_tasks": None,
        "test_percent": 100.0,
        "production_percent": 0.0,
    }
    fields: dict[str, Any] = {
        "arn": "arn/deployment7",
        "status": "IN_PROGRESS",
        "reason": "",
        "stage": "POST_TEST_TRAFFIC_SHIFT",
        "created_at": CLOCK.at,
        "updated_at": CLOCK.at,
        "finished_at": None,
        "sources": (Side(revision_arn="r41", **side),),
        "target": Side(revision_arn="r42", **new),
        "hooks": (),
        "bake_minutes": 60,
        "alarms_status": "MONITORING",
        "triggered_alarms": (),
        "rollback_reason": "",
        "rollback_revision_arn": None,
    }
    return Deployment(**fields | changes)


def view(one: Deployment, group: str | None = GROUPS[1]) -> View:
    versions = {"r41": version(41, GROUPS[0]), "r42": version(42, group)}
    return View(Rollout(deployment=one, versions=versions), NAMES)


def test_the_screen_tells_stage_tasks_weights_alarms_and_bake():
    one = deployment()
    assert [*view(one).screen(one, CLOCK.at)] == [
        "deployment deployment7, since 03:00 UTC: IN_PROGRESS",
        "stages     POST_TEST_TRAFFIC_SHIFT (6 of 11)",
        "old blue   3 of 3 tasks, 100 % production, 0 % test: web:41 (image sha256:1aaaaaaaaaaa)",
        "new green  unknown of 3 tasks, 0 % production, 100 % test: web:42 (image sha256:2aaaaaaaaaaa)",
        "alarms     MONITORING",
        "bake       60 min, not begun",
    ]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"stage": "BAKE_TIME", "updated_at": CLOCK.at - timedelta(minutes=17)}, "bake       at most 43 min left"),
        ({"stage": "CLEAN_UP"}, "bake       over"),
        ({"stage": "A_NEW_ONE"}, "stages     A_NEW_ONE"),
        ({"triggered_alarms": ("errors", "latency")}, "alarms     TRIGGERED: errors, latency"),
        ({"alarms_status": None}, "alarms     unknown"),
        ({"status": "ROLLBACK_IN_PROGRESS", "rollback_reason": "alarm errors"}, "because    alarm errors"),
        (
            {"hooks": (Hook(id="h", kind="PAUSE", status="AWAITING_ACTION", expires_at=None, timeout_action=None),)},
            "approval   waits for an answer",
        ),
    ],
)
def test_each_of_its_lines_says_what_is_the_case(changes: dict[str, Any], line: str):
    one = deployment(**changes)
    assert line in [*view(one).screen(one, CLOCK.at)]


@pytest.mark.parametrize("group", [None, "arn:elsewhere"])
def test_a_colour_that_ecs_does_not_say_is_not_guessed(group: str | None):
    one = deployment()
    assert "new green" not in "\n".join(view(one, group).screen(one, CLOCK.at))
    assert "\nnew        unknown of 3 tasks" in "\n".join(view(one, group).screen(one, CLOCK.at))


Shown = Callable[[], str]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """A terminal of 80 columns, as rich sees it."""
    written = StringIO()
    console = Console(file=written, force_terminal=True, width=80, legacy_windows=False, markup=False)
    monkeypatch.setattr("operations.deploying.view.message_console", lambda: console)
    return written


@contextmanager
def watched(shown: View):
    wait = Wait(what="deployment", until=CLOCK.at + timedelta(minutes=90), resume="…")
    with shown._on_terminal(wait, CLOCK) as tell:
        yield tell


def test_a_terminal_shows_the_latest_look_and_clears_it_at_the_end(terminal: StringIO):
    first, second = deployment(), deployment(stage="BAKE_TIME")
    shown = view(first)
    with watched(shown) as tell:
        tell(shown.line(first, CLOCK.at))
        shown.look(second)
        tell(shown.line(second, CLOCK.at))
    said = terminal.getvalue()
    assert "stages     POST_TEST_TRAFFIC_SHIFT (6 of 11)" in said
    assert "stages     BAKE_TIME (10 of 11)" in said
    assert "Ctrl-C does no harm" in said
    assert said.endswith("\x1b[2K")  # the last line is cleared: what comes after is the result


def test_a_terminal_tells_when_aws_does_not_answer(terminal: StringIO):
    shown = view(deployment())
    with watched(shown) as tell:
        tell("AWS does not answer (ThrottlingException), asking again")
    assert "AWS does not answer (ThrottlingException), asking again" in terminal.getvalue()


def test_lines_longer_than_the_terminal_are_cut_not_wrapped(terminal: StringIO):
    with watched(view(deployment(rollback_reason="x" * 200))):
        pass
    assert "x" * 100 not in terminal.getvalue()
    assert "…" in terminal.getvalue()


def test_in_a_pipe_the_plain_lines_stay(monkeypatch: pytest.MonkeyPatch):
    assert view(deployment()).telling is None

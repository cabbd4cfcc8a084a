"""Waiting: what is said in a pipe, when it ends, and how it is taken up again."""

from datetime import timedelta

import pytest

from operations.errors import CommandStopped
from operations.exit_codes import ExitCode
from operations.waiting import Wait, wait_until
from tests.operations.virtual_clock import VirtualClock


def test_it_asks_every_ten_seconds_and_says_what_changed_and_once_a_minute_that_it_lives(
    capsys: pytest.CaptureFixture[str],
):
    clock = VirtualClock()
    answers = ["starting"] * 14 + ["ready"]
    found = wait_until(lambda: answers.pop(0), lambda one: one == "ready", str, wait(clock), clock)
    assert (found, clock.now()) == ("ready", VirtualClock().now() + timedelta(seconds=140))
    assert capsys.readouterr().err == (
        "tasks of production: starting (0 min 00 s; until 03:30 UTC at the latest)\n"
        "tasks of production: starting (1 min 00 s; until 03:30 UTC at the latest)\n"
        "tasks of production: starting (2 min 00 s; until 03:30 UTC at the latest)\n"
        "tasks of production: ready (2 min 20 s; until 03:30 UTC at the latest)\n"
    )


def test_it_gives_up_in_the_end_after_a_last_look(capsys: pytest.CaptureFixture[str]):
    clock = VirtualClock()
    with pytest.raises(CommandStopped) as stopped:
        wait_until(lambda: "starting", lambda _one: False, str, wait(clock), clock)
    assert clock.now() == VirtualClock().now() + timedelta(minutes=30)
    assert (stopped.value.code, stopped.value.hint) == (ExitCode.FAILED, "run it again")
    assert stopped.value.message == "tasks of production: not finished by 03:30 UTC; it goes on in AWS"
    capsys.readouterr()


def test_an_error_that_is_not_of_aws_is_not_hidden(capsys: pytest.CaptureFixture[str]):
    clock = VirtualClock()
    with pytest.raises(ZeroDivisionError):
        wait_until(lambda: 1 / 0, lambda _one: True, str, wait(clock), clock)
    assert capsys.readouterr().err == ""


def wait(clock: VirtualClock) -> Wait:
    return Wait(what="tasks of production", until=clock.now() + timedelta(minutes=30), resume="run it again")

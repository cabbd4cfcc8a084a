"""Whoever holds a stack's lock on AWS: a dead process of this machine loses it with `--repair`, nobody else does."""

import os
import socket
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from pulumi.automation import CommandResult
from pulumi.automation.errors import ConcurrentUpdateError

from operations.errors import CommandStopped
from operations.exit_codes import ExitCode
from operations.pending.deciding import Way
from operations.pending.gate import Site, _wait_for_aws, pass_interrupted
from operations.pending.operation import Doing
from operations.pending.state_file import holders
from tests.offline.test_interruption import ended_process


class Engine:
    """Answers `pulumi` as a locked stack's would."""

    def __init__(self, said: str) -> None:
        self.said, self.ran = said, list[list[str]]()

    def run(self, words: list[str], folder: str, variables: dict[str, str]) -> Any:
        self.ran.append(words[:2])
        if words[:2] == ["stack", "import"] and ["cancel", "--yes"] not in self.ran:
            raise ConcurrentUpdateError(CommandResult(stderr=self.said, stdout="", code=255))
        return SimpleNamespace(stdout='{"deployment": {"resources": []}}')


def locked_by(host: str, pid: int) -> str:
    return (
        "error: the stack is currently locked by 1 lock(s).\n"
        f"  s3://state/locks/1.json: created by me@{host} (pid {pid}) at 2026-11-24T11:22:09Z"
    )


def site(engine: Engine) -> Site:
    workspace = SimpleNamespace(pulumi_command=engine, work_dir=".", env_vars={}, pulumi_home=None)
    stack: Any = SimpleNamespace(name="staging", workspace=workspace)
    nowhere: Any = None
    return Site(name="staging", stack=stack, cloud=lambda: nowhere, home=None, command="mfcloud up staging")


def test_the_lock_of_a_dead_process_of_this_machine_is_lifted():
    engine = Engine(locked_by(socket.gethostname(), ended_process()))
    pass_interrupted(site(engine), mend=True)
    assert engine.ran == [["stack", "export"], ["stack", "import"], ["cancel", "--yes"], ["stack", "import"]]


@pytest.mark.parametrize("host", ["elsewhere", socket.gethostname()])
def test_a_living_one_and_another_machines_keep_it_and_are_named(host: str):
    engine = Engine(locked_by(host, os.getpid()))
    with pytest.raises(
        CommandStopped, match=f"holds its lock .me@{host}, process {os.getpid()}, since 2026"
    ) as stopped:
        pass_interrupted(site(engine), mend=True)
    assert stopped.value.code == ExitCode.REFUSED
    assert ["cancel", "--yes"] not in engine.ran


@pytest.mark.parametrize(("minutes", "waits"), [(0, True), (4, True), (5, False)])
def test_what_was_interrupted_minutes_ago_is_not_settled_on_aws_before_aws_can_know(minutes: int, waits: bool):
    gone: Any = SimpleNamespace(way=Way.FORGET, happened=Doing.CREATING)
    written = {"manifest": {"time": "2026-11-24T11:22:00.123456789Z"}}
    clock: Any = SimpleNamespace(now=lambda: datetime(2026, 11, 24, 11, 22 + minutes, 1, tzinfo=UTC))
    where = site(Engine(""))
    if not waits:
        _wait_for_aws(where, written, [gone], clock)
        return
    with pytest.raises(CommandStopped, match="minutes ago") as stopped:
        _wait_for_aws(where, written, [gone], clock)
    assert stopped.value.hint == "repeat the command after 11:27 UTC"


def test_without_repair_nothing_is_written():
    engine = Engine(locked_by("elsewhere", 1))
    pass_interrupted(site(engine), mend=False)
    assert engine.ran == [["stack", "export"]]


def test_every_holder_is_read_from_the_engines_words():
    assert [one.pid for one in holders(f"{locked_by('a', 7)}\n{locked_by('b', 8)}")] == [7, 8]

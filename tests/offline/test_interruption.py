"""What a killed engine leaves beside its state is told from what a living one holds."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from offline.interruption import clear, remains


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "state/.pulumi/locks/organization/shop/dev").mkdir(parents=True)
    (tmp_path / "state/.pulumi/stacks/shop").mkdir(parents=True)
    return tmp_path


def lock(home: Path, pid: int, host: str = socket.gethostname()) -> Path:
    file = home / f"state/.pulumi/locks/organization/shop/dev/{pid}.json"
    file.write_text(json.dumps({"pid": pid, "username": "me", "hostname": host, "timestamp": "2026-11-24T11:22:09Z"}))
    return file


def ended_process() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_a_lock_whose_process_is_gone_is_cleared_and_a_living_ones_is_not(home: Path):
    dead = lock(home, ended_process())
    alive = lock(home, os.getpid())
    found = remains(home)
    assert found.dead == (dead,)
    assert found.alive == (f"me@{socket.gethostname()}, process {os.getpid()}",)
    clear(found)
    assert (dead.exists(), alive.exists()) == (False, True)


def test_of_another_machines_process_nobody_here_can_tell(home: Path):
    lock(home, ended_process(), "elsewhere")
    assert remains(home).dead == ()
    assert len(remains(home).alive) == 1


def test_a_process_that_ended_unasked_for_counts_as_gone(home: Path):
    process = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # a zombie from here on
    file = lock(home, process.pid)
    assert remains(home).dead == (file,)
    process.wait()


def test_an_empty_sidecar_is_taken_away_and_the_state_itself_never(home: Path):
    state = home / "state/.pulumi/stacks/shop/dev.json"
    state.write_text("{}")
    sidecar = home / "state/.pulumi/stacks/shop/dev.json.attrs"
    sidecar.touch()
    found = remains(home)
    assert found.is_interrupted
    clear(found)
    assert (state.exists(), sidecar.exists()) == (True, False)
    assert not remains(home).is_interrupted

"""Reads and writes a stack's state as the engine keeps it: secrets stay ciphers, nothing is decrypted on the way."""

import json
import re
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from operations.pending.operation import Deployment

if TYPE_CHECKING:
    from pulumi.automation import CommandResult, Stack

_HOLDER = re.compile(r"created by (?P<user>[^@\s]+)@(?P<host>\S+) \(pid (?P<pid>\d+)\) at (?P<at>\S+)")


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who holds a stack's lock, as the engine wrote it down."""

    user: str
    host: str
    pid: int
    at: str

    @property
    def is_gone(self) -> bool:
        """Whether it ran on this machine, and runs no more. Of another machine nobody here can tell."""
        if self.host != socket.gethostname():
            return False
        from offline.interruption import runs

        return not runs(self.pid)

    def __str__(self) -> str:
        """`root@host, process 4711, since 2026-11-24T11:22:09Z`."""
        return f"{self.user}@{self.host}, process {self.pid}, since {self.at}"


def holders(said: str) -> list[Holder]:
    """From the engine's refusal to work on a locked stack."""
    return [
        Holder(user=one["user"], host=one["host"], pid=int(one["pid"]), at=one["at"]) for one in _HOLDER.finditer(said)
    ]


def read(stack: "Stack") -> Deployment:
    """The state's resources and pending operations; empty before the first update."""
    from offline.scratch import ScratchWorkspace

    workspace = stack.workspace
    if isinstance(workspace, ScratchWorkspace):  # a file on this machine: no process is needed to read it
        file = workspace.state_file(stack.name)
        return (json.loads(file.read_text())["checkpoint"].get("latest") or {}) if file.exists() else {}
    return json.loads(_pulumi(stack, "stack", "export").stdout).get("deployment") or {}


def write(stack: "Stack", deployment: Deployment) -> None:
    """Replace the state; the engine checks it. Raises `ConcurrentUpdateError` where the stack is locked."""
    with tempfile.TemporaryDirectory(prefix="mfcloud-") as folder:
        file = Path(folder) / "state.json"
        file.write_text(json.dumps({"version": 3, "deployment": deployment}))
        _pulumi(stack, "stack", "import", "--file", str(file))


def unlock(stack: "Stack") -> None:
    """Free a stack whose holder is gone."""
    _pulumi(stack, "cancel", "--yes")


def _pulumi(stack: "Stack", *words: str) -> "CommandResult":
    workspace: Any = stack.workspace
    variables = dict(workspace.env_vars)
    if workspace.pulumi_home:
        variables["PULUMI_HOME"] = workspace.pulumi_home
    return workspace.pulumi_command.run([*words, "--stack", stack.name], workspace.work_dir, variables)

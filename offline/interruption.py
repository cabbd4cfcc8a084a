"""What a killed engine leaves in a scratch workspace besides its state: a lock, and half a file."""

import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_SIDECAR: Final = ".attrs"
"""Beside each file of a local backend; written in place, so a kill can leave it empty. Then nothing can be read:
"failed to load checkpoint: EOF". Without it, all is well: it holds a content type."""


@dataclass(frozen=True, kw_only=True)
class Remains:
    """`dead`: locks whose process is gone. `alive`: locks whose process runs, or ran on another machine."""

    dead: tuple[Path, ...] = ()
    alive: tuple[str, ...] = ()
    """Who holds them: `root@host, process 4711`."""
    broken: tuple[Path, ...] = ()

    @property
    def is_interrupted(self) -> bool:
        """Whether an engine was killed here."""
        return bool(self.dead or self.broken)


def remains(home: Path) -> Remains:
    """Look; change nothing."""
    backend = home / "state" / ".pulumi"
    dead: list[Path] = []
    alive: list[str] = []
    for file in sorted((backend / "locks").rglob("*.json")):
        try:
            said: dict[str, Any] = json.loads(file.read_text())
        except (OSError, ValueError):
            dead.append(file)  # killed while it took the lock
            continue
        if said.get("hostname") == socket.gethostname() and not runs(int(said.get("pid", 0))):
            dead.append(file)
        else:
            alive.append(f"{said.get('username')}@{said.get('hostname')}, process {said.get('pid')}")
    broken = [file for file in sorted((backend / "stacks").rglob(f"*{_SIDECAR}")) if not file.stat().st_size]
    return Remains(dead=tuple(dead), alive=tuple(alive), broken=tuple(broken))


def clear(found: Remains) -> None:
    """Take away what is dead and what is broken; neither holds anything of the stack."""
    for file in (*found.dead, *found.broken):
        file.unlink(missing_ok=True)
        file.with_name(file.name + _SIDECAR).unlink(missing_ok=True)


def runs(process: int) -> bool:
    """Whether a process of this machine runs."""
    try:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except ProcessLookupError:
        return False
    except (OSError, IndexError):
        return True
    return state != "Z"  # ended, and nobody has asked how: as good as gone

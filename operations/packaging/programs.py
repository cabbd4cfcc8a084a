"""Runs the programs that packaging is made of. What they say goes to stderr, so that stdout holds the digest alone."""

import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which

from operations.errors import CommandStopped, bad_input
from operations.exit_codes import ExitCode
from operations.terminal import say

LAST_LINES = 5
STANDARD_ERROR = 2  # the number of the open file, whatever Python has in its place


@dataclass(frozen=True, kw_only=True)
class Step:
    """One program with its arguments. `standing` says what is the case if it does not end well."""

    what: str
    command: Sequence[str]
    folder: Path
    standing: str = "nothing was pushed"


@dataclass(kw_only=True)
class Programs:
    """Counts the steps that are shown."""

    steps: int
    clock: Callable[[], float] = time.monotonic
    _number: int = field(default=0, init=False)

    def run(self, step: Step) -> None:
        """Shows what it does while it does it. Stops when it fails or is interrupted."""
        self._number += 1
        mark = f"[{self._number}/{self.steps}] {step.what}"
        say(f"{mark}: {' '.join(step.command)}")
        began = self.clock()
        try:
            done = subprocess.run(
                step.command, cwd=step.folder, check=False, stdin=subprocess.DEVNULL, stdout=STANDARD_ERROR
            )
        except KeyboardInterrupt:
            raise CommandStopped(
                f"interrupted at `{step.what}`; {step.standing}",
                hint="run the same command again; it looks first at what the registry has",
                code=ExitCode.INTERRUPTED,
            ) from None
        if done.returncode != 0:
            raise CommandStopped(f"`{step.what}` failed (exit code {done.returncode}); {step.standing}")
        say(f"{mark}: done after {self.clock() - began:.0f} s")


def ask(command: Sequence[str], folder: Path | None = None, *, typed: str = "") -> subprocess.CompletedProcess[str]:
    """A question whose answer is read; whether it went well is for the caller to see."""
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, input=typed)


def reason(done: subprocess.CompletedProcess[str]) -> str:
    """The last lines that a program said, as one."""
    said = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    return "; ".join(said[-LAST_LINES:]) or f"exit code {done.returncode}"


def need(*names: str) -> None:
    """Stops with the names of the programs that are missing, before anything is done."""
    if missing := [name for name in names if which(name) is None]:
        raise bad_input(
            f"not on this machine: {', '.join(missing)}", hint="install it, or see that PATH names its folder"
        )

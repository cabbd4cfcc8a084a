"""Ratios measured in one run on one machine: absolute seconds say more about the machine than about us.

Both commands run alternately, so that another process on the machine slows both; the best of each counts.
"""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class Command:
    """A process to measure; it must succeed."""

    words: Sequence[str | Path]
    at: Path = ROOT


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The best of all runs."""

    seconds: float
    peak_mib: float
    """Largest resident memory of the process itself, its children left out."""


def measure(*commands: Command, rounds: int = 5) -> list[Measured]:
    """Run the commands in turn, `rounds` times, after one round that only warms caches up."""
    found: list[list[Measured]] = [[] for _ in commands]
    for number in range(rounds + 1):
        for command, runs in zip(commands, found, strict=True):
            once = _once(command)
            if number:
                runs.append(once)
    return [
        Measured(seconds=min(run.seconds for run in runs), peak_mib=min(run.peak_mib for run in runs)) for runs in found
    ]


def show(title: str, value: float, limit: float, unit: str = "×") -> bool:
    """Print one line of the result; whether the limit is kept."""
    kept = value <= limit
    print(f"{'ok  ' if kept else 'MISS'}  {title}: {value:.2f} {unit} (at most {limit:g} {unit})")
    return kept


def _once(command: Command) -> Measured:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in command.words],
        cwd=command.at,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    said = process.stderr.read().decode() if process.stderr else ""
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{command.words} failed:\n{said}")
    return Measured(seconds=seconds, peak_mib=_peak_mib(used))


def _peak_mib(used: resource.struct_rusage) -> float:
    per_mib = 1024 if sys.platform == "linux" else 1024 * 1024  # Linux counts KiB, macOS bytes
    return used.ru_maxrss / per_mib

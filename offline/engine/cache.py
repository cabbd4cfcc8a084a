"""Where a fetched or built engine is kept: `$XDG_CACHE_HOME/mockforge-cloud/engine/<version>/pulumi`."""

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from offline.engine.version import Version


def folder() -> Path:
    """The cache's folder; it need not exist."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mockforge-cloud" / "engine"


def newest(at_least: Version) -> tuple[Path, Version] | None:
    """The newest complete engine in the cache. Costs a directory listing and no process."""
    found: list[tuple[Version, Path]] = []
    for binary in folder().glob("*/pulumi"):
        version = Version.parse(binary.parent.name)
        if version is not None and version >= at_least and os.access(binary, os.X_OK):
            found.append((version, binary))
    if not found:
        return None
    version, binary = max(found)
    return binary, version


def keep(version: Version, make: Callable[[Path], Path]) -> Path:
    """Let `make` put an engine into an empty folder, then move it into place in one step.

    Interrupted, nothing half is left under a version's name, and a killed attempt's folder goes with the next one.
    The caller holds the lock.
    """
    folder().mkdir(parents=True, exist_ok=True)
    for left_over in folder().glob(".making-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder(), prefix=".making-") as scratch:
        made = make(Path(scratch))
        home = folder() / str(version)
        home.mkdir(exist_ok=True)
        made.chmod(0o755)
        made.replace(home / "pulumi")
    return home / "pulumi"


@contextmanager
def locked(waiting: Callable[[], None]) -> Generator[None, None, None]:
    """One process at a time; `waiting` is called once if another one holds the lock. A killed holder frees it."""
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield  # closing the file gives the lock back


def recall(binary: Path) -> str | None:
    """The version that this very file (path, size, time) told before."""
    try:
        known: dict[str, str] = json.loads(_notes().read_text())
        return known.get(_fingerprint(binary))
    except (OSError, ValueError, AttributeError):  # a damaged note is no note
        return None


def note(binary: Path, version: str) -> None:
    """Remember what `recall` gives. A cache that cannot be written costs time, nothing else."""
    try:
        folder().mkdir(parents=True, exist_ok=True)
        handle, scratch = tempfile.mkstemp(dir=folder())
        with os.fdopen(handle, "w") as file:
            json.dump({_fingerprint(binary): version}, file)
        shutil.move(scratch, _notes())
    except OSError:
        return


def _notes() -> Path:
    return folder() / "versions.json"


def _fingerprint(binary: Path) -> str:
    real = binary.resolve()
    stat = real.stat()
    return f"{real}|{stat.st_size}|{stat.st_mtime_ns}"

"""Faults on demand: one call to the stand-in goes wrong in a chosen way, once.

Nothing here fires by accident. A fault needs two things that only `arm` makes together: a file beside the store, and
the variable `VARIABLE` in the engine's surroundings that repeats the word in that file. It is used up by firing.
"""

import contextlib
import json
import os
import secrets
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeVar

FILE: Final = "fault.json"
VARIABLE: Final = "MOCKFORGE_CLOUD_OFFLINE_FAULT"
_Answer = TypeVar("_Answer")


class Call(StrEnum):
    """What the engine asks of a provider about one resource."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class Kind(StrEnum):
    """How the call goes wrong. The first three are answers of AWS; the provider reports them as it does AWS's own."""

    REFUSED = "refused"
    """Nothing happens; an error says so."""
    THROTTLED = "throttled"
    """As refused, with AWS's word for too many calls at once."""
    TIMED_OUT = "timed-out"
    """It happens; waiting for it to become ready takes too long. The provider hands over what it has made."""
    ANSWER_LOST = "answer-lost"
    """It happens; the connection breaks before the answer arrives."""
    PROVIDER_KILLED_BEFORE = "provider-killed-before"
    PROVIDER_KILLED_AFTER = "provider-killed-after"
    """kill −9 of this process before, or after, AWS did it."""
    ENGINE_KILLED_BEFORE = "engine-killed-before"
    ENGINE_KILLED_AFTER = "engine-killed-after"
    GROUP_KILLED_BEFORE = "group-killed-before"
    GROUP_KILLED_AFTER = "group-killed-after"
    """kill −9 of the program, the engine and its providers at once."""


ANSWERS: Final = frozenset({Kind.REFUSED, Kind.THROTTLED, Kind.TIMED_OUT, Kind.ANSWER_LOST})
_WORDS: Final = {
    Kind.REFUSED: "api error AccessDenied: User is not authorized to perform this operation (fault on demand)",
    Kind.THROTTLED: "api error ThrottlingException: Rate exceeded (fault on demand)",
    Kind.TIMED_OUT: "timeout while waiting for state to become 'available' (fault on demand)",
    Kind.ANSWER_LOST: "read: connection reset by peer (fault on demand)",
}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """The `nth` (from 1) `call` for a resource whose `type::name` contains `about` goes wrong as `kind` says.

    `group` is the process group that a `group-killed` may kill; the fault does nothing to any other.
    """

    kind: Kind
    call: Call = Call.CREATE
    nth: int = 1
    about: str = "aws:"
    group: int = 0


class Injected(Exception):
    """What AWS would have said. `done`: it was done nevertheless."""

    def __init__(self, kind: Kind, *, done: bool) -> None:
        super().__init__(_WORDS.get(kind, f"the fault {kind} may kill no process here"))
        self.done = done


@contextmanager
def arm(home: Path, fault: Fault) -> Generator[Callable[[], bool]]:
    """Let `fault` happen to engines started meanwhile over the scratch workspace `home`.

    Yields a function that tells whether it has happened.
    """
    word = secrets.token_hex(8)
    file = home / FILE
    home.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"word": word, **asdict(fault)}))
    os.environ[VARIABLE] = word
    try:
        yield lambda: not file.exists()
    finally:
        del os.environ[VARIABLE]
        file.unlink(missing_ok=True)


class Faults:
    """The fault that this provider process was started with, if any. Safe to share between threads."""

    def __init__(self, store: Path) -> None:
        self._file = store.parent / FILE
        self._fault = _armed(self._file)
        self._lock = threading.Lock()
        self._calls = 0

    def perform(self, call: Call, urn: str, act: Callable[[], _Answer]) -> _Answer:
        """`act()`, unless this is the call that goes wrong.

        Raises `Injected`, with `done` where it was done and only the answer is lost, and `TimedOut` with the answer.
        """
        fault = self._due(call, urn)
        if fault is None:
            return act()
        if fault.kind in (Kind.REFUSED, Kind.THROTTLED):
            raise Injected(fault.kind, done=False)
        if fault.kind.endswith("-before"):
            _kill(fault)
        answer = act()
        if fault.kind.endswith("-after"):
            _kill(fault)
        if fault.kind is Kind.TIMED_OUT:
            raise TimedOut(answer)
        raise Injected(fault.kind, done=True)

    def _due(self, call: Call, urn: str) -> Fault | None:
        fault = self._fault
        if fault is None or call != fault.call or fault.about not in urn.split("::", 2)[-1]:
            return None
        with self._lock:
            self._calls += 1
            if self._calls != fault.nth:
                return None
        with contextlib.suppress(FileNotFoundError):
            self._file.unlink()  # before anything is killed: it must not happen again
            return fault
        return None


class TimedOut(Exception):
    """It was done, with this answer, and took too long to become ready."""

    def __init__(self, answer: object) -> None:
        super().__init__(_WORDS[Kind.TIMED_OUT])
        self.answer = answer


def _armed(file: Path) -> Fault | None:
    word = os.environ.get(VARIABLE)
    if not word:
        return None
    try:
        said: dict[str, Any] = json.loads(file.read_text())
    except (OSError, ValueError):
        return None
    if said.pop("word", None) != word:
        return None
    return Fault(
        kind=Kind(said["kind"]), call=Call(said["call"]), nth=said["nth"], about=said["about"], group=said["group"]
    )


def _kill(fault: Fault) -> None:
    """Kill −9 of what the fault names; does not return, unless there is nothing that it may kill."""
    engine, group = os.getppid(), os.getpgid(os.getppid())
    if fault.kind.startswith("group"):
        if group != fault.group:
            return
        os.killpg(group, signal.SIGKILL)
    elif fault.kind.startswith("engine"):
        os.kill(engine, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)

"""Says that the engine is at work: a moving line in a terminal, now and then a line in a pipe or a log. On stderr."""

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

from operations.terminal import message_console, say

if TYPE_CHECKING:
    from pulumi.automation import EngineEvent
    from rich.status import Status

QUIET_SECONDS = 10
"""In a pipe, a line at most this often: enough to see that it lives, few enough to keep a log readable."""


class Progress:
    """Counts what the engine looks at. `label` begins every line: `Preview of staging`."""

    def __init__(self, label: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._label, self._clock = label, clock
        self._resources: set[str] = set()
        self._status: Status | None = None
        self._leaving = ExitStack()
        self._started = self._said = clock()

    def __enter__(self) -> Self:
        """Begin to show."""
        if sys.stderr.isatty():
            status = message_console().status(self._line(), refresh_per_second=5)
            self._status = self._leaving.enter_context(status)
        else:
            say(f"{self._label} …")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Clear the moving line."""
        self._leaving.close()

    def note(self, line: str) -> None:
        """Another thing under way, for example that the engine is being built."""
        if self._status:
            self._status.update(line)
        else:
            say(line)

    def see(self, event: "EngineEvent") -> None:
        """An event of the engine; called from the thread that reads them."""
        if event.resource_pre_event is None:
            return
        self._resources.add(event.resource_pre_event.metadata.urn)
        now = self._clock()
        if self._status:
            self._status.update(self._line())
        elif now - self._said >= QUIET_SECONDS:
            self._said = now
            say(self._line())

    def _line(self) -> str:
        seconds = self._clock() - self._started
        return f"{self._label}: {len(self._resources)} resources, {seconds:.0f} s"

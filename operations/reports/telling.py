"""Says which line of a report is being read: a moving line in a terminal, a line each in a pipe. On stderr."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

from operations.terminal import message_console, say


@contextmanager
def telling() -> Generator[Callable[[str], None]]:
    """What is given to the inner function is shown."""
    if not sys.stderr.isatty():
        yield say
        return
    with message_console().status("…", refresh_per_second=5) as status:
        yield status.update

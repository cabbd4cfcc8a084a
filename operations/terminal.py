"""Where output goes: data to stdout, everything said to a person to stderr. rich keeps NO_COLOR and notices pipes."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def say(line: str = "") -> None:
    """One line for the person, on stderr."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201


def write(text: str) -> None:
    """Data, on stdout, as it is."""
    print(text, flush=True)  # noqa: T201


def say_stopped(message: str, hint: str = "") -> None:
    """An error the way every command shows it."""
    say(message if message.startswith("error:") else f"error: {message}")
    if hint:
        say(f"hint: {hint}")


def output_console() -> "Console":
    """For coloured data on stdout; never wraps a line, so that piped text stays searchable."""
    return _console(to_stderr=False)


def message_console() -> "Console":
    """For progress on stderr."""
    return _console(to_stderr=True)


def _console(*, to_stderr: bool) -> "Console":
    from rich.console import Console

    return Console(stderr=to_stderr, highlight=False, markup=False, emoji=False, soft_wrap=True)

"""Where output goes: data to stdout, everything said to a person to stderr. rich keeps NO_COLOR and notices pipes."""

import re
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

NARROWEST_COLUMNS = 40
"""In less, breaking at words leaves a word a line."""
_LAST_COLUMN = re.compile(r"\s{2,}(?=\S)|\A(?:error|hint): ")


def say(line: str = "") -> None:
    """One line for the person, on stderr."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201


def write(text: str) -> None:
    """Data, on stdout, as it is."""
    print(text, flush=True)  # noqa: T201


def say_stopped(message: str, hint: str = "") -> None:
    """An error the way every command shows it."""
    say(fitted(message if message.startswith("error:") else f"error: {message}", sys.stderr))
    if hint:
        say(fitted(f"hint: {hint}", sys.stderr))


def fitted(text: str, stream: TextIO) -> str:
    """Long lines broken between words, and set in below their last column, for a person; a pipe gets them whole.

    What may be copied stays in one piece: a command in backticks, and any line with a word that is too long by itself.
    """
    if not stream.isatty():
        return text
    from shutil import get_terminal_size

    columns = get_terminal_size().columns
    return text if columns < NARROWEST_COLUMNS else "\n".join(_fitted(line, columns) for line in text.split("\n"))


def _fitted(line: str, columns: int) -> str:
    if len(line) <= columns:
        return line
    indent = max((found.end() for found in _LAST_COLUMN.finditer(line) if found.end() <= columns // 3), default=0)
    pieces = re.sub(r"`[^`]*`", lambda command: command.group().replace(" ", "\0"), line)
    if max(map(len, pieces.split()), default=0) > columns - indent:
        return line
    from textwrap import fill

    broken = fill(pieces, columns, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)
    return broken.replace("\0", " ")


def output_console() -> "Console":
    """For coloured data on stdout; never wraps a line, so that piped text stays searchable."""
    return _console(to_stderr=False)


def message_console() -> "Console":
    """For progress on stderr."""
    return _console(to_stderr=True)


def _console(*, to_stderr: bool) -> "Console":
    from rich.console import Console

    return Console(stderr=to_stderr, highlight=False, markup=False, emoji=False, soft_wrap=True)

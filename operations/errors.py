"""How a command stops: one exception whose text is for the person at the terminal."""

import re

from operations.exit_codes import ExitCode

_FRAME = re.compile(r"^(?:code: -?\d+$|(?:stdout|stderr):\s*)")
"""What the Automation API puts around the engine's words."""


class CommandStopped(Exception):  # stopping is often right: a refusal is no error
    """Ends the command with a message and an exit code; no traceback is shown.

    `message` may have several lines. `hint` says what to do next.
    """

    def __init__(self, message: str, *, hint: str = "", code: ExitCode = ExitCode.FAILED) -> None:
        super().__init__(message)
        self.message, self.hint, self.code = message, hint, code


def bad_input(message: str, *, hint: str = "") -> CommandStopped:
    """What was asked for cannot be."""
    return CommandStopped(message, hint=hint, code=ExitCode.BAD_INPUT)


def refused(message: str, *, hint: str = "") -> CommandStopped:
    """It could be done and must not; nothing was changed."""
    return CommandStopped(message, hint=hint, code=ExitCode.REFUSED)


def engine_words(text: str) -> str:
    """The lines of the engine that say what is wrong; its own frame (`code:`, `stdout:`, empty lines) is left out."""
    said = [_FRAME.sub("", line.strip()) for line in text.splitlines()]
    telling = [line for line in said if line.startswith("error:")] or [line for line in said if line]
    return "\n".join(f"  {line}" for line in telling)

"""What only a person can do: said in full, then looked at again. A key that is pressed proves nothing."""

import sys
from collections.abc import Callable, Sequence

from operations.errors import refused
from operations.terminal import say


def ask_person(what: str, lines: Sequence[str], done: Callable[[], bool], resume: str) -> None:
    """Returns when `done`. Without a terminal, stops with what is to be done and how to go on."""
    for line in lines:
        say(f"  {line}")
    while not done():
        if not sys.stdin.isatty():
            raise refused(f"a person has to do this first: {what}", hint=f"as said above; then {resume}")
        say("  Press Enter when it is done (Ctrl-C leaves it for later).")
        input()

"""Asks before something changes. A question that nobody can answer is refused, not answered with yes."""

import sys

from operations.errors import bad_input, refused
from operations.terminal import say


def confirm(question: str, *, expected: str, yes: bool) -> None:
    """Returns if the person types `expected` (or said `--yes`); stops the command otherwise."""
    if yes:
        return
    if not sys.stdin.isatty():
        message = f"there is no terminal to ask at: {question}"
        raise bad_input(message, hint="add --yes if the answer is yes; nothing was changed")
    if typed(f"{question} Type `{expected}` to go on.") != expected:
        raise refused("not confirmed; nothing was changed")


def offer(question: str, *, yes: bool) -> bool:
    """Whether the person wants it; no where nobody can be asked. For what may as well be left."""
    if yes or not sys.stdin.isatty():
        return yes
    return typed(f"{question} Type `yes`, or Enter to leave it.") == "yes"


def typed(question: str) -> str:
    """What a person at the terminal types; nothing at the end of the input."""
    say(question)
    try:
        return input().strip()
    except EOFError:
        return ""

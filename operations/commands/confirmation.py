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
    say(f"{question} Type `{expected}` to go on.")
    try:
        answer = input()
    except EOFError:
        answer = ""
    if answer.strip() != expected:
        raise refused("not confirmed; nothing was changed")

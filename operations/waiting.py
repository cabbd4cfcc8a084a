"""Waits for something in AWS: says for what, since when and until when; can be interrupted and taken up again."""

import sys
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from operations.aws.errors import as_stopped, brief, is_passing
from operations.clock import Clock
from operations.errors import CommandStopped
from operations.exit_codes import ExitCode
from operations.terminal import message_console, say

Answer = TypeVar("Answer")
EVERY_SECONDS = 10
"""ECS, backups and databases take minutes; asking oftener only spends the account's request quota."""
QUIET_SECONDS = 60
"""In a pipe or log, an unchanged state is repeated at most this often."""


@dataclass(frozen=True, kw_only=True)
class Wait:
    """What is waited for."""

    what: str
    """Begins every line: `deployment of production`."""
    until: datetime
    """Aware. Later than that the command gives up; what it waited for goes on in AWS."""
    resume: str
    """How to go on after an interruption: a command line, or a sentence."""
    every_seconds: float = EVERY_SECONDS


class Tell(Protocol):
    """Shows where things stand."""

    def __call__(self, state: str, /) -> None:
        """In a few words."""
        ...


def wait_until(
    ask: Callable[[], Answer],
    done: Callable[[Answer], bool],
    describe: Callable[[Answer], str],
    wait: Wait,
    clock: Clock,
    telling: Callable[[Wait, Clock], AbstractContextManager[Tell]] | None = None,
) -> Answer:
    """The first answer that is `done`. `describe` says where things stand in a few words.

    A throttled or lost request is asked again; Ctrl-C, the end of patience and signed-out credentials stop the command
    with the way to resume. `telling` shows it otherwise than in one line.
    """
    with (telling or _telling)(wait, clock) as tell:
        try:
            while True:
                try:
                    answer = ask()
                    tell(describe(answer))
                    if done(answer):
                        return answer
                except Exception as error:
                    if not is_passing(error):
                        raise _stopped(error, wait) from error
                    tell(f"AWS does not answer ({brief(error)}), asking again")
                left = (wait.until - clock.now()).total_seconds()
                if left <= 0:
                    raise CommandStopped(
                        f"{wait.what}: not finished by {wait.until:%H:%M} UTC; it goes on in AWS", hint=wait.resume
                    )
                clock.sleep(min(wait.every_seconds, left))
        except KeyboardInterrupt as pressed:
            raise CommandStopped(
                f"interrupted while waiting for the {wait.what}; it goes on in AWS",
                hint=wait.resume,
                code=ExitCode.INTERRUPTED,
            ) from pressed


def _stopped(error: Exception, wait: Wait) -> Exception:
    stopped = as_stopped(error)
    if stopped is None:
        return error
    message = f"{stopped.message}; the {wait.what} goes on in AWS"
    return CommandStopped(message, hint=stopped.hint or wait.resume, code=stopped.code)


@contextmanager
def _telling(wait: Wait, clock: Clock) -> Generator[Tell]:
    began = said = clock.now()
    last = ""

    def line(state: str) -> str:
        minutes, seconds = divmod(int((clock.now() - began).total_seconds()), 60)
        return f"{wait.what}: {state} ({minutes} min {seconds:02d} s; until {wait.until:%H:%M} UTC at the latest)"

    if sys.stderr.isatty():
        with message_console().status(f"{wait.what} …", refresh_per_second=5) as status:
            yield lambda state: status.update(line(state))
        return

    def tell(state: str) -> None:
        nonlocal last, said
        now = clock.now()
        if state != last or now - said >= timedelta(seconds=QUIET_SECONDS):
            last, said = state, now
            say(line(state))

    yield tell

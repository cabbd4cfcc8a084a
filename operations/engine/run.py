"""Runs one operation of the engine with progress, and turns what happened into a plan, or a failure into sentences."""

import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from operations.engine.plan import Plan, plan_from
from operations.engine.progress import Progress
from operations.errors import CommandStopped, engine_words
from operations.exit_codes import ExitCode
from operations.terminal import say

if TYPE_CHECKING:
    from pulumi.automation import EngineEvent


def run(operation: Callable[..., object], label: str, **switches: Any) -> tuple[Plan, bool]:
    """The plan of `stack.preview`, `stack.up` and the like, and whether it succeeded.

    A failure that the engine explains stands in the plan's diagnostics; any other stops the command. Raises
    KeyboardInterrupt when a person stopped it.
    """
    from pulumi.automation.errors import CommandError, ConcurrentUpdateError

    events: list[EngineEvent] = []
    with Progress(label) as progress, _stopping_is_left_to_the_engine() as was_interrupted:

        def see(event: "EngineEvent") -> None:
            events.append(event)
            progress.see(event)

        try:
            operation(on_event=see, color="never", suppress_progress=True, **switches)
        except ConcurrentUpdateError as error:
            raise _taken(error) from error
        except CommandError as error:
            if was_interrupted():
                raise KeyboardInterrupt from error
            plan = plan_from(events)
            if not any(one.severity == "error" for one in plan.diagnostics):
                raise CommandStopped(f"the Pulumi engine failed\n{engine_words(str(error))}") from error
            return plan, False
    return plan_from(events), True


def _taken(error: Exception) -> CommandStopped:
    """Who is at it stands in the engine's refusal, many lines long."""
    from operations.pending.state_file import holders

    by = "; ".join(str(one) for one in holders(str(error)))
    return CommandStopped(
        f"another update of this stack is running{f' ({by})' if by else ''}, or one was killed before it could say "
        "that it ended",
        hint="wait for it; if nobody is at it, `pulumi cancel` frees the stack",
        code=ExitCode.REFUSED,
    )


@contextmanager
def _stopping_is_left_to_the_engine() -> Generator[Callable[[], bool]]:
    """Ctrl-C reaches the engine too, which then finishes what it has begun, writes the state and frees the stack.

    Leaving before it would leave the stack locked. A second Ctrl-C does: the engine gives up then as well. Yields a
    function that tells whether Ctrl-C was pressed.
    """
    presses = 0

    def pressed(_signal: int, _frame: object) -> None:
        nonlocal presses
        presses += 1
        if presses > 1:
            raise KeyboardInterrupt
        say("stopping: the engine finishes what it has begun; Ctrl-C again gives up at once")

    before = signal.signal(signal.SIGINT, pressed)
    try:
        yield lambda: presses > 0
    finally:
        signal.signal(signal.SIGINT, before)

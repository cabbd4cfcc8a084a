"""Runs one operation of the engine with progress, and turns what happened into a plan, or a failure into sentences."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from operations.errors import CommandStopped, engine_words
from operations.exit_codes import ExitCode
from operations.plan import Plan, plan_from
from operations.progress import Progress

if TYPE_CHECKING:
    from pulumi.automation import EngineEvent


def run(operation: Callable[..., object], label: str, **switches: Any) -> tuple[Plan, bool]:
    """The plan of `stack.preview`, `stack.up` and the like, and whether it succeeded.

    A failure that the engine explains stands in the plan's diagnostics; any other stops the command.
    """
    from pulumi.automation.errors import CommandError, ConcurrentUpdateError

    events: list[EngineEvent] = []
    with Progress(label) as progress:

        def see(event: "EngineEvent") -> None:
            events.append(event)
            progress.see(event)

        try:
            operation(on_event=see, color="never", suppress_progress=True, **switches)
        except ConcurrentUpdateError as error:
            raise CommandStopped(
                "another update of this stack is running, or one was killed before it could say that it ended",
                hint="wait for it; if nobody is at it, `pulumi cancel` frees the stack",
                code=ExitCode.REFUSED,
            ) from error
        except CommandError as error:
            plan = plan_from(events)
            if not any(one.severity == "error" for one in plan.diagnostics):
                raise CommandStopped(f"the Pulumi engine failed\n{engine_words(str(error))}") from error
            return plan, False
    return plan_from(events), True

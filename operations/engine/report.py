"""Shows a plan and chooses the exit code; shared by the commands that run the engine."""

from operations.engine import rendering
from operations.engine.plan import Plan
from operations.engine.stack import OpenStack
from operations.exit_codes import ExitCode
from operations.terminal import message_console, output_console, say_stopped, write

NAMED = 5
"""So many resources a refusal names; the plan above it has all."""


def show(
    plan: Plan, opened: OpenStack, *, operation: str, done: bool, json: bool, diff: bool, unchanged: bool = False
) -> None:
    """Print the result on stdout, for a person or as JSON."""
    if json:
        write(
            rendering.as_json(
                plan,
                environment=opened.environment.name,
                operation=operation,
                offline=opened.offline,
                engine=f"Pulumi {opened.engine.version}",
            )
        )
        return
    show_text(plan, opened, operation=operation, done=done, diff=diff, unchanged=unchanged)


def show_text(
    plan: Plan,
    opened: OpenStack,
    *,
    operation: str,
    done: bool,
    diff: bool,
    unchanged: bool = False,
    to_stderr: bool = False,
) -> None:
    """Print the plan for a person; on stderr where stdout is kept for a result that comes later."""
    name, engine = opened.environment.name, f"Pulumi {opened.engine.version}"
    where = "offline, stand-in AWS" if opened.offline else opened.environment.location.region
    console = message_console() if to_stderr else output_console()
    title = f"{operation.capitalize()} of {name} ({where}; {engine})"
    for line in rendering.lines(plan, title, done=done, diff=diff, unchanged=unchanged):
        console.print(line)


def failure(plan: Plan, operation: str, environment: str) -> ExitCode:
    """Say why the engine failed, in one sentence on stderr; the details stand in the plan above."""
    if plan.protected_losses:
        named = [f"{step.name} ({step.type})" for step in plan.protected_losses]
        names = ", ".join([*named[:NAMED], *([f"and {len(named) - NAMED} more"] if len(named) > NAMED else [])])
        say_stopped(
            f"{operation} of {environment} refused: it would delete or replace what is protected: {names}",
            f"the stack file protects nothing any more, the stack does: run `mfcloud up {environment}` first"
            if operation == "destroy"
            else "look at what forces it with `mfcloud preview --diff`; protection is a setting of the stack file",
        )
        return ExitCode.REFUSED
    errors = [one for one in plan.diagnostics if one.severity == "error"]
    say_stopped(f"{operation} of {environment} failed: {errors[0].message.splitlines()[0] if errors else 'see above'}")
    return ExitCode.FAILED

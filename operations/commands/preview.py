"""`mfcloud preview`."""

from typing import Annotated

import typer

from operations.commands.arguments import Diff, EnvironmentName, Json, Offline, Unchanged
from operations.exit_codes import ExitCode


def command(
    environment: EnvironmentName,
    *,
    offline: Offline = False,
    refresh: Annotated[bool, typer.Option("--refresh", help="First read what is really there, to see drift.")] = False,
    expect_no_changes: Annotated[
        bool, typer.Option("--expect-no-changes", help="Exit with 4 if there are any.")
    ] = False,
    diff: Diff = False,
    unchanged: Unchanged = False,
    json: Json = False,
) -> int:
    """Show what `up` would change, and change nothing.

    The stack file is checked first. Resources are grouped by component; + create, ~ update, -/+ replace, - delete.

    Example: mfcloud preview staging --offline
    """
    from offline.engine import EngineUnavailable
    from operations.engine import report
    from operations.engine.run import run
    from operations.engine.stack import open_stack
    from operations.terminal import say

    try:
        opened = open_stack(environment, offline=offline, report=say)
    except EngineUnavailable as reason:
        if not offline:
            raise
        return _without_engine(environment, str(reason), json=json)
    plan, succeeded = run(opened.stack.preview, f"Preview of {environment}", refresh=refresh)
    report.show(plan, opened, operation="preview", done=False, json=json, diff=diff, unchanged=unchanged)
    if not succeeded:
        return report.failure(plan, "preview", environment)
    return ExitCode.CHANGES_FOUND if expect_no_changes and plan.has_changes else ExitCode.DONE


def _without_engine(environment: str, reason: str, *, json: bool) -> int:
    """A newcomer's machine may have neither Pulumi nor Go nor the internet: show the plan all the same, and say so."""
    from operations.engine import rendering
    from operations.engine.without_engine import NOTICE, plan_without_engine
    from operations.project import load_environment
    from operations.terminal import output_console, say, write

    say(reason)
    say(NOTICE)
    plan = plan_without_engine(load_environment(environment))
    if json:
        write(rendering.as_json(plan, environment=environment, operation="preview", offline=True, engine=None))
        return ExitCode.DONE
    console = output_console()
    for line in rendering.lines(plan, f"Preview of {environment} (offline, without an engine)"):
        console.print(line)
    return ExitCode.DONE

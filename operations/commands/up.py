"""`mfcloud up`."""

from typing import Annotated

import typer

from operations.commands.arguments import Diff, EnvironmentName, Json, Offline, Yes
from operations.exit_codes import ExitCode


def command(
    environment: EnvironmentName,
    *,
    offline: Offline = False,
    yes: Yes = False,
    refresh: Annotated[bool, typer.Option("--refresh", help="First read what is really there.")] = False,
    diff: Diff = False,
    json: Json = False,
) -> int:
    """Bring an environment up, or up to date.

    Shows the plan, asks, then carries it out.
    Repeating it is safe: a second run finds nothing to do, and an interrupted one is continued.

    Example: mfcloud up staging --offline --yes
    """
    from operations.commands import report
    from operations.commands.confirmation import confirm
    from operations.engine_run import run
    from operations.rendering import summary
    from operations.stack import open_stack
    from operations.terminal import say

    opened = open_stack(environment, offline=offline, report=say)
    # Also with --yes: an update that was not previewed deletes what it may before it meets what is protected.
    plan, succeeded = run(opened.stack.preview, f"Preview of {environment}", refresh=refresh)
    if not succeeded:
        report.show_text(plan, opened, operation="preview", done=False, diff=diff, to_stderr=json)
        return report.failure(plan, "update", environment)
    if not plan.has_changes and not plan.state_differs:
        report.show(plan, opened, operation="update", done=True, json=json, diff=diff)
        return ExitCode.DONE
    if plan.has_changes and not yes:
        report.show_text(plan, opened, operation="preview", done=False, diff=diff, to_stderr=json)
        confirm(f"Change {environment}: {summary(plan)}?", expected=environment, yes=yes)
    plan, succeeded = run(opened.stack.up, f"Update of {environment}", refresh=refresh)
    report.show(plan, opened, operation="update", done=True, json=json, diff=diff)
    return ExitCode.DONE if succeeded else report.failure(plan, "update", environment)

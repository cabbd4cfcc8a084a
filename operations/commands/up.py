"""`mfcloud up`."""

from typing import Annotated

import typer

from operations.commands.arguments import Diff, EnvironmentName, Json, Offline, Repair, Yes
from operations.exit_codes import ExitCode


def command(
    environment: EnvironmentName,
    *,
    offline: Offline = False,
    yes: Yes = False,
    refresh: Annotated[bool, typer.Option("--refresh", help="First read what is really there.")] = False,
    repair: Repair = False,
    diff: Diff = False,
    json: Json = False,
) -> int:
    """Bring an environment up, or up to date.

    Shows the plan, asks, then carries it out.
    Repeating it is safe: a second run finds nothing to do, and an interrupted one is continued.
    After a killed one it first says what was left behind; --repair settles that and goes on.

    Example: mfcloud up staging --offline --yes
    """
    from operations.confirmation import confirm
    from operations.engine import report
    from operations.engine.rendering import summary
    from operations.engine.run import run
    from operations.engine.stack import open_stack
    from operations.pending.gate import pass_interrupted, pass_leftovers, site_of
    from operations.terminal import say

    opened = open_stack(environment, offline=offline, report=say)
    site = site_of(opened, "up")
    pass_interrupted(site, mend=repair)
    # Also with --yes: an update that was not previewed deletes what it may before it meets what is protected.
    plan, succeeded = pass_leftovers(
        site,
        lambda creations: run(creations.of(opened.stack.preview), f"Preview of {environment}", refresh=refresh),
        mend=repair,
    )
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

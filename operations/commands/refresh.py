"""`mfcloud refresh`."""

from operations.commands.arguments import Diff, EnvironmentName, Json, Offline, Repair, Yes
from operations.exit_codes import ExitCode


def command(
    environment: EnvironmentName,
    *,
    offline: Offline = False,
    yes: Yes = False,
    repair: Repair = False,
    diff: Diff = False,
    json: Json = False,
) -> int:
    """Write into Pulumi's state what is really there.

    Nothing in the cloud is changed.

    Example: mfcloud refresh staging --offline --yes
    """
    from operations.confirmation import confirm
    from operations.engine import report
    from operations.engine.run import run
    from operations.engine.stack import open_stack
    from operations.pending.gate import pass_interrupted, site_of
    from operations.terminal import say

    opened = open_stack(environment, offline=offline, report=say)
    pass_interrupted(site_of(opened, "refresh"), mend=repair)
    confirm(f"Write what {environment} really looks like into Pulumi's state?", expected=environment, yes=yes)
    plan, succeeded = run(opened.stack.refresh, f"Refresh of {environment}")
    report.show(plan, opened, operation="refresh", done=True, json=json, diff=diff)
    return ExitCode.DONE if succeeded else report.failure(plan, "refresh", environment)

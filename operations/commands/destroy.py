"""`mfcloud destroy`."""

from operations.commands.arguments import EnvironmentName, Json, Offline, Repair, Yes
from operations.exit_codes import ExitCode


def command(
    environment: EnvironmentName,
    *,
    offline: Offline = False,
    yes: Yes = False,
    repair: Repair = False,
    json: Json = False,
) -> int:
    """Delete an environment with all its data and backups.

    Refused, before anything is touched, while the stack file says that the environment is protected.

    Example: mfcloud destroy staging --offline --yes
    """
    from operations.confirmation import confirm
    from operations.engine import report
    from operations.engine.rendering import summary
    from operations.engine.run import run
    from operations.engine.stack import checked_environment, open_stack
    from operations.errors import refused
    from operations.pending.gate import pass_interrupted, site_of
    from operations.terminal import say

    if checked_environment(environment, offline=offline).protection.protected:
        raise refused(
            f"{environment} is protected; nothing was deleted",
            hint=f"on purpose: set `protected: false` under `mockforge-cloud:protection` in Pulumi.{environment}.yaml, "
            f"run `mfcloud up {environment}`, then destroy",
        )
    opened = open_stack(environment, offline=offline, report=say)
    pass_interrupted(site_of(opened, "destroy"), mend=repair)
    # The stack file may say otherwise since yesterday: what the state still protects is met here, not half way.
    plan, succeeded = run(opened.stack.preview_destroy, f"Preview of the destruction of {environment}")
    if not succeeded:
        return report.failure(plan, "destroy", environment)
    if not plan.has_changes:
        report.show(plan, opened, operation="destroy", done=True, json=json, diff=False)
        return ExitCode.DONE
    confirm(
        f"Delete {environment} with its database, objects and backups ({summary(plan)})?",
        expected=environment,
        yes=yes,
    )
    plan, succeeded = run(opened.stack.destroy, f"Destruction of {environment}")
    report.show(plan, opened, operation="destroy", done=True, json=json, diff=False)
    return ExitCode.DONE if succeeded else report.failure(plan, "destroy", environment)

"""`mfcloud approve`."""

from operations.commands.arguments import DryRun, EnvironmentName, Json, Offline, Region, Yes


def command(
    environment: EnvironmentName,
    *,
    region: Region = None,
    offline: Offline = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Let the waiting deployment go on to the users.

    Says first what would go live. Waits until users reach it; its bake goes on after that.
    Nothing waits: refused, and says what is the case. The same answer again is fine while that deployment goes on.

    Example: mfcloud approve production
    """
    from operations.commands.answering import answer_pause
    from operations.deployments.approval import Answer

    return answer_pause(
        environment, Answer.APPROVE, region=region, offline=offline, yes=yes, dry_run=dry_run, json=json
    )

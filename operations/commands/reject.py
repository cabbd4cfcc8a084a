"""`mfcloud reject`."""

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
    """Roll the waiting deployment back before users reach it.

    Waits until it is rolled back.
    Nothing waits: refused, and says what is the case. The same answer again is fine while that deployment goes on.

    Example: mfcloud reject production
    """
    from operations.commands.answering import answer_pause
    from operations.deployments.approval import Answer

    return answer_pause(environment, Answer.REJECT, region=region, offline=offline, yes=yes, dry_run=dry_run, json=json)

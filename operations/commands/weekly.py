"""`mfcloud weekly`."""

from operations.commands.arguments import EnvironmentName, Json, Region
from operations.commands.reporting import Markdown, Save

WEEK_HOURS = 7 * 24


def command(
    environment: EnvironmentName,
    *,
    markdown: Markdown = False,
    save: Save = None,
    region: Region = None,
    json: Json = False,
) -> int:
    """Go through the runbook's weekly tasks.

    The last seven days against the seven before: trends, capacity, forecasts, costs; access logs and suspicious
    activity; findings in the image and waiting patches; compliance; the restore test, and how long everything is kept.
    As for `mfcloud morning`: what is not known is not called good. Changes nothing.

    Ends with 5 when something is to be looked at or could not be read.

    Example: mfcloud weekly production --save 2026-W48.md
    """
    from operations.commands.reporting import report
    from operations.reports.checklists import WEEKLY

    return report(
        "Weekly tasks",
        WEEKLY,
        environment,
        hours=WEEK_HOURS,
        region=region,
        markdown=markdown,
        save=save,
        json=json,
    )

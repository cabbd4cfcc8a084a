"""`mfcloud morning`."""

from typing import Annotated

import typer

from operations.commands.arguments import EnvironmentName, Json, Region
from operations.commands.reporting import Markdown, Save

DAY_HOURS = 24


def command(
    environment: EnvironmentName,
    *,
    hours: Annotated[
        int, typer.Option("--hours", min=1, max=168, help="How far to look back; after a weekend, 72.")
    ] = DAY_HOURS,
    markdown: Markdown = False,
    save: Save = None,
    region: Region = None,
    json: Json = False,
) -> int:
    """Go through the runbook's morning checklist.

    A section for each of its lines: dashboard, error rates, utilisation, alerts with how long they lasted, logs,
    backups, sign-ups, users, tickets, trends. What the account has not enabled is said to be so; what has no data is
    unknown, never zero; a section that cannot be read does not hide the others. Changes nothing.

    Ends with 5 when something is to be looked at or could not be read.

    Example: mfcloud morning production --save morning.md
    """
    from operations.commands.reporting import report
    from operations.reports.checklists import MORNING

    return report(
        "Morning checklist",
        MORNING,
        environment,
        hours=hours,
        region=region,
        markdown=markdown,
        save=save,
        json=json,
    )

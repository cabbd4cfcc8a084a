"""`mfcloud backups list` and `backups verify`."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer

from operations.commands.arguments import EnvironmentName, Json, Offline, Region
from operations.exit_codes import HELP, ExitCode

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Look at recovery points.\n\nExample: mfcloud backups verify production",
    epilog=HELP,
)


class Kind(StrEnum):
    """What is backed up."""

    DATABASE = "database"
    OBJECTS = "objects"
    CONFIGURATION = "configuration"


@app.command("list", epilog=HELP)
def list_points(
    environment: EnvironmentName,
    *,
    kind: Annotated[Kind | None, typer.Option("--kind", help="Only these.")] = None,
    days: Annotated[int, typer.Option("--days", min=1, help="Only of the last so many days.")] = 7,
    region: Region = None,
    offline: Offline = False,
    json: Json = False,
) -> int:
    """List recovery points, the newest first.

    In both vaults where backups are copied to a second region, whatever their state.

    Example: mfcloud backups list production --kind database --days 35
    """
    from operations.backup_source import Backups
    from operations.recovery_point_report import points_as_json, points_as_text
    from operations.session import operating
    from operations.terminal import say, write

    with operating(environment, region, offline=offline) as session:
        since = session.clock.now() - timedelta(days=days)
        points = [
            one
            for one in Backups(session).points()
            if (one.created >= since or one.is_continuous) and (kind is None or one.kind == kind.value)
        ]
        if json:
            write(points_as_json(environment, points))
        elif points:
            write(points_as_text(points))
        else:
            say(f"{environment}: no recovery point of the last {days} days; see `mfcloud backups verify`")
    return ExitCode.DONE


@app.command(epilog=HELP)
def verify(environment: EnvironmentName, *, region: Region = None, offline: Offline = False, json: Json = False) -> int:
    """Check that everything could be restored.

    Of database, objects and configuration there is a recovery point that is complete, encrypted and young enough, in
    the second region too where backups are copied there. A backup that was merely started counts as none.

    Example: mfcloud backups verify production
    """
    from operations.backup_source import Backups
    from operations.errors import CommandStopped
    from operations.recovery_point_report import findings_as_json, findings_as_text
    from operations.recovery_points import verify as judge
    from operations.session import operating
    from operations.terminal import write

    with operating(environment, region, offline=offline) as session:
        backups = Backups(session)
        findings = judge(
            backups.points(),
            backups.expectations(),
            database_logs=backups.database_logs(),
            configuration_written=backups.configuration_written(),
            now=session.clock.now(),
        )
        notes = [
            *([] if backups.database_arn else ["the database stands elsewhere: whoever runs it backs it up"]),
            *([] if session.manifest.backups.recovery_vault else ["nothing is copied to a second region, as set"]),
        ]
        write((findings_as_json if json else findings_as_text)(environment, findings, notes))
        if bad := [one for one in findings if not one.good]:
            raise CommandStopped(
                f"{len(bad)} of {len(findings)} checks of the backups of {environment} failed",
                hint=f"{session.manifest.alerts.guide_url}#backup-late tells what to do",
            )
    return ExitCode.DONE

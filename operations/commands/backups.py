"""`mfcloud backups list`, `backups verify` and `backups test-restore`."""

from datetime import timedelta
from enum import StrEnum
from json import dumps
from typing import TYPE_CHECKING, Annotated

import typer

from operations.commands.arguments import DryRun, EnvironmentName, Json, Offline, Region, Yes
from operations.exit_codes import HELP, ExitCode

if TYPE_CHECKING:
    from operations.recovery.restore_testing import RestoreTesting

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Look at recovery points, and try one.\n\nExample: mfcloud backups verify production",
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
    from operations.backups.report import points_as_json, points_as_text
    from operations.backups.source import Backups
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
    from operations.backups.recovery_points import verify as judge
    from operations.backups.report import findings_as_json, findings_as_text
    from operations.backups.source import Backups
    from operations.errors import CommandStopped
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


@app.command("test-restore", epilog=HELP)
def try_restore(
    environment: EnvironmentName,
    *,
    kind: Annotated[Kind | None, typer.Option("--kind", help="What to restore; without it the database.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave what was restored, to look at it.")] = False,
    region: Region = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Restore the newest recovery point on trial, and look at it.

    As the weekly restore test does by itself: into the same place, with the same checks (but for rows of tables), into
    the same record; what came back is deleted again. What was interrupted is taken up by the same command. Fails where
    a check fails.

    Example: mfcloud backups test-restore production
    """
    from operations.backups.source import Backups
    from operations.confirmation import confirm
    from operations.recovery.restore_test import RestoreTest, newest_point
    from operations.recovery.restore_testing import RestoreTesting
    from operations.session import operating
    from operations.terminal import say

    with operating(environment, region) as session:
        backups = Backups(session)
        chosen = kind or (Kind.DATABASE if backups.database_arn else Kind.OBJECTS)
        test = RestoreTest(
            environment=environment, kind=chosen.value, point=newest_point(backups.points(), chosen.value)
        )
        again = f"mfcloud backups test-restore {environment} --kind {chosen.value}"
        testing = RestoreTesting(session=session, test=test, resume=f"`{again}` takes it up where it is")
        begun = testing.begun()
        say(f"Test the recovery point of {test.point.created:%Y-%m-%d %H:%M} UTC of the {chosen.value}:")
        say(f"  restores  to {test.name}" + (f" (begun already, job {begun['RestoreJobId']})" if begun else ""))
        say("  keeps     what was restored" if keep else f"  deletes   {test.name} afterwards")
        if dry_run:
            say("dry run: nothing was changed")
            return ExitCode.DONE
        after = "keep it" if keep else "delete it again"
        confirm(f"Restore to {test.name} in {environment}, and {after}?", expected=environment, yes=yes)
        return _test(testing, keep=keep, json=json)


def _test(testing: "RestoreTesting", *, keep: bool, json: bool) -> int:
    from operations.errors import CommandStopped
    from operations.terminal import say, write

    test, session = testing.test, testing.session
    job = testing.restore()
    verdict = testing.validate(job)
    for one in verdict.checks:
        say(f"  {'good' if one.good else 'BAD '}  {one.name}: {one.found}")
    week = testing.document(job, verdict)
    if keep:
        say(f"kept: {test.name}; the same command without --keep looks at it again and deletes it")
    else:
        testing.clean_up(job)
    content = {
        "environment": test.environment,
        "kind": test.kind,
        "good": verdict.good,
        "recovery_point": test.point.arn,
        "created": test.point.created.isoformat(),
        "job": job["RestoreJobId"],
        "checks": [{"name": one.name, "good": one.good, "found": one.found} for one in verdict.checks],
        "week": week,
        "kept": test.name if keep else None,
    }
    told = f"the {test.kind} of {test.environment} can be restored: {verdict.reason}"
    write(dumps(content, indent=2) if json else told if verdict.good else f"FAILED: {verdict.reason}")
    if not verdict.good:
        raise CommandStopped(
            f"what was restored of the {test.kind} is not what it should be",
            hint=f"{session.manifest.alerts.guide_url}#restore-test-failed tells what to do",
        )
    return ExitCode.DONE

"""`mfcloud deploy`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from operations.commands.arguments import Diff, DryRun, EnvironmentName, Json, Offline, Region, Yes
from operations.exit_codes import ExitCode

if TYPE_CHECKING:
    from functions.smoke_test.checks import Report
    from operations.deploying.course import Course
    from operations.deploying.decision import Decision, Follow, Nothing, Start
    from operations.deploying.outcome import Outcome
    from operations.deploying.record import Record
    from operations.state.reading import Rollout


@dataclass(frozen=True, kw_only=True)
class _Switches:
    """How it is asked and shown."""

    offline: bool
    yes: bool
    dry_run: bool
    diff: bool
    json: bool


def command(  # noqa: PLR0913 - a switch each
    environment: EnvironmentName,
    *,
    image: Annotated[
        str | None,
        typer.Option("--image", metavar="IMAGE", help="…@sha256:…, or the digest alone; otherwise the stack file's."),
    ] = None,
    version: Annotated[
        str | None, typer.Option("--version", help="What this image answers, where that is another version.")
    ] = None,
    ticket: Annotated[
        str | None, typer.Option("--ticket", help="The deployment's ticket; needed where a person approves.")
    ] = None,
    in_window: Annotated[bool, typer.Option("--in-window", help="Also while a maintenance window is open.")] = False,
    region: Region = None,
    offline: Offline = False,
    diff: Diff = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Deploy an image, and follow it to the end of its bake.

    Writes the image into the stack file, shows the plan, asks, updates, follows ECS stage by stage, asks for the
    approval where there is one, and ends with the smoke test. A no leaves everything as it was.

    Refused while another deployment or its bake goes on, a critical alarm is on, or a maintenance window is open, and
    for an image that was withdrawn. Ctrl-C leaves the deployment alone; the same command follows it again.

    Example: mfcloud deploy production --image sha256:4f53…b945 --ticket OPS-123
    """
    from operations import project
    from operations.deploying.course import Course
    from operations.deploying.decision import Asked, decide
    from operations.deploying.engine import EngineFailed
    from operations.deploying.record import who
    from operations.deploying.situation import read
    from operations.deploying.stack_file import Names, names, prepare
    from operations.deploying.stack_file import read as read_text
    from operations.deploying.wanted import wanted_image
    from operations.session import operating

    root = project.PROJECT_ROOT
    settings = project.load_environment(environment, root)  # a mistake in the file stops everything, first of all
    path = project.stack_file(environment, root)
    now = names(read_text(path))
    reference = wanted_image(image, now.image if now else settings.service.image, path.name)
    switches = _Switches(offline=offline, yes=yes, dry_run=dry_run, diff=diff, json=json)
    with operating(environment, region, offline=offline) as session:
        course = Course(
            session=session,
            asked=Asked(image=reference, ticket=ticket, in_window=in_window),
            operator=who(session),
            edit=prepare(path, Names(image=reference, version=version)),
            offline=offline,
        )
        decision = decide(read(session), course.asked, operator=course.operator)
        try:
            return _act(course, decision, switches)
        except EngineFailed as failed:
            return failed.code


def _act(course: "Course", decision: "Decision", switches: _Switches) -> int:
    from operations.deploying.decision import Follow, Nothing
    from operations.terminal import say

    if isinstance(decision, Nothing):
        return _nothing(course, decision, switches)
    for line in _following(course, decision) if isinstance(decision, Follow) else _plan(course, decision):
        say(line)
    if switches.dry_run:
        say("dry run: nothing was changed")
        return ExitCode.DONE
    begun = decision.rollout if isinstance(decision, Follow) else _begin(course, decision, switches)
    return _end(course, course.see_through(begun), switches)


def _following(course: "Course", decision: "Follow") -> list[str]:
    by = decision.begun_by or "somebody without `mfcloud deploy`"
    begun = f"{decision.version} is being deployed to {course.environment} already"
    return [f"{begun} (deployment {decision.rollout.deployment.id}), by {by}; following it"]


def _plan(course: "Course", decision: "Start") -> list[str]:
    named = course.edit.names_after
    lines = [
        f"Deploy to {course.environment}:",
        f"  image       {decision.image}",
        f"  version     {(named.version if named else None) or 'not said, so not tested'}",
        f"  live now    {decision.live or 'unknown'}",
        f"  ticket      {course.asked.ticket or 'none'}",
        f"  expected    about {decision.minutes} minutes, its bake included",
    ]
    return [*lines, *(f"  warning     {warning}" for warning in decision.warnings)]


def _begin(course: "Course", decision: "Start", switches: _Switches) -> "Rollout":
    from operations.confirmation import confirm
    from operations.deploying import engine

    environment = course.environment
    return course.begin(
        decision,
        open_engine=lambda: engine.open_engine(environment, offline=switches.offline, diff=switches.diff),
        confirm=lambda question: confirm(question, expected=environment, yes=switches.yes),
    )


def _nothing(course: "Course", decision: "Nothing", switches: _Switches) -> int:
    """Users reach it already; only the stack file may still say something else."""
    from operations.confirmation import confirm
    from operations.deploying.outcome import outcome
    from operations.deploying.stack_file import spell
    from operations.terminal import say

    environment, edit = course.environment, course.edit
    say(f"nothing to deploy: {environment} runs {decision.live} already; {course.command('up')} for other changes")
    if edit.changed:
        say("The stack file says something else:")
        for line in spell(edit.path.name, edit.changed):
            say(line)
        if switches.dry_run:
            say("dry run: nothing was changed")
            return ExitCode.DONE
        confirm(f"Change {edit.path.name} so?", expected=environment, yes=switches.yes)
        edit.make()
        say(f"changed {edit.path.name}; commit it")
    if switches.json:
        _write_json(course, outcome(decision.rollout), None, None)
    return ExitCode.DONE


def _end(course: "Course", rollout: "Rollout", switches: _Switches) -> int:
    from operations.deploying.decision import begun_by
    from operations.deploying.outcome import outcome
    from operations.deploying.record import read

    ended = outcome(rollout)
    if (record := begun_by(read(course.session), rollout)) is not None:
        course.end(record, ended.deployment.status)
    return _tell(course, ended, record, switches)


def _tell(course: "Course", ended: "Outcome", record: "Record | None", switches: _Switches) -> int:
    from operations.checks.smoke_test import smoke_test
    from operations.deploying.putting_back import offer_to_put_back
    from operations.errors import CommandStopped
    from operations.terminal import say, write

    environment = course.environment
    if not ended.succeeded:
        if ended.deployment.status == "ROLLBACK_SUCCESSFUL":
            offer_to_put_back(
                course.edit.path, environment, bad=ended.brought, good=ended.live, record=record, yes=switches.yes
            )
        else:
            say(f"{course.edit.path.name} is left as it is: look first at what is live")
        if switches.json:
            _write_json(course, ended, record, None)
        raise CommandStopped(f"{environment}: {ended.sentence}", hint=_way_out(course, ended))
    say(f"smoke test of {course.session.manifest.url} …")
    report = smoke_test(course.session, test_traffic=False, version=None)
    if report.passed:
        say(f"smoke test passed; checks made: {len(report.results)}")
    if switches.json:
        _write_json(course, ended, record, report)
    else:
        write(f"{environment} {ended.sentence}")
    if not report.passed:
        raise CommandStopped(
            f"{environment} {ended.sentence}, but its smoke test failed: {report.reason}",
            hint=f"{course.command('smoke-test')} runs it again; {course.command('rollback')} goes back",
        )
    if course.edit.changed or (record and record.replaces):
        say(_about_the_file(course))
    return ExitCode.DONE


def _about_the_file(course: "Course") -> str:
    name = course.edit.path.name
    if course.offline:
        return f"{name} is the real one: take the edit back where this was only a try (`git checkout {name}`)"
    return f"commit {name}: it names what is live"


def _way_out(course: "Course", ended: "Outcome") -> str:
    rollback = course.command("rollback", "--reason", "…")
    if ended.deployment.status == "ROLLBACK_SUCCESSFUL":
        return f"find the cause, then deploy a repaired image; {rollback} records this one as withdrawn"
    return f"{course.command('status')}; {rollback} goes to the last healthy one"


def _write_json(course: "Course", ended: "Outcome", record: "Record | None", report: "Report | None") -> None:
    from operations.deploying.result import as_json
    from operations.terminal import write

    write(as_json(course, ended, record, report))

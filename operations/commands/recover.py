"""`mfcloud recover`."""

import shlex
from json import dumps
from typing import TYPE_CHECKING, Annotated

import typer

from operations.commands.arguments import DryRun, EnvironmentName, Json, Region, Yes
from operations.exit_codes import HELP, ExitCode

if TYPE_CHECKING:
    from operations.recovery.candidates import Candidates
    from operations.recovery.database import DatabaseRecovery
    from operations.recovery.moments import Target
    from operations.recovery.system import SystemRecovery
    from operations.session import Session

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Bring back what was lost.\n\nExample: mfcloud recover database production --to 2026-11-24T02:40",
    epilog=HELP,
)
TakeOver = Annotated[
    bool, typer.Option("--take-over", help="Nobody else is at it any more: a killed command left its lock behind.")
]


@app.command(epilog=HELP)
def database(  # noqa: PLR0913 - a switch each
    environment: EnvironmentName,
    *,
    to: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="This moment, UTC unless it says otherwise; or latest.")
    ] = None,
    recovery_point: Annotated[
        str | None, typer.Option("--recovery-point", metavar="ARN", help="This recovery point; its end is enough.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--from", metavar="INSTANCE", help="With --to: from this instance's logs.")
    ] = None,
    region: Region = None,
    take_over: TakeOver = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Bring the database back to a moment, or to a recovery point.

    Without --to and --recovery-point: shows what there is and what each would lose, and changes nothing.

    Restores beside the present instance, verifies, gives the restored one the present one's name, and starts new tasks
    on it. The present one is kept under another name. What was interrupted is taken up by the same command. In the end
    it writes out what makes Pulumi's state true again.

    Example: mfcloud recover database production --to 2026-11-24T02:40
    """
    from operations.errors import bad_input
    from operations.recovery.candidates import as_json, as_text, read_candidates
    from operations.recovery.external import not_ours
    from operations.session import operating
    from operations.terminal import write

    if to is not None and recovery_point is not None:
        raise bad_input("--to and --recovery-point are two different wishes", hint="give one of them")
    if source is not None and to is None:
        raise bad_input("--from says whose logs to take, and belongs to --to")
    with operating(environment, region) as session:
        names = session.manifest.database
        if names.kind == "external" or names.identifier is None:
            raise not_ours(session.manifest)
        candidates = read_candidates(session, names.identifier)
        if to is None and recovery_point is None:
            now = session.clock.now()
            write(as_json(environment, candidates, now) if json else as_text(candidates, now))
            return ExitCode.DONE
        target = _target(session, candidates, to=to, recovery_point=recovery_point, source=source)
        recovery = _recovery(session, candidates.identifier, target, source)
        return _carry_out(recovery, candidates, take_over=take_over, yes=yes, dry_run=dry_run, json=json)


def _target(
    session: "Session", candidates: "Candidates", *, to: str | None, recovery_point: str | None, source: str | None
) -> "Target":
    from operations.errors import refused
    from operations.recovery.database import deletion
    from operations.recovery.moments import LATEST, choose_moment, choose_point

    begun, label = candidates.under_way, candidates.label_under_way
    if to is not None:
        # what "latest" was when the interrupted command began is what it goes on with
        text = label if to.strip().lower() == LATEST and label and not label.startswith("arn:") else to
        target = choose_moment(
            candidates.ranges, text, session.clock.now(), present=candidates.identifier, source=source
        )
    else:
        target = choose_point(candidates.points, recovery_point or "")
    if begun is not None and label != target.label:
        option = f"--recovery-point {label}" if str(label).startswith("arn:") else f"--to {label}"
        protected = bool(begun.described.get("DeletionProtection"))
        raise refused(
            f"another recovery was begun and not finished: {begun.identifier} is {begun.status}; nothing was changed",
            hint=f"go on with it ({option}), or take it away first: {deletion(begun.identifier, protected=protected)}",
        )
    return target


def _recovery(session: "Session", identifier: str, target: "Target", source: str | None) -> "DatabaseRecovery":
    from operations.recovery.database import DatabaseRecovery

    words = ["mfcloud", "recover", "database", session.manifest.environment, *target.option.split(" ")]
    words += ["--from", source] if source else []
    return DatabaseRecovery(
        session=session, identifier=identifier, target=target, resume=f"`{shlex.join(words)}` takes it up where it is"
    )


def _carry_out(
    recovery: "DatabaseRecovery", candidates: "Candidates", *, take_over: bool, yes: bool, dry_run: bool, json: bool
) -> int:
    from dataclasses import replace

    from operations.confirmation import confirm
    from operations.recovery.lock import Place, alone
    from operations.recovery.new_tasks import refuse_while_deploying
    from operations.recovery.steps import carry_out, expected_minutes
    from operations.terminal import say

    session, view = recovery.session, recovery.look(candidates.family)
    environment = session.manifest.environment
    if view.in_place and all(step.done() for step in recovery.steps()):
        say(f"the database of {environment} was recovered to {recovery.target.label} already")
        return _tell(recovery, json=json)
    if not view.in_place:
        refuse_while_deploying(session)
    steps = recovery.steps()
    for line in _plan(recovery, minutes=expected_minutes(steps)):
        say(line)
    for step in steps:
        say(f"  - {step.title}")
    if dry_run:
        say("dry run: nothing was changed")
        return ExitCode.DONE
    if view.restored is None or view.present is not None:  # what is half switched over has been confirmed
        confirm(_question(recovery), expected=environment, yes=yes)
    with alone(
        Place.of(session), f"recover database {environment} {recovery.target.option}", take_over=take_over
    ) as held:
        carry_out(replace(recovery, held=held).steps(), session.clock)
    return _tell(recovery, json=json)


def _plan(recovery: "DatabaseRecovery", *, minutes: int) -> list[str]:
    from operations.recovery.moments import Range, spell_loss

    target = recovery.target
    loss = spell_loss(target.moment, recovery.session.clock.now())
    came_from = f"logs of {target.source.identifier}" if isinstance(target.source, Range) else target.source.arn
    return [
        f"Recover the database of {recovery.session.manifest.environment}:",
        f"  to          {target.moment:%Y-%m-%d %H:%M:%S} UTC ({came_from})",
        f"  loses       what was written in the {loss} since then, and what is written until the names are changed",
        f"  keeps       the present instance as {recovery.instances.aside_name(target.stamp)}",
        f"  expected    about {minutes} minutes; users are without a database while instances change names",
    ]


def _question(recovery: "DatabaseRecovery") -> str:
    from operations.recovery.moments import spell_loss

    target = recovery.target
    loss = spell_loss(target.moment, recovery.session.clock.now())
    return (
        f"Lose what was written to the database of {recovery.session.manifest.environment} in the {loss} since "
        f"{target.moment:%Y-%m-%d %H:%M:%S} UTC?"
    )


def _tell(recovery: "DatabaseRecovery", *, json: bool) -> int:
    from operations.recovery import adoption
    from operations.recovery.database import deletion
    from operations.recovery.instances import IN_PLACE
    from operations.recovery.moments import lost_minutes
    from operations.terminal import say, write

    session, view = recovery.session, recovery.look()
    environment, aside, restored = session.manifest.environment, view.aside, view.restored
    commands = (
        adoption.lines(environment, before=aside.resource_id if aside else None, after=restored.resource_id)
        if restored and not view.adopted
        else []
    )
    if commands:
        say("Pulumi's state still means the instance of before. In the project's folder:")
        for line in commands:
            say(f"  {line}")
        say(adoption.EXPECTED)
    removal = None
    if aside:
        removal = deletion(aside.identifier, protected=bool(aside.described.get("DeletionProtection")))
        say(f"The instance of before is kept as {aside.identifier}. When nobody needs it any more: {removal}")
    say(f"Continuous backup begins anew with the next hourly rule: see `mfcloud backups verify {environment}` in 2 h")
    if not json:
        write(f"the database of {environment} is as it was at {recovery.target.moment:%Y-%m-%d %H:%M:%S} UTC")
        return ExitCode.DONE
    switched = restored.moment(IN_PLACE) if restored else None
    content = {
        "environment": environment,
        "recovered_to": recovery.target.moment.isoformat(),
        "source": recovery.target.label,
        "lost_minutes": lost_minutes(recovery.target.moment, switched) if switched else None,
        "instance": restored.identifier if restored else None,
        "resource_id": restored.resource_id if restored else None,
        "kept": aside.identifier if aside else None,
        "commands": commands,
        "removal": removal,
    }
    write(dumps(content, indent=2))
    return ExitCode.DONE


@app.command(epilog=HELP)
def system(
    environment: EnvironmentName,
    *,
    region: Annotated[str, typer.Option("--region", help="The second region: `location.recovery_region`.")],
    name: Annotated[
        str | None, typer.Option("--as", metavar="NAME", help="Name of the environment there; otherwise ENV-dr.")
    ] = None,
    take_over: TakeOver = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Bring an environment up in its second region.

    For the loss of its own: infrastructure, database, objects, configuration, verification, and only then the users.
    Each step sees for itself whether it has been done, so the same command goes on wherever it was broken off. What
    only a person can do is asked for, and looked at again. The lost region is asked nothing.

    Needs the stack file, Pulumi, and credentials for the second region.

    Example: mfcloud recover system production --region us-west-2
    """
    from operations.aws.errors import in_one_sentence
    from operations.confirmation import confirm
    from operations.recovery.lock import Place, alone
    from operations.recovery.steps import carry_out
    from operations.terminal import say

    with in_one_sentence():
        recovery = _system(environment, region, name, yes=yes)
        for line in recovery.summary():
            say(line)
        for step in recovery.steps():
            say(f"  - {step.title}")
        if dry_run:
            say("dry run: nothing was changed")
            return ExitCode.DONE
        question = f"Bring {environment} up again in {region} as {recovery.name}, without what was written since then?"
        confirm(question, expected=environment, yes=yes)
        place = Place(environment=recovery.name, clients=recovery.clients, clock=recovery.clock)
        began = recovery.clock.now()
        with alone(place, f"recover system {environment} --region {region}", take_over=take_over) as held:
            done = carry_out(recovery.holding(held).steps(), recovery.clock)
        minutes = int((recovery.clock.now() - began).total_seconds() // 60)
        return _tell_system(recovery, environment, done=done, minutes=minutes, json=json)


def _system(environment: str, region: str, name: str | None, *, yes: bool) -> "SystemRecovery":
    from operations import clock, project
    from operations.aws.clients import Clients
    from operations.commands import up
    from operations.errors import refused
    from operations.recovery.second_region import name_of
    from operations.recovery.system import SystemRecovery

    lost = project.load_environment(environment, project.PROJECT_ROOT)
    second = lost.location.recovery_region
    if second != region:
        there = f"copied to {second}" if second else "not copied anywhere (`location.recovery_region` is not set)"
        raise refused(f"recovery points of {environment} are {there}, so {region} has nothing to restore")
    words = ["mfcloud", "recover", "system", environment, "--region", region, *(["--as", name] if name else [])]
    return SystemRecovery(
        lost=lost,
        name=name_of(environment, name),
        region=region,
        clients=Clients(region=region),
        clock=clock.SystemClock(),
        up=lambda one: up.command(one, yes=yes),
        root=project.PROJECT_ROOT,
        resume=f"`{shlex.join(words)}` takes it up where it is",
    )


def _tell_system(recovery: "SystemRecovery", environment: str, *, done: list[str], minutes: int, json: bool) -> int:
    from operations.terminal import say, write

    url = f"https://{recovery.lost.address.host_name}"
    for line in (
        f"Commit {recovery.file.name}. In it, once all is quiet: `deployment` as in Pulumi.{environment}.yaml, and",
        "`location.recovery_region`, so that recovery points are copied to a second region again; then `mfcloud up`.",
        f"Tomorrow: `mfcloud backups verify {recovery.name} --region {recovery.region}`.",
        f"When the lost region is back: no `up` for {environment}; docs/decisions/0021 tells what becomes of it.",
    ):
        say(line)
    if commands := recovery.adoption_lines():
        say(
            "Pulumi's state still means the empty database that was replaced. In the project's folder, before any `up`:"
        )
        for line in commands:
            say(f"  {line}")
    if not json:
        write(f"{environment} is served at {url} from {recovery.region}, as {recovery.name}")
        return ExitCode.DONE
    content = {
        "environment": environment,
        "recovered_as": recovery.name,
        "region": recovery.region,
        "url": url,
        "done_now": done,
        "minutes": minutes,
        "commands": commands,
    }
    write(dumps(content, indent=2))
    return ExitCode.DONE

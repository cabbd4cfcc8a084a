"""`mfcloud scale up`, `scale down`, `scale release` and `scale check`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from json import dumps
from typing import TYPE_CHECKING, Annotated

import typer

from operations.commands.arguments import DryRun, EnvironmentName, Json, Offline, Region, Yes
from operations.exit_codes import HELP, ExitCode

if TYPE_CHECKING:
    from operations.scaling.change import Bounds, Change, Direction, Tasks
    from operations.scaling.source import ScaledService
    from operations.session import Session

WAIT_MINUTES = 20  # a task needs about three to take load; draining one about six
LONGEST_HOLD_MINUTES = 7 * 24 * 60  # what is needed for longer belongs into the stack file

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Set how many tasks run, and look at autoscaling.\n\nExample: mfcloud scale check production",
    epilog=HELP,
)


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What the person typed."""

    environment: str
    region: str | None
    offline: bool
    direction: "Direction"
    instances: int
    hold_minutes: int | None = None


Instances = Annotated[int, typer.Option("--instances", min=1, help="Tasks that shall run.")]
HoldMinutes = Annotated[
    int | None,
    typer.Option(
        "--hold-minutes",
        min=1,
        max=LONGEST_HOLD_MINUTES,
        help="Keep autoscaling from going below that for so long.",
    ),
]


@app.command(epilog=HELP)
def up(  # noqa: PLR0913 - a switch each
    environment: EnvironmentName,
    *,
    instances: Instances,
    hold_minutes: HoldMinutes = None,
    region: Region = None,
    offline: Offline = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Run more tasks, and wait until they do.

    Between the minimum and maximum of the settings; never lowers the number. Autoscaling goes on: when it is quiet for
    ten minutes it takes tasks away again, unless --hold-minutes keeps them.

    Example: mfcloud scale up production --instances 5 --hold-minutes 120
    """
    from operations.scaling.change import Direction

    asked = _Asked(
        environment=environment,
        region=region,
        offline=offline,
        direction=Direction.UP,
        instances=instances,
        hold_minutes=hold_minutes,
    )
    return _scale(asked, yes=yes, dry_run=dry_run, json=json)


@app.command(epilog=HELP)
def down(
    environment: EnvironmentName,
    *,
    instances: Instances,
    region: Region = None,
    offline: Offline = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Run fewer tasks, and wait until the others are gone.

    Between the minimum and maximum of the settings; never raises the number. Refused while a deployment is unfinished.

    Example: mfcloud scale down production --instances 2
    """
    from operations.scaling.change import Direction

    asked = _Asked(
        environment=environment, region=region, offline=offline, direction=Direction.DOWN, instances=instances
    )
    return _scale(asked, yes=yes, dry_run=dry_run, json=json)


@app.command(epilog=HELP)
def release(
    environment: EnvironmentName,
    *,
    region: Region = None,
    offline: Offline = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """End what --hold-minutes began.

    The number of tasks stays; autoscaling may lower it again.

    Example: mfcloud scale release production
    """
    from operations.confirmation import confirm
    from operations.scaling.source import ScaledService
    from operations.session import operating
    from operations.terminal import say

    with operating(environment, region, offline=offline) as session:
        service = ScaledService(session)
        bounds = service.bounds()
        if bounds.hold is None and bounds.minimum <= bounds.settings_minimum:
            say(f"nothing is held in {environment}: at least {bounds.minimum} tasks run, as the settings say")
            return _tell_released(bounds, released=False, json=json)
        say(f"{environment}: at least {bounds.minimum} tasks are kept; afterwards {bounds.settings_minimum} as set")
        if dry_run:
            say("dry run: nothing was changed")
            return _tell_released(bounds, released=False, json=json)
        confirm(f"End the hold of {environment}?", expected=environment, yes=yes)
        service.release(bounds.hold)
        say(f"{environment}: autoscaling moves between {bounds.settings_minimum} and {bounds.maximum} tasks")
        return _tell_released(bounds, released=True, json=json)


def _tell_released(bounds: "Bounds", *, released: bool, json: bool) -> int:
    from json import dumps

    from operations.terminal import write

    if json:
        minimum = bounds.settings_minimum if released else bounds.minimum
        write(dumps({"released": released, "minimum": minimum, "maximum": bounds.maximum}, indent=2))
    return ExitCode.DONE


@app.command(epilog=HELP)
def check(environment: EnvironmentName, *, region: Region = None, offline: Offline = False, json: Json = False) -> int:
    """Show how many tasks run, and what autoscaling will do next.

    Fails (1) while the number that runs is not the number that shall run.

    Example: mfcloud scale check production
    """
    from operations.deployments.asking import EcsDeployments
    from operations.errors import CommandStopped
    from operations.scaling.change import spell_tasks
    from operations.scaling.report import Check, as_json, as_text
    from operations.scaling.source import ScaledService
    from operations.session import operating
    from operations.terminal import write

    with operating(environment, region, offline=offline) as session:
        service = ScaledService(session)
        checked = Check(
            environment=environment,
            tasks=service.tasks(),
            bounds=service.bounds(),
            scaling=session.manifest.scaling,
            utilisation=service.utilisation(),
            last_change=service.last_change(),
            deployment=EcsDeployments(session).newest(),
            at=session.clock.now(),
        )
        write(as_json(checked) if json else as_text(checked))
        if not checked.tasks.settled:
            raise CommandStopped(
                f"{environment} is not settled: {spell_tasks(checked.tasks)}",
                hint="new tasks need about three minutes; if it stays so, look at the service's events in ECS",
            )
    return ExitCode.DONE


def _scale(asked: _Asked, *, yes: bool, dry_run: bool, json: bool) -> int:
    from operations.confirmation import confirm
    from operations.deployments.asking import EcsDeployments
    from operations.scaling.change import decide
    from operations.scaling.source import ScaledService
    from operations.session import operating
    from operations.terminal import say

    environment, direction = asked.environment, asked.direction
    with operating(environment, asked.region, offline=asked.offline) as session:
        service = ScaledService(session)
        tasks, bounds = service.tasks(), service.bounds()
        newest = EcsDeployments(session).newest()
        change = decide(direction, asked.instances, tasks, bounds, newest, environment=environment)
        until = None if asked.hold_minutes is None else session.clock.now() + timedelta(minutes=asked.hold_minutes)
        for line in _plan(environment, change, bounds, until):
            say(line)
        if dry_run:
            say("dry run: nothing was changed")
            return ExitCode.DONE
        if change.before != change.after or until is not None:
            confirm(_question(environment, change, until), expected=environment, yes=yes)
            _act(service, change, until)
        settled = _wait(session, service, direction, change)
        return _tell(environment, direction, change, settled, until, json=json)


def _plan(environment: str, change: "Change", bounds: "Bounds", until: datetime | None) -> list[str]:
    from operations.scaling.change import spell_bounds

    if change.before == change.after:
        lines = [f"{environment} shall run {change.after} tasks already"]
    else:
        lines = [f"{environment}: {change.before} → {change.after} tasks"]
    lines.append(f"  bounds   {spell_bounds(bounds)}")
    if until is not None:
        lines.append(
            f"  hold     not below {change.after} until {until:%Y-%m-%d %H:%M} UTC, "
            f"then {bounds.settings_minimum} again; `mfcloud scale release {environment}` ends it earlier"
        )
    return [*lines, *(f"  warning  {warning}" for warning in change.warnings)]


def _question(environment: str, change: "Change", until: datetime | None) -> str:
    if change.before == change.after and until is not None:
        return f"Keep {environment} at {change.after} tasks or more until {until:%H:%M} UTC?"
    return f"Change {environment} from {change.before} to {change.after} tasks?"


def _act(service: "ScaledService", change: "Change", until: datetime | None) -> None:
    """The floor first: otherwise autoscaling could take away in between what has just been added."""
    if until is not None:
        service.hold(change.after, until)
    if change.before != change.after:
        service.set_desired(change.after)


def _wait(session: "Session", service: "ScaledService", direction: "Direction", change: "Change") -> "Tasks":
    from operations.scaling.change import arrived, overtaken, spell_tasks
    from operations.waiting import Wait, wait_until

    environment = session.manifest.environment
    return wait_until(
        service.tasks,
        lambda now: arrived(direction, change.after, now) or overtaken(direction, change.after, now),
        spell_tasks,
        Wait(
            what=f"number of tasks of {environment}",
            until=session.clock.now() + timedelta(minutes=WAIT_MINUTES),
            resume=f"`mfcloud scale {direction} {environment} --instances {change.after}` goes on waiting",
        ),
        session.clock,
    )


def _tell(
    environment: str, direction: "Direction", change: "Change", settled: "Tasks", until: datetime | None, *, json: bool
) -> int:
    from operations.errors import CommandStopped
    from operations.scaling.change import overtaken, spell_tasks
    from operations.terminal import write

    content = {
        "environment": environment,
        "before": change.before,
        "asked": change.after,
        "desired": settled.desired,
        "running": settled.running,
        "held_until": until.isoformat(timespec="seconds") if until else None,
    }
    write(dumps(content, indent=2) if json else f"{environment}: {spell_tasks(settled)}")
    if overtaken(direction, change.after, settled):
        raise CommandStopped(
            f"{change.after} tasks were asked for; autoscaling or somebody else has set {settled.desired} since",
            hint=f"`mfcloud scale check {environment}` shows why; --hold-minutes keeps autoscaling from lowering it",
        )
    return ExitCode.DONE

"""How many tasks may run, and what `scale up` and `scale down` mean where so many run already. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from operations.deployments.told import Deployment
from operations.errors import CommandStopped, refused


class Direction(StrEnum):
    """What a person says beside the number, so that a mistyped one goes nowhere."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, kw_only=True)
class Tasks:
    """The service's tasks as ECS counts them. During a deployment both colours are among `running`."""

    desired: int
    running: int
    pending: int

    @property
    def settled(self) -> bool:
        """As many run as shall, and none is on its way."""
        return self.running == self.desired and not self.pending


@dataclass(frozen=True, kw_only=True)
class Hold:
    """A raised floor, and when a scheduled action lowers it again."""

    name: str
    until: datetime
    minimum_afterwards: int


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Between which numbers autoscaling moves, now."""

    minimum: int
    maximum: int
    settings_minimum: int
    settings_maximum: int
    registered: bool = True
    """False: Application Auto Scaling does not know the service; the settings' bounds stand here."""
    suspended: tuple[str, ...] = ()
    """Kinds of scaling that somebody has suspended: `in`, `out`, `scheduled`."""
    hold: Hold | None = None

    @property
    def as_settings_say(self) -> bool:
        """Nobody has changed them since the last `mfcloud up`."""
        return (self.minimum, self.maximum) == (self.settings_minimum, self.settings_maximum)


@dataclass(frozen=True, kw_only=True)
class Change:
    """What is to be done. `before == after`: nothing but waiting."""

    before: int
    after: int
    warnings: tuple[str, ...] = ()


def decide(
    direction: Direction,
    instances: int,
    tasks: Tasks,
    bounds: Bounds,
    deployment: Deployment | None,
    *,
    environment: str,
) -> Change:
    """What `scale up|down --instances N` does; raises a refusal.

    `up` never lowers and `down` never raises: of two people who act at once, the second undoes nothing. During a
    deployment `up` is let through, because an overload does not wait for a bake to end, and `down` is not, because
    it would take tasks away that a rollback needs.
    """
    if stopped := _outside(instances, bounds, environment):
        raise stopped
    if direction is Direction.UP and instances < tasks.desired:
        raise refused(
            f"{environment} shall run {tasks.desired} tasks already; `scale up` never lowers that",
            hint=f"`mfcloud scale down {environment} --instances {instances}` does",
        )
    if direction is Direction.DOWN and instances > tasks.desired:
        raise refused(
            f"{environment} shall run only {tasks.desired} tasks; `scale down` never raises that",
            hint=f"`mfcloud scale up {environment} --instances {instances}` does",
        )
    warnings: list[str] = []
    if deployment is not None and deployment.unfinished and instances != tasks.desired:
        stands = (
            f"deployment {deployment.id} is unfinished ({deployment.status}, stage {deployment.stage or 'unknown'})"
        )
        if direction is Direction.DOWN:
            raise refused(
                f"{stands}; taking tasks away now would weaken the version that a rollback returns to",
                hint="wait until it is over, or end it with `mfcloud rollback`",
            )
        warnings.append(f"{stands}: tasks are added beside it")
    if not bounds.registered:
        warnings.append("Application Auto Scaling does not know this service: nothing scales by itself")
    return Change(before=tasks.desired, after=instances, warnings=tuple(warnings))


def _outside(instances: int, bounds: Bounds, environment: str) -> CommandStopped | None:
    if instances > bounds.maximum:
        return refused(
            f"{instances} tasks are above the maximum of {bounds.maximum}; nothing was changed",
            hint=f"raise scaling.maximum_tasks in Pulumi.{environment}.yaml (and look at the connection budget), "
            f"then run `mfcloud up {environment}`",
        )
    if instances >= bounds.minimum:
        return None
    if bounds.hold is not None and instances >= bounds.settings_minimum:
        return refused(
            f"at least {bounds.minimum} tasks are held until {bounds.hold.until:%Y-%m-%d %H:%M} UTC; "
            "nothing was changed",
            hint=f"`mfcloud scale release {environment}` ends the hold",
        )
    return refused(
        f"{instances} tasks are below the minimum of {bounds.minimum}; nothing was changed",
        hint=f"lower scaling.minimum_tasks in Pulumi.{environment}.yaml, then run `mfcloud up {environment}`",
    )


def overtaken(direction: Direction, asked: int, now: Tasks) -> bool:
    """Whether something else has moved the number against what was asked for, while it was waited for."""
    return now.desired < asked if direction is Direction.UP else now.desired > asked


def arrived(direction: Direction, asked: int, now: Tasks) -> bool:
    """Whether what was asked for is true; during a deployment more tasks run than shall."""
    if direction is Direction.UP:
        return now.running >= max(asked, now.desired)
    return now.running <= asked and not now.pending


def spell_tasks(tasks: Tasks) -> str:
    """`3 of 5 tasks run, 2 start`."""
    starting = f", {tasks.pending} start" if tasks.pending else ""
    return f"{tasks.running} of {tasks.desired} tasks run{starting}"


def spell_bounds(bounds: Bounds) -> str:
    """What is in force, and how it differs from the settings."""
    words = [f"{bounds.minimum} to {bounds.maximum} tasks"]
    if not bounds.registered:
        words.append("not in force: Application Auto Scaling does not know this service")
    elif not bounds.as_settings_say:
        words.append(f"the settings say {bounds.settings_minimum} to {bounds.settings_maximum}")
    if bounds.hold is not None:
        words.append(f"held until {bounds.hold.until:%Y-%m-%d %H:%M} UTC")
    elif bounds.minimum > bounds.settings_minimum:
        words.append("the raised minimum has no end; `mfcloud scale release` ends it")
    if bounds.suspended:
        words.append(f"suspended by somebody: scaling {', '.join(bounds.suspended)}")
    return "; ".join(words)

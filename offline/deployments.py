"""Deployments in the offline cloud: what ECS does when its service gets another task definition, and what may be asked.

One truth for everybody: the guard of `up`, the commands and the rules' weights all come from here. Deployments are kept
in the store's memory, apart from resources; they go with the service. The first one is over at once: nothing ran that
could be compared with. Those after it take their time (`offline.course`), which flies (`offline.clock`).
"""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from offline import traffic
from offline.clock import OfflineClock
from offline.course import Course, Failure, State, flies_until, state, waits_from
from offline.provider.store import Row, Store
from offline.reading import listed, mapping

SERVICE: Final = "ecs/service:Service"
PARAMETER: Final = "ssm/parameter:Parameter"
_DEFINITION: Final = "ecs/taskDefinition:TaskDefinition"
PAUSE: Final = "PAUSE"
LONGEST_PAUSE_MINUTES: Final = 24 * 60
"""Amazon ECS: a lifecycle stage lasts 24 hours at most."""
_FAIL_NEXT: Final = "fail next deployment"


class Unreadable(Exception):
    """The offline cloud does not hold what was asked for. The message says what is missing."""


class NotNow(Exception):
    """The deployment is past what was asked for. The message is ECS's."""


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A deployment, and the service revision of the same number that it brings."""

    number: int
    service_arn: str
    task_definition: str
    """ARN."""
    source: int | None
    """Number of the revision that was live before; None for the first."""
    colour: Literal[0, 1]
    """Which target group its tasks join: the service's own (0) or the alternate one (1)."""
    since: datetime
    tasks: int
    bake_minutes: float
    course: Course | None
    """None: it does not go by the clock, and stands as `held` says."""
    held: str = "SUCCESSFUL"
    settled: str = ""
    """How far the rules' weights have followed it."""
    version: str | None = None
    """What its image answers at `/health/live`, where the program says it (to its smoke test)."""

    @property
    def arn(self) -> str:
        """As ECS names it."""
        return self.service_arn.replace(":service/", ":service-deployment/") + f"/offline{self.number}"

    def state(self, now: datetime) -> State:
        """Where it stands."""
        if self.course is not None:
            return state(self.course, now)
        done = self.held in ("SUCCESSFUL", "STOPPED")
        return State(at=self.since, status=self.held, stage="CLEAN_UP" if done else "BAKE_TIME", live=done)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A deployment as it stands at a moment."""

    deployment: Deployment
    state: State

    @property
    def arn(self) -> str:
        """As ECS names it."""
        return self.deployment.arn

    @property
    def status(self) -> str:
        """As ECS spells it."""
        return self.state.status

    @property
    def since(self) -> datetime:
        """When it began."""
        return self.deployment.since


def deployments(cloud: Store, service: str, clock: OfflineClock | None = None) -> list[Standing]:
    """All that are remembered of the ECS service of this name, the newest last; none without the service."""
    rows = [row for row in cloud.all(SERVICE) if row.outputs.get("name") == service]
    return [one for row in rows for one in standing(cloud, row, clock)]


def standing(cloud: Store, row: Row, clock: OfflineClock | None = None) -> list[Standing]:
    """The same for the service's row, after the weights have followed."""
    now = (clock or OfflineClock(cloud)).now()
    with cloud.transaction():
        known = _known(cloud, row, now)
        if known and (moved := _settle(cloud, row, known, now)):
            known = [*known[:-1], moved]
            _keep(cloud, row, known)
    return [Standing(deployment=one, state=one.state(now)) for one in known]


def live(found: list[Standing]) -> Deployment | None:
    """Whose tasks users reach."""
    for one in reversed(found):
        if one.state.live:
            return one.deployment
    return None


def made(cloud: Store, row: Row) -> None:
    """A service was made: its first deployment is over."""
    standing(cloud, row)


def updated(cloud: Store, before: Row, after: Row, *, forced: bool = False, clock: OfflineClock | None = None) -> None:
    """The service was changed; another task definition, or force, begins a deployment and stops one that goes on."""
    wanted = str(after.outputs.get("taskDefinition"))
    if str(before.outputs.get("taskDefinition")) == wanted and not forced:
        return
    clock = clock or OfflineClock(cloud)
    standing(cloud, before, clock)
    now = clock.now()
    with cloud.transaction():
        known = _known(cloud, before, now)
        found = [Standing(deployment=one, state=one.state(now)) for one in known]
        source = live(found)
        configured = mapping(after.outputs.get("deploymentConfiguration"))
        begun = Deployment(
            number=len(known) + 1,
            service_arn=str(after.outputs["arn"]),
            task_definition=wanted,
            source=source.number if source else None,
            colour=1 if source and source.colour == 0 else 0,
            since=now,
            tasks=int(after.outputs.get("desiredCount", 1)),
            bake_minutes=float(configured.get("bakeTimeInMinutes") or 0),
            course=Course(
                begun=now,
                bake_minutes=float(configured.get("bakeTimeInMinutes") or 0),
                approval_minutes=_approval_minutes(configured),
                failure=_take_failure(cloud),
            ),
            version=_version(cloud, wanted, known),
        )
        stopped = [
            replace(one.deployment, course=None, held="STOPPED")
            if not one.state.over and one.status != "STOPPED"
            else one.deployment
            for one in found
        ]
        _keep(cloud, after, [*stopped, begun])
    _let_fly(clock, begun)


def answer(cloud: Store, row: Row, number: int, action: Literal["CONTINUE", "ROLLBACK"], clock: OfflineClock) -> None:
    """A person answers the pause. Raises `NotNow` where nothing waits."""
    now = clock.now()
    one = _of(cloud, row, number, clock)
    if one.course is None or one.state(now).gate != "closed" or one.state(now).status != "IN_PROGRESS":
        raise NotNow("The lifecycle hook is not awaiting an action.")
    _change(cloud, row, replace(one, course=replace(one.course, answer=action, answered=now)), clock)


def stop(cloud: Store, row: Row, number: int, clock: OfflineClock) -> None:
    """A person stops it, with a rollback. Raises `NotNow` where it is over or goes back already."""
    now = clock.now()
    one = _of(cloud, row, number, clock)
    if one.course is None or one.state(now).status != "IN_PROGRESS":
        raise NotNow("The service deployment can't be stopped in its current state.")
    _change(cloud, row, replace(one, course=replace(one.course, stopped=now)), clock)


def fail_next(cloud: Store, failure: Failure) -> None:
    """Arrange that the next deployment goes wrong."""
    cloud.remember(_FAIL_NEXT, failure.value)


def start(cloud: Store, service: str, *, at: datetime, status: str = "IN_PROGRESS") -> Standing:
    """Play ECS: a deployment of this service begins at `at` (with a time zone) and goes on until `finish`.

    Raises `Unreadable` when there is no such service.
    """
    row = _row(cloud, service)
    standing(cloud, row)
    with cloud.transaction():
        known = _known(cloud, row, at)
        begun = replace(known[-1], number=len(known) + 1, since=at, course=None, held=status, settled=status)
        _keep(cloud, row, [*known, begun])
    return Standing(deployment=begun, state=begun.state(at))


def finish(cloud: Store, service: str, *, unfinished: Collection[str], status: str = "SUCCESSFUL") -> None:
    """Play ECS: whatever is in one of the `unfinished` statuses ends with `status`."""
    row = _row(cloud, service)
    now = OfflineClock(cloud).now()
    with cloud.transaction():
        ended = [
            replace(one, course=None, held=status, settled=status) if one.state(now).status in unfinished else one
            for one in _known(cloud, row, now)
        ]
        _keep(cloud, row, ended)


def parameter(cloud: Store, name: str) -> str:
    """The text of an SSM parameter of type String. Raises `Unreadable` when there is none."""
    for row in cloud.all(PARAMETER):
        if row.outputs.get("name") == name and isinstance(text := row.outputs.get("insecureValue"), str):
            return text
    raise Unreadable(f"the offline cloud has no SSM parameter {name}")


def set_parameter(cloud: Store, name: str, text: str) -> None:
    """Play whoever writes an SSM parameter, a rollback for instance. Raises `Unreadable` when there is none."""
    for row in cloud.all(PARAMETER):
        if row.outputs.get("name") == name:
            logical = row.urn.rsplit("::", 1)[-1]
            cloud.change(PARAMETER, logical, lambda properties: properties.update(insecureValue=text))
            return
    raise Unreadable(f"the offline cloud has no {PARAMETER} {name}")


def _row(cloud: Store, service: str) -> Row:
    for row in cloud.all(SERVICE):
        if row.outputs.get("name") == service:
            return row
    raise Unreadable(f"the offline cloud has no {SERVICE} {service}")


def _known(cloud: Store, row: Row, now: datetime) -> list[Deployment]:
    """What is remembered; of a service without memory, the deployment that made it."""
    kept: list[dict[str, Any]] | None = cloud.recall(_key(row))
    if kept is not None:
        return [_read(one) for one in kept]
    configured = mapping(row.outputs.get("deploymentConfiguration"))
    first = Deployment(
        number=1,
        service_arn=str(row.outputs["arn"]),
        task_definition=str(row.outputs.get("taskDefinition")),
        source=None,
        colour=0,
        since=now - timedelta(seconds=1),
        tasks=int(row.outputs.get("desiredCount", 1)),
        bake_minutes=float(configured.get("bakeTimeInMinutes") or 0),
        course=None,
        settled="SUCCESSFUL",
        version=_version(cloud, str(row.outputs.get("taskDefinition")), []),
    )
    _keep(cloud, row, [first])
    return [first]


def _settle(cloud: Store, row: Row, known: list[Deployment], now: datetime) -> Deployment | None:
    """Let weights and task definition follow the newest deployment; None where they have."""
    newest = known[-1]
    found = newest.state(now)
    mark = f"{found.status} tested={found.tested} live={found.live}"
    if newest.course is None or newest.settled == mark:
        return None
    test = newest.colour if found.tested or found.live else 1 - newest.colour
    traffic.point(cloud, row, production=newest.colour if found.live else 1 - newest.colour, test=test)
    if found.status.startswith("ROLLBACK") and newest.source is not None:
        back = known[newest.source - 1].task_definition
        logical = row.urn.rsplit("::", 1)[-1]
        cloud.change_within(SERVICE, logical, lambda properties: properties.update(taskDefinition=back))
    return replace(newest, settled=mark)


def _approval_minutes(configured: dict[str, Any]) -> float | None:
    for hook in listed(configured.get("lifecycleHooks")):
        if hook.get("targetType") == PAUSE:
            timeout = mapping(hook.get("timeoutConfiguration"))
            return float(timeout.get("timeoutInMinutes") or LONGEST_PAUSE_MINUTES)
    return None


def _version(cloud: Store, task_definition: str, known: list[Deployment]) -> str | None:
    """Of the image, where it ran before or a function is told which version it has."""
    if before := [one.version for one in known if one.task_definition == task_definition]:
        return before[-1]
    images = [
        str(row.outputs.get("containerDefinitions"))
        for row in cloud.all(_DEFINITION)
        if row.outputs.get("arn") == task_definition
    ]
    for row in cloud.all("lambda/function:Function"):
        variables = mapping(mapping(row.outputs.get("environment")).get("variables"))
        image, version = variables.get("EXPECTED_IMAGE"), variables.get("EXPECTED_VERSION")
        if image and version and any(f'"{image}"' in text for text in images):
            return str(version)
    return None


def _take_failure(cloud: Store) -> Failure | None:
    wanted = cloud.recall(_FAIL_NEXT)
    if wanted is None:
        return None
    cloud.remember(_FAIL_NEXT, None)
    return Failure(wanted)


def _of(cloud: Store, row: Row, number: int, clock: OfflineClock) -> Deployment:
    return standing(cloud, row, clock)[number - 1].deployment


def _change(cloud: Store, row: Row, changed: Deployment, clock: OfflineClock) -> None:
    with cloud.transaction():
        known = _known(cloud, row, clock.now())
        known[changed.number - 1] = changed
        _keep(cloud, row, known)
    _let_fly(clock, changed)


def _let_fly(clock: OfflineClock, one: Deployment) -> None:
    """To its end, or to where it waits for a person."""
    assert one.course is not None  # noqa: S101 (callers have given it one)
    clock.ground(waits_from(one.course))
    until = flies_until(one.course)
    clock.land(until)
    clock.fly(until)


def _key(row: Row) -> str:
    return f"deployments of {row.outputs['arn']}, made {row.generation} times before"


def _keep(cloud: Store, row: Row, known: list[Deployment]) -> None:
    cloud.remember(_key(row), [_written(one) for one in known])


def _written(one: Deployment) -> dict[str, Any]:
    return json.loads(json.dumps(asdict(one), default=datetime.isoformat))


def _read(kept: dict[str, Any]) -> Deployment:
    read: dict[str, Any] = {"course": _read_course(kept["course"]), "since": datetime.fromisoformat(kept["since"])}
    return Deployment(**(kept | read))


def _read_course(kept: dict[str, Any] | None) -> Course | None:
    if kept is None:
        return None
    read: dict[str, Any] = {
        name: datetime.fromisoformat(kept[name]) if kept[name] else None for name in ("begun", "answered", "stopped")
    }
    read["failure"] = Failure(kept["failure"]) if kept["failure"] else None
    return Course(**(kept | read))

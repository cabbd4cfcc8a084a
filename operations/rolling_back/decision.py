"""What a rollback has to do, given what ECS remembers. Pure.

ECS can return to the revision before only while a deployment or its bake goes on. Afterwards the old tasks are gone,
and going back means deploying the older task definition: a full run. Numbers of task definitions only ever grow, so a
deployment of one that was deployed before is somebody's going back: that is how a repeated rollback knows what has been
done, whatever interrupted the first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from operations.deployments.told import Deployment, Image, Version
from operations.errors import CommandStopped, refused

RETURN_MINUTES = 10
"""Inside a bake the old tasks still run: ECS moves the weights and stops the new ones."""
START_MINUTES = 15
"""Starting tasks, smoke test and shift of a full run. Runbook and ECS give no number; a first guess, to be measured."""


@dataclass(frozen=True, kw_only=True)
class Past:
    """A deployment that is over, or the one that runs, and what it brought."""

    arn: str
    status: str
    version: Version | None
    """None where ECS has forgotten the revision."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """All that is decided from."""

    environment: str
    newest: Deployment | None
    live: Version | None
    """What the newest deployment found when it began or returned to: its source, or its rollback's revision."""
    history: tuple[Past, ...]
    """The newest first; the first is `newest`."""
    withdrawn: frozenset[str]
    """Images that earlier rollbacks withdrew (`Image.identity`)."""
    bake_minutes: int


@dataclass(frozen=True, kw_only=True)
class Stop:
    """The deployment or bake goes on: ECS returns to the revision before it."""

    deployment: Deployment
    bad: Version
    good: Version | None
    minutes: int = RETURN_MINUTES


@dataclass(frozen=True, kw_only=True)
class Redeploy:
    """It is over: the older version is deployed again."""

    bad: Version
    good: Version
    forced: bool
    """Also where the service names that task definition already."""
    minutes: int


@dataclass(frozen=True, kw_only=True)
class Follow:
    """Somebody, or an alarm, has begun; what is left is to see it through."""

    deployment: Deployment
    bad: Version | None
    good: Version | None
    minutes: int
    sentence: str
    redeploys: bool
    """A full run, whose approval pause is ours to answer."""


@dataclass(frozen=True, kw_only=True)
class Done:
    """Nothing is left to do but what the record may lack."""

    deployment: Deployment
    bad: Version | None
    good: Version | None
    sentence: str


Decision = Stop | Redeploy | Follow | Done


def withdraws(decision: Decision) -> Image | None:
    """The image that nobody should bring back by accident.

    None where the version returned to has the same one: then only settings are taken back.
    """
    bad, good = decision.bad, decision.good
    if bad is None or bad.image is None:
        return None
    if good is not None and (good.image is None or good.image.identity == bad.image.identity):
        return None
    return bad.image


def same(one: Decision, other: Decision) -> bool:
    """Whether two decisions do the same, however far AWS has come between them."""
    return _essence(one) == _essence(other)


def _essence(decision: Decision) -> tuple[object, ...]:
    deployment = None if isinstance(decision, Redeploy) else decision.deployment.arn
    versions = [one.task_definition if one else None for one in (decision.bad, decision.good)]
    return type(decision), deployment, *versions


def decide(known: Known, to: str | None = None) -> Decision:
    """What to do. `to` names a task definition (`mockforge-production:41`); None is the last healthy version.

    Raises a refusal where there is nothing to go back to, or where going back would be a guess.
    """
    newest, environment = known.newest, known.environment
    if newest is None:
        raise refused(f"there is nothing to take back: {environment} was never deployed")
    version = known.history[0].version
    if version is None:
        raise CommandStopped(f"ECS does not say what deployment {newest.id} runs")
    returns = _goes_back(version, known.history[1:])
    if newest.unfinished:
        return _while_it_goes_on(known, newest, version, returns=returns, to=to)
    return _afterwards(known, newest, version, returns=returns, to=to)


def healthy(history: Iterable[Past], withdrawn: frozenset[str]) -> list[Version]:
    """Versions that were deployed successfully and not withdrawn since, the newest first, each once."""
    found: dict[str, Version] = {}
    for past in history:
        version = past.version
        if past.status != "SUCCESSFUL" or version is None:
            continue
        if version.image is None or version.image.identity not in withdrawn:
            found.setdefault(version.task_definition, version)
    return list(found.values())


def _while_it_goes_on(known: Known, newest: Deployment, version: Version, *, returns: bool, to: str | None) -> Decision:
    environment, live = known.environment, known.live
    if newest.rolling_back and returns:
        raise refused(
            f"the return of {environment} to {version} is itself being rolled back ({_why(newest)})",
            hint="wait for its end, then run this again",
        )
    if returns:
        _refuse_other_target(to, version)
        return Follow(
            deployment=newest,
            bad=_replaced(known, version),
            good=version,
            minutes=START_MINUTES + known.bake_minutes,
            sentence=f"{environment} is returning to {version} already (deployment {newest.id})",
            redeploys=True,
        )
    if live is None:
        raise refused(
            f"deployment {newest.id} is the first of {environment}: there is no version to go back to",
            hint="deploy a repaired image",
        )
    _refuse_other_target(to, live)
    if newest.rolling_back:
        return Follow(
            deployment=newest,
            bad=version,
            good=live,
            minutes=RETURN_MINUTES,
            sentence=f"deployment {newest.id} of {environment} is being rolled back already ({_why(newest)})",
            redeploys=False,
        )
    return Stop(deployment=newest, bad=version, good=live)


def _afterwards(known: Known, newest: Deployment, version: Version, *, returns: bool, to: str | None) -> Decision:
    rolled_back = newest.status == "ROLLBACK_SUCCESSFUL"
    # What users reach now; a deployment that neither succeeded nor went back leaves that open.
    live = version if newest.status == "SUCCESSFUL" else known.live if rolled_back else None
    if to is None and live is not None:
        if rolled_back and not returns:
            sentence = f"the last deployment ({newest.id}) was rolled back already ({_why(newest)})"
            return Done(deployment=newest, bad=version, good=live, sentence=sentence)
        if returns and live.task_definition == version.task_definition:
            sentence = f"{known.environment} was returned to {version} already ({newest.id}); --to goes further back"
            return Done(deployment=newest, bad=_replaced(known, version), good=version, sentence=sentence)
    if to is not None and live is not None and live.task_definition == to:
        return Done(deployment=newest, bad=None, good=live, sentence=f"{known.environment} runs {live} already")
    # A return that failed was not what is wrong: that is what it was to replace.
    bad = live or (_replaced(known, version) if returns else None) or version
    candidates = [one for one in healthy(known.history, known.withdrawn) if one.task_definition != bad.task_definition]
    good = _chosen(candidates, to, known.environment)
    return Redeploy(bad=bad, good=good, forced=live is None, minutes=START_MINUTES + known.bake_minutes)


def _goes_back(version: Version, earlier: Sequence[Past]) -> bool:
    """It was deployed successfully before, and something else was tried since."""
    something_else = False
    for past in earlier:
        if past.version is None or past.version.task_definition != version.task_definition:
            something_else = True
        elif past.status == "SUCCESSFUL":
            return something_else
    return False


def _replaced(known: Known, version: Version) -> Version | None:
    """What a return was to replace: what it found when it began, or what was tried last where it found itself."""
    if known.live is not None and known.live.task_definition != version.task_definition:
        return known.live
    return _before(known.history)


def _before(history: Sequence[Past]) -> Version | None:
    """What was tried before the newest deployment and not undone."""
    now = history[0].version
    for number, past in enumerate(history[1:], start=1):
        version = past.version
        if version is None or now is None:
            continue
        if version.task_definition == now.task_definition:
            if past.status == "SUCCESSFUL":
                return None
            continue
        undone = past.status == "ROLLBACK_SUCCESSFUL" or _goes_back(version, history[number + 1 :])
        if past.status == "SUCCESSFUL" or not undone:
            return version
    return None


def _chosen(candidates: Sequence[Version], to: str | None, environment: str) -> Version:
    names = ", ".join(str(one) for one in candidates) or "none"
    if to is None:
        if candidates:
            return candidates[0]
        raise refused(
            f"there is no healthy version of {environment} to go back to: ECS remembers 90 days, and withdrawn images "
            "do not count",
            hint="deploy a repaired image",
        )
    for one in candidates:
        if one.task_definition == to:
            return one
    raise refused(f"{to} is no healthy version of {environment}; there are: {names}")


def _refuse_other_target(to: str | None, good: Version) -> None:
    if to not in (None, good.task_definition):
        raise refused(
            f"while a deployment goes on, a rollback returns to {good}; not to {to}",
            hint="roll back first, without --to; then again with it",
        )


def _why(deployment: Deployment) -> str:
    return deployment.rollback_reason or deployment.reason or deployment.status

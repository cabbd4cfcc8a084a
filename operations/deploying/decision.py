"""What `deploy` has to do, or why it must not. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from operations.deploying.record import Record, same_hand, taken
from operations.deploying.situation import Situation
from operations.deploying.wanted import digest_of
from operations.deployments.told import Version, spell
from operations.errors import refused
from operations.rolling_back.decision import START_MINUTES
from operations.state.reading import Rollout


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the person wants."""

    image: str
    """With its digest."""
    ticket: str | None
    in_window: bool
    """Also while a maintenance window is open."""


@dataclass(frozen=True, kw_only=True)
class Start:
    """Nothing runs: edit, preview, ask, update, follow."""

    image: str
    live: Version | None
    """What users reach now; None where ECS does not say."""
    minutes: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Follow:
    """This image is being deployed already, by this person or another one: see it through."""

    rollout: Rollout
    version: Version
    begun_by: Record | None


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """Users reach this image already."""

    rollout: Rollout
    live: Version


Decision = Start | Follow | Nothing


def decide(situation: Situation, asked: Asked, *, operator: str) -> Decision:
    """Raises a refusal; what is refused has changed nothing."""
    for withdrawal in situation.withdrawn:
        if withdrawal.concerns(asked.image):
            raise refused(
                f"{withdrawal.image} was withdrawn from {situation.environment} at {withdrawal.at_in_words} "
                f"({withdrawal.reason}); nothing was changed",
                hint="deploy a repaired image",
            )
    rollout = situation.rollout
    if rollout is not None and rollout.deployment.unfinished:
        return _while_one_runs(situation, rollout, asked)
    live = rollout.live if rollout else None
    if rollout is not None and live is not None and brings(live, asked.image):
        return Nothing(rollout=rollout, live=live)
    _refuse_now(situation, asked)
    if (record := claimed(situation)) is not None and not same_hand(record, operator, asked.image):
        raise taken(situation.environment, record)
    return Start(
        image=asked.image,
        live=live,
        minutes=START_MINUTES + situation.bake_minutes,
        warnings=tuple(_warnings(situation, asked)),
    )


def brings(version: Version | None, image: str) -> bool:
    """Whether a version runs this image."""
    return version is not None and version.image is not None and version.image.identity == digest_of(image)


def claimed(situation: Situation) -> Record | None:
    """Who has said yes and has no deployment yet."""
    record, rollout = situation.record, situation.rollout
    if record is None or not record.claims(situation.now):
        return None
    if rollout is not None and rollout.deployment.created_at >= record.moment:
        return None  # ECS tells how that one goes
    return record


def begun_by(record: Record | None, rollout: Rollout) -> Record | None:
    """The record of this deployment; None where it was begun without `mfcloud deploy`."""
    version = target(rollout)
    return record if record is not None and brings(version, record.image) else None


def target(rollout: Rollout) -> Version | None:
    """What a deployment brings."""
    side = rollout.deployment.target
    return rollout.version(side.revision_arn) if side else None


def _while_one_runs(situation: Situation, rollout: Rollout, asked: Asked) -> Follow:
    deployment, version = rollout.deployment, target(rollout)
    by = begun_by(situation.record, rollout)
    if version is not None and brings(version, asked.image):
        return Follow(rollout=rollout, version=version, begun_by=by)
    environment = situation.environment
    raise refused(
        f"{version or 'another version'} is being deployed to {environment} since "
        f"{deployment.created_at:%Y-%m-%d %H:%M} UTC, by {by or 'somebody without `mfcloud deploy`'}: "
        f"{spell(deployment, situation.now)}; nothing was changed",
        hint=f"wait for its end (`mfcloud status {environment}`), or take it back: `mfcloud rollback {environment}`",
    )


def _refuse_now(situation: Situation, asked: Asked) -> None:
    environment = situation.environment
    if situation.critical_alarms:
        raise refused(
            f"{environment} is not well: {', '.join(situation.critical_alarms)} is on; nothing was changed",
            hint="docs/incident-response.md; where this image is the repair, write it into the stack file and run "
            f"`mfcloud up {environment}`, which asks no alarm",
        )
    if situation.deployment_alarms:
        raise refused(
            f"{', '.join(situation.deployment_alarms)} is on, and ECS does not look at an alarm that was on when a "
            "deployment began: it would not be rolled back; nothing was changed",
            hint=f"wait until it is off (`mfcloud status {environment}`)",
        )
    if situation.window and not asked.in_window:
        raise refused(
            f"a maintenance window of {environment} is open ({situation.window}), in which nobody is paged; "
            "nothing was changed",
            hint="wait for its end, or add --in-window",
        )
    if situation.approval_required and not (asked.ticket or "").strip():
        raise refused(
            f"a deployment of {environment} needs its ticket; nothing was changed",
            hint="--ticket OPS-123: it is recorded with the deployment",
        )


def _warnings(situation: Situation, asked: Asked) -> Iterator[str]:
    rollout = situation.rollout
    if rollout is None or not brings(target(rollout), asked.image):
        return
    one = rollout.deployment
    why = one.rollback_reason or one.reason or "ECS gives no reason"
    yield f"this image was deployed at {one.created_at:%Y-%m-%d %H:%M} UTC and ended {one.status} ({why})"

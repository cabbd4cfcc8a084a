"""A status as one screen for people and as one JSON object for scripts."""

from collections.abc import Callable, Iterator
from datetime import datetime
from json import dumps
from typing import Any, TypeVar

from operations.aws.known import Known, Unknown
from operations.deployments.told import Deployment, Side, spell, spell_number
from operations.scaling.change import Bounds
from operations.state.reading import AlarmOn, BackupAge, Colour, Rollout, Status

Thing = TypeVar("Thing")
LABEL = 13
MINUTES_PER_HOUR, HOURS_PER_DAY = 60, 24


def as_text(status: Status, *, offline: bool = False) -> str:
    """One screen. That it is the stand-in's is said at the top: it looks like the real one otherwise."""
    return "\n".join(_lines(status, "offline, stand-in AWS; " if offline else ""))


def _lines(status: Status, where: str) -> Iterator[str]:
    yield f"{status.environment}  {_time(status.at)}  ({where}{status.region}, account {status.account_id})"
    yield ""
    yield from _block("live", _either(status.rollout, lambda rollout: [_live(rollout)]))
    yield from _block("answers", _either(status.answered_version, lambda version: [f"version {version}"]))
    yield from _block("deployment", _either(status.rollout, lambda rollout: _deployment(status, rollout)))
    yield from _block(
        "tasks",
        _either(
            status.tasks, lambda tasks: [f"{tasks.running} running of {tasks.desired} desired, {tasks.pending} pending"]
        ),
    )
    yield from _block("bounds", _either(status.bounds, lambda bounds: [_bounds(bounds)]))
    yield from _block("targets", _either(status.colours, lambda colours: [_colour(one) for one in colours]))
    yield from _block("alarms on", _either(status.alarms, lambda alarms: [_alarm(one) for one in alarms] or ["none"]))
    yield from _block(
        "backups", [f"{name}: {_either(one, lambda age: [_backup(age)])[0]}" for name, one in status.backups.items()]
    )
    yield from _block("maintenance", [_window(status)])
    yield from _block(
        "withdrawn",
        _either(
            status.withdrawn,
            lambda withdrawn: [f"{one.at_in_words}  {one.image}  {one.reason}" for one in withdrawn] or ["none"],
        ),
    )


def _block(label: str, lines: list[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f"{'' if number else label:<{LABEL}}{line}"


def _either(value: Known[Thing] | Unknown, show: Callable[[Thing], list[str]]) -> list[str]:
    return [f"unknown: {value.reason}"] if isinstance(value, Unknown) else show(value.thing)


def _live(rollout: Rollout | None) -> str:
    if rollout is None:
        return "nothing: there was no deployment yet"
    return str(rollout.live or "unknown: traffic is being moved, or the last deployment did not end well")


def _deployment(status: Status, rollout: Rollout | None) -> list[str]:
    if rollout is None:
        return ["none yet"]
    one = rollout.deployment
    lines = [f"{one.id}, since {_time(one.created_at)}", spell(one, status.at)]
    if why := one.rollback_reason or one.reason:
        lines.append(f"because: {why}")
    if not one.unfinished:
        return [*lines, f"ended {_time(one.finished_at)}"]
    lines += [f"old  {_side(rollout, side)}" for side in one.sources]
    lines += [f"new  {_side(rollout, one.target)}"] if one.target else []
    lines.append(f"alarms {one.alarms_status or 'unknown'}")
    if (hook := one.waiting_hook) is not None:
        lines.append(
            f"waits for an answer until {_time(hook.expires_at)}, then {hook.timeout_action or 'unknown'}: "
            f"`mfcloud approve {status.environment}`, or `mfcloud reject {status.environment}`"
        )
    return lines


def _side(rollout: Rollout, side: Side) -> str:
    return (
        f"{rollout.version(side.revision_arn) or 'unknown'}: {spell_number(side.running_tasks)} of "
        f"{spell_number(side.requested_tasks)} tasks, {spell_number(side.production_percent)} % production, "
        f"{spell_number(side.test_percent)} % test"
    )


def _bounds(one: Bounds) -> str:
    words = [f"{one.minimum} to {one.maximum} tasks"]
    if not one.as_settings_say:
        words.append(f"the settings say {one.settings_minimum} to {one.settings_maximum}")
    if one.hold is not None:
        words.append(f"held until {_time(one.hold.until)}, then from {one.hold.minimum_afterwards}")
    if one.suspended:
        words.append(f"SUSPENDED: scaling {', '.join(one.suspended)}")
    if not one.registered:
        words.append("NOT REGISTERED: nothing scales by itself")
    return "; ".join(words)


def _bounds_json(one: Bounds) -> dict[str, Any]:
    return {
        "minimum": one.minimum,
        "maximum": one.maximum,
        "settings_minimum": one.settings_minimum,
        "settings_maximum": one.settings_maximum,
        "registered": one.registered,
        "suspended": list(one.suspended),
        "held_until": _iso(one.hold.until) if one.hold else None,
    }


def _colour(one: Colour) -> str:
    health = ", ".join(f"{count} {state}" for state, count in sorted(one.health.items())) or "no targets"
    return (
        f"{one.name:<5}  {spell_number(one.production_percent)} % production, "
        f"{spell_number(one.test_percent)} % test: {health}"
    )


def _alarm(one: AlarmOn) -> str:
    since = f" since {_time(one.since)}"
    return f"{one.name}{since}{' (scaling, tells nobody)' if one.scaling else ''}"


def _backup(age: BackupAge) -> str:
    if age.age_minutes is None:
        return f"NONE: {age.reason}"
    late = "LATE, " if age.age_minutes > age.late_minutes else ""
    return f"{late}{spell_minutes(age.age_minutes)} old (late after {spell_minutes(age.late_minutes)})"


def _window(status: Status) -> str:
    if status.window.now:
        return f"NOW, since {_time(status.window.next_start)} ({status.window.spelled})"
    return f"next {_time(status.window.next_start)} ({status.window.spelled})"


def spell_minutes(minutes: float) -> str:
    """`4 min`, `26 h`, `9 d`."""
    if minutes < 2 * MINUTES_PER_HOUR:
        return f"{minutes:.0f} min"
    if (hours := minutes / MINUTES_PER_HOUR) < 2 * HOURS_PER_DAY:
        return f"{hours:.0f} h"
    return f"{hours / HOURS_PER_DAY:.0f} d"


def _time(at: datetime | None) -> str:
    return "unknown" if at is None else f"{at:%Y-%m-%d %H:%M} UTC"


# --- for scripts -----------------------------------------------------------------------------------------------------


def as_json(status: Status, *, offline: bool = False) -> str:
    """One object; what is not known is `{"unknown": "<why>"}`. Its keys only ever grow."""
    content = {
        "environment": status.environment,
        "offline": offline,
        "at": _iso(status.at),
        "region": status.region,
        "account_id": status.account_id,
        "live": _json(status.rollout, lambda one: one.live.as_json() if one and one.live else None),
        "answered_version": _json(status.answered_version, lambda one: one),
        "deployment": _json(status.rollout, lambda one: _deployment_json(status, one) if one else None),
        "tasks": _json(
            status.tasks, lambda one: {"running": one.running, "desired": one.desired, "pending": one.pending}
        ),
        "bounds": _json(status.bounds, _bounds_json),
        "targets": _json(
            status.colours,
            lambda colours: [
                {
                    "colour": one.name,
                    "production_percent": one.production_percent,
                    "test_percent": one.test_percent,
                    "health": one.health,
                }
                for one in colours
            ],
        ),
        "alarms": _json(
            status.alarms,
            lambda alarms: [{"name": one.name, "since": _iso(one.since), "scaling": one.scaling} for one in alarms],
        ),
        "backups": {
            name: _json(
                one,
                lambda age: {"age_minutes": age.age_minutes, "late_minutes": age.late_minutes, "reason": age.reason},
            )
            for name, one in status.backups.items()
        },
        "maintenance": {"next_start": _iso(status.window.next_start), "now": status.window.now},
        "withdrawn": _json(status.withdrawn, lambda withdrawn: [one.model_dump() for one in withdrawn]),
    }
    return dumps(content, indent=2, ensure_ascii=False)


def _json(value: Known[Thing] | Unknown, show: Callable[[Thing], Any]) -> Any:
    return {"unknown": value.reason} if isinstance(value, Unknown) else show(value.thing)


def _deployment_json(status: Status, rollout: Rollout) -> dict[str, Any]:
    one: Deployment = rollout.deployment
    hook = one.waiting_hook
    return {
        "arn": one.arn,
        "status": one.status,
        "unfinished": one.unfinished,
        "stage": one.stage,
        "created_at": _iso(one.created_at),
        "finished_at": _iso(one.finished_at),
        "reason": one.rollback_reason or one.reason or None,
        "bake_left_minutes_at_most": one.bake_left_minutes(status.at),
        "alarms_status": one.alarms_status,
        "triggered_alarms": list(one.triggered_alarms),
        "waiting_hook": {"id": hook.id, "expires_at": _iso(hook.expires_at)} if hook else None,
        "sources": [_side_json(rollout, side) for side in one.sources],
        "target": _side_json(rollout, one.target) if one.target else None,
    }


def _side_json(rollout: Rollout, side: Side) -> dict[str, Any]:
    version = rollout.version(side.revision_arn)
    return {
        "version": version.as_json() if version else None,
        "running_tasks": side.running_tasks,
        "requested_tasks": side.requested_tasks,
        "production_percent": side.production_percent,
        "test_percent": side.test_percent,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None

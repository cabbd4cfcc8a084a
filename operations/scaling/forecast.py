"""What autoscaling will do next, from the measurements it looks at itself. Pure.

Its alarms want every one of the last minutes on the wrong side; a minute without a measurement is on the right one
(runbook, "Auto-Scaling"). So silence never scales, and here it is told as unknown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from operations.scaling.change import Bounds, Tasks
from runbook.settings import Scaling

MINUTE = timedelta(minutes=1)
# AWS/ECS publishes once a minute, and late by one or two.
LATE_MINUTES = 4
ONLY_ONE = 1


@dataclass(frozen=True, kw_only=True)
class Utilisation:
    """Percent by minute, of what the tasks reserve."""

    cpu: Mapping[datetime, float]
    memory: Mapping[datetime, float]


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """`known` is False where a measurement that would decide is missing."""

    sentence: str
    known: bool


def latest(series: Mapping[datetime, float], now: datetime) -> float | None:
    """The newest measurement; None where it is older than it may be."""
    newest = max(series, default=None)
    if newest is None or now - newest > LATE_MINUTES * MINUTE:
        return None
    return series[newest]


def forecast(
    utilisation: Utilisation,
    scaling: Scaling,
    bounds: Bounds,
    tasks: Tasks,
    now: datetime,
) -> Forecast:
    """The next step and in how many minutes it comes if things stay as they are."""
    if not bounds.registered:
        return Forecast(sentence="nothing: Application Auto Scaling does not know this service", known=True)
    hot = [
        _Hot("CPU", utilisation.cpu, scaling.scale_out_cpu_percent),
        _Hot("memory", utilisation.memory, scaling.scale_out_memory_percent),
    ]
    streaks = [(_streak(one.series, now, one.is_hot), one) for one in hot]
    minutes, hottest = max(streaks, key=lambda pair: pair[0])
    if minutes:
        return Forecast(sentence=_out(hottest, minutes, scaling, bounds, tasks, now), known=True)
    missing = [one.name for one in hot if latest(one.series, now) is None]
    if missing:
        return Forecast(
            sentence=f"unknown: {' and '.join(missing)} {_have(missing)} no recent measurement; silence never scales",
            known=False,
        )
    both = {at: cpu for at, cpu in utilisation.cpu.items() if at in utilisation.memory}
    cool = _streak(
        both,
        now,
        lambda at: (
            utilisation.cpu[at] < scaling.scale_in_cpu_percent
            and utilisation.memory[at] < scaling.scale_in_memory_percent
        ),
    )
    if cool:
        return Forecast(sentence=_in(cool, scaling, bounds, tasks), known=True)
    return Forecast(sentence="nothing: neither hot enough to add tasks nor cool enough to remove one", known=True)


@dataclass(frozen=True, kw_only=False)
class _Hot:
    name: str
    series: Mapping[datetime, float]
    above_percent: float

    def is_hot(self, at: datetime) -> bool:
        return self.series[at] > self.above_percent


def _streak(series: Mapping[datetime, float], now: datetime, holds: Callable[[datetime], bool]) -> int:
    """For how many minutes on end it has held, up to the newest measurement; 0 where that is too old."""
    if latest(series, now) is None:
        return 0
    at, minutes = max(series), 0
    while at in series and holds(at):
        minutes, at = minutes + 1, at - MINUTE
    return minutes


def _out(hot: _Hot, minutes: int, scaling: Scaling, bounds: Bounds, tasks: Tasks, now: datetime) -> str:
    because = f"{hot.name} is above {hot.above_percent:g} % for {_minutes(minutes)}"
    if tasks.desired >= bounds.maximum:
        return f"nothing, though {because}: the maximum of {bounds.maximum} tasks is reached"
    if "out" in bounds.suspended:
        return f"nothing, though {because}: adding tasks is suspended"
    breach = (latest(hot.series, now) or 0.0) - hot.above_percent
    step = scaling.large_breach_tasks if breach >= scaling.large_breach_percent else scaling.scale_out_tasks
    step = min(step, bounds.maximum - tasks.desired)
    return f"adds {_tasks(step)} {_when(scaling.scale_out_minutes - minutes)}: {because}"


def _in(minutes: int, scaling: Scaling, bounds: Bounds, tasks: Tasks) -> str:
    because = (
        f"CPU is below {scaling.scale_in_cpu_percent:g} % and memory below {scaling.scale_in_memory_percent:g} % "
        f"for {_minutes(minutes)}"
    )
    if tasks.desired <= bounds.minimum:
        return f"nothing, though {because}: the minimum of {bounds.minimum} tasks is reached"
    if "in" in bounds.suspended:
        return f"nothing, though {because}: removing tasks is suspended"
    step = min(scaling.scale_in_tasks, tasks.desired - bounds.minimum)
    return f"removes {_tasks(step)} {_when(scaling.scale_in_minutes - minutes)}: {because}"


def _when(minutes_left: int) -> str:
    return "now, or when its cooldown is over" if minutes_left <= 0 else f"in {_minutes(minutes_left)} if that stays so"


def _minutes(minutes: int) -> str:
    return "1 minute" if minutes == ONLY_ONE else f"{minutes} minutes"


def _tasks(tasks: int) -> str:
    return "1 task" if tasks == ONLY_ONE else f"{tasks} tasks"


def _have(names: list[str]) -> str:
    return "has" if len(names) == ONLY_ONE else "have"

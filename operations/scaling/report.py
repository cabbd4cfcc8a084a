"""What `scale check` shows. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from json import dumps

from operations.deployments.told import Deployment, spell
from operations.scaling.change import Bounds, Tasks, spell_bounds, spell_tasks
from operations.scaling.forecast import LATE_MINUTES, Utilisation, forecast, latest
from runbook.settings import Scaling


@dataclass(frozen=True, kw_only=True)
class Check:
    """Everything that was asked."""

    environment: str
    tasks: Tasks
    bounds: Bounds
    scaling: Scaling
    utilisation: Utilisation
    last_change: str | None
    deployment: Deployment | None
    at: datetime


def as_text(check: Check) -> str:
    """One screen."""
    scaling, at = check.scaling, check.at
    cpu = _utilisation(check.utilisation.cpu, scaling.scale_out_cpu_percent, scaling.scale_in_cpu_percent, at)
    memory = _utilisation(
        check.utilisation.memory, scaling.scale_out_memory_percent, scaling.scale_in_memory_percent, at
    )
    running = check.deployment is not None and check.deployment.unfinished
    return "\n".join(
        [
            f"{check.environment}: {spell_tasks(check.tasks)}",
            f"  bounds       {spell_bounds(check.bounds)}",
            f"  CPU          {cpu}",
            f"  memory       {memory}",
            f"  next         {forecast(check.utilisation, scaling, check.bounds, check.tasks, at).sentence}",
            f"  last change  {check.last_change or 'none that autoscaling remembers'}",
            f"  deployment   {spell(check.deployment, at) if check.deployment and running else 'none running'}",
        ]
    )


def as_json(check: Check) -> str:
    """The same for a script; what is not known is null."""
    bounds, next_step = (
        asdict(check.bounds),
        forecast(check.utilisation, check.scaling, check.bounds, check.tasks, check.at),
    )
    if check.bounds.hold is not None:
        bounds["hold"]["until"] = check.bounds.hold.until.isoformat(timespec="seconds")
    content = {
        "environment": check.environment,
        "tasks": {**asdict(check.tasks), "settled": check.tasks.settled},
        "bounds": bounds,
        "cpu_percent": latest(check.utilisation.cpu, check.at),
        "memory_percent": latest(check.utilisation.memory, check.at),
        "next": next_step.sentence,
        "next_known": next_step.known,
        "last_change": check.last_change,
        "deployment": check.deployment.arn if check.deployment and check.deployment.unfinished else None,
    }
    return dumps(content, indent=2)


def _utilisation(series: Mapping[datetime, float], above: float, below: float, at: datetime) -> str:
    limits = f"adds tasks above {above:g} %, may remove below {below:g} %"
    percent = latest(series, at)
    if percent is None:
        return f"unknown: no measurement in the last {LATE_MINUTES} minutes ({limits})"
    return f"{percent:.1f} % ({limits})"

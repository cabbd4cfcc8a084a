"""A deployment as it goes: a screen that renews itself on a terminal, a line for every change in a pipe."""

import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from operations.clock import Clock
from operations.deployments.told import BAKE_STAGE, STAGES, Deployment, Side, spell_number
from operations.state.reading import Rollout
from operations.terminal import message_console
from operations.waiting import Tell, Wait

if TYPE_CHECKING:
    from rich.text import Text

    from runbook.manifest import TrafficNames

LABEL = 11


class View:
    """Shows one deployment. Its sides keep what they run, so that is asked once."""

    def __init__(self, rollout: Rollout, traffic: "TrafficNames") -> None:
        self._rollout, self._traffic = rollout, traffic
        self._latest = rollout.deployment

    def look(self, deployment: Deployment) -> None:
        """Told of every look at it."""
        self._latest = deployment

    def line(self, deployment: Deployment, now: datetime) -> str:
        """All of it in one line: where it stands, tasks and weights of both colours, alarms, time left."""
        words = [deployment.status]
        if deployment.unfinished and deployment.stage:
            words.append(f"stage {deployment.stage}")
        if deployment.unfinished:
            words += [f"{name} {_tasks(side)}, {_traffic(side)}" for name, side in self._sides(deployment)]
            words.append(f"alarms {_alarms(deployment)}")
        if (left := deployment.bake_left_minutes(now)) is not None:
            words.append(f"at most {left} min of the bake left")
        if deployment.waiting_hook is not None:
            words.append("waits for an approval")
        return "; ".join(words)

    def screen(self, deployment: Deployment, now: datetime) -> Iterator[str]:
        """The same as a block of lines."""
        yield _row("deployment", f"{deployment.id}, since {deployment.created_at:%H:%M} UTC: {deployment.status}")
        yield _row("stages", _stages(deployment))
        for name, side in self._sides(deployment):
            version = self._rollout.version(side.revision_arn)
            yield _row(name, f"{_tasks(side)}, {_traffic(side)}: {version or 'unknown'}")
        yield _row("alarms", _alarms(deployment))
        yield _row("bake", _bake(deployment, now))
        if deployment.waiting_hook is not None:
            yield _row("approval", "waits for an answer")
        if why := deployment.rollback_reason:
            yield _row("because", why)

    @property
    def telling(self) -> "Callable[[Wait, Clock], AbstractContextManager[Tell]] | None":
        """For `wait_until`: the screen on a terminal; None, its own lines, elsewhere."""
        return self._on_terminal if sys.stderr.isatty() else None

    @contextmanager
    def _on_terminal(self, wait: Wait, clock: Clock) -> Generator[Tell]:
        from rich.live import Live

        began = clock.now()
        state = ""

        def render() -> "Text":
            from rich.text import Text

            now = clock.now()
            minutes, seconds = divmod(int((now - began).total_seconds()), 60)
            lines = [*self.screen(self._latest, now)]
            if state.startswith("AWS"):  # no answer this time: above stands what was known before
                lines.append(_row("", state))
            watched = f"{minutes} min {seconds:02d} s; until {wait.until:%H:%M} UTC at the latest; Ctrl-C does no harm"
            lines.append(_row("watched", watched))
            return Text("\n".join(lines), no_wrap=True, overflow="ellipsis")

        with Live(get_renderable=render, console=message_console(), refresh_per_second=2, transient=True) as live:

            def tell(said: str) -> None:
                nonlocal state
                state = said
                live.refresh()

            yield tell

    def _sides(self, deployment: Deployment) -> Iterator[tuple[str, Side]]:
        for side in deployment.sources:
            yield self._name("old", side), side
        if deployment.target is not None:
            yield self._name("new", deployment.target), deployment.target

    def _name(self, age: str, side: Side) -> str:
        """`old blue`; without the colour where ECS does not say it."""
        version = self._rollout.version(side.revision_arn)
        group = (version.target_group_arn if version else None) or ""
        for colour, suffix in (("blue", self._traffic.blue), ("green", self._traffic.green)):
            if group.endswith(f":{suffix}"):
                return f"{age} {colour}"
        return age


def _stages(deployment: Deployment) -> str:
    """`BAKE_TIME (10 of 11)`; a stage that is not in the list is named alone."""
    stage = deployment.stage or "unknown"
    return f"{stage} ({STAGES.index(stage) + 1} of {len(STAGES)})" if stage in STAGES else stage


def _tasks(side: Side) -> str:
    return f"{spell_number(side.running_tasks)} of {spell_number(side.requested_tasks)} tasks"


def _traffic(side: Side) -> str:
    return f"{spell_number(side.production_percent)} % production, {spell_number(side.test_percent)} % test"


def _alarms(deployment: Deployment) -> str:
    if deployment.triggered_alarms:
        return f"TRIGGERED: {', '.join(deployment.triggered_alarms)}"
    return deployment.alarms_status or "unknown"


def _bake(deployment: Deployment, now: datetime) -> str:
    left = deployment.bake_left_minutes(now)
    if left is not None:
        return f"at most {left} min left"
    if deployment.has_passed(BAKE_STAGE):
        return "over"
    return f"{spell_number(deployment.bake_minutes)} min, not begun"


def _row(label: str, text: str) -> str:
    return f"{label:<{LABEL}}{text}"

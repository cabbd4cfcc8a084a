"""What a deployment needs of the engine: a preview that is shown, and an update.

A seam, so that all else is tested without one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from operations.exit_codes import ExitCode

if TYPE_CHECKING:
    from operations.engine.plan import Plan
    from operations.engine.stack import OpenStack


class EngineFailed(Exception):
    """It has been said on stderr why; `code` is what the command answers."""

    def __init__(self, code: ExitCode) -> None:
        super().__init__(code)
        self.code = code


class Engine(Protocol):
    """Of one environment, with the stack file as it stands when it is opened. Both raise EngineFailed."""

    def preview(self) -> "Plan":
        """Show what would change; changes nothing."""
        ...

    def update(self) -> "Plan":
        """Carry it out; raises KeyboardInterrupt when a person stopped it."""
        ...


@dataclass(frozen=True, kw_only=True)
class StackEngine:
    """The real one. Everything is shown on stderr: stdout is kept for the result."""

    opened: "OpenStack"
    diff: bool

    def preview(self) -> "Plan":
        """As Engine says. Like `up`, it passes what a killed run has left behind."""
        from operations.pending.gate import pass_interrupted, pass_leftovers, site_of

        site = site_of(self.opened, "up")
        pass_interrupted(site, mend=False)
        plan, succeeded = pass_leftovers(
            site, lambda creations: self._run(creations.of(self.opened.stack.preview), "preview"), mend=False
        )
        return self._shown(plan, "preview", succeeded=succeeded, done=False)

    def update(self) -> "Plan":
        """As Engine says."""
        plan, succeeded = self._run(self.opened.stack.up, "update")
        return self._shown(plan, "update", succeeded=succeeded, done=True)

    def _run(self, work: Callable[..., object], operation: str) -> "tuple[Plan, bool]":
        from operations.engine.run import run

        # Offline nothing changes behind the state's back, and a refresh would take as long as the update.
        refresh = not self.opened.offline
        return run(work, f"{operation.capitalize()} of {self.opened.environment.name}", refresh=refresh)

    def _shown(self, plan: "Plan", operation: str, *, succeeded: bool, done: bool) -> "Plan":
        from operations.engine import report

        report.show_text(plan, self.opened, operation=operation, done=done, diff=self.diff, to_stderr=True)
        if not succeeded:
            raise EngineFailed(report.failure(plan, "update", self.opened.environment.name))
        return plan


def open_engine(environment: str, *, offline: bool, diff: bool) -> Engine:
    """Stops the command for a bad stack file, a missing stack or engine."""
    from operations.engine.stack import open_stack
    from operations.terminal import say

    return StackEngine(opened=open_stack(environment, offline=offline, report=say), diff=diff)

"""A plan as text for people (rich: colours go away in a pipe and with NO_COLOR) and as one JSON object for scripts."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from operations.engine.differences import places, told_apart
from operations.engine.plan import CHANGES, Action, Diagnostic, Plan, PropertyChange, Step

if TYPE_CHECKING:
    from rich.text import Text

SIGN = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.REPLACE: "-/+",
    Action.DELETE: "-",
    Action.READ: ">",
    Action.IMPORT: "=",
    Action.SAME: " ",
}
STYLE = {
    Action.CREATE: "green",
    Action.UPDATE: "yellow",
    Action.REPLACE: "bold magenta",
    Action.DELETE: "bold red",
    Action.READ: "cyan",
    Action.IMPORT: "cyan",
    Action.SAME: "dim",
}
WORDS = {  # action -> (what a preview would do, what an operation did)
    Action.CREATE: ("to create", "created"),
    Action.UPDATE: ("to update", "updated"),
    Action.REPLACE: ("to replace", "replaced"),
    Action.DELETE: ("to delete", "deleted"),
    Action.IMPORT: ("to import", "imported"),
}
VALUE_WIDTH = 120
"""A longer value is cut in --diff, so that the difference is seen."""
PLACES = 12
"""So many places of one property are shown: a dashboard that was redrawn is not read in a plan."""


def summary(plan: Plan, *, done: bool = False) -> str:
    """`3 to create, 1 to replace, 120 unchanged`, or `nothing to change (124 unchanged)`."""
    counts = plan.counts
    parts = [f"{counts[action]} {WORDS[action][done]}" for action in CHANGES if counts[action]]
    unchanged = counts[Action.SAME] + counts[Action.READ]
    if not parts:
        return f"{'nothing was changed' if done else 'nothing to change'} ({unchanged} unchanged)"
    return ", ".join([*parts, f"{unchanged} unchanged"] if unchanged else parts)


def lines(
    plan: Plan, title: str, *, done: bool = False, diff: bool = False, unchanged: bool = False
) -> Iterator["Text"]:
    """The whole plan, a line at a time: components, outputs, diagnostics, total."""
    from rich.text import Text

    yield Text(title, style="bold")
    shown = [step for step in plan.steps if unchanged or step.failed or step.action not in (Action.SAME, Action.READ)]
    groups: dict[str, list[Step]] = {}
    for step in shown:
        groups.setdefault(step.component, []).append(step)
    type_width = max((len(step.type) for step in shown), default=0)
    name_width = max((len(step.name) for step in shown), default=0)
    for component, steps in groups.items():
        yield Text()
        yield _heading(plan, component, steps)
        for step in steps:
            yield _line(step, type_width, name_width)
            if diff:
                yield from (line for change in step.changes for line in _differences(change))
    if plan.outputs:
        yield Text("\nOutputs", style="bold")
        width = max(map(len, plan.outputs))
        for name, value in sorted(plan.outputs.items()):
            yield Text(f"  {name.ljust(width)}  {_short(value, quote=False)}")
    if plan.diagnostics:
        yield Text("\nDiagnostics", style="bold")
        for diagnostic in plan.diagnostics:
            yield from _diagnostic(diagnostic)
    yield Text()
    until = "Total until it failed" if any(one.severity == "error" for one in plan.diagnostics) else "Total"
    yield Text(f"{until}: {summary(plan, done=done)}", style="bold")


def as_json(plan: Plan, *, environment: str, operation: str, offline: bool, engine: str | None) -> str:
    """One object; its keys are an interface for scripts, so they only ever grow."""
    content = {
        "environment": environment,
        "operation": operation,
        "offline": offline,
        "engine": engine,
        "counts": {str(action): plan.counts[action] for action in Action},
        "has_changes": plan.has_changes,
        "resources": [
            {
                "urn": step.urn,
                "component": step.component or None,
                "type": step.type,
                "name": step.name,
                "action": str(step.action),
                "protected": step.protected,
                "failed": step.failed,
                "properties": [
                    {"path": change.path, "forces_replacement": change.forces_replacement} for change in step.changes
                ],
            }
            for step in plan.steps
        ],
        "outputs": plan.outputs,
        "diagnostics": [
            {
                "severity": one.severity,
                "message": one.message,
                "resource": one.resource or None,
                "type": one.type or None,
            }
            for one in plan.diagnostics
        ],
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def _heading(plan: Plan, component: str, steps: list[Step]) -> "Text":
    from rich.text import Text

    kind = plan.components.get(component, "").rpartition(":")[2]
    heading = Text(f"{component} ({kind})" if kind else component or "(stack)", style="bold cyan")
    for action in Action:
        if count := sum(step.action == action for step in steps):
            sign = SIGN[action].strip() or "="
            heading.append(f"  {sign}{count}" if action != Action.SAME else f"  {count} unchanged", style=STYLE[action])
    return heading


def _line(step: Step, type_width: int, name_width: int) -> "Text":
    from rich.text import Text

    line = Text(f"  {SIGN[step.action]:>3} ", style=STYLE[step.action])
    line.append(f"{step.action:<8}{step.type.ljust(type_width)}  {step.name.ljust(name_width)}")
    notes = [_reason(step)] if step.changes else []
    notes += ["[protected]"] if step.protected else []
    notes += ["[failed]"] if step.failed else []
    if notes:
        line.append("  " + "  ".join(notes), style="bold red" if step.failed else "")
    line.rstrip()
    return line


def _reason(step: Step) -> str:
    forcing = [change.path for change in step.changes if change.forces_replacement]
    if step.action == Action.REPLACE and forcing:
        others = [change.path for change in step.changes if not change.forces_replacement]
        return f"forced by {', '.join(forcing)}" + (f"; also {', '.join(others)}" if others else "")
    return ", ".join(change.path for change in step.changes)


def _differences(change: PropertyChange) -> Iterator["Text"]:
    """A line for each place in it that differs."""
    from rich.text import Text

    found = list(places(change.before, change.after)) or [("", change.before, change.after)]
    forces = "  (forces the replacement)" if change.forces_replacement else ""
    for path, old, new in found[:PLACES]:
        before, after = told_apart(_spelled(old), _spelled(new), VALUE_WIDTH)
        yield Text(f"          {change.path}{path}: {before} → {after}{forces}", style="dim")
    if (more := len(found) - PLACES) > 0:
        yield Text(f"          {change.path}: and {more} more places", style="dim")
    if found[0][0] and '"[secret]"' in _spelled(change.after):  # equal here, whatever they are
        yield Text(f"          {change.path}: its secrets are not shown and may differ too", style="dim")


def _spelled(value: Any) -> str:
    return "(none)" if value is None else json.dumps(value, ensure_ascii=False)


def _short(value: Any, *, quote: bool = True) -> str:
    text = value if isinstance(value, str) and not quote else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= VALUE_WIDTH else f"{text[: VALUE_WIDTH - 1]}…"


def _diagnostic(diagnostic: Diagnostic) -> Iterator["Text"]:
    from rich.text import Text

    about = f" {diagnostic.resource} ({diagnostic.type})" if diagnostic.resource else ""
    first, *rest = diagnostic.message.splitlines() or [""]
    yield Text(f"  {diagnostic.severity}{about}: {first}", style="red" if diagnostic.severity == "error" else "yellow")
    for line in rest:
        yield Text(f"    {line}")

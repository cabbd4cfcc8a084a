"""From the engine's events to a plan that people and scripts read. Pure: no engine, no terminal.

The engine reports several steps for one replaced resource and gives changed properties in up to three ways (detailed
diff, names of top-level properties, or only old and new inputs). Here each resource is one `Step`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from pulumi.automation import EngineEvent
    from pulumi.automation.events import StepEventMetadata, StepEventStateMetadata

STACK_TYPE = "pulumi:pulumi:Stack"
SECRET_SIGNATURE = "4dabf18193072939515e22adb298388d"  # noqa: S105  # Pulumi's mark of a special value in its JSON
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"  # Pulumi's text for what is known only after the update
ABSENT = object()  # a key may be there and hold null
INTERNAL_KEYS = frozenset({"__defaults", "__internal", "__provider", "__type"})


class Action(StrEnum):
    """What happens to a resource."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    READ = "read"
    IMPORT = "import"
    SAME = "same"


ACTION_OF_STEP: Mapping[str, Action] = {
    "create": Action.CREATE,
    "update": Action.UPDATE,
    "delete": Action.DELETE,
    "replace": Action.REPLACE,
    "create-replacement": Action.REPLACE,
    "delete-replaced": Action.REPLACE,
    "read": Action.READ,
    "read-replacement": Action.REPLACE,
    "import": Action.IMPORT,
    "import-replacement": Action.REPLACE,
    "discard": Action.DELETE,
    "discard-replaced": Action.REPLACE,
    "remove-pending-replace": Action.DELETE,
    "refresh": Action.SAME,  # a refresh that found something is reported as an update or a delete as well
    "same": Action.SAME,
}
CHANGES = (Action.CREATE, Action.UPDATE, Action.REPLACE, Action.DELETE, Action.IMPORT)


@dataclass(frozen=True, kw_only=True)
class PropertyChange:
    """One changed property. `before` and `after` are None where there was or will be none; secrets read `[secret]`."""

    path: str
    before: Any = None
    after: Any = None
    forces_replacement: bool = False


@dataclass(frozen=True, kw_only=True)
class Step:
    """What happens to one resource."""

    urn: str
    type: str
    """Short form: `aws:lb:TargetGroup`."""
    name: str
    component: str
    """Name of the component at the top of its parents; empty for what stands directly in the stack."""
    action: Action
    protected: bool
    changes: tuple[PropertyChange, ...] = ()
    failed: bool = False


@dataclass(frozen=True, kw_only=True)
class Diagnostic:
    """A warning or an error, and the resource it is about (empty for the program as a whole)."""

    severity: str
    message: str
    traceback: str = ""
    """Where in the program it came from, for developers; empty for what the engine or a provider says."""
    resource: str = ""
    type: str = ""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything an operation did or would do; `steps` in reading order."""

    steps: tuple[Step, ...]
    components: Mapping[str, str]
    """Component name to its short type: `mockforge:cloud:Network`."""
    diagnostics: tuple[Diagnostic, ...] = ()
    outputs: Mapping[str, Any]
    state_differs: bool = False
    """Pulumi's state has to be written even where no resource changes: outputs, protection, names, found drift."""

    @property
    def counts(self) -> Counter[Action]:
        """How many resources each action concerns."""
        return Counter(step.action for step in self.steps)

    @property
    def has_changes(self) -> bool:
        """Whether anything at all would be different afterwards."""
        return any(self.counts[action] for action in CHANGES)

    @property
    def protected_losses(self) -> tuple[Step, ...]:
        """Protected resources that the plan would delete or replace; the engine refuses these."""
        return tuple(step for step in self.steps if step.protected and step.action in (Action.DELETE, Action.REPLACE))


def plan_from(events: Iterable["EngineEvent"]) -> Plan:
    """The plan that a finished run of the engine describes."""
    metadata: dict[str, StepEventMetadata] = {}
    actions: dict[str, Action] = {}
    drifts: dict[str, Action] = {}
    refreshing: set[str] = set()
    failed: set[str] = set()
    diagnostics: list[Diagnostic] = []
    outputs: Mapping[str, Any] = {}
    unwritten: set[str] = set()
    for event in events:
        for happening in (event.resource_pre_event, event.res_outputs_event, event.res_op_failed_event):
            if happening is None:
                continue
            step = happening.metadata
            if happening is event.resource_pre_event:
                (refreshing.add if step.op.value == "refresh" else refreshing.discard)(step.urn)
            found = drifts if step.urn in refreshing else actions
            found[step.urn] = _stronger(found.get(step.urn), ACTION_OF_STEP[step.op.value])
            metadata[step.urn] = _more_telling(metadata.get(step.urn), step)
            if happening is event.res_op_failed_event:
                failed.add(step.urn)
            if happening is event.res_outputs_event:  # of several for the stack, the last has the program's outputs
                (unwritten.add if _differs_in_state(step) else unwritten.discard)(step.urn)
            if step.type == STACK_TYPE and step.new and step.new.outputs:
                outputs = {key: readable(value) for key, value in step.new.outputs.items()}
        if event.diagnostic_event and event.diagnostic_event.severity in ("warning", "error"):
            said = event.diagnostic_event
            diagnostic = _diagnostic(said.severity, said.message, said.urn or "")
            if diagnostic not in diagnostics:
                diagnostics.append(diagnostic)

    actions = drifts | actions  # what the program wants of a resource counts more than what a refresh found on the way
    parents = {urn: state.parent for urn, step in metadata.items() if (state := step.new or step.old)}
    components = {urn for urn, step in metadata.items() if _is_component(step)}
    steps = (
        Step(
            urn=urn,
            type=short_type(step.type),
            name=name_of(urn),
            component=top_component(urn, parents),
            action=actions[urn],
            protected=bool((step.old and step.old.protect) or (step.new and step.new.protect)),
            changes=_changes(step) if actions[urn] in (Action.UPDATE, Action.REPLACE) else (),
            failed=urn in failed,
        )
        for urn, step in metadata.items()
        if urn not in components and step.type != STACK_TYPE
    )
    return Plan(
        steps=in_reading_order(steps),
        components={name_of(urn): short_type(metadata[urn].type) for urn in metadata if urn in components},
        diagnostics=tuple(diagnostics),
        outputs=outputs,
        state_differs=bool(unwritten) or any(action in CHANGES for action in drifts.values()),
    )


def in_reading_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    """By component (what has none comes last), then by name with its numbers; the engine's order differs every time."""

    def place(step: Step) -> tuple[bool, str, list[tuple[int, str]]]:
        words = re.split(r"(\d+)", step.name)
        return not step.component, step.component, [(int(word), "") if word.isdigit() else (-1, word) for word in words]

    return tuple(sorted(steps, key=place))


def short_type(token: str) -> str:
    """`aws:lb/targetGroup:TargetGroup` is `aws:lb:TargetGroup`; other tokens stay as they are."""
    package, module, *name = token.split(":", 2)
    return ":".join((package, module.split("/", maxsplit=1)[0], *name))


def name_of(urn: str) -> str:
    """The last part of a URN: the name that the program gave the resource."""
    return urn.rpartition("::")[2]


def top_component(urn: str, parents: Mapping[str, str]) -> str:
    """Name of the component below the stack that the resource belongs to; empty for what has no component above it."""
    top = urn
    while (parent := parents.get(top, "")) and f"::{STACK_TYPE}::" not in parent:
        top = parent
    return name_of(top) if top != urn else ""


def readable(value: Any) -> Any:
    """A value of the engine's JSON for people: secrets and what is not yet known as words."""
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value)
        if SECRET_SIGNATURE in entries:
            return "[secret]" if "ciphertext" in entries or "plaintext" in entries else "[file]"
        return {key: readable(entry) for key, entry in entries.items() if key not in INTERNAL_KEYS}
    if isinstance(value, list):
        return [readable(entry) for entry in cast("list[Any]", value)]
    return "[known after the update]" if value == UNKNOWN else value


def _stronger(known: Action | None, new: Action) -> Action:
    """A replacement is reported as create, replace and delete; the first word that is not `same` counts otherwise."""
    if Action.REPLACE in (known, new):
        return Action.REPLACE
    return new if known in (None, Action.SAME) else cast("Action", known)


def _more_telling(known: "StepEventMetadata | None", new: "StepEventMetadata") -> "StepEventMetadata":
    """Of several steps for one resource, the one that says which properties differ."""
    if known is None or new.detailed_diff or (new.diffs and not known.detailed_diff):
        return new
    return known if known.op.value not in ("same", "refresh") else new


def _is_component(step: "StepEventMetadata") -> bool:
    state = step.new or step.old
    return state is not None and not state.custom and step.type != STACK_TYPE


def _differs_in_state(step: "StepEventMetadata") -> bool:
    """Whether a step without a change in the cloud changes what Pulumi remembers. Secrets are hidden: they may."""
    old, new = step.old, step.new
    if old is None or new is None:
        return False
    if (old.urn, old.parent, bool(old.protect)) != (new.urn, new.parent, bool(new.protect)):
        return True
    return step.type == STACK_TYPE and (old.outputs != new.outputs or SECRET_SIGNATURE in str(new.outputs))


def _diagnostic(severity: str, said: str, urn: str) -> Diagnostic:
    """The engine reports an exception of the program twice, with the place in the code behind the message."""
    message, _, traceback = said.partition("Traceback (most recent call last):")
    message = (
        message.strip()
        .removeprefix("an unhandled error occurred: ")
        .removeprefix("python inline source runtime error: ")
    )
    if not urn or f"::{STACK_TYPE}::" in urn:
        return Diagnostic(severity=severity, message=message, traceback=traceback.rstrip())
    token = urn.split("::")[2].rpartition("$")[2]
    return Diagnostic(severity=severity, message=message, resource=name_of(urn), type=short_type(token))


def _changes(step: "StepEventMetadata") -> tuple[PropertyChange, ...]:
    before, after = _inputs(step.old), _inputs(step.new)
    forcing = set(step.keys or ())
    if step.detailed_diff:
        paths = {
            path: difference.diff_kind.value.endswith("replace") for path, difference in step.detailed_diff.items()
        }
    elif step.diffs:
        paths = dict.fromkeys(step.diffs, False)
    else:
        paths = dict.fromkeys(_differing(before, after), False)
    return tuple(
        PropertyChange(
            path=path,
            before=_at(before, path),
            after=_at(after, path),
            forces_replacement=forces or path in forcing or path.replace("[", ".").split(".")[0] in forcing,
        )
        for path, forces in sorted(paths.items())
        if path not in INTERNAL_KEYS
    )


def _inputs(state: "StepEventStateMetadata | None") -> dict[str, Any]:
    return cast("dict[str, Any]", readable(dict(state.inputs or {}))) if state else {}


def _differing(before: Mapping[str, Any], after: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Paths of the deepest mappings' keys whose values differ; lists are compared whole."""
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key, ABSENT), after.get(key, ABSENT)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _differing(cast("dict[str, Any]", old), cast("dict[str, Any]", new), f"{prefix}{key}.")
        elif old != new:
            yield prefix + key


def _at(values: Mapping[str, Any], path: str) -> Any:
    """The value at `tags.Name` or `ingress[0].fromPort`; None where the path leads nowhere."""
    here: Any = values
    for word in path.replace("[", ".").replace("]", "").replace('"', "").split("."):
        if isinstance(here, dict):
            here = cast("dict[str, Any]", here).get(word)
        elif isinstance(here, list) and word.isdigit() and int(word) < len(cast("list[Any]", here)):
            here = cast("list[Any]", here)[int(word)]
        else:
            return None
    return here

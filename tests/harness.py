"""Run a Pulumi program in this process under a recording monitor, and ask what it registered.

    program = registered(autoscaling_with_defaults)
    alarm = program.one("MetricAlarm", "web-cpu-high")
    assert alarm["threshold"] == 70

What a resource computes comes from the stand-in's own tables, so a mock and the offline AWS answer alike. Names are
the wire's (`targetGroupArn`), whole numbers are ints, secrets are taken off their wrapping (`is_secret` tells).
"""

# ruff: noqa: N802, LOG001 (the monitor's methods are named by the protocol; a logger of one run is nobody else's)

import asyncio
import contextvars
import json
import logging
import runpy
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pulumi
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.mocks import MockEngine, MockMonitor, MockSettings
from pulumi.runtime.proto import provider_pb2, resource_pb2

from offline.provider import naming
from offline.provider.catalog import ResourceType, resource_type, unknown_type
from offline.provider.cloud import Settings, outputs_of, settings_from
from offline.provider.facts import Facts
from offline.provider.lookups import UnknownLookup, answer
from offline.provider.naming import DEFAULTS
from offline.provider.wire import UNKNOWN, Secret, decode, encode, reveal

__all__ = ["UNKNOWN", "Program", "Registered", "registered"]

_STACK: Final = "pulumi:pulumi:Stack"
_PROVIDERS: Final = "pulumi:providers:"
_THREADS: Final = 16
_HOOK_TIMES: Final = ("create", "update", "delete")


@dataclass(frozen=True, kw_only=True)
class Registered:
    """One registration. `resource["path"]` is an input; `resource.options` holds what was set and nothing else.

    Options: protect, retain_on_delete, ignore_changes, replace_on_changes, delete_before_replace,
    additional_secret_outputs, aliases, import_, custom_timeouts (`{"create": "90m"}`), deleted_with, replace_with,
    hide_diffs, hooks (`{"before_update": [name]}`).
    """

    urn: str
    type: str
    name: str
    custom: bool
    parent: str
    """URN; "" for the stack itself."""
    provider: str
    """Logical name of the explicit provider, "" for the default one."""
    providers: Mapping[str, str]
    """Package → logical name of the provider that a component hands down."""
    depends_on: frozenset[str]
    """Logical names of everything it waits for, whether by `depends_on` or because an input comes from there."""
    property_depends_on: Mapping[str, frozenset[str]]
    """Input → logical names of what its value comes from."""
    options: Mapping[str, Any]
    raw_inputs: Mapping[str, Any]
    """As `inputs`, but secrets are `Secret`."""
    raw_outputs: dict[str, Any] = field(default_factory=dict)
    dependencies: frozenset[str] = frozenset()
    """As `depends_on`, in URNs."""

    @property
    def inputs(self) -> dict[str, Any]:
        return reveal(dict(self.raw_inputs))

    @property
    def outputs(self) -> dict[str, Any]:
        """What the cloud answered, or what a component registered. In a preview: the inputs."""
        return reveal(self.raw_outputs)

    @property
    def region(self) -> str | None:
        """The resource's own region, None where the provider's holds."""
        return self.inputs.get("region")

    def __getitem__(self, key: str) -> Any:
        if key not in self.raw_inputs:
            raise KeyError(f"{self} has no input {key!r}; it has: {', '.join(sorted(self.raw_inputs)) or 'none'}")
        return self.inputs[key]

    def __contains__(self, key: str) -> bool:
        return key in self.raw_inputs

    def get(self, key: str, default: Any = None) -> Any:
        return self.inputs.get(key, default)

    def __str__(self) -> str:
        return f"{self.type.rsplit(':', 1)[-1]} {self.name!r}"


@dataclass(frozen=True, kw_only=True)
class Program:
    """Everything one run registered, in the order of registration."""

    project: str
    stack: str
    preview: bool
    resources: list[Registered] = field(default_factory=list)
    lookups: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """Data sources: token and arguments."""
    raw_stack_outputs: dict[str, Any] = field(default_factory=dict)
    logs: list[tuple[str, str]] = field(default_factory=list)
    """Level and text."""
    hooks: dict[str, Callable[..., Any]] = field(default_factory=dict)
    """Resource hooks by name: the callback itself, for a test to call with `pulumi.ResourceHookArgs`."""

    @property
    def stack_outputs(self) -> dict[str, Any]:
        return reveal(self.raw_stack_outputs)

    def all(self, type_tail: str = "") -> list[Registered]:
        """Registrations of a type: `"Bucket"`, `"s3/bucket:Bucket"` or the whole token; without one, all of them."""
        return [one for one in self.resources if _is_of(one, type_tail)]

    def one(self, type_tail: str, name: str | None = None) -> Registered:
        """The only registration of this type (and logical name). Fails naming what there is instead."""
        of_type = self.all(type_tail)
        found = [one for one in of_type if name is None or one.name == name]
        if len(found) != 1:
            there = ", ".join(sorted(one.name for one in of_type)) or "none"
            raise AssertionError(f"{len(found)} registrations of {type_tail} {name or ''}; there are: {there}")
        return found[0]

    def by_arn(self, arn: str) -> Registered:
        """The resource with this ARN (in an update; a preview knows none)."""
        return self._by("arn", arn)

    def by_id(self, id_: str) -> Registered:
        """The resource with this id. Where several share one (a bucket and its settings), the first."""
        return self._by("id", id_)

    def by_urn(self, urn: str) -> Registered:
        return next(one for one in self.resources if one.urn == urn)

    def children(self, parent: Registered | str) -> list[Registered]:
        """Direct children of a resource, given itself, its URN or its logical name."""
        urn = parent.urn if isinstance(parent, Registered) else parent
        if "::" not in urn:
            urn = next(one.urn for one in self.resources if one.name == urn)
        return [one for one in self.resources if one.parent == urn]

    def waits_for(self, resource: Registered, other: Registered) -> bool:
        """Whether `resource` is only made after `other`, also by way of third ones or of a component's children."""
        by_urn = {one.urn: one for one in self.resources}
        seen: set[str] = set()
        ahead = [resource.urn]
        while ahead:
            urn = ahead.pop()
            if urn in seen or urn not in by_urn:
                continue
            seen.add(urn)
            ahead += by_urn[urn].dependencies
        return other.urn in seen - {resource.urn}

    def is_secret(self, resource: Registered, path: str) -> bool:
        """Whether the input at `path` ("secretString", "environment.variables.TOKEN", "rules[0].value") is a secret."""
        return _is_secret_at(resource.raw_inputs, path)

    def is_secret_output(self, name: str) -> bool:
        """Whether a stack output is a secret."""
        return _is_secret_at(self.raw_stack_outputs, name)

    def _by(self, key: str, value: str) -> Registered:
        for one in self.resources:
            if one.custom and one.outputs.get(key) == value and not (key == "arn" and one.inputs.get("arn") == value):
                return one
        raise AssertionError(f"no registration has the {key} {value}")


def registered(
    program: Callable[[], object] | Path,
    *,
    preview: bool = False,
    project: str = "mockforge-cloud",
    stack: str = "staging",
    config: Mapping[str, object] | None = None,
    answers: Mapping[str, Mapping[str, Any]] | None = None,
    strict: bool = True,
) -> Program:
    """Run a function (or a `__main__.py`) and record. Whatever it raises is raised again.

    `config`: full keys (`mockforge-cloud:scaling`); what is not a text goes as JSON, as the engine hands it over.
    `answers`: data-source token → answer, before the stand-in's own. With `strict`, the run also fails when a
    component did not register its outputs, a resource has no component as parent, or a URN comes twice.
    """
    recorded = Program(project=project, stack=stack, preview=preview)
    failed: list[BaseException] = []

    def body() -> None:
        try:
            _run(program, recorded, config or {}, answers or {})
        except BaseException as error:  # noqa: BLE001 (raised again in the caller's thread)
            failed.append(error)

    # SETTINGS, ROOT and CONFIG are context variables: an own context keeps runs apart, also those side by side.
    thread = threading.Thread(target=contextvars.copy_context().run, args=(body,), name=f"program-{stack}")
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    if strict:
        _hold_to_the_contract(recorded)
    return recorded


def _run(
    program: Callable[[], object] | Path,
    recorded: Program,
    config: Mapping[str, object],
    answers: Mapping[str, Mapping[str, Any]],
) -> None:
    def function() -> None:
        if isinstance(program, Path):
            runpy.run_path(str(program), run_name="__main__")
        else:
            program()

    pulumi.runtime.reset_options(
        project=recorded.project, stack=recorded.stack, preview=recorded.preview, organization="organization"
    )
    monitor = _RecordingMonitor(recorded, answers)
    logger = logging.Logger(f"program-{recorded.stack}")
    logger.addHandler(_Keep(recorded.logs))
    pulumi.runtime.configure(
        MockSettings(
            monitor=monitor,
            engine=MockEngine(logger),
            project=recorded.project,
            stack=recorded.stack,
            dry_run=recorded.preview,
            organization="organization",
            root_directory=".",
            callbacks=_Hooks(recorded.hooks),
            outputs=set(),
            lock=threading.Lock(),
            monitor_features=set(monitor.GetDeploymentInfo(empty_pb2.Empty()).supportedFeatures),
            package_refs={},
            base_providers_by_ref={},
            legacy_apply_enabled=False,
        )
    )
    pulumi.runtime.set_all_config(
        {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}, []
    )
    loop = asyncio.new_event_loop()
    # what failed is raised below; asyncio would write it down a second time
    loop.set_exception_handler(lambda _loop, _context: None)
    asyncio.set_event_loop(loop)
    pool = ThreadPoolExecutor(max_workers=_THREADS)
    loop.set_default_executor(pool)
    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(function))
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        pool.shutdown(wait=True)
        loop.close()
        asyncio.set_event_loop(None)


class _RecordingMonitor(MockMonitor):
    """Answers as the engine over the offline AWS would, and keeps what it was asked."""

    def __init__(self, recorded: Program, answers: Mapping[str, Mapping[str, Any]]) -> None:
        super().__init__(_NoMocks())
        self._recorded, self._answers = recorded, answers
        self._lock = threading.Lock()
        self._by_urn: dict[str, Registered] = {}
        self._settings: dict[str, Settings] = {}

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """As the engine builds it: all the component types above, without the stack's."""
        above = parent.split("::")[2] if parent else _STACK
        qualified = type_ if above == _STACK else f"{above}${type_}"
        return f"urn:pulumi:{self._recorded.stack}::{self._recorded.project}::{qualified}::{name}"

    def RegisterResource(self, request: Any) -> Any:
        urn = self.make_urn(request.parent, request.type, request.name)
        inputs = decode(request.object)
        id_, outputs = self._answer(request, urn, inputs)
        for key in request.additionalSecretOutputs:
            if key in outputs and not isinstance(outputs[key], Secret):
                outputs[key] = Secret(outputs[key])
        record = _registered(request, urn, inputs, {"id": id_, **outputs} if request.custom else {})
        with self._lock:
            if urn in self._by_urn:
                raise AssertionError(f"Duplicate resource URN '{urn}'; try giving it a unique name")
            self._by_urn[urn] = record
            self._recorded.resources.append(record)
        return resource_pb2.RegisterResourceResponse(urn=urn, id=id_, object=encode(outputs))

    def _answer(self, request: Any, urn: str, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Id and outputs; in a preview no id, and of the outputs only what the inputs tell."""
        if not request.custom or request.type == _STACK:
            return "", {}
        if request.type.startswith(_PROVIDERS):
            provider_id = "" if self._recorded.preview else f"{request.name}-id"
            self._settings[urn] = settings_from(inputs)
            return provider_id, inputs
        type_ = resource_type(request.type)
        if type_ is None:
            raise AssertionError(unknown_type(request.type))
        settings = self._settings.get(request.provider.rpartition("::")[0], Settings())
        named = _named(type_, urn, inputs, settings)
        if self._recorded.preview:
            return request.importId, {key: value for key, value in named.items() if key != DEFAULTS}
        made = outputs_of(type_, urn, named, settings)
        return request.importId or made.id, made.outputs

    def ReadResource(self, request: Any) -> Any:
        urn = self.make_urn(request.parent, request.type, request.name)
        properties = decode(request.properties)
        record = _registered(request, urn, properties, {"id": request.id, **properties})
        with self._lock:
            self._recorded.resources.append(record)
        return resource_pb2.ReadResourceResponse(urn=urn, properties=request.properties)

    def RegisterResourceOutputs(self, request: Any) -> Any:
        outputs = decode(request.outputs)
        with self._lock:
            if one := self._by_urn.get(request.urn):
                one.raw_outputs.update(outputs)
                one.raw_outputs["__registered"] = True
                if one.type == _STACK:
                    self._recorded.raw_stack_outputs.update(outputs)
        return empty_pb2.Empty()

    def Invoke(self, request: Any) -> Any:
        args = reveal(decode(request.args))
        with self._lock:
            self._recorded.lookups.append((request.tok, args))
        settings = self._settings.get(request.provider.rpartition("::")[0], Settings())
        response = resource_pb2.ResourceInvokeResponse()
        try:
            found = self._answers.get(request.tok) or answer(request.tok, args, settings.region)
        except UnknownLookup as error:
            response.failures.append(provider_pb2.CheckFailure(reason=str(error)))
            return response
        getattr(response, "return").CopyFrom(encode(found))
        return response


class _NoMocks(pulumi.runtime.Mocks):
    """The monitor answers by itself."""

    def call(self, args: Any) -> Any:
        raise AssertionError(args.token)

    def new_resource(self, args: Any) -> Any:
        raise AssertionError(args.typ)


class _Hooks:
    """Stands where the SDK would start a server for the engine to call hooks back."""

    def __init__(self, hooks: dict[str, Callable[..., Any]]) -> None:
        self._hooks = hooks

    def register_resource_hook(self, hook: Any) -> None:
        self._hooks[hook.name] = hook.callback

    register_error_hook = register_resource_hook


class _Keep(logging.Handler):
    def __init__(self, logs: list[tuple[str, str]]) -> None:
        super().__init__(logging.INFO)
        self._logs = logs

    def emit(self, record: logging.LogRecord) -> None:
        self._logs.append((record.levelname.lower(), record.getMessage()))


def _named(type_: ResourceType, urn: str, inputs: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """The inputs with a made-up name where the program gave none; an over-long one fails as it would at AWS."""
    logical_name = urn.rsplit("::", 1)[-1]
    facts = Facts(urn=urn, name=logical_name, inputs=reveal(inputs), region=settings.region)
    named = naming.named(type_, logical_name, news=inputs, olds={}, facts=facts)
    for refusal in naming.refusals(type_, reveal(named)):
        raise AssertionError(f"{type_.tail} {logical_name!r}: {refusal.reason}")
    return named


def _registered(request: Any, urn: str, inputs: dict[str, Any], outputs: dict[str, Any]) -> Registered:
    by_property = {
        key: frozenset(map(_name_in, dependencies.urns))
        for key, dependencies in getattr(request, "propertyDependencies", {}).items()
        if dependencies.urns
    }
    return Registered(
        urn=urn,
        type=request.type,
        name=request.name,
        custom=getattr(request, "custom", True),
        parent=request.parent,
        provider=_provider_name(request.provider),
        providers={key: _provider_name(value) for key, value in getattr(request, "providers", {}).items()},
        depends_on=frozenset(map(_name_in, request.dependencies)),
        property_depends_on=by_property,
        options=_options(request) if hasattr(request, "protect") else {"read": True},
        raw_inputs=inputs,
        raw_outputs=outputs,
        dependencies=frozenset(request.dependencies),
    )


def _options(request: Any) -> dict[str, Any]:
    timeouts = json_format.MessageToDict(request.customTimeouts) if request.HasField("customTimeouts") else {}
    hooks = {
        f"{when}_{what}": list(getattr(request.hooks, f"{when}_{what}"))
        for when in ("before", "after")
        for what in _HOOK_TIMES
    }
    options = {
        "protect": request.protect if request.HasField("protect") else None,
        "retain_on_delete": request.retainOnDelete if request.HasField("retainOnDelete") else None,
        "ignore_changes": list(request.ignoreChanges),
        "replace_on_changes": list(request.replaceOnChanges),
        "delete_before_replace": request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
        "additional_secret_outputs": list(request.additionalSecretOutputs),
        "aliases": [json_format.MessageToDict(alias) for alias in request.aliases],
        "import_": request.importId,
        "custom_timeouts": {key: value for key, value in timeouts.items() if value},
        "deleted_with": request.deletedWith,
        "replace_with": list(request.replace_with),
        "hide_diffs": list(request.hideDiffs),
        "hooks": {key: names for key, names in hooks.items() if names},
    }
    return {key: value for key, value in options.items() if value not in (None, "", [], {})}


def _hold_to_the_contract(program: Program) -> None:
    """What a component owes: outputs registered; and every resource but providers has a component above it."""
    by_urn = {one.urn: one for one in program.resources}
    broken = []
    for one in program.resources:
        registered_outputs = one.raw_outputs.pop("__registered", False)
        if one.type == _STACK:
            continue
        if not one.custom and not registered_outputs:
            broken.append(f"{one} never called register_outputs")
        parent = by_urn.get(one.parent)
        if one.custom and not one.type.startswith(_PROVIDERS) and (parent is None or parent.type == _STACK):
            broken.append(f"{one} has no component as parent")
        if one.custom and parent is not None and parent.custom and parent.type != _STACK:
            broken.append(f"{one} hangs under {parent}, which is no component")
    if broken:
        raise AssertionError("; ".join(broken))


def _is_of(one: Registered, type_tail: str) -> bool:
    return not type_tail or one.type == type_tail or one.type.endswith((f":{type_tail}", f"/{type_tail}"))


def _name_in(urn: str) -> str:
    return urn.rsplit("::", 1)[-1]


def _provider_name(reference: str) -> str:
    """`urn:…::name::id` → name."""
    return reference.split("::")[3] if reference else ""


def _is_secret_at(values: Mapping[str, Any], path: str) -> bool:
    value: Any = values
    for step in _steps(path):
        if isinstance(value, Secret):
            return True
        value = value[step]
    return isinstance(value, Secret)


def _steps(path: str) -> Iterator[str | int]:
    for part in path.replace("[", ".[").split("."):
        if part:
            yield int(part[1:-1]) if part.startswith("[") else part

"""The provider protocol over the offline cloud: one gRPC server, started by the engine, one per provider."""
# ruff: noqa: N802, D102, ARG002 (names and signatures are the protocol's, and it documents them)

import functools
import os
import sys
import threading
from collections.abc import Callable
from concurrent import futures
from pathlib import Path
from typing import Final, TypeVar

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from offline.provider.cloud import Cloud, Made, NotFound, Settings, UnknownType, known_type, settings_from
from offline.provider.comparing import Changes, compare
from offline.provider.faults import Call, Faults, Injected, TimedOut
from offline.provider.in_use import InUse
from offline.provider.lookups import UnknownLookup, answer
from offline.provider.naming import DEFAULTS, Mode, Wish
from offline.provider.rules_across.judging import Refused
from offline.provider.store import AlreadyExists, Store, StoreError
from offline.provider.wire import Value, decode, encode, reveal

VERSIONS: Final = {"aws": "7.51.1", "random": "4.21.4"}
_THREADS: Final = 16
_LARGEST_MESSAGE: Final = 400 * 1024 * 1024  # what the engine itself allows
_KINDS: Final = provider_pb2.PropertyDiff
_Answer = TypeVar("_Answer")


def _tells_people(method: Callable[..., _Answer]) -> Callable[..., _Answer]:
    """An expected refusal ends the call with its sentence instead of a traceback."""

    @functools.wraps(method)
    def call(self: "Provider", request: object, context: grpc.ServicerContext) -> _Answer:
        try:
            return method(self, request, context)
        except (AlreadyExists, NotFound, Refused, UnknownType, StoreError, InUse, Injected) as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
            raise  # `abort` has raised already; this line is for the type checker
        except TimedOut as error:
            _tell_what_was_made(error, context)
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
            raise

    return call


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """Answers the engine. `package` is "aws" or "random"."""

    def __init__(self, package: str, store: Store, faults: Faults) -> None:
        self._package = package
        self._faults = faults
        self._cloud = Cloud(store=store, settings=Settings())
        self._configuring = threading.Lock()

    # -- the provider itself ------------------------------------------------------------------------------------------

    def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True,
            accept_resources=False,
            accept_outputs=False,
            supports_autonaming_configuration=True,
        )

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=VERSIONS[self._package])

    def GetSchema(
        self, request: provider_pb2.GetSchemaRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetSchemaResponse:
        version = VERSIONS[self._package]
        return provider_pb2.GetSchemaResponse(schema=f'{{"name": "{self._package}", "version": "{version}"}}')

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        old = decode(request.old_inputs if request.HasField("old_inputs") else request.olds)
        new = decode(request.news)
        changed = [key for key in sorted({*old, *new}) if reveal(old.get(key)) != reveal(new.get(key))]
        # resources cannot move to another region
        return _difference(Changes(changed=tuple(changed), replacing=tuple({"region"} & set(changed))), old, new)

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        with self._configuring:
            self._cloud = Cloud(store=self._cloud.store, settings=settings_from(decode(request.args)))
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True,
            supportsPreview=True,
            acceptResources=False,
            acceptOutputs=False,
            supports_autonaming_configuration=True,
        )

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def Attach(self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    # -- resources ----------------------------------------------------------------------------------------------------

    @_tells_people
    def Check(self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        wish = None
        if request.HasField("autonaming"):
            wish = Wish(name=request.autonaming.proposed_name, mode=Mode(request.autonaming.mode))
        inputs, refusals = self._cloud.check(
            _token(request.urn), request.urn, decode(request.news), decode(request.olds), wish
        )
        # without the property: beside a property the engine prints its value, secret or not; the reason names the place
        failures = [provider_pb2.CheckFailure(reason=one.reason) for one in refusals]
        return provider_pb2.CheckResponse(inputs=encode(inputs), failures=failures)

    @_tells_people
    def Diff(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        type_ = known_type(_token(request.urn))
        olds = decode(request.olds)
        old = decode(request.old_inputs) if request.HasField("old_inputs") else {}
        new = decode(request.news)
        for path in request.ignoreChanges:
            # the engine has put the old values back already, but an input that is gone is no difference either
            new.pop(path, None)
            old = {key: value for key, value in old.items() if key != path}
        changes = compare(type_, old, new)
        tags = self._cloud.all_tags(type_, reveal(new))
        if tags is not None and "tagsAll" in olds and reveal(olds["tagsAll"]) != tags and not changes.changed:
            changes = Changes(changed=("tagsAll",), replacing=())
        return _difference(changes, {**old, "tagsAll": olds.get("tagsAll")}, {**new, "tagsAll": tags})

    @_tells_people
    def Create(self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext) -> provider_pb2.CreateResponse:
        inputs = decode(request.properties)
        if request.preview:
            self._cloud.rehearse(_token(request.urn), request.urn, inputs)
            # without the computed outputs, so that the engine hands them on as unknown
            shown = {key: value for key, value in inputs.items() if key != DEFAULTS}
            return provider_pb2.CreateResponse(properties=encode(shown))
        made = self._faults.perform(
            Call.CREATE, request.urn, lambda: self._cloud.create(_token(request.urn), request.urn, inputs)
        )
        return provider_pb2.CreateResponse(id=made.id, properties=encode(made.outputs))

    @_tells_people
    def Read(self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext) -> provider_pb2.ReadResponse:
        token, inputs, properties = _token(request.urn), decode(request.inputs), decode(request.properties)
        found = self._cloud.read(token, request.id, inputs, properties)
        if found is None:
            return provider_pb2.ReadResponse()
        row = self._cloud.locate(token, request.id, properties or inputs)
        id_ = row.id if row else request.id
        return provider_pb2.ReadResponse(id=id_, inputs=encode(found[0]), properties=encode(found[1]))

    @_tells_people
    def Update(self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext) -> provider_pb2.UpdateResponse:
        olds, news = decode(request.olds), decode(request.news)
        old_inputs = decode(request.old_inputs)
        if request.preview:
            self._cloud.rehearse(_token(request.urn), request.urn, news, request.id)
            kept = {key: value for key, value in olds.items() if key not in old_inputs}
            shown = {key: value for key, value in news.items() if key != DEFAULTS}
            return provider_pb2.UpdateResponse(properties=encode({**kept, **shown}))
        made = self._faults.perform(
            Call.UPDATE,
            request.urn,
            lambda: Made(
                id=request.id,
                outputs=self._cloud.update(
                    _token(request.urn), request.urn, request.id, olds=olds, old_inputs=old_inputs, news=news
                ),
            ),
        )
        return provider_pb2.UpdateResponse(properties=encode(made.outputs))

    @_tells_people
    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        self._faults.perform(
            Call.DELETE,
            request.urn,
            lambda: self._cloud.delete(_token(request.urn), request.id, decode(request.properties)),
        )
        return empty_pb2.Empty()

    # -- data sources -------------------------------------------------------------------------------------------------

    def Invoke(self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext) -> provider_pb2.InvokeResponse:
        try:
            found = answer(request.tok, reveal(decode(request.args)), self._cloud.settings.region)
        except UnknownLookup as error:
            return provider_pb2.InvokeResponse(failures=[provider_pb2.CheckFailure(reason=str(error))])
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(encode(found))
        return response


def _tell_what_was_made(error: TimedOut, context: grpc.ServicerContext) -> None:
    """The protocol's way to say "it is there, and it is not ready": the engine keeps it, and updates it next time."""
    if not isinstance(error.answer, Made):
        return
    from google.protobuf import any_pb2
    from google.rpc import status_pb2

    detail = any_pb2.Any()
    detail.Pack(
        provider_pb2.ErrorResourceInitFailed(
            id=error.answer.id, properties=encode(error.answer.outputs), reasons=[str(error)]
        )
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error), details=[detail])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))


def _token(urn: str) -> str:
    """`urn:pulumi:stack::project::parent$type::name` → type."""
    return urn.split("::")[2].rsplit("$", 1)[-1]


def _difference(changes: Changes, old: dict[str, Value], new: dict[str, Value]) -> provider_pb2.DiffResponse:
    def kind(key: str) -> provider_pb2.PropertyDiff.Kind.ValueType:
        replaces = key in changes.replacing
        if old.get(key) is None:
            return _KINDS.ADD_REPLACE if replaces else _KINDS.ADD
        if new.get(key) is None:
            return _KINDS.DELETE_REPLACE if replaces else _KINDS.DELETE
        return _KINDS.UPDATE_REPLACE if replaces else _KINDS.UPDATE

    some = provider_pb2.DiffResponse.DIFF_SOME if changes.changed else provider_pb2.DiffResponse.DIFF_NONE
    return provider_pb2.DiffResponse(
        changes=some,
        diffs=changes.changed,
        replaces=changes.replacing,
        deleteBeforeReplace=changes.delete_first,
        detailedDiff={key: _KINDS(kind=kind(key), inputDiff=key != "tagsAll") for key in changes.changed},
        hasDetailedDiff=True,
    )


def serve(package: str, store: Path) -> None:
    """Serve until the engine ends this process. Prints the port: the one line that the engine reads."""
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=_THREADS),
        options=[
            ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
            ("grpc.max_send_message_length", _LARGEST_MESSAGE),
        ],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(package, Store(store), Faults(store)), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    _end_with(os.getppid(), server)


def _end_with(parent: int, server: grpc.Server) -> None:
    """An engine that was killed cannot end us; a changed parent tells."""
    while server.wait_for_termination(timeout=2):
        if os.getppid() != parent:
            server.stop(grace=None)
            return

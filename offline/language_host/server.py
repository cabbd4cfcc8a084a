"""The language protocol: which plugins a program needs, and running it in a process of its own."""
# ruff: noqa: N802, D102, ARG002 (names and signatures are the protocol's, and it documents them)

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent import futures
from pathlib import Path
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

VERSION: Final = "3.259.0"
"""Whose protocol this speaks."""
SAID: Final = 32
"""A program that leaves with this has told its error itself; the engine then adds none."""
_RUNNING: Final = Path(__file__).with_name("running.py")
_LARGEST_MESSAGE: Final = 400 * 1024 * 1024  # what the engine itself allows
_THREADS: Final = 8


class NoPython(Exception):
    """The virtual environment that `Pulumi.yaml` names is not there. The message says which, and what to do."""


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Answers the engine. Programs are never asked for plugins: whoever stands on PATH is taken."""

    def __init__(self, engine_address: str) -> None:
        self._engine_address = engine_address

    def Handshake(
        self, request: language_pb2.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> language_pb2.LanguageHandshakeResponse:
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetRequiredPlugins(
        self, request: language_pb2.GetRequiredPluginsRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPluginsResponse:
        return language_pb2.GetRequiredPluginsResponse()

    def GetRequiredPackages(
        self, request: language_pb2.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        return language_pb2.GetRequiredPackagesResponse()

    def RuntimeOptionsPrompts(
        self, request: language_pb2.RuntimeOptionsRequest, context: grpc.ServicerContext
    ) -> language_pb2.RuntimeOptionsResponse:
        return language_pb2.RuntimeOptionsResponse()

    def InstallDependencies(
        self, request: language_pb2.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        said = b"the stand-in language host installs nothing; ./mfcloud sets up .venv on its first use\n"
        yield language_pb2.InstallDependenciesResponse(stderr=said)

    def About(self, request: language_pb2.AboutRequest, context: grpc.ServicerContext) -> language_pb2.AboutResponse:
        return language_pb2.AboutResponse(executable=sys.executable, version=".".join(map(str, sys.version_info[:3])))

    def Run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> language_pb2.RunResponse:
        """Run the program to its end; what it prints goes where the engine reads it."""
        try:
            python = python_of(request.info)
        except NoPython as reason:
            return language_pb2.RunResponse(error=str(reason))
        process = subprocess.Popen(  # noqa: S603 (the interpreter that Pulumi.yaml names)
            [str(python), "-u", str(_RUNNING), self._engine_address],
            stdin=subprocess.PIPE,
            cwd=request.info.program_directory,
        )
        context.add_callback(process.terminate)  # which leaves one alone that has ended
        process.communicate(request.SerializeToString())
        if process.returncode == 0:
            return language_pb2.RunResponse()
        return language_pb2.RunResponse(
            error=f"the program ended with exit code {process.returncode}", bail=process.returncode == SAID
        )


def python_of(info: language_pb2.ProgramInfo) -> Path:
    """The interpreter: of the option `virtualenv` below the project's folder, else the one that runs this.

    Raises `NoPython`.
    """
    options: dict[str, Any] = json_format.MessageToDict(info.options)
    named = options.get("virtualenv")
    if not named:
        return Path(sys.executable)
    python = Path(info.root_directory, str(named), "bin", "python")
    if not os.access(python, os.X_OK):
        raise NoPython(
            f"there is no virtual environment {named} in {info.root_directory}, which Pulumi.yaml names; "
            "./mfcloud sets it up on its first use"
        )
    return python


def serve(*, engine_address: str) -> None:
    """Serve until the engine ends this process. Prints the port: the one line that the engine reads first."""
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=_THREADS),
        options=[
            ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
            ("grpc.max_send_message_length", _LARGEST_MESSAGE),
        ],
    )
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageHost(engine_address), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    parent = os.getppid()
    while server.wait_for_termination(timeout=2):
        if os.getppid() != parent:  # an engine that was killed cannot end us
            server.stop(grace=None)
            return

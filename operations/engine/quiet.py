"""Keeps the SDK's debug lines from the engine.

The SDK tells the engine of every step it takes, over a thousand times in a preview of an environment, and waits for
each answer. The engine throws the lines away unless it runs with debug output, so a quarter of the time went nowhere.
"""

from collections.abc import Callable
from typing import Any

from pulumi.runtime import settings
from pulumi.runtime.proto import engine_pb2


def without_debug_lines(program: Callable[[], None]) -> Callable[[], None]:
    """The same program; whatever is more than a debug line still reaches the engine."""

    def run() -> None:
        engine = settings.get_engine()
        if engine is not None:
            # the SDK's descriptors are not typed for what its own `configure` assigns
            settings.SETTINGS.engine = _Quiet(engine)  # pyright: ignore[reportAttributeAccessIssue]
        program()

    return run


class _Quiet:
    """The engine's client, but for debug lines."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def __getattr__(self, call: str) -> Any:
        return getattr(self._engine, call)

    def Log(self, request: "engine_pb2.LogRequest") -> Any:  # noqa: N802 - the call's name in Pulumi's protocol
        """Hands everything on but debug lines."""
        if request.severity == engine_pb2.DEBUG:
            return None
        return self._engine.Log(request)

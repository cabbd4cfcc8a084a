"""Guards: a warning or error that is lost on its way to the engine, and debug lines that cost their time again."""

from types import SimpleNamespace

import pulumi
from pulumi.runtime import settings
from pulumi.runtime.proto import engine_pb2

from operations.engine.quiet import without_debug_lines
from tests.harness import registered


def lines_that_reach_the_engine(program):
    """Severities of what `program` logs, as the engine gets them."""
    reached = []

    def run():
        engine = SimpleNamespace(Log=lambda request: reached.append(request.severity), other="as it was")
        setattr(settings.SETTINGS, "engine", engine)  # noqa: B010 - the SDK's descriptors are typed for themselves only
        without_debug_lines(program)()
        assert getattr(settings.get_engine(), "other") == "as it was"  # noqa: B009

    registered(run)
    return reached


def test_everything_but_debug_lines_reaches_the_engine():
    def program():
        pulumi.log.debug("registering")
        pulumi.log.info("so")
        pulumi.log.warn("careful")
        pulumi.log.error("no")

    assert lines_that_reach_the_engine(program)[:3] == [engine_pb2.INFO, engine_pb2.WARNING, engine_pb2.ERROR]
    assert engine_pb2.DEBUG not in lines_that_reach_the_engine(program)


def test_a_program_without_an_engine_runs_all_the_same():
    ran = []

    def run():
        setattr(settings.SETTINGS, "engine", None)  # noqa: B010
        without_debug_lines(lambda: ran.append(True))()

    registered(run)
    assert ran == [True]

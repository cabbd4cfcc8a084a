"""Fixtures for every folder of tests."""

import gc

# Pulumi's generated modules are tens of thousands of objects that stay: collecting among them saves nothing and
# takes a third of the import's time. Must come before the first import of one.
gc.set_threshold(200_000, 50, 100)
# ruff: noqa: E402

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from offline.engine import Engine, find
from tests.harness import Program
from tests.harness import registered as run


@pytest.fixture
def registered() -> Callable[..., Program]:
    """`registered(program, preview=False, …)`: run a program and ask what it registered; see `tests.harness`."""
    return run


@pytest.fixture(scope="session", autouse=True)
def _service_models_are_read_once() -> None:
    """Every session of boto3 reads botocore's models again, megabytes of JSON that nobody changes; moto drops them."""
    from botocore.loaders import JSONFileLoader

    loader = JSONFileLoader()
    read = cache(loader.load_file)
    JSONFileLoader.load_file = lambda _self, path: read(path)  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def project_root() -> Path:
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> Engine:
    """The Pulumi engine; where it must be built first, the progress is shown and not captured."""
    capture: Any = request.config.pluginmanager.getplugin("capturemanager")

    def report(line: str) -> None:
        with capture.global_and_fixture_disabled():
            print(f"\n{line}", flush=True)  # noqa: T201 (four silent minutes would look like a hang)

    return find(report)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many faults were tried, and after how many all was well."""
    tried = [
        one
        for outcome in ("passed", "failed", "error")
        for one in terminalreporter.getreports(outcome)
        if one.nodeid.startswith("tests/faults/test_seeded_points.py::test_one_command") and one.when == "call"
    ]
    if tried:
        survived = sum(one.passed for one in tried)
        terminalreporter.write_line(f"faults on demand: {len(tried)} tried, {survived} survived")

"""Fixtures for every folder of tests."""

import gc

# Pulumi's generated modules are tens of thousands of objects that stay: collecting among them saves nothing and
# takes a third of the import's time. Must come before the first import of one.
gc.set_threshold(200_000, 50, 100)

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.harness import Program
from tests.harness import registered as run


@pytest.fixture
def registered() -> Callable[..., Program]:
    """`registered(program, preview=False, …)`: run a program and ask what it registered; see `tests.harness`."""
    return run


@pytest.fixture(scope="session")
def project_root() -> Path:
    return Path(__file__).resolve().parent.parent

"""A server like MockForge's for every test that asks for one."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from functions.smoke_test.exchange import Target
from tests.functions.mockforge_server import Authority, Behaviour, make_authority, serving


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def serve(authority: Authority) -> Iterator[Callable[..., Target]]:
    """`serve(version="0.3.239")` or `serve(a_behaviour)`: the running server's address."""
    with ExitStack() as running:

        def start(behaviour: Behaviour | None = None, **wishes: Any) -> Target:
            wished = dataclasses.replace(behaviour or Behaviour(), **wishes) if wishes else behaviour or Behaviour()
            return running.enter_context(serving(wished, authority))

        yield start

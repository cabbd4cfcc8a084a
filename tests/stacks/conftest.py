"""Fixtures: the two stacks, and the switch that renews the goldens."""

import pytest

from tests.stacks.stack import STACKS, Stack, stack_named


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--renew-goldens", action="store_true", help="write tests/stacks/golden/*.txt anew; read the diff afterwards"
    )


@pytest.fixture(scope="session")
def staging() -> Stack:
    return stack_named("staging")


@pytest.fixture(scope="session")
def production() -> Stack:
    return stack_named("production")


@pytest.fixture(scope="session", params=STACKS)
def stack(request: pytest.FixtureRequest) -> Stack:
    return stack_named(request.param)

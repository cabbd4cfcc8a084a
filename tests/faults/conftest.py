"""A stack over the offline AWS that can be broken on purpose, and what `mfcloud` does to mend it."""

import shutil
from pathlib import Path

import pytest

from offline.engine import Engine
from tests.faults.trial import Bench


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--every-point", action="store_true", help="every resource and every fault, not 60 drawn by seed")


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Bench:
    """The first round, brought up; to be copied, not to be used."""
    bench = Bench(root=tmp_path_factory.mktemp("standing"), engine=engine)
    bench.lay_out()
    bench.stack().up()
    return bench


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Bench:
    """A stack that was never brought up; to be copied, because making one takes an engine's start."""
    bench = Bench(root=tmp_path_factory.mktemp("blank"), engine=engine)
    bench.lay_out()
    bench.stack()
    return bench


@pytest.fixture
def bench(tmp_path: Path, engine: Engine, blank: Bench) -> Bench:
    """An empty one of its own."""
    bench = Bench(root=tmp_path / "bench", engine=engine)
    bench.lay_out()
    shutil.copytree(blank.home, bench.home)
    return bench


@pytest.fixture
def copied(tmp_path: Path, engine: Engine, standing: Bench) -> Bench:
    """One of its own that stands already."""
    bench = Bench(root=tmp_path / "bench", engine=engine)
    bench.lay_out()
    shutil.copytree(standing.home, bench.home)
    return bench

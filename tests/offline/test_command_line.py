"""What is laid out for a `pulumi` typed by hand, without an engine."""

import os
import subprocess
from pathlib import Path

import pytest

from offline.command_line import LANGUAGE_HOST, environment_variables
from offline.engine import Engine
from offline.engine.version import Version


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return Engine(path=executable(tmp_path / "engine" / "pulumi"), version=Version(3, 259, 0), origin="cache")


def executable(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture(autouse=True)
def path_without_pulumi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")


def test_the_engine_the_providers_and_the_language_host_are_found_on_path_first(tmp_path: Path, engine: Engine):
    home = tmp_path / "home"
    variables = environment_variables(home, engine)
    assert variables["PATH"] == f"{home}/bin:/usr/bin:/bin"
    made = {one.name for one in (home / "bin").iterdir() if os.access(one, os.X_OK)}
    assert made == {"pulumi", "pulumi-resource-aws", "pulumi-resource-random", "pulumi-language-python"}
    assert environment_variables(home, engine) == variables  # a second time


def test_neither_credentials_nor_somebody_elses_backend_reach_the_engine(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "PULUMI_ACCESS_TOKEN", "PULUMI_BACKEND_URL"):
        monkeypatch.setenv(name, "real")
    assert "real" not in environment_variables(tmp_path / "home", engine).values()


@pytest.mark.parametrize("place", ["on PATH", "beside the engine"])
def test_the_stand_in_language_host_steps_back_where_pulumis_own_is_installed(
    place: str, tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
):
    home = tmp_path / "home"
    environment_variables(home, engine)
    assert (home / "bin" / LANGUAGE_HOST).exists()
    if place == "on PATH":
        monkeypatch.setenv("PATH", f"/usr/bin:{executable(tmp_path / 'own' / LANGUAGE_HOST).parent}")
    else:
        executable(engine.path.with_name(LANGUAGE_HOST))
    environment_variables(home, engine)
    assert not (home / "bin" / LANGUAGE_HOST).exists()


def test_a_stand_in_that_is_on_path_already_is_not_mistaken_for_pulumis_own(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
):
    home = tmp_path / "home"
    monkeypatch.setenv("PATH", environment_variables(home, engine)["PATH"])
    environment_variables(home, engine)
    assert (home / "bin" / LANGUAGE_HOST).exists()


def test_the_language_host_ends_when_the_engine_that_started_it_has_gone(tmp_path: Path, engine: Engine):
    environment_variables(tmp_path / "home", engine)
    host = tmp_path / "home" / "bin" / LANGUAGE_HOST
    script = f"{host} 127.0.0.1:1 & echo $!; sleep 3"  # this shell plays the engine
    told = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=30, check=True).stdout
    process, port = map(int, told.split())
    assert port > 0
    deadline = 50
    while deadline and Path(f"/proc/{process}").exists():
        subprocess.run(["sleep", "0.1"], check=True)
        deadline -= 1
    assert deadline, "the host went on without an engine"

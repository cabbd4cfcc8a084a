"""`pulumi preview --stack …` exactly as a person types it, on the project's own Pulumi.yaml, in a clean copy."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from offline.command_line import LANGUAGE_HOST, environment_variables
from offline.engine import Engine
from tests.engine.whole import PROJECT, Whole, whole

pytestmark = [pytest.mark.engine, pytest.mark.slow]


class Shell:
    """A person's shell in the copy, on a machine of its own: no login, no state, no plugins."""

    def __init__(self, environment: Whole, home: Path) -> None:
        self.environment, self.home = environment, home
        shutil.copy(PROJECT / "__main__.py", environment.root)
        (environment.root / ".venv").symlink_to(sys.prefix)  # which `mfcloud` would have set up
        (home / "state").mkdir(parents=True)
        self.variables = environment_variables(home, environment.engine)
        self.variables["PULUMI_CONFIG_PASSPHRASE"] = "a person's"
        for name in ("PYTHONPATH", "PYTHONSAFEPATH"):
            self.variables.pop(name, None)

    def types(self, line: str) -> subprocess.CompletedProcess[str]:
        program, *arguments = line.split()
        return subprocess.run(
            [str(shutil.which(program, path=self.variables["PATH"])), *arguments],
            cwd=self.environment.root,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def succeeds(self, line: str) -> str:
        answer = self.types(line)
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    return tmp_path / "machine"


def logged_in(name: str, tmp_path: Path, machine: Path, engine: Engine) -> Shell:
    shell = Shell(whole(tmp_path / "copy", name, engine, code=True), machine)
    shell.succeeds(f"pulumi login {(machine / 'state').as_uri()}")
    shell.succeeds(f"pulumi stack init {name}")
    return shell


def real(urn: str) -> bool:
    """Whether it is something at AWS, or random; not a component, a provider or the stack."""
    return urn.split("::")[2].rpartition("$")[2].startswith(("aws:", "random:"))


@pytest.mark.parametrize("name", ["staging", "production"])
def test_a_preview_typed_by_hand_plans_what_mfcloud_plans(name: str, tmp_path: Path, machine: Path, engine: Engine):
    shell = logged_in(name, tmp_path, machine, engine)
    typed = shell.succeeds(f"pulumi preview --stack {name}")
    assert "error:" not in typed

    as_json = json.loads(shell.succeeds(f"pulumi preview --stack {name} --json"))
    planned = {step["urn"] for step in as_json["steps"] if real(step["urn"])}
    assert {step["op"] for step in as_json["steps"]} == {"create"}
    assert f"+ {len(as_json['steps'])} to create" in typed

    ours = shell.environment.mfcloud("preview", name, "--offline", "--json")
    assert ours.returncode == 0, ours.stderr
    assert planned == {one["urn"] for one in json.loads(ours.stdout)["resources"] if real(one["urn"])}
    assert len(planned) > 250


def test_a_backend_named_by_the_environment_is_as_good_as_a_login(tmp_path: Path, machine: Path, engine: Engine):
    shell = Shell(whole(tmp_path / "copy", "staging", engine, code=True), machine)
    shell.variables["PULUMI_BACKEND_URL"] = (machine / "state").as_uri()
    shell.succeeds("pulumi stack init staging")
    assert "to create" in shell.succeeds("pulumi preview --stack staging")


def test_a_bad_stack_file_is_told_in_the_same_sentences_without_a_traceback(
    tmp_path: Path, machine: Path, engine: Engine
):
    shell = logged_in("staging", tmp_path, machine, engine)
    bad = ("    bake_minutes: 15", "    bake_minutes: -1"), ("    minimum_tasks: 1", "    minimun_tasks: 1")
    with shell.environment.saying(*bad):
        answer = shell.types("pulumi preview --stack staging")
        ours = shell.environment.mfcloud("preview", "staging", "--offline")
    said = answer.stdout + answer.stderr
    assert answer.returncode == 1  # whatever stops an engine's run; `mfcloud` tells bad input (2) from failure
    assert "Traceback" not in said
    assert "Pulumi.staging.yaml has 2 problems; nothing was changed" in said
    sentences = [re.sub(r"  +\(line \d+\)$", "", line.strip()) for line in ours.stderr.splitlines()]
    assert len(sentences) >= 6
    assert [one for one in sentences if one not in said] == []  # line numbers are known to `mfcloud` alone


def test_a_missing_virtual_environment_is_named_with_the_way_to_one(tmp_path: Path, machine: Path, engine: Engine):
    shell = logged_in("staging", tmp_path, machine, engine)
    (shell.environment.root / ".venv").unlink()
    answer = shell.types("pulumi preview --stack staging")
    assert answer.returncode != 0
    assert "there is no virtual environment .venv" in answer.stdout + answer.stderr
    assert "./mfcloud sets it up" in answer.stdout + answer.stderr


@pytest.mark.parametrize("place", ["on PATH", "beside the engine"])
def test_pulumis_own_language_host_is_used_wherever_it_is(
    place: str, tmp_path: Path, machine: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
):
    elsewhere = tmp_path / "pulumi" / "bin"
    elsewhere.mkdir(parents=True)
    own = elsewhere / LANGUAGE_HOST
    own.write_text("#!/bin/sh\necho 'this is the own one' >&2\nexit 1\n")
    own.chmod(0o755)
    if place == "on PATH":
        monkeypatch.setenv("PATH", f"{os.environ['PATH']}:{elsewhere}")
    else:
        shutil.copy(engine.path, elsewhere / "pulumi")
        engine = Engine(path=elsewhere / "pulumi", version=engine.version, origin="PATH")
    shell = Shell(whole(tmp_path / "copy", "staging", engine, code=True), machine)
    assert not (machine / "bin" / LANGUAGE_HOST).exists()
    shell.succeeds(f"pulumi login {(machine / 'state').as_uri()}")
    shell.succeeds("pulumi stack init staging")
    answer = shell.types("pulumi preview --stack staging")
    assert answer.returncode != 0
    assert "this is the own one" in answer.stdout + answer.stderr

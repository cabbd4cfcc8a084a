"""The runbook's script names: which command each becomes, from anywhere, and whatever characters its path has."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from operations.application import run
from operations.project import PROJECT_ROOT

SCRIPTS = PROJECT_ROOT / "scripts"
COMMANDS = {
    "scale-up.sh": ["scale", "up"],
    "scale-down.sh": ["scale", "down"],
    "check-scaling.sh": ["scale", "check"],
    "verify-backups.sh": ["backups", "verify"],
    "test-backup-restore.sh": ["backups", "test-restore"],
    "rollback.sh": ["rollback"],
    "smoke-tests.sh": ["smoke-test"],
    "create-deployment-package.sh": ["package"],
}
FIXED = {
    "deploy-staging.sh": ["deploy", "staging"],
    "deploy-production.sh": ["deploy", "production"],
}
"""Their name says the environment."""
RECORDER = '#!/bin/sh\nfor word in "$@"; do printf "%s\\n" "$word"; done\nexit 3\n'


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """The scripts in a folder with spaces, over an mfcloud that prints its words and answers 3."""
    root = tmp_path / "a folder; with $odd 'names'"
    shutil.copytree(SCRIPTS, root / "scripts")
    (root / "mfcloud").write_text(RECORDER)
    (root / "mfcloud").chmod(0o755)
    return root / "scripts"


def called(scripts: Path, name: str, *words: str) -> list[str]:
    done = subprocess.run([str(scripts / name), *words], cwd="/", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (3, ""), "the command's own exit code is the script's"
    return done.stdout.splitlines()


@pytest.mark.parametrize("name", COMMANDS)
def test_without_an_environment_the_runbook_means_production(scripts: Path, name: str):
    assert called(scripts, name) == [*COMMANDS[name], "production"]


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("words", [("--environment", "staging"), ("--environment=staging",)])
def test_the_environment_named_is_the_one(scripts: Path, name: str, words: tuple[str, ...]):
    assert called(scripts, name, *words) == [*COMMANDS[name], "staging"]


@pytest.mark.parametrize("name", FIXED)
def test_a_script_named_for_an_environment_means_that_one(scripts: Path, name: str):
    words = ["--image", "an image; with $odd 'letters'", "", "--yes"]
    assert called(scripts, name, *words) == [*FIXED[name], *words]


def test_every_other_word_arrives_as_it_was_typed_and_in_order(scripts: Path):
    words = ["--instances", "5", "--environment", "staging", "--hold-minutes=60", "two words", "", "$HOME *"]
    assert called(scripts, "scale-up.sh", *words) == [
        *["scale", "up", "staging", "--instances", "5", "--hold-minutes=60", "two words", "", "$HOME *"]
    ]


@pytest.mark.parametrize("words", [["--environment"], ["--environment="], ["--environment", "--yes"]])
def test_an_environment_without_a_name_reaches_no_command(scripts: Path, words: list[str]):
    done = subprocess.run([scripts / "rollback.sh", *words], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: --environment needs a name, for example --environment staging\n"


@pytest.mark.parametrize("words", [*COMMANDS.values(), ["deploy"]])
def test_the_command_behind_it_exists(words: list[str], capsys: pytest.CaptureFixture[str]):
    assert run([*words, "--help"]) == 0
    assert f"Usage: mfcloud {' '.join(words)}" in capsys.readouterr().out


@pytest.mark.parametrize("name", [*COMMANDS, *FIXED])
def test_a_script_is_three_lines_and_says_how_the_runbook_calls_it(name: str):
    lines = (SCRIPTS / name).read_text().splitlines()
    assert len(lines) == 3
    assert re.fullmatch(rf'# Runbook, "[A-Za-z -]+": \./scripts/{re.escape(name)}( --.*)?', lines[1])
    assert (SCRIPTS / name).stat().st_mode & 0o111


def test_no_script_is_left_out_of_these_tests():
    assert {file.name for file in SCRIPTS.iterdir()} == {*COMMANDS, *FIXED, "in-environment.sh"}


def test_shellcheck_finds_nothing():
    checker = PROJECT_ROOT / ".venv/bin/shellcheck"
    done = subprocess.run([checker, *SCRIPTS.glob("*.sh")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")

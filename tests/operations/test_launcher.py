"""`./mfcloud` itself, in folders with spaces, through links, interrupted, twice at once.

The set-up runs for real, with requirements files that ask for next to nothing; what it installs is pip's and uv's
affair.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from operations import installation

ROOT = Path(__file__).resolve().parents[2]
ECHO = "import os, sys; print(os.getcwd(), sys.dont_write_bytecode, *sys.argv[1:], sep='|')\n"

Launch = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone whose command line only tells where it was started, and whose requirements are empty."""
    clone = tmp_path / "a clone"
    (clone / "operations").mkdir(parents=True)
    shutil.copy(ROOT / "mfcloud", clone)
    shutil.copy(ROOT / "operations/installation.py", clone / "operations")
    (clone / "operations/__init__.py").touch()
    (clone / "operations/__main__.py").write_text(ECHO)
    for name in ("requirements.txt", "requirements-dev.txt"):
        (clone / name).write_text("# nothing\n")
    return clone


@pytest.fixture(scope="session")
def empty_environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with pip and nothing else; making one takes seconds, copying it does not."""
    made = tmp_path_factory.mktemp("environment") / ".venv"
    subprocess.run([sys.executable, "-m", "venv", made], check=True)
    return made


@pytest.fixture
def prepared(clone: Path, empty_environment: Path) -> Path:
    """A clone with an environment in which nothing was installed yet."""
    shutil.copytree(empty_environment, clone / ".venv", symlinks=True)
    return clone


@pytest.fixture
def pretend(clone: Path) -> Path:
    """The same with an environment that seems installed: what remains is the launcher alone."""
    (clone / ".venv/bin").mkdir(parents=True)
    (clone / ".venv/bin/python").symlink_to(sys.executable)
    (clone / ".venv/installed").mkdir()
    for name in ("requirements.txt", "requirements-dev.txt"):
        shutil.copy(clone / name, clone / ".venv/installed")
    return clone


def launch(
    command: Path, *words: str, at: Path | None = None, **environment: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(command), *words],
        cwd=at or "/",
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_with_nothing_to_set_up_it_only_starts_the_command(pretend: Path):
    done = launch(pretend / "mfcloud", "scale", "two words", "")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{pretend}|False|scale|two words|\n", "")


def test_it_works_through_links_from_anywhere(pretend: Path, tmp_path: Path):
    (tmp_path / "first").symlink_to(pretend / "mfcloud")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/second").symlink_to("../first")
    assert launch(tmp_path / "bin/second", "x").stdout == f"{pretend}|False|x\n"


def test_paths_that_a_person_types_are_meant_from_where_they_stand(pretend: Path, tmp_path: Path):
    shutil.copy(ROOT / "operations/__main__.py", pretend / "operations")
    (pretend / "operations/application.py").write_text("import os\n\n\ndef main():\n    print(os.getcwd())\n")
    there = tmp_path / "somewhere else"
    there.mkdir()
    assert launch(pretend / "mfcloud", at=there).stdout == f"{there}\n"


def test_it_works_as_an_argument_of_sh(pretend: Path):
    done = subprocess.run(["sh", "mfcloud", "x"], cwd=pretend, capture_output=True, text=True, check=True)
    assert done.stdout == f"{pretend}|False|x\n"


def test_compiled_modules_are_kept_even_where_the_environment_forbids_them(pretend: Path):
    done = launch(pretend / "mfcloud", PYTHONDONTWRITEBYTECODE="1", PYTHONPATH="/elsewhere", PYTHONHOME="/elsewhere")
    assert done.stdout == f"{pretend}|False\n"


def test_its_exit_code_is_that_of_the_command(pretend: Path):
    (pretend / "operations/__main__.py").write_text("raise SystemExit(3)\n")
    assert launch(pretend / "mfcloud").returncode == 3


@pytest.mark.slow
def test_the_first_run_sets_up_and_the_second_is_quiet(clone: Path):
    first = launch(clone / "mfcloud", "x")
    assert (first.returncode, first.stdout) == (0, f"{clone}|False|x\n")
    assert first.stderr.startswith("Setting up .venv with Python 3.")
    assert first.stderr.splitlines()[-1].startswith("Ready after ")
    second = launch(clone / "mfcloud", "x")
    assert (second.stdout, second.stderr) == (first.stdout, "")


def test_a_set_up_that_goes_well_takes_two_lines_however_many_packages_there_are(prepared: Path, tmp_path: Path):
    wheel = tmp_path / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tiny.py", "")
        archive.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        archive.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("tiny-1.0.dist-info/RECORD", "")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (prepared / "requirements.txt").write_text(f"tiny==1.0 --hash=sha256:{digest}\n")
    without_uv = [one for one in os.environ["PATH"].split(":") if not (Path(one) / "uv").exists()]
    done = launch(prepared / "mfcloud", PATH=":".join(without_uv), PIP_NO_INDEX="1", PIP_FIND_LINKS=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert list(prepared.glob(".venv/lib/*/site-packages/tiny.py"))
    assert [line.partition(" ")[0] for line in done.stderr.splitlines()] == ["Setting", "Ready"]


def test_changed_requirements_are_installed_at_the_next_start(prepared: Path):
    launch(prepared / "mfcloud")
    (prepared / "requirements.txt").write_text("# nothing new\n")
    assert "Setting up .venv" in launch(prepared / "mfcloud").stderr
    assert launch(prepared / "mfcloud").stderr == ""


def test_only_test_asks_for_the_development_set_which_then_stays(prepared: Path):
    assert "and requirements.txt " in launch(prepared / "mfcloud", "preview").stderr
    assert "and requirements-dev.txt " in launch(prepared / "mfcloud", "--debug", "test", "-x").stderr
    assert launch(prepared / "mfcloud", "preview").stderr == ""
    (prepared / "requirements.txt").write_text("# nothing new\n")
    assert "and requirements-dev.txt " in launch(prepared / "mfcloud", "preview").stderr


@pytest.mark.slow
def test_a_broken_environment_is_made_anew(clone: Path):
    launch(clone / "mfcloud")
    (clone / ".venv/bin/python").unlink()
    done = launch(clone / "mfcloud", "x")
    assert (done.returncode, done.stdout) == (0, f"{clone}|False|x\n")


def test_an_interrupted_set_up_is_repeated(prepared: Path):
    """Whatever was there when it stopped: without the copy that is written last, it is not installed."""
    launch(prepared / "mfcloud")
    shutil.rmtree(prepared / ".venv/installed")
    assert "Ready after" in launch(prepared / "mfcloud").stderr


def test_two_at_once_set_up_once(prepared: Path):
    both = [
        subprocess.Popen([prepared / "mfcloud", "x"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120) for process in both]
    assert [out for out, _ in said] == [f"{prepared}|False|x\n"] * 2
    assert sum("Setting up .venv" in err for _, err in said) == 1


def test_packages_that_cannot_be_had_stop_it_and_nothing_counts_as_installed(prepared: Path):
    (prepared / "requirements.txt").write_text(f"no-such-package==1.0 --hash=sha256:{'0' * 64}\n")
    done = launch(prepared / "mfcloud", PIP_NO_INDEX="1", UV_OFFLINE="1")
    assert (done.returncode, done.stdout) == (1, "")
    assert "error: the packages of requirements.txt could not be installed; the lines above say why" in done.stderr
    assert "No matching distribution found for no-such-package==1.0" in done.stderr
    assert not (prepared / ".venv/installed").exists()


def test_a_python_that_is_too_old_gets_one_clear_sentence(clone: Path, tmp_path: Path):
    old = tmp_path / "old"
    old.mkdir()
    (old / "python3").write_text("#!/bin/sh\ncase $1 in -V) echo Python 3.9.2 ;; *) exit 1 ;; esac\n")
    (old / "python3").chmod(0o755)
    for tool in ("cmp", "readlink", "dirname"):
        (old / tool).symlink_to(shutil.which(tool) or "")
    done = launch(clone / "mfcloud", "preview", PATH=str(old))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error: MockForge Cloud's command line needs Python 3.11 or newer; found Python 3.9.2\n"
        "hint: install one (for example python3.12) and run this command again\n"
    )


def test_pip_takes_over_when_uv_fails(
    prepared: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(installation.shutil, "which", lambda name: "false")
    installation.install(prepared, "requirements.txt")
    assert "uv could not install them; trying pip" in capfd.readouterr().err
    assert installation.is_current(prepared, "requirements.txt")

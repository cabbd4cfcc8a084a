"""Sets up `.venv` from a requirements file locked by hash. Run by `./mfcloud`, so: standard library only.

Afterwards `.venv/installed/` holds a copy of the requirements file that was installed. The copy is written last, so an
installation that was interrupted is repeated. uv installs when it is there and succeeds, else pip.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

RUNTIME = "requirements.txt"
DEVELOPMENT = "requirements-dev.txt"
SUPERSEDES = {RUNTIME: (RUNTIME,), DEVELOPMENT: (RUNTIME, DEVELOPMENT)}
"""Which requirements are met once the key is installed: the development set holds every pin of the other."""


LINES_OF_A_FAILURE = 20


class InstallationError(Exception):
    """The text is the finished message."""


def main(arguments: list[str]) -> int:
    """Install `arguments[0]` into `.venv` of the project; 0 when the environment is ready."""
    project = Path(__file__).resolve().parent.parent
    try:
        with _alone(project / ".venv.lock"):
            install(project, arguments[0])
    except InstallationError as error:
        _say(f"error: {error}")
        return 1
    except KeyboardInterrupt:
        _say("interrupted; the next run sets up .venv again")
        return 130
    return 0


def install(project: Path, wanted: str) -> None:
    """Make `.venv` agree with the requirements file `wanted`; does nothing if another process just did it."""
    environment = project / ".venv"
    python, record = environment / "bin" / "python", environment / "installed"
    if is_current(project, wanted):
        return
    if (record / DEVELOPMENT).exists():
        wanted = DEVELOPMENT  # or the tools of a developer would be removed
    shutil.rmtree(record, ignore_errors=True)

    _say(
        f"Setting up .venv with Python {sys.version_info.major}.{sys.version_info.minor} and {wanted} (a minute or two)"
    )
    started = time.monotonic()
    if not _runs(python):
        _create(environment)
    _fill(project, python, wanted)

    record.mkdir()
    for name in SUPERSEDES[wanted]:
        shutil.copyfile(project / name, record / name)
    _say(f"Ready after {time.monotonic() - started:.0f} s")


def is_current(project: Path, wanted: str) -> bool:
    """Whether exactly this requirements file was installed, completely, into an environment that still runs."""
    copy = project / ".venv" / "installed" / wanted
    return (
        copy.exists() and copy.read_bytes() == (project / wanted).read_bytes() and _runs(project / ".venv/bin/python")
    )


def _runs(python: Path) -> bool:
    probe = [python, "-I", "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"]
    try:
        return subprocess.run(probe, stderr=subprocess.DEVNULL, check=False).returncode == 0
    except OSError:
        return False


def _create(environment: Path) -> None:
    """Make an empty environment, with pip: Pulumi asks that for the list of installed packages."""
    if _succeeds([sys.executable, "-I", "-m", "venv", "--clear", environment], quiet=True):
        return
    uv = shutil.which("uv")  # Debian's Python comes without ensurepip
    if uv and _succeeds([uv, "venv", "--quiet", "--clear", "--seed", "--python", sys.executable, environment]):
        return
    message = "Python cannot make a virtual environment here\nhint: on Debian and Ubuntu, `apt install python3-venv`"
    raise InstallationError(message)


def _fill(project: Path, python: Path, wanted: str) -> None:
    """Install what the file says and, with uv, remove what it does not say; modules are compiled."""
    requirements = project / wanted
    uv = shutil.which("uv")
    if uv:
        if _succeeds([uv, "pip", "sync", "--python", python, "--require-hashes", "--compile-bytecode", requirements]):
            return
        _say("uv could not install them; trying pip")  # pip may know a mirror or a certificate that uv does not
    if not _pip_succeeds(python, requirements):
        message = f"the packages of {wanted} could not be installed; the lines above say why\nhint: run it again"
        raise InstallationError(message)


def _pip_succeeds(python: Path, requirements: Path) -> bool:
    """Run pip and show how far it is: its own account of two lines a package would fill a screen, twice."""
    pins = sum(line[:1].isalnum() for line in requirements.read_text(encoding="utf-8").splitlines())
    pip = [python, "-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    collected, last = 0, deque[str](maxlen=LINES_OF_A_FAILURE)
    with subprocess.Popen(
        [*pip, "--require-hashes", "--requirement", requirements],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=_settings(),
    ) as process:
        for line in process.stdout or ():
            last.append(line.rstrip())
            if line.startswith("Collecting "):
                collected += 1
                _show(f"  {collected} of {pins} packages: {line.split()[1].partition('==')[0]}")
            elif line.startswith("Installing collected packages"):
                _show("  all packages are here, installing them")
    _show("")
    if process.returncode != 0:
        _say("\n".join(last))
    return process.returncode == 0


def _show(state: str) -> None:
    """Over the line before; a pipe or a log does without."""
    if sys.stderr.isatty():
        print(f"\r\x1b[2K{state}", end="", file=sys.stderr, flush=True)  # noqa: T201


def _settings() -> dict[str, str]:
    return os.environ | {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}


def _succeeds(command: list[str | Path], *, quiet: bool = False) -> bool:
    """Run a command whose output is progress for the person, so it goes to stderr."""
    output = subprocess.DEVNULL if quiet else sys.stderr
    return subprocess.run(command, stdout=output, stderr=output, env=_settings(), check=False).returncode == 0


@contextmanager
def _alone(lock: Path) -> Generator[None]:
    """Wait until no other process installs; the system lets go of the lock even if its holder is killed."""
    with lock.open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("Waiting for another mfcloud that sets up .venv")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

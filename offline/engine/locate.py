"""Try the ways to an engine in order, and say for each why it did not lead there."""

import os
import shutil
import subprocess
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from offline.engine import cache, gobuild
from offline.engine.version import Version

MINIMUM_VERSION: Final = Version(3, 230, 0)
"""Resource hooks and everything else that the program asks of the engine."""
_INSTALLER: Final = "https://get.pulumi.com"
_REACH_SECONDS: Final = 5
_INSTALL_SECONDS: Final = 300

Report = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Engine:
    """A Pulumi command line that is there. `origin` says for people where it came from."""

    path: Path
    version: Version
    origin: str


class EngineUnavailable(Exception):
    """No way led to an engine. The message lists each way and why it failed, and what to do."""


class _NoWay(Exception):
    """This way is closed; the message says why."""


def _quiet(line: str) -> None:
    """Report to nobody."""


def find(report: Report = _quiet) -> Engine:
    """The engine: on PATH, cached, installed or built. Raises `EngineUnavailable`. `report` gets progress lines.

    With a cached engine this costs a directory listing; with one on PATH, one `pulumi version` per installation.
    """
    failures: list[str] = []
    if (engine := _there(failures)) is not None:
        return engine
    with cache.locked(lambda: report("waiting for another process that fetches the Pulumi engine")):
        for label, attempt in (
            ("the cache", _cached),  # the other process may have been faster
            ("Pulumi's installer", lambda: _installed(report)),
            ("a Go build", lambda: _built(report)),
        ):
            try:
                return attempt()
            except _NoWay as reason:
                if label != "the cache":
                    failures.append(f"{label}: {reason}")
    raise EngineUnavailable(
        "there is no Pulumi engine on this machine, and none could be made:\n"
        + "\n".join(f"  - {failure}" for failure in failures)
        + "\nhint: install Pulumi (https://www.pulumi.com/docs/install/) or "
        "Go 1.21 or newer, or connect to the internet"
    )


def there() -> Engine:
    """The engine on PATH or in the cache; nothing is fetched. Raises `EngineUnavailable`."""
    failures: list[str] = []
    if (engine := _there(failures)) is None:
        raise EngineUnavailable("; ".join(failures))
    return engine


def _there(failures: list[str]) -> Engine | None:
    for name, way in (("pulumi on PATH", _on_path), ("the cache", _cached)):
        try:
            return way()
        except _NoWay as reason:
            failures.append(f"{name}: {reason}")
    return None


def _on_path() -> Engine:
    found = shutil.which("pulumi")
    if found is None:
        raise _NoWay("not there")
    binary = Path(found)
    text = cache.recall(binary)
    if text is None:
        text = _ask_version(binary)
        cache.note(binary, text)
    version = Version.parse(text)
    if version is None:
        raise _NoWay(f"{binary} does not tell its version")
    if version < MINIMUM_VERSION:
        raise _NoWay(f"{binary} is {version}, {MINIMUM_VERSION} or newer is needed")
    return Engine(path=binary, version=version, origin="PATH")


def _ask_version(binary: Path) -> str:
    try:
        done = subprocess.run(  # noqa: S603 (the engine that PATH names)
            [binary, "version"],
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise _NoWay(f"{binary} does not run ({error})") from error
    return done.stdout.strip()


def _cached() -> Engine:
    found = cache.newest(MINIMUM_VERSION)
    if found is None:
        raise _NoWay(f"{cache.folder()} holds none")
    binary, version = found
    return Engine(path=binary, version=version, origin="cache")


def _installed(report: Report) -> Engine:
    """Pulumi's own installer, behind a quick look whether its address answers: it waits long where there is no way."""
    report("looking for Pulumi's installer")
    try:
        urllib.request.urlopen(_INSTALLER, timeout=_REACH_SECONDS).close()
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise _NoWay(f"{_INSTALLER} cannot be reached ({reason})") from error
    report(f"installing the Pulumi engine from {_INSTALLER}")

    def make(scratch: Path) -> Path:
        script = scratch / "install.sh"
        with urllib.request.urlopen(_INSTALLER, timeout=_REACH_SECONDS) as answer:
            script.write_bytes(answer.read())
        subprocess.run(  # noqa: S603 (the script that Pulumi publishes)
            [
                "/bin/sh",
                script,
                "--no-edit-path",
                "--version",
                str(gobuild.VERSION),
                "--install-root",
                scratch / "root",
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_INSTALL_SECONDS,
            check=True,
        )
        made = scratch / "root" / "bin" / "pulumi"
        # The cache tells an engine's version by the folder's name, so it had better be true.
        if Version.parse(told := _ask_version(made)) != gobuild.VERSION:
            raise _NoWay(f"the installer brought {told}, asked for {gobuild.VERSION}")
        return made

    try:
        return _keep(gobuild.VERSION, make, "installed")
    except (OSError, subprocess.SubprocessError) as error:
        raise _NoWay(f"the installer failed ({error})") from error


def _built(report: Report) -> Engine:
    try:
        return _keep(gobuild.VERSION, lambda scratch: gobuild.build(scratch, report), "built with Go")
    except gobuild.BuildFailed as error:
        raise _NoWay(str(error)) from error
    except OSError as error:
        raise _NoWay(f"the cache cannot be written ({error})") from error


def _keep(version: Version, make: Callable[[Path], Path], origin: str) -> Engine:
    return Engine(path=cache.keep(version, make), version=version, origin=origin)

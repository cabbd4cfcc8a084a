"""Finding the engine, with made-up machines: a PATH, a cache and a Go of our own making."""

import io
import os
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest

from offline.engine import Engine, EngineUnavailable, cache, find, gobuild
from offline.engine.version import Version


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """An empty machine without a network."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def no_network(*args: object, **options: object) -> None:
        raise OSError("no network here")

    monkeypatch.setattr(urllib.request, "urlopen", no_network)
    return tmp_path


def command(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def count_calls(machine: Path) -> int:
    log = machine / "calls"
    return len(log.read_text().splitlines()) if log.exists() else 0


def pulumi_on_path(machine: Path, version: str) -> Path:
    return command(machine / "bin/pulumi", f"echo called >> {machine}/calls\necho v{version}")


def test_a_recent_engine_on_path_is_taken_and_asked_its_version_only_once(machine):
    path = pulumi_on_path(machine, "3.300.1")
    assert find() == Engine(path=path, version=Version(3, 300, 1), origin="PATH")
    assert find().version == (3, 300, 1)
    assert count_calls(machine) == 1


def test_another_engine_at_the_same_place_is_asked_again(machine):
    os.utime(pulumi_on_path(machine, "3.300.1"), (1, 1))
    find()
    os.utime(pulumi_on_path(machine, "3.301.0"), (2, 2))
    assert find().version == (3, 301, 0)


def test_an_old_engine_on_path_is_passed_over_for_the_cache_and_the_newest_there_wins(machine):
    pulumi_on_path(machine, "3.100.0")
    for version in ("3.259.0", "3.231.0", "3.99.9"):
        command(machine / "cache/mockforge-cloud/engine" / version / "pulumi", "exit 9")
    found = find()
    assert (found.version, found.origin) == ((3, 259, 0), "cache")


def test_the_cache_costs_no_process(machine, monkeypatch):
    command(machine / "cache/mockforge-cloud/engine/3.259.0/pulumi", "exit 9")

    def no_process(*args: object, **options: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "run", no_process)
    monkeypatch.setattr(subprocess, "Popen", no_process)
    assert find().origin == "cache"


def test_without_any_way_every_way_is_listed_with_its_reason_and_a_hint(machine):
    with pytest.raises(EngineUnavailable) as caught:
        find()
    text = str(caught.value)
    assert "- pulumi on PATH: not there" in text
    assert "- the cache:" in text
    assert "- Pulumi's installer: https://get.pulumi.com cannot be reached (no network here)" in text
    assert "- a Go build: Go is not installed" in text
    assert "hint: install Pulumi" in text


INSTALLER = """
while [ $# -gt 0 ]; do case $1 in --version) version=$2;; --install-root) root=$2;; esac; shift; done
/bin/mkdir -p $root/bin; printf '#!/bin/sh\\necho v%s\\n' VERSION > $root/bin/pulumi; /bin/chmod +x $root/bin/pulumi
"""


def installer(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    monkeypatch.setattr(urllib.request, "urlopen", lambda *_, **__: io.BytesIO(script.encode()))


def test_pulumis_installer_is_asked_for_the_version_that_the_program_is_proven_with(machine, monkeypatch):
    installer(monkeypatch, INSTALLER.replace("VERSION", "$version"))
    found = find()
    assert (found.origin, found.version) == ("installed", (3, 259, 0))
    assert subprocess.run([found.path], capture_output=True, text=True, check=True).stdout == "v3.259.0\n"
    assert found.path == machine / "cache/mockforge-cloud/engine/3.259.0/pulumi"


def test_an_engine_of_another_version_is_not_kept_under_the_wrong_name(machine, monkeypatch):
    installer(monkeypatch, INSTALLER.replace("VERSION", "3.300.0"))
    with pytest.raises(
        EngineUnavailable, match=r"Pulumi's installer: the installer brought v3.300.0, asked for 3.259.0"
    ):
        find()
    assert cache.newest(Version(0, 0, 0)) is None


def test_a_go_build_reports_progress_lands_in_the_cache_and_is_found_there_next_time(machine):
    command(machine / "bin/go", 'while [ "$1" != -o ]; do shift; done; echo engine > "$2"')
    lines: list[str] = []
    built = find(lines.append)
    assert (built.origin, built.version) == ("built with Go", (3, 259, 0))
    assert built.path == machine / "cache/mockforge-cloud/engine/3.259.0/pulumi"
    assert os.access(built.path, os.X_OK)
    assert any("building the Pulumi engine 3.259.0 with Go: about 4 minutes" in line for line in lines)
    assert find().origin == "cache"


def test_a_failed_build_leaves_nothing_and_its_last_lines_are_the_reason(machine):
    command(machine / "bin/go", "echo 'proxy.example: connection refused' >&2; exit 1")
    with pytest.raises(EngineUnavailable, match=r"a Go build: go build failed: proxy.example: connection refused"):
        find()
    assert cache.newest(Version(0, 0, 0)) is None
    assert list(cache.folder().glob(".making-*")) == []


def test_an_interrupted_build_leaves_nothing(machine, monkeypatch):
    command(machine / "bin/go", "exec /bin/sleep 30")

    def interrupt(process: subprocess.Popen[bytes], report: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(gobuild, "_wait", interrupt)
    with pytest.raises(KeyboardInterrupt):
        find()
    assert list(cache.folder().glob("*/pulumi")) == []
    assert list(cache.folder().glob(".making-*")) == []


def test_what_a_killed_build_left_behind_goes_with_the_next_one(machine):
    left_over = cache.folder() / ".making-killed"
    left_over.mkdir(parents=True)
    (left_over / "pulumi").write_text("half")
    command(machine / "bin/go", 'while [ "$1" != -o ]; do shift; done; echo engine > "$2"')
    assert find().path.read_text() == "engine\n"
    assert not left_over.exists()


def test_two_at_once_build_once_and_the_second_says_that_it_waits(machine):
    command(
        machine / "bin/go",
        f'echo called >> {machine}/calls; while [ "$1" != -o ]; do shift; done; /bin/sleep 1; echo x > "$2"',
    )
    lines: list[str] = []
    found: list[Engine] = []
    both = [threading.Thread(target=lambda: found.append(find(lines.append))) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert count_calls(machine) == 1
    assert sorted(one.origin for one in found) == ["built with Go", "cache"]
    assert "waiting for another process that fetches the Pulumi engine" in lines


def test_damaged_notes_cost_time_and_nothing_else(machine):
    pulumi_on_path(machine, "3.300.1")
    find()
    (cache.folder() / "versions.json").write_text("[broken")
    assert find().version == (3, 300, 1)
    assert count_calls(machine) == 2


@pytest.mark.parametrize(
    ("text", "version"),
    [("v3.259.0", (3, 259, 0)), ("3.259.0-dev.1", (3, 259, 0)), ("none", None), ("", None)],
)
def test_versions_are_read_with_and_without_a_v(text, version):
    assert Version.parse(text) == version


def test_versions_compare_by_number_and_not_by_letter():
    assert Version(3, 99, 0) < Version(3, 259, 0)


def test_the_provider_starts_without_importing_pulumi_itself():
    check = (
        "import sys; sys.argv = ['x', 'aws', '/none']; from offline.provider.__main__ import _only_the_stubs;"
        "_only_the_stubs(); import offline.provider.server;"
        "print('pulumi.resource' in sys.modules, 'pulumi_aws' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False False"

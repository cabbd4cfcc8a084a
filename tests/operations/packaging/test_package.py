"""`package`: whole commands over stand-ins for cargo and docker, a real git, and a registry in a file."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.packaging.registry import repository_of
from operations.project import PROJECT_ROOT
from tests.operations.aws_world import AwsWorld, Said

REPOSITORY = "123456789012.dkr.ecr.us-east-1.amazonaws.com/mockforge-cloud"
DIGEST = f"sha256:{'c' * 64}"
PROGRAM = '''\
#!{python}
"""Stands in for {name}: writes down how it was called, and plays a registry in a file."""
import json, os, pathlib, sys, time
home = pathlib.Path({home!r})
words = sys.argv[1:]
with (home / "calls").open("a") as calls:
    calls.write(json.dumps([{name!r}, *words]) + "\\n")
fails = json.loads((home / "fails").read_text())
line = " ".join([{name!r}, *words])
for start, what in fails.items():
    if line.startswith(start):
        if what == "hang":
            (home / "hangs").touch()
            time.sleep(60)
        sys.exit(what)
registry = json.loads((home / "registry").read_text())
if words[:1] == ["metadata"]:
    print(json.dumps({{"packages": [{{"name": "mockforge-registry-server", "version": "0.3.239"}}]}}))
elif words[:1] == ["login"]:
    (home / "password").write_text(sys.stdin.read())
elif words[:3] == ["buildx", "imagetools", "inspect"]:
    if words[3] not in registry:
        sys.exit("ERROR: " + words[3] + ": not found")
    digest, *platforms = registry[words[3]]
    told = [dict(zip(("os", "architecture"), one.split("/"))) for one in platforms]
    image = told[0] if len(told) == 1 else dict(zip(platforms, told))
    print(json.dumps({{"manifest": {{"digest": digest}}, "image": image}}))
elif words[:2] == ["buildx", "build"]:
    value = lambda name: words[words.index(name) + 1]
    repository = value("--tag").rpartition(":")[0]
    for name in () if (home / "loses").exists() else (value("--tag"), repository + "@{digest}"):
        registry[name] = ["{digest}", value("--platform")]
    (home / "registry").write_text(json.dumps(registry))
    pathlib.Path(value("--metadata-file")).write_text(json.dumps({{"containerimage.digest": "{digest}"}}))
    print("pushed")
elif words == ["build", "--release"] and (home / "touches").exists():
    pathlib.Path("Cargo.lock").write_text("changed")
'''


@dataclass
class Bench:
    """A checkout of the application with a space in its name, and the programs beside it."""

    aws: AwsWorld
    home: Path
    checkout: Path

    def __call__(self, *words: str) -> Said:
        return self.aws("package", "staging", *words)

    @property
    def calls(self) -> list[list[str]]:
        file = self.home / "calls"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    @property
    def ran(self) -> list[str]:
        """The first words of each call."""
        return [" ".join(call[:3]).removesuffix(" --format-version") for call in self.calls]

    @property
    def commit(self) -> str:
        return git(self.checkout, "rev-parse", "HEAD")

    def fails(self, **starts: Any) -> None:
        (self.home / "fails").write_text(json.dumps({name.replace("_", " "): what for name, what in starts.items()}))

    def registry(self, **images: list[str]) -> None:
        (self.home / "registry").write_text(json.dumps(images))

    def has(self, name: str, *platforms: str, digest: str = DIGEST) -> None:
        there = json.loads((self.home / "registry").read_text())
        (self.home / "registry").write_text(json.dumps(there | {name: [digest, *platforms]}))


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@mockforge.dev"]
    return subprocess.run(
        ["git", "-C", str(folder), *who, *words], capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.fixture
def bench(aws: AwsWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    home, checkout = tmp_path / "home", tmp_path / "the application"
    (home / "bin").mkdir(parents=True)
    for name in ("cargo", "docker"):
        program = home / "bin" / name
        program.write_text(PROGRAM.format(python=sys.executable, name=name, home=str(home), digest=DIGEST))
        program.chmod(0o755)
    (home / "fails").write_text("{}")
    (home / "registry").write_text("{}")
    monkeypatch.setenv("PATH", f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}")
    checkout.mkdir()
    git(checkout, "init", "-q")
    for file in ("Cargo.toml", "Cargo.lock", "Dockerfile", ".gitignore"):
        (checkout / file).write_text("target/\n")
    git(checkout, "add", "-A")
    git(checkout, "commit", "-q", "-m", "one")
    token = base64.b64encode(b"AWS:hush").decode()
    aws.handlers["ecr", "GetAuthorizationToken"] = lambda _asked: {"authorizationData": [{"authorizationToken": token}]}
    return Bench(aws=aws, home=home, checkout=checkout)


def test_tests_release_build_image_push_and_then_the_digest(bench: Bench):
    answer = bench("--checkout", str(bench.checkout))
    assert (answer.code, answer.out) == (0, f"{REPOSITORY}@{DIGEST}\n")
    assert bench.ran == [
        "docker login --username",
        "docker buildx imagetools",
        "cargo test",
        "cargo build --release",
        "docker buildx build",
        "docker buildx imagetools",
        "cargo metadata --no-deps",
    ]
    build = bench.calls[4]
    assert build[build.index("--platform") + 1] == "linux/arm64", "staging runs on ARM, as its stack file says"
    assert build[build.index("--tag") + 1] == f"{REPOSITORY}:git-{bench.commit[:12]}"
    assert f"org.opencontainers.image.revision={bench.commit}" in build
    assert "[1/3] cargo test: cargo test\n" in answer.err
    assert "which answers as version 0.3.239" in answer.err


def test_the_registrys_password_is_in_no_argument_and_no_output(bench: Bench):
    answer = bench("--checkout", str(bench.checkout))
    assert (bench.home / "password").read_text() == "hush"
    assert "hush" not in answer.out + answer.err + json.dumps(bench.calls)


def test_the_same_as_json(bench: Bench):
    told = json.loads(bench("--checkout", str(bench.checkout), "--json").out)
    assert told == {
        "image": f"{REPOSITORY}@{DIGEST}",
        "platform": "linux/arm64",
        "commit": bench.commit,
        "version": "0.3.239",
        "made": True,
    }


def test_a_commit_that_was_packaged_is_not_built_again(bench: Bench):
    bench("--checkout", str(bench.checkout))
    (bench.home / "calls").unlink()
    answer = bench("--checkout", str(bench.checkout))
    assert (answer.code, answer.out) == (0, f"{REPOSITORY}@{DIGEST}\n")
    assert "cargo test" not in bench.ran
    assert "is in the registry already" in answer.err


def test_a_dry_run_runs_nothing(bench: Bench):
    answer = bench("--checkout", str(bench.checkout), "--dry-run")
    assert (answer.code, answer.out, bench.calls) == (0, "", [])
    assert f"as {REPOSITORY}:git-{bench.commit[:12]} for linux/arm64" in answer.err


@pytest.mark.parametrize(
    ("step", "said", "later"),
    [
        ("cargo test", "`cargo test` failed (exit code 101); nothing was pushed", "cargo build --release"),
        ("cargo build", "`cargo build --release` failed (exit code 101); nothing was pushed", "docker buildx build"),
        (
            "docker buildx build",
            "`image and push` failed (exit code 101); whether the image arrived is not known, so it has no digest yet",
            "cargo metadata --no-deps",
        ),
    ],
)
def test_what_fails_ends_it_without_a_digest(bench: Bench, step: str, said: str, later: str):
    bench.fails(**{step.replace(" ", "_"): 101})
    answer = bench("--checkout", str(bench.checkout))
    assert (answer.code, answer.out) == (1, "")
    assert f"error: {said}\n" in answer.err
    assert later not in bench.ran


def test_a_push_that_the_registry_does_not_confirm_has_no_digest(bench: Bench):
    (bench.home / "loses").touch()
    answer = bench("--checkout", str(bench.checkout))
    assert (answer.code, answer.out) == (1, "")
    assert f"was pushed as {DIGEST}, but the registry does not have it" in answer.err


def test_a_commit_that_was_packaged_for_another_platform_is_refused(bench: Bench):
    bench.has(f"{REPOSITORY}:git-{bench.commit[:12]}", "linux/amd64")
    answer = bench("--checkout", str(bench.checkout))
    assert (answer.code, answer.out) == (3, "")
    assert "is made for linux/amd64; the tasks need linux/arm64" in answer.err


def test_a_registry_that_does_not_answer_is_no_registry_without_the_image(bench: Bench):
    bench.fails(docker_buildx_imagetools=7)
    answer = bench("--checkout", str(bench.checkout))
    assert (answer.code, "cargo test" in bench.ran) == (1, False)
    assert "the registry does not say whether it has" in answer.err


# --- what is not committed


@pytest.mark.parametrize("file", ["Cargo.toml", "new file.rs"])
def test_a_checkout_with_changes_is_refused_before_anything_runs(bench: Bench, file: str):
    (bench.checkout / file).write_text("changed")
    answer = bench("--checkout", str(bench.checkout))
    assert (answer.code, answer.out, bench.calls) == (3, "", [])
    assert file in answer.err


def test_what_git_ignores_is_no_change(bench: Bench):
    (bench.checkout / "target").mkdir()
    (bench.checkout / "target" / "server").write_text("built")
    assert bench("--checkout", str(bench.checkout)).code == 0


def test_a_build_that_changes_a_committed_file_is_not_pushed(bench: Bench):
    (bench.home / "touches").touch()
    answer = bench("--checkout", str(bench.checkout))
    assert (answer.code, answer.out) == (3, "")
    assert "has what is not committed: Cargo.lock; nothing was pushed" in answer.err
    assert "docker buildx build" not in bench.ran


def test_the_servers_own_dockerfile_comes_first(bench: Bench):
    own = bench.checkout / "crates" / "mockforge-registry-server" / "Dockerfile"
    own.parent.mkdir(parents=True)
    own.write_text("FROM scratch\n")
    git(bench.checkout, "add", "-A")
    git(bench.checkout, "commit", "-q", "-m", "two")
    bench("--checkout", str(bench.checkout))
    build = next(call for call in bench.calls if call[:3] == ["docker", "buildx", "build"])
    assert build[build.index("--file") + 1] == "crates/mockforge-registry-server/Dockerfile"


def test_a_folder_that_is_not_the_application_is_told(bench: Bench, tmp_path: Path):
    assert "is no checkout of the application" in bench("--checkout", str(tmp_path)).err
    git(bench.checkout, "rm", "-q", "Cargo.toml")
    git(bench.checkout, "commit", "-q", "-m", "two")
    answer = bench("--checkout", str(bench.checkout))
    assert (answer.code, bench.calls) == (2, [])
    assert "has no Cargo.toml" in answer.err


def test_a_missing_program_is_told_before_anything_runs(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("operations.packaging.programs.which", lambda name: None if name == "cargo" else name)
    answer = bench("--checkout", str(bench.checkout))
    assert (answer.code, answer.err.splitlines()[0]) == (2, "error: not on this machine: cargo")


# --- an image that exists


def test_an_image_is_verified_by_digest_and_platform(bench: Bench):
    bench.has(f"{REPOSITORY}@{DIGEST}", "linux/amd64", "linux/arm64", "unknown/unknown")
    answer = bench("--image", f"{REPOSITORY}@{DIGEST}")
    assert (answer.code, answer.out) == (0, f"{REPOSITORY}@{DIGEST}\n")
    assert [name for name in bench.ran if not name.startswith(("docker login", "docker buildx imagetools"))] == []


def test_a_tag_becomes_the_digest_behind_it(bench: Bench):
    bench.has(f"{REPOSITORY}:1.0", "linux/arm64")
    assert bench("--image", f"{REPOSITORY}:1.0").out == f"{REPOSITORY}@{DIGEST}\n"


@pytest.mark.parametrize(
    ("there", "code", "said"),
    [
        ((DIGEST, "linux/amd64"), 3, "is made for linux/amd64; the tasks need linux/arm64"),
        ((DIGEST, "unknown/unknown"), 3, "is made for no platform; the tasks need linux/arm64"),
        ((f"sha256:{'d' * 64}", "linux/arm64"), 1, f"the registry has sha256:{'d' * 64} under"),
        (None, 1, "the registry does not have"),
    ],
)
def test_an_image_that_does_not_fit_is_not_printed(bench: Bench, there: Any, code: int, said: str):
    if there is not None:
        bench.has(f"{REPOSITORY}@{DIGEST}", there[1], digest=there[0])
    answer = bench("--image", f"{REPOSITORY}@{DIGEST}")
    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err


def test_an_image_goes_without_a_checkout(bench: Bench):
    assert bench("--image", "a/b:1", "--checkout", str(bench.checkout)).code == 2


# --- interrupted


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("cargo test", "interrupted at `cargo test`; nothing was pushed"),
        ("docker buildx build", "interrupted at `image and push`; whether the image arrived is not known"),
    ],
)
def test_ctrl_c_leaves_nothing_that_could_be_taken_for_done(bench: Bench, step: str, said: str):
    """In a process of its own, as a terminal would: the signal goes to the command and what it started."""
    bench.fails(**{step.replace(" ", "_"): "hang"})
    program = dedent("""\
        import sys
        from operations import application
        from operations.packaging import package
        package.log_in = lambda repository: None
        sys.exit(application.run(sys.argv[1:]))
    """)
    words = [sys.executable, "-c", program, "package", "staging", "--checkout", str(bench.checkout)]
    running = subprocess.Popen(
        words, cwd=PROJECT_ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + 60
    while not (bench.home / "hangs").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=30)
    assert (running.returncode, out) == (130, "")
    assert said in err


# --- names


@given(
    st.sampled_from(["host", "host:5000", "123456789012.dkr.ecr.us-east-1.amazonaws.com"]),
    st.sampled_from(["app", "team/app"]),
    st.sampled_from(["", ":1.0", ":git-abc"]),
    st.sampled_from(["", f"@{DIGEST}"]),
)
def test_the_repository_is_the_name_without_tag_and_digest(host: str, name: str, tag: str, digest: str):
    assert repository_of(f"{host}/{name}{tag}{digest}") == f"{host}/{name}"

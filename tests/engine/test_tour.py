"""The tour of docs/tour.md, line by line as a newcomer types it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from offline.engine import Engine
from tests.engine.whole import PROJECT, Whole, whole

pytestmark = [pytest.mark.engine, pytest.mark.slow, pytest.mark.timeout(1200)]

OLD, BAD = "4f53cda18c2b", "mockforge-staging:3"
EXPECTED: list[tuple[str, int, list[str]]] = [  # what is typed, its exit code, and what it says
    ("up staging", 0, ["created"]),
    (
        "status staging",
        0,
        [
            "(offline, stand-in AWS; us-east-1, ",
            f"live         mockforge-staging:1 (image sha256:{OLD})",
            "answers      version 0.3.238",
        ],
    ),
    ("deploy staging", 0, ["stage BAKE_TIME", "staging runs mockforge-staging:2"]),
    ("smoke-test staging", 0, ["ok            plugin-search"]),
    (
        "rollback staging",
        0,
        ["is recorded as withdrawn", "incident note to fill in", "staging runs mockforge-staging:1"],
    ),
    ("deploy staging", 3, ["was withdrawn from staging", "log-ins fail"]),
    ("offline fail-next staging", 0, ["the next offline deployment goes wrong (alarm)"]),
    (
        "deploy staging",
        1,
        [
            f"of {BAD}",
            "was rolled back",
            "alarm mockforge-staging-error-rate",
            "users are served by mockforge-staging:1",
        ],
    ),
    ("status staging", 0, ["live         mockforge-staging:1", "ROLLBACK_SUCCESSFUL"]),
    ("scale up staging", 0, ["3 of 3 tasks run"]),
    ("scale check staging", 0, ["staging: 3 of 3 tasks run"]),
    ("backups verify staging", 0, ["good  database", "good  objects", "good  configuration"]),
    ("offline reset staging", 0, ["offline state forgotten"]),
]


@pytest.fixture
def staging(tmp_path: Path, engine: Engine) -> Whole:
    """A clone of the project in which `./mfcloud` needs no set-up."""
    made = whole(tmp_path / "a clone", "staging", engine, code=True)
    launcher = made.root / "mfcloud"
    launcher.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m operations "$@"\n')
    launcher.chmod(0o755)
    return made


def typed() -> list[str]:
    """Every line of the tour's blocks."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (PROJECT / "docs/tour.md").read_text(), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def test_the_tour_is_as_it_is_told(staging: Whole):
    variables, *lines = typed()
    assert len(lines) == len(EXPECTED)
    for line, (words, code, said) in zip(lines, EXPECTED, strict=True):
        assert line.startswith(f"./mfcloud {words}")
        answer = subprocess.run(
            ["/bin/sh", "-c", f"{variables}\n{line}"],
            cwd=staging.root,
            env=staging.environment_variables() | {"AWS_ACCESS_KEY_ID": "somebody's", "AWS_PROFILE": "missing"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        shown = answer.stdout + answer.stderr
        assert answer.returncode == code, f"{line}\n{shown}"
        assert [one for one in said if one not in shown] == [], f"{line}\n{shown}"
        assert "Traceback" not in shown
        assert "unknown" not in shown or "rollback" in line, f"{line}\n{shown}"
    notes = list(staging.root.glob("incident-staging-*.md"))
    assert len(notes) == 1
    assert "log-ins fail" in notes[0].read_text()

"""Known secret values are looked for wherever a plan or an update leaves something: none is found in plain."""

import json
from pathlib import Path
from typing import Any

import pytest

from offline.engine import Engine
from tests.engine.whole import Whole, whole

pytestmark = [pytest.mark.engine, pytest.mark.slow]

PLAINTEXT = "plaintext"
TEST_HEADER = "X-MockForge-Test-Traffic"  # stands beside its secret value, and is known to everybody


@pytest.fixture(scope="module")
def staging(tmp_path_factory, engine: Engine) -> Whole:
    return whole(tmp_path_factory.mktemp("secrets") / "staging", "staging", engine, code=True)


def test_no_secret_is_plain_in_a_plan_a_log_the_state_or_the_cloud(staging: Whole):
    def told(*words: str) -> str:
        answer = staging.mfcloud(*words)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout + answer.stderr

    on_screen = [
        told("preview", "staging", "--offline", "--diff"),
        told("up", "staging", "--offline", "--yes", "--json"),
        told("offline", "show", "staging", "--json"),
    ]
    secrets = decrypted(staging)
    # database password and URL, key of the sessions, token of the metrics, value of the test header
    assert len(secrets) >= 5
    assert any(secret.startswith("postgres://mockforge:") for secret in secrets)

    with staging.saying(  # what uses the secrets changes: their neighbourhood is in the plan
        ("    maximum_tasks: 4", "    maximum_tasks: 3"),
        ("staging.cloud.mockforge.dev", "other.cloud.mockforge.dev"),
    ):
        on_screen += [
            told("preview", "staging", "--offline", "--diff", "--refresh"),
            told("preview", "staging", "--offline", "--json", "--unchanged"),
        ]
        events: list[Any] = []
        stack = staging.stack()
        words: list[str] = []
        stack.preview(on_event=events.append, on_output=words.append, diff=True)
        on_screen += [json.dumps(events, default=vars), "".join(words)]
    told("destroy", "staging", "--offline", "--yes")

    assert [text for text in on_screen if found(secrets, text.encode())] == []
    assert [path for path in files(staging.root) if found(secrets, path.read_bytes())] == []


def decrypted(staging: Whole) -> set[str]:
    """Every secret text in the state, read with the engine's own key."""
    exported = staging.stack().workspace._run_pulumi_cmd_sync(  # pyright: ignore[reportAttributeAccessIssue]
        ["stack", "export", "--show-secrets", "--stack", "staging"]
    )
    return {text for text in texts(json.loads(exported.stdout), inside=False) if text != TEST_HEADER}


def texts(value: Any, *, inside: bool) -> list[str]:
    """Texts below decrypted secrets, which are JSON in JSON."""
    if isinstance(value, dict):
        if PLAINTEXT in value:
            return texts(json.loads(value[PLAINTEXT]), inside=True)
        return [text for one in value.values() for text in texts(one, inside=inside)]
    if isinstance(value, list):
        return [text for one in value for text in texts(one, inside=inside)]
    return [value] if inside and isinstance(value, str) else []


def found(secrets: set[str], content: bytes) -> bool:
    return any(secret.encode() in content for secret in secrets)


def files(root: Path) -> list[Path]:
    """What the run left: state and its backups and history, the cloud, logs of the engine's own home."""
    return [path for path in (root / ".offline").rglob("*") if path.is_file()]

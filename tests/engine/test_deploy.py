"""`deploy --offline` as a whole: our program, the real engine, a deployment with stages by a clock that flies."""

import json

import pytest

from offline.engine import Engine
from tests.engine.whole import Whole, whole

pytestmark = [pytest.mark.engine, pytest.mark.slow]

OLD, NEW, BAD = "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945", "7a" * 32, "8b" * 32


def deploy(staging: Whole, *words: str) -> tuple[int, str, str]:
    answer = staging.mfcloud("deploy", "staging", "--offline", "--yes", *words)
    assert "Traceback" not in answer.stdout + answer.stderr
    return answer.returncode, answer.stdout, answer.stderr


def test_an_image_is_deployed_a_bad_one_taken_back_and_the_stack_file_says_what_is_live(tmp_path, engine: Engine):
    staging = whole(tmp_path / "staging", "staging", engine, code=True)
    assert staging.mfcloud("up", "staging", "--offline", "--yes").returncode == 0

    code, out, said = deploy(staging, "--image", f"sha256:{NEW}", "--json")
    assert code == 0, said
    content = json.loads(out)
    assert (content["status"], content["live"]["digest"]) == ("SUCCESSFUL", f"sha256:{NEW}")
    assert content["smoke_test"]["passed"] is True
    assert "stage BAKE_TIME; old blue 1 of 1 tasks, 0 % production" in said
    assert staging.file.read_text().count(NEW) == 1

    preview = staging.mfcloud("preview", "staging", "--offline", "--expect-no-changes")
    assert preview.returncode == 0, preview.stdout  # whoever runs `up` next changes nothing
    code, out, said = deploy(staging)
    assert (code, out) == (0, "")
    assert said.startswith("nothing to deploy: staging runs mockforge-staging:2 (image sha256:7a7a7a7a7a7a) already")

    good = staging.file.read_text()
    assert staging.mfcloud("offline", "fail-next", "staging", "--how", "smoke-test").returncode == 0
    code, out, said = deploy(staging, "--image", f"sha256:{BAD}", "--version", "0.3.239")
    assert (code, out) == (1, "")
    assert "(image sha256:8b8b8b8b8b8b) was rolled back: Service deployment rolled back because a hook failed" in said
    assert "users are served by mockforge-staging:2 (image sha256:7a7a7a7a7a7a)" in said
    assert staging.file.read_text() == good

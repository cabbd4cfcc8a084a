"""Each environment as a text that a reviewer reads as a diff. Guards: a change that nobody meant, in either stack."""

import difflib
from pathlib import Path

import pytest

from tests.stacks.describe import DESCRIBERS, describe
from tests.stacks.stack import Stack

GOLDEN = Path(__file__).parent / "golden"
RENEW = "./mfcloud test tests/stacks --renew-goldens"


def test_the_stack_is_what_its_golden_says(stack: Stack, request: pytest.FixtureRequest):
    path, now = GOLDEN / f"{stack.name}.txt", describe(stack.up)
    if request.config.getoption("--renew-goldens", default=False):
        path.write_text(now, encoding="utf-8")
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    difference = difflib.unified_diff(
        before.splitlines(), now.splitlines(), f"golden/{path.name}", "registered now", lineterm="", n=0
    )
    if text := "\n".join(difference):
        pytest.fail(f"{stack.name} is not what it was:\n{text}\nWhere this is meant: {RENEW}", pytrace=False)


def test_a_golden_tells_no_secret(stack: Stack):
    text = describe(stack.up)
    secrets = [one.outputs["result"] for one in stack.up.all("RandomPassword")]
    secrets += [one["secretString"] for one in stack.up.all("SecretVersion")]
    assert len(secrets) == 8
    assert [secret for secret in secrets if secret in text] == []  # the goldens are this text


def test_no_describer_is_left_over(staging: Stack, production: Stack):
    types = {one.type for run in (staging.up, production.up) for one in run.resources}
    assert DESCRIBERS.keys() - types == set()


def test_preview_and_update_register_the_same_resources_with_the_same_protection(stack: Stack):
    up, preview = (sorted((one.urn, str(one.options)) for one in run.resources) for run in stack.runs)
    assert up == preview

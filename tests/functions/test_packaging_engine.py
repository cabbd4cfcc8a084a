"""What the real engine makes of a package: no change where nothing changed, one update where code did."""

import os
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from pulumi import automation

from components import function as module
from components.function import Function, FunctionArgs
from offline.engine import Engine
from offline.workspace import open_stack

pytestmark = pytest.mark.engine


def program() -> None:
    provider = aws.Provider("aws", region="us-east-1")
    inside = pulumi.ResourceOptions(provider=provider)
    key = aws.kms.Key("key", opts=inside)
    topic = aws.sns.Topic("warning", opts=inside)
    Function(
        "smoke",
        FunctionArgs(
            folder="one",
            function_name="mockforge-dev-one",
            description="One",
            timeout_seconds=10,
            memory_mib=128,
            log_retention_days=30,
            failure_topic_arn=topic.arn,
            failure_topic_key_arn=key.arn,
        ),
        pulumi.ResourceOptions(providers=[provider]),
    )


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def changes(result: Any) -> dict[str, int]:
    """What would change, by kind; in a preview `same` is left out."""
    return {str(getattr(kind, "value", kind)): count for kind, count in result.change_summary.items() if kind != "same"}


@pytest.fixture
def stack(tmp_path: Path, engine: Engine) -> automation.Stack:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    return open_stack(project_root=tmp_path, environment="dev", program=program, engine=engine)


CODE = {
    "__init__.py": "",
    "common/log.py": "a = 1\n",
    "one/handler.py": "b = 2\n",
    "two/handler.py": "c = 3\n",
}


def test_the_same_code_elsewhere_and_later_is_no_change_and_other_code_is_one(
    stack: automation.Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    here, elsewhere = tmp_path / "here" / "functions", tmp_path / "elsewhere" / "functions"
    write(here, CODE)
    write(elsewhere, dict(reversed(CODE.items())))
    monkeypatch.setattr(module, "FUNCTIONS_FOLDER", here)
    stack.up()

    os.utime(here / "one/handler.py", (1, 1))
    write(here, {"one/__pycache__/handler.cpython-313.pyc": "x", "one/README.md": "x", "two/handler.py": "c = 4\n"})
    assert changes(stack.preview()) == {}

    monkeypatch.setattr(module, "FUNCTIONS_FOLDER", elsewhere)
    assert changes(stack.preview()) == {}

    write(elsewhere, {"common/log.py": "a = 2\n"})
    assert changes(stack.preview()) == {"update": 1}
    stack.up()
    assert changes(stack.preview()) == {}

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components import function as module
from components.function import Function, FunctionArgs, package
from tests.harness import Program

Run = Callable[..., Program]

TOPIC = "arn:aws:sns:us-east-1:123456789012:warning"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234"


def a_function(name: str = "smoke", **wishes: Any) -> Callable[[], None]:
    def program() -> None:
        args: dict[str, Any] = {
            "folder": "smoke_test",
            "function_name": f"mockforge-staging-{name}",
            "description": "Looks at green",
            "timeout_seconds": 180,
            "memory_mib": 512,
            "environment": {"HOST_NAME": "staging.example.com"},
            "statements": [{"Sid": "ReadOne", "Action": ["secretsmanager:GetSecretValue"], "Resource": "arn:one"}],
            "log_retention_days": 30,
            "failure_topic_arn": TOPIC,
            "failure_topic_key_arn": KEY,
            **wishes,
        }
        made = Function(name, FunctionArgs(**args))
        pulumi.export("arn", made.arn)
        pulumi.export("early", [made.function_name, made.log_group_name])

    return program


def statements(program: Program) -> dict[str, dict[str, Any]]:
    document = json.loads(program.one("RolePolicy", "smoke-policy")["policy"])
    return {one["Sid"]: one for one in document["Statement"]}


def test_the_function_runs_python_on_arm_with_its_limits(registered: Run):
    function = registered(a_function()).one("lambda/function:Function")
    assert (function["runtime"], function["architectures"]) == ("python3.13", ["arm64"])
    assert (function["timeout"], function["memorySize"]) == (180, 512)
    assert function["handler"] == "functions.smoke_test.handler.handler"
    assert function["environment"] == {"variables": {"HOST_NAME": "staging.example.com"}}
    assert "tracingConfig" not in function
    assert "reservedConcurrentExecutions" not in function


def test_its_log_group_exists_before_it_and_keeps_30_days(registered: Run):
    program = registered(a_function())
    group, function = program.one("LogGroup"), program.one("lambda/function:Function")
    assert (group["name"], group["retentionInDays"]) == ("/aws/lambda/mockforge-staging-smoke", 30)
    assert function["loggingConfig"] == {"logFormat": "Text", "logGroup": "/aws/lambda/mockforge-staging-smoke"}
    assert program.waits_for(function, group)


def test_its_role_can_do_what_is_asked_write_its_log_and_tell_of_failures_and_no_more(registered: Run):
    program = registered(a_function())
    logs = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/mockforge-staging-smoke:*"
    assert {sid: (one["Action"], one["Resource"]) for sid, one in statements(program).items()} == {
        "WriteItsLog": (["logs:CreateLogStream", "logs:PutLogEvents"], logs),
        "TellOfFailures": (["sns:Publish"], TOPIC),
        "EncryptWhatItTells": (["kms:Decrypt", "kms:GenerateDataKey*"], KEY),
        "ReadOne": (["secretsmanager:GetSecretValue"], "arn:one"),
    }
    role = program.one("iam/role:Role")
    assert json.loads(role["assumeRolePolicy"])["Statement"] == [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]
    assert program.all("RolePolicyAttachment") == []


def test_it_is_made_after_its_rights(registered: Run):
    program = registered(a_function())
    assert program.waits_for(program.one("lambda/function:Function"), program.one("RolePolicy"))


def test_what_it_could_not_handle_is_told_to_the_topic(registered: Run):
    failures = registered(a_function(retries=1)).one("FunctionEventInvokeConfig")
    assert failures["functionName"] == "mockforge-staging-smoke"
    assert failures["destinationConfig"] == {"onFailure": {"destination": TOPIC}}
    assert (failures["maximumRetryAttempts"], failures["maximumEventAgeInSeconds"]) == (1, 3600)


def test_the_arn_is_known_only_when_failures_are_heard_and_the_names_are_known_early(registered: Run):
    program = registered(a_function())
    assert program.stack_outputs["arn"] == "arn:aws:lambda:us-east-1:123456789012:function:mockforge-staging-smoke"
    early = registered(a_function(), preview=True).stack_outputs["early"]
    assert early == ["mockforge-staging-smoke", "/aws/lambda/mockforge-staging-smoke"]


def test_concurrency_is_reserved_when_asked_for(registered: Run):
    assert (
        registered(a_function(reserved_concurrency=1)).one("lambda/function:Function")["reservedConcurrentExecutions"]
        == 1
    )


def test_two_functions_stand_side_by_side(registered: Run):
    def two() -> None:
        a_function("one")()
        a_function("two")()

    assert len(registered(two).all("lambda/function:Function")) == 2


def texts(folder: str) -> dict[str, str]:
    return {path: asset.text for path, asset in package(folder).assets.items()}  # type: ignore[union-attr]


def test_a_package_holds_its_own_folder_and_what_all_share_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    functions = tmp_path / "functions"
    for path in (
        "__init__.py",
        "common/__init__.py",
        "common/log.py",
        "one/__init__.py",
        "one/handler.py",
        "one/deep/more.py",
        "one/notes.txt",
        "one/__pycache__/handler.cpython-311.pyc",
        "two/handler.py",
    ):
        (functions / path).parent.mkdir(parents=True, exist_ok=True)
        (functions / path).write_text(path)
    monkeypatch.setattr(module, "FUNCTIONS_FOLDER", functions)
    assert list(texts("one")) == [
        "functions/__init__.py",
        "functions/common/__init__.py",
        "functions/common/log.py",
        "functions/one/__init__.py",
        "functions/one/deep/more.py",
        "functions/one/handler.py",
    ]


def test_line_endings_and_the_place_of_a_checkout_are_not_part_of_a_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    packages = []
    for place, ending in (("here", b"\n"), ("elsewhere", b"\r\n")):
        folder = tmp_path / place / "functions"
        (folder / "one").mkdir(parents=True)
        (folder / "__init__.py").write_bytes(b"")
        (folder / "one" / "handler.py").write_bytes(b"x = 1" + ending)
        monkeypatch.setattr(module, "FUNCTIONS_FOLDER", folder)
        packages.append(texts("one"))
    assert packages[0] == packages[1]


def test_a_folder_without_a_handler_is_refused_and_those_with_one_are_named():
    with pytest.raises(ValueError, match=r"functions/smoketest/handler.py does not exist; there are: .*smoke_test"):
        package("smoketest")


def test_a_packaged_function_runs_on_its_own(tmp_path: Path):
    for path, text in texts("smoke_test").items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    code = "from functions.smoke_test.handler import handler; print(callable(handler))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"

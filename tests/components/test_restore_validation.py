import json
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pulumi
import pytest
from moto.events.models import EventPattern

from components.function import Placement
from components.restore_validation import RestoreValidation, RestoreValidationArgs
from functions.restore_validation.settings import read_settings
from runbook.settings import Database
from tests.harness import Program

Run = Callable[..., Program]

ACCOUNT = "123456789012"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/2"
SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:mockforge-cloud/staging/database-url-1"
WITHOUT_DATABASE: dict[str, Any] = {
    "database_arn": None,
    "subnet_group_name": None,
    "database_url_secret_arn": None,
    "placement": None,
}
PLANS = f"arn:aws:backup:us-east-1:{ACCOUNT}:restore-testing-plan:mockforge_staging_weekly-"


def a_validation(name: str = "validation", **changes: Any) -> Callable[[], None]:
    def program() -> None:
        args: dict[str, Any] = {
            "database": Database(),
            "environment_name": "staging",
            "prefix": "mockforge-staging",
            "region": "us-east-1",
            "account_id": pulumi.Output.from_input(ACCOUNT),
            "guide_url": "https://guide.example/incident-response.md",
            "restore_test_plan_name": pulumi.Output.from_input("mockforge_staging_weekly"),
            "objects_bucket_arn": "arn:aws:s3:::objects",
            "configuration_bucket_arn": "arn:aws:s3:::configuration",
            "data_key_arn": KEY,
            "database_arn": f"arn:aws:rds:us-east-1:{ACCOUNT}:db:mockforge-staging",
            "subnet_group_name": "isolated",
            "database_url_secret_arn": SECRET,
            "placement": Placement(subnet_ids=["subnet-1", "subnet-2"], security_group_id="sg-1"),
            "log_retention_days": 30,
            "warning_topic_arn": f"arn:aws:sns:us-east-1:{ACCOUNT}:warning",
            "warning_topic_key_arn": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1",
        }
        RestoreValidation(name, RestoreValidationArgs(**(args | changes)))

    return program


def variables(program: Program) -> dict[str, str]:
    return program.one("lambda/function:Function")["environment"]["variables"]


def rights(program: Program) -> dict[str, tuple[Any, Any]]:
    document = json.loads(program.one("RolePolicy")["policy"])
    return {one["Sid"]: (one["Action"], one["Resource"]) for one in document["Statement"]}


def test_what_the_component_sets_is_what_the_function_reads(registered: Run):
    read = read_settings(variables(registered(a_validation())))
    assert read.plan_arn_prefix == PLANS
    assert dict(read.sources) == {
        "objects": "arn:aws:s3:::objects",
        "configuration": "arn:aws:s3:::configuration",
        "database": f"arn:aws:rds:us-east-1:{ACCOUNT}:db:mockforge-staging",
    }
    assert (read.subnet_group, read.engine_version, read.record_bucket) == ("isolated", "16.10", "configuration")
    assert read.guide_url == "https://guide.example/incident-response.md#restore-test-failed"


@pytest.mark.parametrize(
    ("detail", "called"),
    [
        ({"restoreTestingPlanArn": f"{PLANS}1", "status": "COMPLETED"}, True),
        ({"restoreTestingPlanArn": f"{PLANS}1", "state": "COMPLETED"}, True),
        ({"restoreTestingPlanArn": f"{PLANS}1", "status": "RUNNING"}, False),
        ({"restoreTestingPlanArn": PLANS.replace("staging", "production"), "status": "COMPLETED"}, False),
        ({"status": "COMPLETED"}, False),
    ],
)
def test_it_is_called_when_our_restore_test_has_restored_something(
    registered: Run, detail: dict[str, str], called: bool
):
    program = registered(a_validation())
    pattern = program.one("EventRule")["eventPattern"]
    event: Any = {"source": "aws.backup", "detail-type": "Restore Job State Change", "detail": detail}
    assert EventPattern(pattern, json.loads(pattern)).matches_event(event) is called
    assert program.one("EventTarget")["arn"] == program.one("lambda/function:Function").outputs["arn"]


def test_only_its_rule_may_call_it_and_may_do_so_before_events_come(registered: Run):
    program = registered(a_validation())
    permission = program.one("lambda/permission:Permission")
    assert permission["principal"] == "events.amazonaws.com"
    assert permission["sourceArn"] == program.one("EventRule").outputs["arn"]
    assert program.waits_for(program.one("EventTarget"), permission)


def test_it_reads_what_was_restored_and_its_sources_and_writes_the_record_only(registered: Run):
    found = rights(registered(a_validation()))
    reads = ["arn:aws:s3:::awsbackup-restore-test-*", "arn:aws:s3:::objects", "arn:aws:s3:::configuration"]
    assert found["ListObjects"] == (["s3:ListBucket"], reads)
    assert found["CompareObjects"] == (["s3:GetObject"], [f"{one}/*" for one in reads])
    assert found["Document"] == (["s3:PutObject"], "arn:aws:s3:::configuration/restore-tests/*")
    assert found["SeeTheRestoredDatabase"][1] == f"arn:aws:rds:us-east-1:{ACCOUNT}:db:awsbackup-restore-test-*"
    assert found["LogInToTheRestoredDatabase"] == (["secretsmanager:GetSecretValue"], SECRET)
    assert {sid for sid, (_, resource) in found.items() if resource == "*"} == {
        "JudgeRestoreJobs",
        "StandInTheNetwork",
        "OnlyLambdaItself",
    }


def test_without_a_database_of_ours_it_expects_none(registered: Run):
    program = registered(a_validation(**WITHOUT_DATABASE))
    assert set(read_settings(variables(program)).sources) == {"objects", "configuration"}
    assert not {"SeeTheRestoredDatabase", "LogInToTheRestoredDatabase", "StandInTheNetwork"} & set(rights(program))
    function = program.one("lambda/function:Function")
    assert "vpcConfig" not in function.inputs
    assert not [path for path in function["code"]["assets"] if not path.startswith("functions/")]


def test_it_stands_where_a_restored_database_can_be_reached(registered: Run):
    place = registered(a_validation()).one("lambda/function:Function")["vpcConfig"]
    assert (place["subnetIds"], place["securityGroupIds"]) == (["subnet-1", "subnet-2"], ["sg-1"])


def test_only_lambda_itself_may_touch_network_interfaces_with_its_role(registered: Run):
    document = json.loads(registered(a_validation()).one("RolePolicy")["policy"])
    stated = {one["Sid"]: one for one in document["Statement"]}
    refused = stated["OnlyLambdaItself"]
    assert (refused["Effect"], refused["Action"]) == ("Deny", stated["StandInTheNetwork"]["Action"])
    assert refused["Condition"] == {
        "ArnLike": {"lambda:SourceFunctionArn": "arn:aws:lambda:*:*:function:mockforge-staging-restore-validation"}
    }


def test_the_driver_goes_with_it_and_imports_nothing_that_lambda_lacks(registered: Run, tmp_path: Path):
    code = registered(a_validation()).one("lambda/function:Function")["code"]
    for path, asset in code["assets"].items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(asset["text"] if "text" in asset else Path(asset["path"]).read_text())
    for runtime in ("dateutil", "six", "boto3", "botocore", "jmespath", "urllib3", "s3transfer"):  # what Lambda has
        if spec := find_spec(runtime):
            where = Path(str(spec.origin))
            where = where.parent if where.name == "__init__.py" else where
            (tmp_path / where.name).symlink_to(where)
    # -S: without site-packages
    asks = "from functions.restore_validation import handler; import pg8000.native; print(pg8000.__file__)"
    found = subprocess.run(
        [sys.executable, "-S", "-c", asks], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert found.stdout.strip() == str(tmp_path / "pg8000" / "__init__.py"), found.stderr


@pytest.mark.parametrize("missing", ["subnet_group_name", "database_url_secret_arn", "placement"])
def test_a_database_that_could_not_be_compared_or_reached_is_refused(registered: Run, missing: str):
    with pytest.raises(ValueError, match="database_arn needs subnet_group_name, database_url_secret_arn and placement"):
        registered(a_validation(**dict[str, Any]({missing: None})))


def test_two_environments_stand_side_by_side(registered: Run):
    def two() -> None:
        a_validation("one", prefix="mockforge-one")()
        a_validation("two", prefix="mockforge-two")()

    assert len(registered(two).all("lambda/function:Function")) == 2

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from moto.events.models import EventPattern

from components.restore_validation import RestoreValidation, RestoreValidationArgs
from functions.restore_validation.settings import read_settings
from runbook.settings import Database
from tests.harness import Program

Run = Callable[..., Program]

ACCOUNT = "123456789012"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/2"
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
    assert [sid for sid, (_, resource) in found.items() if resource == "*"] == ["JudgeRestoreJobs"]


def test_without_a_database_of_ours_it_expects_none(registered: Run):
    program = registered(a_validation(database_arn=None, subnet_group_name=None))
    assert set(read_settings(variables(program)).sources) == {"objects", "configuration"}
    assert "SeeTheRestoredDatabase" not in rights(program)


def test_a_database_without_its_subnet_group_is_refused(registered: Run):
    with pytest.raises(ValueError, match="database_arn needs subnet_group_name"):
        registered(a_validation(subnet_group_name=None))


def test_two_environments_stand_side_by_side(registered: Run):
    def two() -> None:
        a_validation("one", prefix="mockforge-one")()
        a_validation("two", prefix="mockforge-two")()

    assert len(registered(two).all("lambda/function:Function")) == 2

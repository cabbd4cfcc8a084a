"""Runbook, "Backup Schedule": configuration, daily."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.configuration_backup import ConfigurationBackup, ConfigurationBackupArgs
from functions.common.configuration_document import key
from functions.configuration_backup.settings import read_settings
from runbook import schedule
from runbook.settings import Backups
from tests.harness import Program

Run = Callable[..., Program]

LISTENER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/web/1/2"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"
NAME = "mockforge-staging-configuration-backup"


def a_backup(name: str = "configuration", **changes: Any) -> Callable[[], None]:
    def program() -> None:
        args: dict[str, Any] = {
            "backups": Backups(),
            "environment_name": "staging",
            "prefix": "mockforge-staging",
            "region": "eu-west-1",
            "account_id": pulumi.Output.from_input("123456789012"),
            "cluster_name": "mockforge-staging",
            "service_name": "mockforge-staging",
            "listener_arn": LISTENER,
            "backup_plan_ids": {"storage": pulumi.Output.from_input("plan-s"), "database": "plan-d"},
            "bucket": "kept",
            "bucket_arn": "arn:aws:s3:::kept",
            "key_arn": KEY,
            "log_retention_days": 30,
            "warning_topic_arn": "arn:aws:sns:eu-west-1:123456789012:warning",
            "warning_topic_key_arn": "arn:aws:kms:eu-west-1:123456789012:key/2",
        }
        made = ConfigurationBackup(name, ConfigurationBackupArgs(**(args | changes)))
        pulumi.export("name", made.function_name)

    return program


def statements(program: Program) -> dict[str, dict[str, Any]]:
    document = json.loads(program.one("RolePolicy", "configuration-function-policy")["policy"])
    return {one["Sid"]: one for one in document["Statement"]}


@pytest.mark.parametrize("preview", [True, False])
def test_it_runs_daily_a_quarter_of_an_hour_before_the_daily_backup(registered: Run, preview: bool):
    one = registered(a_backup(), preview=preview).one("scheduler/schedule:Schedule")
    assert (one["scheduleExpression"], one["scheduleExpressionTimezone"]) == ("cron(45 4 ? * * *)", "UTC")
    assert one["flexibleTimeWindow"] == {"mode": "OFF"}
    assert one["name"] == NAME


def test_another_start_of_the_daily_backup_moves_it_along(registered: Run):
    one = registered(a_backup(backups=Backups(daily_start="00:05"))).one("scheduler/schedule:Schedule")
    assert one["scheduleExpression"] == "cron(50 23 ? * * *)"


@given(st.integers(0, 23), st.integers(0, 59))
def test_whenever_the_daily_backup_starts_it_runs_15_minutes_before(hour: int, minute: int):
    expression = schedule.configuration_backup_schedule(Backups(daily_start=f"{hour:02d}:{minute:02d}"))
    own_minute, own_hour = map(int, expression.removeprefix("cron(").split()[:2])
    assert (own_hour * 60 + own_minute + 15) % 1440 == hour * 60 + minute
    assert expression.endswith(" ? * * *)")


def test_it_is_told_when_it_was_due(registered: Run):
    target = registered(a_backup()).one("scheduler/schedule:Schedule")["target"]
    assert json.loads(target["input"]) == {"scheduledTime": "<aws.scheduler.scheduled-time>"}
    assert target["arn"] == f"arn:aws:lambda:us-east-1:123456789012:function:{NAME}"


def test_the_schedule_may_start_this_function_and_nothing_else(registered: Run):
    program = registered(a_backup())
    role, rights = (program.one(kind, f"configuration-schedule-{end}") for kind, end in ROLE_AND_RIGHTS)
    group = program.one("ScheduleGroup")
    [trust] = json.loads(role["assumeRolePolicy"])["Statement"]
    assert trust["Condition"] == {"StringEquals": {"aws:SourceArn": group.outputs["arn"]}}
    [right] = json.loads(rights["policy"])["Statement"]
    assert right["Action"] == "lambda:InvokeFunction"
    assert right["Resource"] == f"arn:aws:lambda:us-east-1:123456789012:function:{NAME}"
    assert program.waits_for(program.one("scheduler/schedule:Schedule"), rights)


ROLE_AND_RIGHTS = (("iam/role:Role", "role"), ("RolePolicy", "policy"))


def test_all_three_tries_end_before_the_daily_backup_starts(registered: Run):
    """Lambda waits one minute before the second try, two before the third."""
    program = registered(a_backup())
    seconds = program.one("lambda/function:Function")["timeout"]
    assert program.one("FunctionEventInvokeConfig")["maximumRetryAttempts"] == 2
    assert 3 * seconds + 60 + 120 < 15 * 60


def test_what_the_component_sets_is_what_the_function_reads(registered: Run):
    read = read_settings(registered(a_backup()).one("lambda/function:Function")["environment"]["variables"])
    assert (read.environment, read.account_id) == ("staging", "123456789012")
    assert (read.bucket, read.key_arn) == ("kept", KEY)
    assert (read.parameter_path, read.secret_prefix) == ("/mockforge-cloud/staging", "mockforge-cloud/staging/")
    assert (read.name_prefix, read.outside_region) == ("mockforge-staging", "us-east-1")
    assert (read.cluster, read.service, read.listener_arn) == ("mockforge-staging", "mockforge-staging", LISTENER)
    assert read.backup_plan_ids == ("plan-d", "plan-s")


def test_it_may_write_backups_and_neither_read_nor_delete_them(registered: Run):
    rights = statements(registered(a_backup()))
    assert rights["KeepTheBackup"]["Action"] == ["s3:PutObject"]
    assert rights["KeepTheBackup"]["Resource"] == "arn:aws:s3:::kept/configuration/*"
    assert key(datetime(2026, 11, 24, tzinfo=UTC)).startswith("configuration/")
    assert (rights["EncryptTheBackup"]["Action"], rights["EncryptTheBackup"]["Resource"]) == (
        ["kms:GenerateDataKey"],
        KEY,
    )
    assert not [one for one in rights.values() if any(action.startswith("s3:Get") for action in one["Action"])]


def test_it_reads_no_secret_and_decrypts_nothing_of_ours(registered: Run):
    rights = statements(registered(a_backup()))
    actions = {action: one["Resource"] for one in rights.values() for action in one["Action"]}
    assert "secretsmanager:GetSecretValue" not in actions
    assert actions["kms:Decrypt"] == "arn:aws:kms:eu-west-1:123456789012:key/2"  # the failure topic's
    assert not [action for action in actions if action.endswith("*") and not action.startswith("kms:")]


def test_it_reads_its_own_environment_where_aws_can_tell_environments_apart(registered: Run):
    rights = statements(registered(a_backup()))
    arn = "arn:aws:{}:eu-west-1:123456789012:{}".format
    assert {sid: rights[sid]["Resource"] for sid in rights if sid.startswith("ReadThe") or sid == "ReadParameters"} == {
        "ReadParameters": [
            arn("ssm", "parameter/mockforge-cloud/staging"),
            arn("ssm", "parameter/mockforge-cloud/staging/*"),
        ],
        "ReadTheService": arn("ecs", "service/mockforge-staging/mockforge-staging"),
        "ReadTheBackupPlans": [arn("backup", "backup-plan:plan-d"), arn("backup", "backup-plan:plan-s")],
        "ReadTheDashboards": "arn:aws:cloudwatch::123456789012:dashboard/mockforge-staging*",
    }
    assert [sid for sid, one in rights.items() if one["Resource"] == "*"] == ["ReadDefinitions"]
    assert all(action.split(":")[1].startswith(("Describe", "List")) for action in rights["ReadDefinitions"]["Action"])


def test_its_name_is_known_early_and_two_stand_side_by_side(registered: Run):
    assert registered(a_backup(), preview=True).stack_outputs["name"] == NAME

    def two() -> None:
        a_backup("one")()
        a_backup("two", prefix="mockforge-production")()

    assert len(registered(two).all("scheduler/schedule:Schedule")) == 2

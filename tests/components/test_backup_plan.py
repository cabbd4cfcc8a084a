"""Runbook, "Backup Schedule": database hourly and daily, object storage and configuration daily; a test every week."""

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components.backup_plan import BackupPlan, BackupPlanArgs
from components.component import Component
from runbook import settings
from tests.harness import Program

Run = Callable[..., Program]

DATABASE = "arn:aws:rds:us-east-1:123456789012:db:mockforge-staging"
OBJECTS, CONFIGURATION = "arn:aws:s3:::objects", "arn:aws:s3:::configuration"
TOPIC = "arn:aws:sns:us-east-1:123456789012:warning"


def backups(
    name: str = "backup",
    *,
    described: dict[str, Any] | None = None,
    window: dict[str, Any] | None = None,
    **changes: Any,
):
    args: dict[str, Any] = {
        "backups": settings.Backups(**(described or {})),
        "maintenance": settings.Maintenance(**(window or {})),
        "prefix": "mockforge-staging",
        "account_id": "123456789012",
        "objects_bucket_arn": OBJECTS,
        "configuration_bucket_arn": CONFIGURATION,
        "database_arn": DATABASE,
        "subnet_group_name": "isolated",
        "security_group_id": "sg-0d",
        "warning_topic_arn": TOPIC,
        "recovery_region": None,
        "protected": False,
    }
    return lambda: BackupPlan(name, BackupPlanArgs(**{**args, **changes}))


def external_database(**changes: Any):
    return backups(database_arn=None, subnet_group_name=None, security_group_id=None, **changes)


def rules(program: Program, plan: str):
    return {rule["ruleName"]: rule for rule in program.one("backup/plan:Plan", f"backup-{plan}")["rules"]}


def selected(program: Program, plan: str):
    """What the plan's selections name."""
    plan_id = program.one("backup/plan:Plan", f"backup-{plan}").outputs["id"]
    return [arn for one in program.all("Selection") if one["planId"] == plan_id for arn in one["resources"]]


def test_the_database_has_an_hourly_and_a_daily_rule_and_both_buckets_a_daily_one(registered: Run):
    program = registered(backups())
    assert {plan: set(rules(program, plan)) for plan in ("database", "storage")} == {
        "database": {"hourly", "daily"},
        "storage": {"daily"},
    }
    assert selected(program, "database") == [DATABASE]
    assert selected(program, "storage") == [OBJECTS, CONFIGURATION]


@pytest.mark.parametrize("preview", [True, False])
def test_hourly_means_every_hour_that_keeps_clear_of_the_window_and_of_the_daily_one_at_five(
    registered: Run, preview: bool
):
    program = registered(backups(), preview=preview)
    of_database = rules(program, "database")
    # window 02:00-04:00 with an hour on both sides; the job of 00:00 may start until 01:00
    assert of_database["hourly"]["schedule"] == "cron(0 0,6-23 ? * * *)"
    assert of_database["daily"]["schedule"] == "cron(0 5 ? * * *)"
    assert rules(program, "storage")["daily"]["schedule"] == "cron(0 5 ? * * *)"
    assert {rule["scheduleExpressionTimezone"] for rule in of_database.values()} == {"Etc/UTC"}


def test_another_maintenance_window_moves_the_hours(registered: Run):
    program = registered(backups(window={"weekday": "wednesday", "start": "10:00"}))
    assert rules(program, "database")["hourly"]["schedule"] == "cron(0 0-4,6-8,13-23 ? * * *)"


def test_only_the_hourly_rule_is_continuous_because_a_resource_has_one_continuous_recovery_point(registered: Run):
    program = registered(backups())
    continuous = {name: rule["enableContinuousBackup"] for name, rule in rules(program, "database").items()}
    assert continuous == {"hourly": True, "daily": False}
    assert rules(program, "storage")["daily"]["enableContinuousBackup"] is False


def test_every_recovery_point_lives_35_days_and_never_gets_cold(registered: Run):
    program = registered(backups(recovery_region="us-west-2"))
    lives = [rule["lifecycle"] for plan in ("database", "storage") for rule in rules(program, plan).values()]
    copies = [copy["lifecycle"] for copy in rules(program, "database")["daily"]["copyActions"]]
    assert [*lives, *copies] == [{"deleteAfter": 35}] * 4


def test_a_job_starts_within_the_hour_so_that_it_never_overlaps_the_next(registered: Run):
    program = registered(backups())
    every = [rule for plan in ("database", "storage") for rule in rules(program, plan).values()]
    assert [rule["startWindow"] for rule in every] == [60, 60, 60]
    assert all(rule["completionWindow"] >= rule["startWindow"] + 60 for rule in every)


def test_the_role_may_back_up_and_restore_databases_and_buckets(registered: Run):
    program = registered(backups())
    assert {one["policyArn"] for one in program.all("RolePolicyAttachment")} == {
        "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
        "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForRestores",
        "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
        "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Restore",
    }
    role = program.one("iam/role:Role")
    [trust] = json.loads(role["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "backup.amazonaws.com"}
    assert {one["iamRoleArn"] for one in program.all("Selection")} == {role.outputs["arn"]}


def test_vaults_are_encrypted_by_keys_of_their_own_region(registered: Run):
    program = registered(backups(recovery_region="us-west-2"))
    for vault, region in (("backup-vault", None), ("backup-recovery-vault", "us-west-2")):
        made, key = program.one("Vault", vault), program.one("kms/key:Key", f"{vault}-key")
        assert made["kmsKeyArn"] == key.outputs["arn"]
        assert (made["name"], made.region, key.region) == ("mockforge-staging", region, region)


@pytest.mark.parametrize("preview", [True, False])
def test_daily_recovery_points_are_copied_to_the_recovery_region(registered: Run, preview: bool):
    program = registered(backups(recovery_region="us-west-2"), preview=preview)
    for plan in ("database", "storage"):
        assert len(rules(program, plan)["daily"]["copyActions"]) == 1
    assert "copyActions" not in rules(program, "database")["hourly"]
    abroad = [one for one in program.resources if one.custom and one.name.startswith("backup-recovery-vault")]
    assert len(abroad) == 4  # key, alias, vault, lock
    assert {one.region for one in abroad} == {"us-west-2"}


def test_a_copy_goes_to_the_vault_over_there(registered: Run):
    program = registered(backups(recovery_region="us-west-2"))
    [copy] = rules(program, "storage")["daily"]["copyActions"]
    assert copy["destinationVaultArn"] == program.one("Vault", "backup-recovery-vault").outputs["arn"]


def test_without_a_recovery_region_nothing_is_copied(registered: Run):
    program = registered(backups())
    assert [one.name for one in program.all("Vault")] == ["backup-vault"]
    assert all("copyActions" not in rule for plan in ("database", "storage") for rule in rules(program, plan).values())


def test_a_locked_vault_accepts_what_the_rules_make_and_a_person_with_the_right_can_unlock_it(registered: Run):
    program = registered(backups(recovery_region="us-west-2"))
    locks = program.all("VaultLockConfiguration")
    assert [(one["minRetentionDays"], one["maxRetentionDays"]) for one in locks] == [(7, 35), (7, 35)]
    assert all("changeableForDays" not in one for one in locks)  # with it nobody could, ever
    assert locks[0].property_depends_on["backupVaultName"] == {"backup-vault"}


@pytest.mark.parametrize("retention_days", [8, 20, 35])
def test_a_lock_never_refuses_the_rules_own_retention(registered: Run, retention_days: int):
    program = registered(backups(described={"retention_days": retention_days}))
    lock = program.one("VaultLockConfiguration")
    for rule in (*rules(program, "database").values(), *rules(program, "storage").values()):
        assert lock["minRetentionDays"] <= rule["lifecycle"]["deleteAfter"] <= lock["maxRetentionDays"]


def test_production_cannot_lose_its_vaults_keys_or_locks(registered: Run):
    program = registered(backups(protected=True, recovery_region="us-west-2"))
    kept = [*program.all("Vault"), *program.all("kms/key:Key"), *program.all("VaultLockConfiguration")]
    assert len(kept) == 6
    assert {one.options["protect"] for one in kept} == {True}
    assert {one["forceDestroy"] for one in program.all("Vault")} == {False}


def test_staging_goes_without_help(registered: Run):
    program = registered(backups(described={"vault_locked": False}))
    assert program.all("VaultLockConfiguration") == []
    assert program.one("Vault")["forceDestroy"] is True
    assert [one.name for one in program.resources if one.options.get("protect")] == []


def test_a_vault_is_emptied_while_the_role_that_filled_it_and_the_data_it_came_from_are_still_there(registered: Run):
    class Data(Component):
        def __init__(self) -> None:
            super().__init__("data")
            aws.s3.Bucket("data-bucket", opts=self.child())
            self.register_outputs({})

    def program() -> None:
        backups(covered=[Data()])()

    made = registered(program)
    vault = made.one("Vault")
    # deletion runs the other way round: AWS Backup needs that role to delete what it made
    assert all(made.waits_for(vault, one) for one in made.all("RolePolicyAttachment"))
    assert made.waits_for(vault, made.one("s3/bucket:Bucket"))


def test_every_monday_at_eight_the_newest_recovery_point_of_the_last_week_is_restored(registered: Run):
    program = registered(backups())
    plan = program.one("RestoreTestingPlan")
    assert (plan["scheduleExpression"], plan["scheduleExpressionTimezone"]) == ("cron(0 8 ? * MON *)", "Etc/UTC")
    chosen = plan["recoveryPointSelection"]
    assert (chosen["algorithm"], chosen["selectionWindowDays"]) == ("LATEST_WITHIN_WINDOW", 7)
    assert chosen["includeVaults"] == [program.one("Vault").outputs["arn"]]
    assert set(chosen["recoveryPointTypes"]) == {"CONTINUOUS", "SNAPSHOT"}


def test_each_kind_of_data_is_restored_and_the_database_into_its_private_place(registered: Run):
    program = registered(backups())
    tested = {one["name"]: one for one in program.all("RestoreTestingSelection")}
    assert {name: (one["protectedResourceType"], one["protectedResourceArns"]) for name, one in tested.items()} == {
        "database": ("RDS", [DATABASE]),
        "objects": ("S3", [OBJECTS]),
        "configuration": ("S3", [CONFIGURATION]),
    }
    assert tested["database"]["restoreMetadataOverrides"] == {
        "dbSubnetGroupName": "isolated",
        "vpcSecurityGroupIds": '["sg-0d"]',
    }


def test_names_of_restore_tests_hold_nothing_but_letters_digits_and_underscores(registered: Run):
    program = registered(backups(prefix="mockforge-pre-production"))
    named = [program.one("RestoreTestingPlan"), *program.all("RestoreTestingSelection")]
    assert named[0]["name"] == "mockforge_pre_production_weekly"
    assert all(one["name"].replace("_", "").isalnum() and len(one["name"]) <= 50 for one in named)


def test_a_hole_in_the_continuous_backup_or_a_missing_object_is_told(registered: Run):
    told = registered(backups()).one("VaultNotifications")
    assert told["snsTopicArn"] == TOPIC
    assert set(told["backupVaultEvents"]) == {"CONTINUOUS_BACKUP_INTERRUPTED", "S3_BACKUP_OBJECT_FAILED"}


@pytest.mark.parametrize("preview", [True, False])
def test_an_external_database_is_backed_up_by_whoever_runs_it(registered: Run, preview: bool):
    program = registered(external_database(), preview=preview)
    assert [one.name for one in program.all("backup/plan:Plan")] == ["backup-storage"]
    assert {one["protectedResourceType"] for one in program.all("RestoreTestingSelection")} == {"S3"}


def test_a_database_without_a_place_for_its_restore_test_is_refused(registered: Run):
    with pytest.raises(ValueError, match="needs subnet_group_name and security_group_id"):
        registered(backups(subnet_group_name=None))


def test_outputs_name_what_operations_need(registered: Run):
    def program() -> None:
        plan = backups(recovery_region="us-west-2")()
        for key in ("vault_name", "role_arn", "recovery_vault_name", "restore_test_plan_name", "plan_ids"):
            pulumi.export(key, getattr(plan, key))

    outputs = registered(program).stack_outputs
    assert (outputs["vault_name"], outputs["recovery_vault_name"]) == ("mockforge-staging", "mockforge-staging")
    assert outputs["restore_test_plan_name"] == "mockforge_staging_weekly"
    assert set(outputs["plan_ids"]) == {"database", "storage"}
    assert outputs["role_arn"].startswith("arn:aws:iam::123456789012:role/backup-role")


def test_two_environments_stand_side_by_side(registered: Run):
    program = registered(lambda: (backups("one", prefix="mockforge-one")(), backups("two", prefix="mockforge-two")()))
    assert {one["name"] for one in program.all("Vault")} == {"mockforge-one", "mockforge-two"}

"""What has to hold: private, encrypted, never replaced or upgraded by itself, and its URL a secret on every way."""

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.database import Database, DatabaseArgs, first_backup_window
from offline.provider.wire import Secret
from runbook import settings
from tests.harness import Program

Run = Callable[..., Program]

TOPIC = "arn:aws:sns:us-east-1:123456789012:warning"
SUBNETS = ["subnet-0a", "subnet-0b", "subnet-0c"]


def database(name: str = "database", *, described: dict[str, Any] | None = None, **changes: Any):
    args: dict[str, Any] = {
        "database": settings.Database(**(described or {})),
        "identifier": "mockforge-staging",
        "prefix": "mockforge-staging",
        "environment_name": "staging",
        "account_id": "123456789012",
        "subnet_ids": SUBNETS,
        "security_group_id": "sg-0d",
        "window": "sun:03:30-sun:04:00",
        "event_topic_arn": TOPIC,
        "recovery_region": None,
        "log_retention_days": 30,
        "protected": False,
    }
    return lambda: Database(name, DatabaseArgs(**{**args, **changes}))


def instance(program: Program):
    return program.one("rds/instance:Instance")


@pytest.mark.parametrize("preview", [True, False])
def test_nobody_outside_the_isolated_subnets_reaches_it(registered: Run, preview: bool):
    program = registered(database(), preview=preview)
    made = instance(program)
    assert (made["publiclyAccessible"], made["vpcSecurityGroupIds"]) == (False, ["sg-0d"])
    assert program.one("SubnetGroup")["subnetIds"] == SUBNETS
    assert made.property_depends_on["dbSubnetGroupName"] == {"database-subnets"}


def test_disk_and_performance_data_lie_under_its_own_key(registered: Run):
    program = registered(database())
    made, key = instance(program), program.one("kms/key:Key", "database-key").outputs["arn"]
    assert (made["storageEncrypted"], made["kmsKeyId"], made["performanceInsightsKmsKeyId"]) == (True, key, key)


def test_connections_without_tls_are_refused_and_statements_are_logged_without_their_values(registered: Run):
    program = registered(database())
    group = program.one("ParameterGroup")
    values = {one["name"]: one["value"] for one in group["parameters"]}
    assert (values["rds.force_ssl"], values["log_parameter_max_length"]) == ("1", "0")
    # `immediate` would be shown as a difference in every later preview
    assert {one["applyMethod"] for one in group["parameters"]} == {"pending-reboot"}
    assert instance(program)["parameterGroupName"] == group.outputs["name"]


def test_the_parameter_group_belongs_to_the_major_version(registered: Run):
    for version, family in (("16.10", "postgres16"), ("17", "postgres17")):
        assert registered(database(described={"engine_version": version})).one("ParameterGroup")["family"] == family


@pytest.mark.parametrize("preview", [True, False])
def test_its_logs_go_to_groups_that_exist_before_and_end_after_30_days(registered: Run, preview: bool):
    program = registered(database(identifier="mockforge-restored"), preview=preview)
    groups = program.all("LogGroup")
    assert {one["name"]: one["retentionInDays"] for one in groups} == {
        "/aws/rds/instance/mockforge-restored/postgresql": 30,
        "/aws/rds/instance/mockforge-restored/upgrade": 30,
    }
    assert instance(program)["enabledCloudwatchLogsExports"] == ["postgresql", "upgrade"]
    assert all(program.waits_for(instance(program), one) for one in groups)


def test_retention_and_backup_window_are_left_to_aws_backup_and_a_restored_instance_can_be_imported(registered: Run):
    made = instance(registered(database()))
    assert made.options["ignore_changes"] == ["backupRetentionPeriod", "backupWindow", "snapshotIdentifier"]
    assert made["backupRetentionPeriod"] == 7  # from 0 there is no way up without an outage


def test_its_windows_do_not_overlap(registered: Run):
    made = instance(registered(database()))
    assert (made["maintenanceWindow"], made["backupWindow"]) == ("sun:03:30-sun:04:00", "15:30-16:00")


@given(start=st.integers(0, 1439), length=st.integers(30, 240))
def test_the_first_backup_window_keeps_hours_away_from_any_maintenance_window(start: int, length: int):
    def clock(minute: int) -> str:
        return f"{minute // 60 % 24:02d}:{minute % 60:02d}"

    window = first_backup_window(f"sun:{clock(start)}-sun:{clock(start + length)}")
    begin, end = (int(time[:2]) * 60 + int(time[3:]) for time in window.split("-"))
    assert (end - begin) % 1440 == 30  # RDS: half an hour at least
    after = (begin - (start + length)) % 1440
    before = (start - end) % 1440
    assert min(after, before) >= 7 * 60


def test_nothing_is_upgraded_or_interrupted_by_itself(registered: Run):
    made = instance(registered(database()))
    switches = ("autoMinorVersionUpgrade", "allowMajorVersionUpgrade", "applyImmediately")
    assert [made[switch] for switch in switches] == [False, False, False]
    assert made["engineLifecycleSupport"] == "open-source-rds-extended-support-disabled"


def test_size_and_zones_are_those_of_the_settings(registered: Run):
    described = {"instance_class": "db.t4g.small", "multi_az": False, "storage_gib": 20, "maximum_storage_gib": 50}
    made = instance(registered(database(described=described)))
    assert (made["instanceClass"], made["multiAz"]) == ("db.t4g.small", False)
    assert (made["storageType"], made["allocatedStorage"], made["maxAllocatedStorage"]) == ("gp3", 20, 50)
    assert "iops" not in made  # below 400 GiB RDS refuses a number


def test_performance_is_watched_for_seven_days_free_of_charge(registered: Run):
    made = instance(registered(database()))
    assert (made["databaseInsightsMode"], made["performanceInsightsEnabled"]) == ("standard", True)
    assert made["performanceInsightsRetentionPeriod"] == 7


def test_production_cannot_lose_it(registered: Run):
    program = registered(database(protected=True))
    made = instance(program)
    assert made.options["protect"] is True
    assert (made["deletionProtection"], made["deleteAutomatedBackups"]) == (True, False)
    assert made["skipFinalSnapshot"] is False
    assert made["finalSnapshotIdentifier"].startswith("mockforge-staging-final-")
    for what in ("kms/key:Key", "RandomPassword", "secretsmanager/secret:Secret"):
        assert program.one(what).options["protect"] is True


def test_the_final_snapshot_of_another_life_has_another_name(registered: Run):
    made = registered(database(protected=True))
    assert made.one("RandomId")["keepers"] == {"identifier": "mockforge-staging"}
    assert instance(made).property_depends_on["finalSnapshotIdentifier"] == {"database-final-snapshot"}


def test_staging_goes_without_help(registered: Run):
    program = registered(database(protected=False))
    made = instance(program)
    assert (made["deletionProtection"], made["deleteAutomatedBackups"], made["skipFinalSnapshot"]) == (
        False,
        True,
        True,
    )
    assert "finalSnapshotIdentifier" not in made
    assert [one.name for one in program.resources if one.options.get("protect")] == []


def test_the_url_is_complete_and_asks_for_tls(registered: Run):
    program = registered(database())
    password, address = instance(program)["password"], instance(program).outputs["address"]
    assert program.one("SecretVersion")["secretString"] == (
        f"postgres://mockforge:{password}@{address}:5432/mockforge?sslmode=require"
    )
    assert program.one("secretsmanager/secret:Secret")["name"] == "mockforge-cloud/staging/database-url"


@pytest.mark.parametrize("preview", [True, False])
def test_password_and_url_are_never_plain(registered: Run, preview: bool):
    program = registered(database(), preview=preview)
    assert program.is_secret(instance(program), "password")
    assert program.is_secret(program.one("SecretVersion"), "secretString")
    if not preview:
        said = [(one.raw_inputs, one.raw_outputs) for one in program.resources if one.type != "random:RandomPassword"]
        plain = json.dumps(said, default=lambda value: isinstance(value, Secret))
        assert instance(program)["password"] not in plain


def test_the_url_is_replicated_where_a_recovery_would_need_it(registered: Run):
    secret = registered(database(recovery_region="us-west-2")).one("secretsmanager/secret:Secret")
    assert secret["replicas"] == [{"region": "us-west-2"}]


def test_rds_tells_of_failures_failovers_little_storage_and_maintenance(registered: Run):
    program = registered(database())
    events = program.one("EventSubscription")
    assert (events["snsTopic"], events["sourceType"], events["sourceIds"]) == (
        TOPIC,
        "db-instance",
        ["mockforge-staging"],
    )
    assert events["eventCategories"] == ["failover", "failure", "low storage", "maintenance"]
    assert program.waits_for(events, instance(program))


def test_tasks_can_wait_for_the_url(registered: Run):
    def program() -> None:
        made = database()()
        pulumi.export("memory", made.memory_gib)
        assert made.url_secret_version.pulumi_resource_name == "database-url-version"

    assert registered(program).stack_outputs["memory"] == 8  # db.m7g.large


def test_two_databases_stand_side_by_side(registered: Run):
    def two() -> None:
        database("one", identifier="one", prefix="mockforge-one", environment_name="one")()
        database("two", identifier="two", prefix="mockforge-two", environment_name="two", protected=True)()

    program = registered(two)
    assert {one["identifier"] for one in program.all("rds/instance:Instance")} == {"one", "two"}

"""`recover database`: whole commands against RDS, ECS and Secrets Manager. The clock stands at 2026-11-24 03:00 UTC."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from operations.recovery.lock import lock_parameter
from runbook.manifest import parameter_name
from tests.operations.aws_world import AwsWorld, Said, aws_error, put
from tests.operations.backup_world import BackupWorld
from tests.operations.manifests import manifest
from tests.operations.rds_world import COPY, KEY, NAME, OWNER_URL, PASSWORD, PLACE, SNAPSHOT, RdsWorld, address

TO = ["--to", "2026-11-24T02:40"]
ASIDE, BESIDE = f"{NAME}-before-20261124-024000", f"{NAME}-to-20261124-024000"
FIRST, SECOND = f"db-{'A' * 26}", f"db-{'C' * 26}"


@pytest.fixture
def rds(aws: AwsWorld) -> Iterator[RdsWorld]:
    world = RdsWorld(aws=aws, backups=BackupWorld(aws=aws))
    database = manifest().database.model_dump() | {"place": PLACE}
    put(aws, parameter_name("production"), manifest(database=database).to_parameter(), tier="Advanced")
    aws.calls.clear()
    yield world
    changing = [name for name, asked in aws.calls if name == "PutSecretValue" or PASSWORD in str(asked)]
    assert set(changing) <= {"ModifyDBInstance", "PutSecretValue"}, "the password goes where it has to and nowhere else"


def recover(rds: RdsWorld, *words: str) -> Said:
    answer = rds.aws("recover", "database", "production", *words)
    assert PASSWORD not in answer.out + answer.err
    return answer


def is_recovered(rds: RdsWorld, *, aside: str | None = ASIDE, deployments: int = 2) -> None:
    """Once, and as it has to be."""
    rds.advance()
    assert rds.names == sorted(filter(None, [NAME, aside]))
    one = rds.one(NAME)
    assert one["DbiResourceId"] != FIRST
    assert one["DBInstanceStatus"] in ("available", "modifying")  # log exports may still be on their way
    assert (one["DeletionProtection"], one["MultiAZ"], one["KmsKeyId"]) == (True, True, KEY)
    assert rds.passwords[one["DbiResourceId"]] == PASSWORD
    assert rds.url() == OWNER_URL
    assert len(rds.aws.ecs.deployments) == deployments
    assert rds.aws.ecs.deployments[-1]["lifecycleStage"] in ("BAKE_TIME", "CLEAN_UP")
    assert no_lock(rds)


def no_lock(rds: RdsWorld) -> bool:
    try:
        rds.aws.client("ssm").get_parameter(Name=lock_parameter("production"))
    except rds.aws.client("ssm").exceptions.ParameterNotFound:
        return True
    return False


def without_instance(rds: RdsWorld) -> None:
    """Somebody has deleted it; RDS has kept its logs, and the manifest says where it stood."""
    rds.instances.clear()
    rds.logs[FIRST] = (rds.logs[FIRST][0], rds.aws.clock.now() - timedelta(minutes=8))


# --- to a minute


def test_the_database_is_brought_back_to_a_minute_and_the_old_one_is_kept(rds: RdsWorld):
    answer = recover(rds, *TO, "--yes")
    assert (answer.code, answer.out) == (0, "the database of production is as it was at 2026-11-24 02:40:00 UTC\n")
    is_recovered(rds)
    kept = rds.one(ASIDE)
    assert (kept["DbiResourceId"], kept["DeletionProtection"]) == (FIRST, True)
    assert rds.aws.changes == [
        "PutParameter",
        "RestoreDBInstanceToPointInTime",
        "ModifyDBInstance",
        "AddTagsToResource",
        "AddTagsToResource",
        "ModifyDBInstance",
        "ModifyDBInstance",
        "ModifyDBInstance",
        "AddTagsToResource",
        "UpdateService",
        "ContinueServiceDeployment",
        "DeleteParameter",
    ]


def test_it_is_restored_into_the_place_of_the_present_one_and_with_its_protection(rds: RdsWorld):
    recover(rds, *TO, "--yes")
    [asked] = rds.aws.asked("RestoreDBInstanceToPointInTime")
    assert {key: value for key, value in asked.items() if key not in ("RestoreTime", "Tags")} == {
        "SourceDbiResourceId": FIRST,
        "TargetDBInstanceIdentifier": BESIDE,
        "DBInstanceClass": "db.m7g.large",
        "DBSubnetGroupName": "database-subnets",
        "VpcSecurityGroupIds": ["sg-1"],
        "DBParameterGroupName": "database-parameters",
        "CACertificateIdentifier": "rds-ca-rsa2048-g1",
        "MultiAZ": True,
        "DeletionProtection": True,
        "PubliclyAccessible": False,
        "AutoMinorVersionUpgrade": False,
        "CopyTagsToSnapshot": True,
        "BackupRetentionPeriod": 35,
    }
    assert f"{asked['RestoreTime']:%Y-%m-%dT%H:%M:%S%z}" == "2026-11-24T02:40:00+0000"
    assert {"Key": "Environment", "Value": "production"} in asked["Tags"]


def test_what_a_restore_does_not_carry_is_set_and_log_exports_only_under_the_final_name(rds: RdsWorld):
    recover(rds, *TO, "--yes")
    settled, aside, named, logs = rds.aws.asked("ModifyDBInstance")
    assert {key: value for key, value in settled.items() if key != "MasterUserPassword"} == {
        "DBInstanceIdentifier": BESIDE,
        "ApplyImmediately": True,
        "MaxAllocatedStorage": 200,
        "PreferredMaintenanceWindow": "sun:03:30-sun:04:00",
        "EnablePerformanceInsights": True,
        "PerformanceInsightsKMSKeyId": KEY,
        "PerformanceInsightsRetentionPeriod": 7,
        "DatabaseInsightsMode": "standard",
    }
    assert [(one["DBInstanceIdentifier"], one["NewDBInstanceIdentifier"]) for one in (aside, named)] == [
        (NAME, ASIDE),
        (BESIDE, NAME),
    ]
    assert (logs["DBInstanceIdentifier"], logs["CloudwatchLogsExportConfiguration"]) == (
        NAME,
        {"EnableLogTypes": ["postgresql", "upgrade"]},
    )


def test_in_the_end_the_lines_for_pulumi_and_for_the_kept_instance_are_written_out(rds: RdsWorld):
    said = recover(rds, *TO, "--yes").err
    urn = "urn:pulumi:production::mockforge-cloud::mockforge:cloud:Database$aws:rds/instance:Instance::database"
    new = rds.one(NAME)["DbiResourceId"]
    assert (
        "Pulumi's state still means the instance of before. In the project's folder:\n"
        "  pulumi stack export --stack production --file production-before-recovery.json\n"
        f"""  sed 's/"id": "{FIRST}"/"id": "{new}"/' production-before-recovery.json > production-recovered.json\n"""
        "  pulumi stack import --stack production --file production-recovered.json\n"
        f"  pulumi refresh --stack production --yes --skip-preview --target '{urn}'\n"
        "  ./mfcloud preview production\n"
        "  ./mfcloud up production\n"
    ) in said
    assert (
        f"The instance of before is kept as {ASIDE}. When nobody needs it any more: `aws rds modify-db-instance "
        f"--db-instance-identifier {ASIDE} --no-deletion-protection --apply-immediately`, then `aws rds "
        f"delete-db-instance --db-instance-identifier {ASIDE} --skip-final-snapshot`\n"
    ) in said


def test_for_scripts_it_is_one_object(rds: RdsWorld):
    content = json.loads(recover(rds, *TO, "--yes", "--json").out)
    assert content.pop("commands")[0].startswith("pulumi stack export --stack production")
    assert content.pop("removal").endswith("--skip-final-snapshot`")
    assert content == {
        "environment": "production",
        "recovered_to": "2026-11-24T02:40:00+00:00",
        "source": "2026-11-24T02:40:00Z",
        "lost_minutes": 51,  # 20 when it began, and as long as it took
        "instance": NAME,
        "resource_id": rds.one(NAME)["DbiResourceId"],
        "kept": ASIDE,
    }


@pytest.mark.parametrize(
    "text", ["2026-11-24T02:40", "2026-11-24 02:40:00", "2026-11-24T02:40Z", "2026-11-24T03:40+01:00"]
)
def test_a_time_without_a_zone_is_utc(rds: RdsWorld, text: str):
    assert "  to          2026-11-24 02:40:00 UTC" in recover(rds, "--to", text, "--dry-run").err


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("yesterday", 2, "error: `yesterday` is no time\n"),
        ("2026-11-24T03:01", 2, "error: 2026-11-24 03:01:00 UTC is still to come; it is 2026-11-24 03:00:00 UTC\n"),
        (
            "2026-10-20T02:59",
            3,
            "error: 2026-10-20 02:59:00 UTC cannot be restored from transaction logs; restorable: mockforge-production",
        ),
        ("2026-11-24T02:58", 3, "error: 2026-11-24 02:58:00 UTC cannot be restored from transaction logs;"),
    ],
)
def test_a_moment_that_cannot_be_is_refused_with_those_that_can(rds: RdsWorld, text: str, code: int, message: str):
    answer = recover(rds, "--to", text, "--yes")
    assert (answer.code, answer.out, rds.aws.changes) == (code, "", [])
    assert answer.err.startswith(message)


# --- asking


def test_without_a_wish_it_shows_what_there_is_and_what_each_would_lose(rds: RdsWorld):
    answer = recover(rds)
    assert (answer.code, answer.err, rds.aws.changes) == (0, "", [])
    assert answer.out.splitlines() == [
        "Any second of the transaction logs: --to TIME, or --to latest",
        "  logs of               from (UTC)           to (UTC)             loss at least",
        "  mockforge-production  2026-10-20 03:00:00  2026-11-24 02:55:00  5 min",
        "Recovery points: --recovery-point ARN",
        "  made (UTC)           place     state      loss  recovery point",
        f"  2026-11-23 05:00:00  primary   COMPLETED  22 h  {SNAPSHOT}",
        f"  2026-11-23 05:00:00  recovery  COMPLETED  22 h  {COPY}",
    ]
    content = json.loads(recover(rds, "--json").out)
    assert content["logs"][0]["lost_minutes"] == 5
    assert [one["recovery_point"] for one in content["recovery_points"]] == [SNAPSHOT, COPY]


def test_without_a_person_to_ask_nothing_is_changed_and_what_is_lost_is_named(rds: RdsWorld):
    answer = recover(rds, *TO)
    assert (answer.code, answer.out, rds.aws.changes) == (2, "", [])
    assert answer.err.endswith(
        "error: there is no terminal to ask at: Lose what was written to the database of production in the 20 min "
        "since 2026-11-24 02:40:00 UTC?\nhint: add --yes if the answer is yes; nothing was changed\n"
    )


def test_a_dry_run_changes_nothing_and_names_every_step(rds: RdsWorld):
    answer = recover(rds, *TO, "--dry-run")
    assert (answer.code, answer.out, rds.aws.changes) == (0, "", [])
    assert answer.err.splitlines() == [
        "Recover the database of production:",
        "  to          2026-11-24 02:40:00 UTC (logs of mockforge-production)",
        "  loses       what was written in the 20 min since then, and what is written until the names are changed",
        f"  keeps       the present instance as {ASIDE}",
        "  expected    about 57 minutes; users are without a database while instances change names",
        "  - restore beside the present instance",
        "  - set what a restore does not carry",
        "  - verify the restored instance",
        "  - move the present instance aside; users are without a database from here",
        "  - give the restored instance its name",
        "  - see that the secret names its host",
        "  - start new tasks on it",
        "dry run: nothing was changed",
    ]


@pytest.mark.parametrize(
    "words", [[*TO, "--recovery-point", SNAPSHOT], ["--from", NAME], ["--recovery-point", "no-such-point"]]
)
def test_wrong_usage_changes_nothing(rds: RdsWorld, words: list[str]):
    answer = recover(rds, *words, "--yes")
    assert (answer.code, answer.out, rds.aws.changes) == (2, "", [])


def test_a_database_elsewhere_is_not_pretended_to_be_ours(rds: RdsWorld):
    names = manifest(database={"kind": "external", "identifier": None, "url_secret": "team/url"})
    put(rds.aws, parameter_name("production"), names.to_parameter(), tier="Advanced")
    rds.aws.calls.clear()
    answer = recover(rds, *TO, "--yes")
    assert (answer.code, answer.out, rds.aws.changes) == (3, "", [])
    assert answer.err == (
        "error: the database of production stands elsewhere (`database.kind: external`): its backups are its "
        "provider's\n"
        "hint: 1. restore at the provider to the moment you want, beside the present server\n"
        "2. write its DATABASE_URL into the secret team/url: `aws secretsmanager put-secret-value --secret-id team/url "
        "--secret-string file://url.txt`, then delete the file\n"
        "3. let new tasks read it: `aws ecs update-service --cluster mockforge-production --service "
        "mockforge-production --force-new-deployment`\n"
        "4. `mfcloud smoke-test production`\n"
    )


# --- recovery points


def test_a_recovery_point_of_the_own_region_is_restored_as_it_is(rds: RdsWorld):
    answer = recover(rds, "--recovery-point", SNAPSHOT, "--yes")
    assert answer.code == 0
    [asked] = rds.aws.asked("RestoreDBInstanceFromDBSnapshot")
    assert asked["DBSnapshotIdentifier"] == "awsbackup:job-1"
    [aside] = [name for name in rds.names if "-before-" in name]
    assert aside.startswith(f"{NAME}-before-20261123-050000-")
    is_recovered(rds, aside=aside)
    assert "CopyDBSnapshot" not in rds.aws.changes


def test_one_of_the_second_region_is_copied_here_first_under_the_databases_own_key(rds: RdsWorld):
    answer = recover(rds, "--recovery-point", "copyjob-2", "--yes")
    assert answer.code == 0
    [copy] = rds.aws.asked("CopyDBSnapshot")
    assert (copy["SourceDBSnapshotIdentifier"], copy["SourceRegion"], copy["KmsKeyId"]) == (COPY, "us-west-2", KEY)
    [asked] = rds.aws.asked("RestoreDBInstanceFromDBSnapshot")
    assert asked["DBSnapshotIdentifier"] == copy["TargetDBSnapshotIdentifier"]
    is_recovered(rds, aside=next(name for name in rds.names if "-before-" in name))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"Status": "CREATING"}, "it is CREATING"),
        ({"IsEncrypted": False}, "it is COMPLETED, not encrypted"),
    ],
)
def test_a_recovery_point_that_is_none_is_refused(rds: RdsWorld, changes: dict[str, Any], told: str):
    arn = SNAPSHOT.replace("job-1", "job-3")
    rds.backups.add("database", "mockforge-production", hours=1, RecoveryPointArn=arn, **changes)
    answer = recover(rds, "--recovery-point", arn, "--yes")
    assert (answer.code, answer.err, rds.aws.changes) == (
        3,
        f"error: the recovery point cannot be restored: {told}\n",
        [],
    )


# --- the instance is gone


def test_a_deleted_instance_is_brought_back_from_the_logs_that_rds_has_kept(rds: RdsWorld):
    without_instance(rds)
    answer = recover(rds, "--to", "latest", "--yes")
    assert answer.code == 0
    is_recovered(rds, aside=None)
    [asked] = rds.aws.asked("RestoreDBInstanceToPointInTime")
    assert (asked["SourceDbiResourceId"], asked["DBSubnetGroupName"], asked["VpcSecurityGroupIds"]) == (
        FIRST,
        "database-subnets",
        ["sg-1"],
    )
    assert (asked["DeletionProtection"], asked["MultiAZ"], asked["DBParameterGroupName"]) == (
        True,
        True,
        "database-parameters",
    )
    assert """sed 's/"id": "db-[A-Z0-9]*"/"id": """ in answer.err


def test_where_nothing_says_how_it_has_to_stand_nothing_is_guessed(rds: RdsWorld):
    without_instance(rds)
    put(rds.aws, parameter_name("production"), manifest().to_parameter(), tier="Advanced")
    answer = recover(rds, "--to", "latest", "--yes")
    assert (answer.code, answer.out) == (1, "")
    assert "error: there is neither an instance to copy the settings of, nor does the manifest say" in answer.err
    assert "RestoreDBInstanceToPointInTime" not in rds.aws.changes


def test_a_secret_that_names_another_host_gets_a_new_version_and_nothing_else_of_it_changes(rds: RdsWorld):
    old = OWNER_URL.replace(address(NAME), "old.example.com")
    rds.aws.client("secretsmanager").put_secret_value(
        SecretId="mockforge-cloud/production/database-url", SecretString=old
    )
    rds.aws.calls.clear()
    assert recover(rds, *TO, "--yes").code == 0
    is_recovered(rds)
    assert len(rds.aws.asked("PutSecretValue")) == 1


@pytest.mark.parametrize("text", ["", "hunter2", "postgres://mockforge@host/mockforge", "postgres://u:p@h:port/x"])
def test_a_secret_that_is_no_url_is_never_shown(rds: RdsWorld, text: str):
    rds.aws.client("secretsmanager").put_secret_value(
        SecretId="mockforge-cloud/production/database-url", SecretString=text or " "
    )
    answer = recover(rds, *TO, "--yes")
    assert answer.code == 1
    assert "error: the secret mockforge-cloud/production/database-url holds no complete DATABASE_URL\n" in answer.err
    assert not text or text not in answer.err
    assert rds.names == [NAME, BESIDE]


# --- the first doubt stops it


def test_while_a_deployment_goes_on_nothing_is_begun(rds: RdsWorld):
    rds.aws.ecs.register(42, "b")
    rds.aws.ecs.start(42)
    answer = recover(rds, *TO, "--yes")
    assert (answer.code, answer.out, rds.aws.changes) == (3, "", [])
    assert answer.err.startswith(
        "error: deployment deployment2 or its bake goes on (IN_PROGRESS); nothing was switched over\n"
    )


def test_a_deployment_that_begins_during_the_restore_is_not_overtaken_and_afterwards_it_goes_on(rds: RdsWorld):
    rds.aws.ecs.register(42, "b")
    rds.aws.ecs.approval = False
    rds.aws.clock.once(lambda: rds.aws.ecs.start(42))
    answer = recover(rds, *TO, "--yes")
    assert (answer.code, rds.names) == (3, [NAME, BESIDE])
    assert "or its bake goes on (IN_PROGRESS); nothing was switched over\n" in answer.err
    rds.aws.clock.sleep(90 * 60)
    assert recover(rds, *TO, "--yes").code == 0
    is_recovered(rds, deployments=3)


def test_what_was_restored_wrongly_is_never_switched_to(rds: RdsWorld):
    make = rds._made

    def single_zone(name: str, asked: dict[str, Any]) -> dict[str, Any]:
        return make(name, asked | {"MultiAZ": False, "PubliclyAccessible": True})

    rds._made = single_zone
    answer = recover(rds, *TO, "--yes")
    assert (answer.code, answer.out, rds.names) == (1, "", [NAME, BESIDE])
    assert "  BAD   public access: OPEN\n" in answer.err
    assert "  BAD   Multi-AZ: False, expected True\n" in answer.err
    assert "is not as it has to be (public access, Multi-AZ); nothing was switched over\n" in answer.err
    assert rds.one(NAME)["DbiResourceId"] == FIRST


def test_a_restore_that_rds_gives_up_stops_with_the_place_to_look(rds: RdsWorld):
    rds.restore_ends_as = "incompatible-restore"
    answer = recover(rds, *TO, "--yes")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.endswith(
        f"error: restore of the database: RDS says `incompatible-restore` of {BESIDE}, and does not go on by itself\n"
        f"hint: `aws rds describe-events --source-type db-instance --source-identifier {BESIDE}` tells why\n"
    )


def test_an_instance_that_rds_does_not_rename_any_more_is_given_up_by_a_person_and_its_logs_are_kept(rds: RdsWorld):
    rds.one(NAME)["DBInstanceStatus"] = "storage-full"
    answer = recover(rds, *TO, "--yes")
    assert (answer.code, answer.out, rds.names) == (1, "", [NAME, BESIDE])
    assert (
        f"error: RDS says `storage-full` of {NAME}, and renames no instance in that state; the restored one is ready "
        f"beside it ({BESIDE})\nhint: repair it, or give it up: `aws rds modify-db-instance --db-instance-identifier "
    ) in answer.err
    assert (
        f"delete-db-instance --db-instance-identifier {NAME} --skip-final-snapshot --no-delete-automated-backups`"
        in (answer.err)
    )
    rds.instances.remove(rds.one(NAME))
    assert recover(rds, *TO, "--yes").code == 0
    is_recovered(rds, aside=None)


def test_new_tasks_that_fail_are_told_and_the_same_command_tries_them_again(rds: RdsWorld):
    def fail(at: Any) -> None:
        if len(rds.aws.ecs.deployments) == 2:
            rds.aws.clock.on_sleep.remove(fail)
            rds.aws.ecs.raise_alarm("mockforge-production-deployment-errors")

    rds.aws.clock.on_sleep.append(fail)
    answer = recover(rds, *TO, "--yes")
    assert (answer.code, answer.out) == (1, "")
    assert "error: the database is recovered, but the new tasks did not take it up: ROLLBACK_SUCCESSFUL" in answer.err
    assert recover(rds, *TO, "--yes").code == 0
    is_recovered(rds, deployments=3)


# --- once more


def test_repeated_after_it_has_finished_it_says_so_and_changes_nothing(rds: RdsWorld):
    recover(rds, *TO, "--yes")
    before = len(rds.aws.changes)
    again = recover(rds, *TO, "--yes")
    assert again.code == 0
    assert again.err.startswith("the database of production was recovered to 2026-11-24T02:40:00Z already\n")
    assert "pulumi stack export" in again.err
    assert rds.aws.changes[before:] == []


def test_also_after_pulumi_has_taken_the_tags_off(rds: RdsWorld):
    recover(rds, *TO, "--yes")
    rds.one(NAME)["TagList"] = [{"Key": "Environment", "Value": "production"}]
    before = len(rds.aws.changes)
    again = recover(rds, *TO, "--yes")
    assert again.err.startswith("the database of production was recovered to 2026-11-24T02:40:00Z already\n")
    assert "pulumi stack export" not in again.err
    assert rds.aws.changes[before:] == []


def test_a_second_recovery_reaches_further_back_through_the_instance_that_was_kept(rds: RdsWorld):
    recover(rds, *TO, "--yes")
    rds.aws.clock.sleep(2 * 3600)
    answer = recover(rds, "--to", "2026-11-24T02:10", "--yes")
    assert answer.code == 0
    assert f"(logs of {ASIDE})" in answer.err
    assert rds.names == [NAME, f"{NAME}-before-20261124-021000", ASIDE]
    assert rds.tags(NAME)["mockforge-cloud:recovers-to"] == "2026-11-24T02:10:00Z"
    third = recover(rds, "--to", "2026-11-24T02:50", "--yes", "--from", ASIDE)
    assert third.code == 3, "its bake goes on"
    rds.aws.clock.sleep(2 * 3600)
    assert recover(rds, "--to", "2026-11-24T02:50", "--yes", "--from", ASIDE).code == 0
    assert len(rds.aws.asked("RestoreDBInstanceToPointInTime")) == 3
    assert len({one["DbiResourceId"] for one in rds.instances}) == len(rds.names) == 4
    assert rds.tags(NAME)["mockforge-cloud:recovers-to"] == "2026-11-24T02:50:00Z"


def test_another_target_while_one_is_under_way_is_refused_with_both_ways_out(rds: RdsWorld):
    rds.aws.faults["AddTagsToResource"].append(KeyboardInterrupt())
    recover(rds, *TO, "--yes")
    before = len(rds.aws.changes)
    answer = recover(rds, "--to", "2026-11-24T02:10", "--yes")
    assert (answer.code, rds.aws.changes[before:]) == (3, [])
    assert answer.err.startswith(
        f"error: another recovery was begun and not finished: {BESIDE} is available; nothing was changed\n"
        "hint: go on with it (--to 2026-11-24T02:40:00Z), or take it away first: `aws rds modify-db-instance "
    )


def test_latest_goes_on_with_what_was_the_latest_when_it_began(rds: RdsWorld):
    rds.aws.faults["AddTagsToResource"].append(KeyboardInterrupt())
    assert recover(rds, "--to", "latest", "--yes").code == 130
    assert recover(rds, "--to", "latest", "--yes").code == 0
    assert len(rds.aws.asked("RestoreDBInstanceToPointInTime")) == 1
    is_recovered(rds, aside=f"{NAME}-before-20261124-025459")


# --- interrupted

STRUCK = {  # operation to how often it is called
    "PutParameter": 1,
    "RestoreDBInstanceToPointInTime": 1,
    "ModifyDBInstance": 4,
    "AddTagsToResource": 3,
    "UpdateService": 1,
    "ContinueServiceDeployment": 1,
    "GetSecretValue": 1,
    "DeleteParameter": 1,
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("operation", "skipped"), [(name, before) for name, times in STRUCK.items() for before in range(times)]
)
@pytest.mark.parametrize("when", ["faults", "lost"])
def test_ctrl_c_at_any_step_and_the_command_again_recovers_once(rds: RdsWorld, operation: str, when: str, skipped: int):
    """Before the request arrives, and after it has but before the answer does."""
    _strike(rds, operation, when, skipped, KeyboardInterrupt())
    assert recover(rds, *TO, "--yes").code == 130
    getattr(rds.aws, when).clear()
    again = recover(rds, *TO, "--yes")
    assert again.code == 0, again.err
    if operation != "DeleteParameter":  # there the lock stays, and the next recovery is told of it
        is_recovered(rds)
    assert len(rds.aws.asked("RestoreDBInstanceToPointInTime")) <= 2  # one of them may not have arrived
    assert rds.one(ASIDE)["DbiResourceId"] == FIRST


def _strike(rds: RdsWorld, operation: str, when: str, skipped: int, error: BaseException) -> None:
    """Spoil the call after so many."""
    faults = getattr(rds.aws, when)[operation]

    class Countdown(list[BaseException]):
        def __bool__(self) -> bool:
            self.left -= 1
            return self.left == -1

        left = skipped

    getattr(rds.aws, when)[operation] = Countdown([*faults, error])


@pytest.mark.slow
@pytest.mark.parametrize("minute", [0, 22, 25, 26, 27, 28, 29, 31, 33])
def test_ctrl_c_at_any_minute_says_how_to_go_on_and_the_lock_is_given_back(rds: RdsWorld, minute: int):
    press_at = rds.aws.clock.now() + timedelta(minutes=minute)

    def press(at: Any) -> None:
        if at >= press_at:
            rds.aws.clock.on_sleep.clear()
            raise KeyboardInterrupt

    rds.aws.clock.on_sleep.append(press)
    answer = recover(rds, *TO, "--yes")
    if answer.code == 130:
        assert answer.err.endswith(
            "hint: `mfcloud recover database production --to 2026-11-24T02:40:00Z` takes it up where it is\n"
        )
    assert no_lock(rds)
    assert recover(rds, *TO, "--yes").code == 0
    is_recovered(rds)


@pytest.mark.parametrize("operation", ["DescribeDBInstances", "ModifyDBInstance", "UpdateService"])
def test_credentials_that_end_in_the_middle_stop_it_and_nothing_is_done_twice(rds: RdsWorld, operation: str):
    _strike(rds, operation, "faults", 2 if operation != "UpdateService" else 0, aws_error("ExpiredToken", operation))
    answer = recover(rds, *TO, "--yes")
    rds.aws.faults.clear()
    assert (answer.code, answer.out) == (1, "")
    assert "sign in to AWS" in answer.err
    assert recover(rds, *TO, "--yes").code == 0
    is_recovered(rds)
    assert len(rds.aws.asked("RestoreDBInstanceToPointInTime")) == 1


def test_throttling_while_waiting_is_waited_out(rds: RdsWorld):
    def throttle(at: Any) -> None:
        if at.minute % 7 == 0:
            rds.aws.faults["DescribeDBInstances"].append(aws_error("ThrottlingException", "DescribeDBInstances"))

    rds.aws.clock.on_sleep.append(throttle)
    answer = recover(rds, *TO, "--yes")
    rds.aws.clock.on_sleep.clear()
    rds.aws.faults.clear()
    while answer.code:  # where nothing is waited for, it is told, and the command is repeated
        assert "AWS did not do DescribeDBInstances (ThrottlingException)" in answer.err
        answer = recover(rds, *TO, "--yes")
    assert "AWS does not answer (ThrottlingException), asking again" in answer.err or rds.names == [NAME, ASIDE]
    is_recovered(rds)


# --- two at once


def test_the_second_operator_is_told_who_is_at_it(rds: RdsWorld):
    seen: list[Said] = []
    rds.aws.clock.once(lambda: seen.append(recover(rds, *TO, "--yes")))
    assert recover(rds, *TO, "--yes").code == 0
    assert seen[0].code == 3
    assert (
        "error: arn:aws:sts::123456789012:user/moto is at it since 2026-11-24T03:00:00+00:00: recover database "
        "production --to 2026-11-24T02:40:00Z; nothing was changed\n"
    ) in seen[0].err
    is_recovered(rds)


def test_whoever_is_taken_over_from_changes_nothing_any_more(rds: RdsWorld):
    """The first sleeps through the second's whole recovery, and wakes up in the middle of its own."""
    seen: list[Said] = []

    def second(at: Any) -> None:
        if rds.names == [NAME, BESIDE] and rds.one(BESIDE)["DBInstanceStatus"] == "available":
            rds.aws.clock.on_sleep.clear()
            seen.append(recover(rds, *TO, "--yes", "--take-over"))

    rds.aws.clock.on_sleep.append(second)
    first = recover(rds, *TO, "--yes")
    assert seen[0].code == 0
    assert first.code in (0, 3)
    is_recovered(rds)


def test_a_command_whose_lock_somebody_has_taken_makes_no_further_change(rds: RdsWorld):
    """Whatever state it finds: the other one may be about to change it."""

    def taken(at: Any) -> None:
        if any(name == "ModifyDBInstance" for name in rds.aws.changes):
            rds.aws.clock.on_sleep.clear()
            lock = json.dumps({"by": "arn:aws:iam::1:user/kim", "run": "another"})
            put(rds.aws, lock_parameter("production"), lock)

    rds.aws.clock.on_sleep.append(taken)
    answer = recover(rds, *TO, "--yes")
    assert (answer.code, answer.out, rds.names) == (3, "", [NAME, BESIDE])
    assert "error: arn:aws:iam::1:user/kim has taken this recovery over; this command leaves it alone from here\n" in (
        answer.err
    )
    after = rds.aws.changes[rds.aws.changes.index("ModifyDBInstance") + 1 :]
    assert after == ["PutParameter", "AddTagsToResource"]  # kim's lock, and the mark that what was under way has ended
    assert not no_lock(rds), "it is kim's"


def test_a_lock_that_a_killed_command_left_is_a_word_of_its_own(rds: RdsWorld):
    put(rds.aws, lock_parameter("production"), json.dumps({"by": "arn:aws:iam::1:user/kim", "since": "x", "run": "r"}))
    rds.aws.calls.clear()
    answer = recover(rds, *TO, "--yes")
    assert (answer.code, rds.instances[0]["DbiResourceId"]) == (3, FIRST)
    assert "hint: talk to them; if nobody is at it any more (a killed command leaves this behind), add --take-over" in (
        answer.err
    )
    assert recover(rds, *TO, "--yes", "--take-over").code == 0
    is_recovered(rds)

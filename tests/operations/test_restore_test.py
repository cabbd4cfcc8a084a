"""`backups test-restore`: whole commands against AWS Backup, RDS and S3. The clock stands at 2026-11-24 03:00 UTC."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.operations.aws_world import AwsWorld, Said, aws_error
from tests.operations.backup_world import PRIMARY, BackupWorld
from tests.operations.restore_world import RestoreWorld

MADE = "awsbackup-restore-test-production-database-2611240200"
BUCKET = "awsbackup-restore-test-production-objects-2611230500"


@pytest.fixture
def restores(aws: AwsWorld) -> RestoreWorld:
    return RestoreWorld(aws=aws, backups=BackupWorld(aws=aws))


def run(restores: RestoreWorld, *words: str) -> Said:
    return restores.aws("backups", "test-restore", "production", *words)


def recorded(restores: RestoreWorld) -> dict[str, Any]:
    return json.loads(restores.buckets["configuration-1a2b3c4"]["restore-tests/2026-W48.json"][0])["results"]


def is_clean(restores: RestoreWorld) -> bool:
    restores.aws.clock.sleep(600)
    return restores.made == []


def test_the_newest_recovery_point_is_restored_where_the_weekly_test_restores_it_judged_documented_and_deleted(
    restores: RestoreWorld,
):
    answer = run(restores, "--yes")
    assert answer.code == 0
    assert answer.out == (
        "the database of production can be restored: 6 checks, all good: status available; encryption on; subnet group "
        "database-subnets; public access none; engine postgres 16.10; size 3221225472 bytes restored to 50 GiB\n"
    )
    [asked] = restores.aws.asked("StartRestoreJob")
    assert asked["Metadata"] == {
        "dBInstanceIdentifier": MADE,
        "multiAz": "false",
        "deletionProtection": "false",
        "dbSubnetGroupName": "database-subnets",
        "vpcSecurityGroupIds": '["sg-1"]',
    }
    assert asked["IamRoleArn"].endswith(":role/backup-1a2b3c4")
    assert restores.aws.changes == ["StartRestoreJob", "PutObject", "PutObject", "DeleteDBInstance"]
    assert recorded(restores)["database"]["good"] is True
    assert is_clean(restores)


def test_a_bucket_is_compared_with_its_source_and_emptied_before_it_is_deleted(restores: RestoreWorld):
    answer = run(restores, "--kind", "objects", "--yes")
    assert answer.code == 0
    assert "content 5 of 5 compared are equal" in answer.out
    assert restores.aws.asked("StartRestoreJob")[0]["Metadata"]["NewBucketName"] == BUCKET
    assert is_clean(restores)


def test_what_came_back_wrong_fails_is_documented_and_deleted_all_the_same(restores: RestoreWorld):
    restores.instance_is = {"PubliclyAccessible": True}
    answer = run(restores, "--yes")
    assert (answer.code, answer.out) == (1, "FAILED: public access: OPEN\n")
    assert answer.err.endswith(
        "error: what was restored of the database is not what it should be\n"
        "hint: https://example.com/incident-response.md#restore-test-failed tells what to do\n"
    )
    assert recorded(restores)["database"]["good"] is False
    assert is_clean(restores)


def test_missing_objects_are_found(restores: RestoreWorld):
    restores.restored_objects = {}
    answer = run(restores, "--kind", "objects", "--yes")
    assert answer.code == 1
    assert answer.out.startswith("FAILED: objects: 0 restored, 5 unchanged in the source")


def test_a_configuration_backup_that_does_not_read_back_is_found(restores: RestoreWorld):
    answer = run(restores, "--kind", "configuration", "--yes")
    assert answer.code == 1
    assert answer.out.startswith("FAILED: configuration: configuration/2026/11/23.json holds no object header")
    assert is_clean(restores)


def test_a_job_that_fails_is_told_with_its_reason_and_the_next_command_tries_again(restores: RestoreWorld):
    restores.ends_as = "FAILED"
    answer = run(restores, "--yes")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.endswith(
        "error: the recovery point of the database could not be restored: FAILED (The subnet group does not exist.)\n"
        "hint: https://example.com/incident-response.md#restore-test-failed tells what to do\n"
    )
    restores.ends_as = "COMPLETED"
    assert run(restores, "--yes").code == 0
    assert len(restores.jobs) == 2


def test_kept_it_can_be_looked_at_and_the_next_command_deletes_it(restores: RestoreWorld):
    assert run(restores, "--yes", "--keep").code == 0
    restores.aws.clock.sleep(3600)
    assert restores.made == [MADE]
    assert run(restores, "--yes").code == 0
    assert len(restores.jobs) == 1
    assert is_clean(restores)


def test_asked_for_again_it_restores_again(restores: RestoreWorld):
    run(restores, "--yes")
    restores.aws.clock.sleep(3600)
    assert run(restores, "--yes").code == 0
    assert len(restores.jobs) == 2
    assert is_clean(restores)


def test_the_weekly_tests_own_job_and_what_it_has_made_are_left_alone(restores: RestoreWorld):
    restores.begin_weekly_test(restores.backups.points[0]["RecoveryPointArn"])
    restores.aws.clock.sleep(3600)
    assert run(restores, "--yes").code == 0
    restores.aws.clock.sleep(600)
    assert restores.made == ["awsbackup-restore-test-abc"]


def test_what_the_job_says_it_has_made_under_another_name_is_never_deleted(restores: RestoreWorld):
    end = restores._end

    def elsewhere(job: dict[str, Any]) -> None:
        end(job)
        job["CreatedResourceArn"] = "arn:aws:rds:us-east-1:123456789012:db:mockforge-production"

    restores._end = elsewhere
    answer = run(restores, "--yes")
    assert (answer.code, "DeleteDBInstance" in restores.aws.changes) == (1, False)


def test_a_recovery_point_that_was_merely_begun_is_not_tested(restores: RestoreWorld):
    restores.backups.drop("database", PRIMARY)
    restores.backups.add("database", PRIMARY, hours=1, Status="CREATING")
    answer = run(restores, "--yes")
    assert (answer.code, answer.out, restores.aws.changes) == (3, "", [])
    assert answer.err == (
        "error: there is no restorable recovery point of the database to test\n"
        "hint: `mfcloud backups verify` tells why\n"
    )


def test_without_a_person_to_ask_nothing_is_changed_and_what_is_deleted_is_named(restores: RestoreWorld):
    answer = run(restores)
    assert (answer.code, answer.out, restores.aws.changes) == (2, "", [])
    assert answer.err.endswith(
        f"error: there is no terminal to ask at: Restore to {MADE} in production, and delete it again?\n"
        "hint: add --yes if the answer is yes; nothing was changed\n"
    )


def test_a_dry_run_changes_nothing(restores: RestoreWorld):
    answer = run(restores, "--dry-run")
    assert (answer.code, answer.out, restores.aws.changes) == (0, "", [])
    assert answer.err.splitlines() == [
        "Test the recovery point of 2026-11-24 02:00 UTC of the database:",
        f"  restores  to {MADE}",
        f"  deletes   {MADE} afterwards",
        "dry run: nothing was changed",
    ]


def test_for_scripts_it_is_one_object(restores: RestoreWorld):
    content = json.loads(run(restores, "--yes", "--json").out)
    assert len(content.pop("checks")) == 6
    assert content == {
        "environment": "production",
        "kind": "database",
        "good": True,
        "recovery_point": restores.backups.points[0]["RecoveryPointArn"],
        "created": "2026-11-24T02:00:00+00:00",
        "job": "JOB-1",
        "week": "2026-W48",
        "kept": None,
    }


def test_a_result_that_cannot_be_documented_is_a_warning(restores: RestoreWorld):
    restores.aws.faults["PutObject"].append(aws_error("AccessDenied", "PutObject"))
    answer = run(restores, "--yes")
    assert answer.code == 0
    assert "warning: the result is not in the week's record (AccessDenied)\n" in answer.err
    assert is_clean(restores)


STRUCK = ["StartRestoreJob", "DescribeRestoreJob", "DescribeDBInstances", "PutObject", "DeleteDBInstance"]


@pytest.mark.slow
@pytest.mark.parametrize("operation", STRUCK)
@pytest.mark.parametrize("when", ["faults", "lost"])
def test_ctrl_c_at_any_step_and_the_command_again_restores_once_and_leaves_nothing(
    restores: RestoreWorld, operation: str, when: str
):
    getattr(restores.aws, when)[operation].append(KeyboardInterrupt())
    assert run(restores, "--yes").code == 130
    if (operation, when) != ("DeleteDBInstance", "lost"):
        assert run(restores, "--yes").code == 0
        assert len(restores.jobs) == 1
    assert is_clean(restores)


def test_ctrl_c_while_it_is_restored_says_how_to_go_on(restores: RestoreWorld):
    def press(at: Any) -> None:
        if len(restores.jobs) and at - restores.jobs[0]["CreationDate"] > timedelta(minutes=10):
            restores.aws.clock.on_sleep.clear()
            raise KeyboardInterrupt

    restores.aws.clock.on_sleep.append(press)
    answer = run(restores, "--yes")
    assert answer.code == 130
    assert answer.err.endswith(
        "hint: `mfcloud backups test-restore production --kind database` takes it up where it is\n"
    )
    again = run(restores, "--yes")
    assert f"  restores  to {MADE} (begun already, job JOB-1)\n" in again.err
    assert (again.code, len(restores.jobs)) == (0, 1)


def test_two_at_once_share_one_restore_and_neither_fails(restores: RestoreWorld):
    seen: list[Said] = []
    restores.aws.clock.once(lambda: seen.append(run(restores, "--yes")))
    first = run(restores, "--yes")
    assert (seen[0].code, len(restores.jobs)) == (0, 1)
    assert first.code == 3
    assert first.err.endswith(f"error: {MADE} was deleted meanwhile: somebody else has run the same test to its end\n")
    assert recorded(restores)["database"]["good"] is True
    assert is_clean(restores)


def test_credentials_that_end_in_the_middle_leave_it_to_the_next_command(restores: RestoreWorld):
    restores.aws.clock.once(
        lambda: restores.aws.faults["DescribeRestoreJob"].append(aws_error("ExpiredToken", "DescribeRestoreJob"))
    )
    answer = run(restores, "--yes")
    assert (answer.code, answer.out) == (1, "")
    assert "the restore of the database goes on in AWS" in answer.err
    assert run(restores, "--yes").code == 0
    assert len(restores.jobs) == 1

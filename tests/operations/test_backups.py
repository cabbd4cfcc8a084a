"""`backups`: whole commands against vaults in two regions. The clock stands at 2026-11-24 03:00 UTC."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.backups.recovery_points import Expectation, LaterMoment, RecoveryPoint, spell_minutes, verify
from operations.backups.report import spell_size
from tests.operations.aws_world import AwsWorld, aws_error, put
from tests.operations.backup_world import PRIMARY, RECOVERY, BackupWorld
from tests.operations.manifests import manifest


@pytest.fixture
def backups(aws: AwsWorld) -> BackupWorld:
    return BackupWorld(aws=aws)


GOOD = [
    "Backups of production",
    "  good  database       primary   restorable to 2026-11-24 02:55 UTC, 5 min ago (continuous backup)",
    "  good  database       recovery  restorable to 2026-11-24 02:00 UTC, 60 min ago (recovery point)",
    "  good  objects        primary   restorable to 2026-11-23 05:00 UTC, 22 h ago (recovery point)",
    "  good  objects        recovery  restorable to 2026-11-23 05:00 UTC, 22 h ago (recovery point)",
    "  good  configuration  primary   restorable to 2026-11-23 05:00 UTC, 22 h ago (recovery point)",
    "  good  configuration  primary   last written 2026-11-23 04:45 UTC, 22 h 15 min ago",
    "  good  configuration  recovery  restorable to 2026-11-23 05:00 UTC, 22 h ago (recovery point)",
]


def test_where_everything_can_be_restored_each_kind_and_place_is_told_with_its_age(backups: BackupWorld):
    answer = backups.aws("backups", "verify", "production")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines() == GOOD
    assert backups.aws.changes == []


def bad(backups: BackupWorld) -> list[str]:
    answer = backups.aws("backups", "verify", "production")
    lines = [line for line in answer.out.splitlines() if line.startswith("  BAD")]
    assert answer.code == 1
    assert f"error: {len(lines)} of " in answer.err
    assert "hint: https://example.com/incident-response.md#backup-late tells what to do\n" in answer.err
    return lines


def test_a_missing_kind_is_one_sentence_and_fails(backups: BackupWorld):
    backups.drop("objects", PRIMARY)
    assert bad(backups) == [
        (
            "  BAD   objects        primary   vault mockforge-production has no restorable recovery "
            "point; there are: none at all"
        )
    ]


def test_a_missing_copy_is_told_apart_from_a_missing_backup(backups: BackupWorld):
    backups.drop("configuration", RECOVERY)
    assert bad(backups) == [
        (
            "  BAD   configuration  recovery  vault mockforge-production-recovery has no restorable "
            "recovery point; there are: none at all"
        )
    ]


def test_a_backup_that_was_merely_started_is_none(backups: BackupWorld):
    backups.drop("objects", PRIMARY)
    backups.add("objects", PRIMARY, hours=0.5, Status="CREATING")
    assert bad(backups) == [
        (
            "  BAD   objects        primary   vault mockforge-production has no restorable recovery "
            "point; there are: 1 CREATING"
        )
    ]


def test_too_old_is_told_with_the_limit(backups: BackupWorld):
    backups.drop("objects", RECOVERY)
    backups.add("objects", RECOVERY, hours=26.5)
    assert bad(backups) == [
        (
            "  BAD   objects        recovery  restorable to 2026-11-23 00:30 UTC, 26 h 30 min ago "
            "(recovery point): late after 26 h"
        )
    ]


def test_without_continuous_backup_a_fresh_snapshot_of_the_database_is_not_enough(backups: BackupWorld):
    backups.logs_until = None
    assert bad(backups) == [
        (
            "  BAD   database       primary   restorable to 2026-11-24 02:00 UTC, 60 min ago (recovery "
            "point), but RDS keeps no continuous backup of mockforge-production"
        )
    ]


def test_copies_of_the_database_follow_the_daily_rule(backups: BackupWorld):
    backups.drop("database", RECOVERY)
    backups.add("database", RECOVERY, hours=25.9)
    assert backups.aws("backups", "verify", "production").code == 0


def test_logs_that_stopped_an_hour_ago_are_late(backups: BackupWorld):
    backups.drop("database", PRIMARY)
    backups.logs_until = backups.aws.clock.now() - timedelta(minutes=61)
    assert bad(backups) == [
        (
            "  BAD   database       primary   restorable to 2026-11-24 01:59 UTC, 61 min ago "
            "(continuous backup): late after 60 min"
        )
    ]


def test_a_database_that_is_gone_is_told(backups: BackupWorld):
    backups.database_there = False
    backups.drop("database", PRIMARY)
    [line] = bad(backups)
    assert line.endswith("there are: none at all; there is no database mockforge-production")


def test_unencrypted_points_fail_beside_a_good_one(backups: BackupWorld):
    backups.add("objects", PRIMARY, hours=2, IsEncrypted=False)
    assert bad(backups) == [
        (
            "  BAD   objects        primary   1 recovery point in vault mockforge-production not "
            "encrypted, the newest of 2026-11-24 01:00 UTC"
        )
    ]


def test_a_later_point_that_lacks_something_fails_with_aws_s_reason(backups: BackupWorld):
    backups.add("objects", PRIMARY, hours=2, Status="PARTIAL", StatusMessage="KMS access denied")
    assert bad(backups) == [
        "  BAD   objects        primary   the recovery point of 2026-11-24 01:00 UTC lacks something: KMS access denied"
    ]


def test_a_fresh_snapshot_of_a_bucket_in_which_nothing_new_was_written_is_late(backups: BackupWorld):
    backups.written = [backups.aws.clock.now() - timedelta(days=3)]
    assert bad(backups) == [
        (
            "  BAD   configuration  primary   last written 2026-11-21 03:00 UTC, 72 h ago: late after "
            "26 h; a fresh snapshot holds nothing newer"
        )
    ]
    backups.written = []
    assert bad(backups) == ["  BAD   configuration  primary   bucket configuration-1a2b3c4 holds no backup"]


def test_an_external_database_and_no_second_region_are_noted(backups: BackupWorld):
    names = manifest()
    database = names.database.model_dump() | {"kind": "external", "identifier": None}
    kept = names.backups.model_dump() | {"recovery_vault": None}
    changed = manifest(database=database, backups=kept, recovery_region=None)
    put(backups.aws, "/mockforge-cloud/production/operations", changed.to_parameter(), tier="Advanced")
    answer = backups.aws("backups", "verify", "production")
    assert (answer.code, answer.out.splitlines()) == (
        0,
        [
            "Backups of production",
            *(GOOD[number] for number in (3, 5, 6)),
            "  note  the database stands elsewhere: whoever runs it backs it up",
            "  note  nothing is copied to a second region, as set",
        ],
    )


def test_a_vault_that_may_not_be_read_is_no_verdict(backups: BackupWorld):
    backups.aws.faults["ListRecoveryPointsByBackupVault"].append(
        aws_error("AccessDeniedException", "ListRecoveryPointsByBackupVault", "no")
    )
    answer = backups.aws("backups", "verify", "production", "--json")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == (
        "error: these credentials may not do ListRecoveryPointsByBackupVault: no\n"
        "hint: use the environment's operator role\n"
    )


def test_the_verdict_as_json(backups: BackupWorld):
    backups.drop("objects", PRIMARY)
    answer = backups.aws("backups", "verify", "production", "--json")
    told = json.loads(answer.out)
    assert (answer.code, told["environment"], told["good"], len(told["findings"])) == (1, "production", False, 7)
    assert [one for one in told["findings"] if not one["good"]] == [
        {
            "kind": "objects",
            "place": "primary",
            "good": False,
            "sentence": "vault mockforge-production has no restorable recovery point; there are: none at all",
        }
    ]


# --- list


def test_list_shows_the_newest_first_from_every_page_of_both_vaults(backups: BackupWorld):
    backups.add("arn:aws:rds:us-east-1:123456789012:db:old-one", PRIMARY, hours=4, IsEncrypted=False)
    backups.add("objects", PRIMARY, hours=8 * 24)
    answer = backups.aws("backups", "list", "production")
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert len(lines) == 8
    assert lines[:4] == [
        "created (UTC)     kind            place     state      encrypted  size     kept until  recovery point",
        (
            "2026-11-24 02:00  database        primary   COMPLETED  yes        3.0 GiB  2026-12-29  "
            "arn:aws:backup:us-east-1:123456789012:recovery-point:1"
        ),
        (
            "2026-11-24 02:00  database        recovery  COMPLETED  yes        3.0 GiB  2026-12-29  "
            "arn:aws:backup:us-east-1:123456789012:recovery-point:4"
        ),
        (
            "2026-11-23 23:00  other: old-one  primary   COMPLETED  NO         3.0 GiB  2026-12-28  "
            "arn:aws:backup:us-east-1:123456789012:recovery-point:7"
        ),
    ]


def test_list_by_kind_and_days_as_json_and_a_continuous_point_is_never_too_old(backups: BackupWorld):
    continuous = "arn:aws:backup:us-east-1:123456789012:recovery-point:continuous:db-1"
    backups.add("database", PRIMARY, hours=24 * 40, RecoveryPointArn=continuous, Status="AVAILABLE")
    answer = backups.aws("backups", "list", "production", "--kind", "database", "--days", "1", "--json")
    told = json.loads(answer.out)["recovery_points"]
    assert [one["recovery_point"].rpartition("recovery-point:")[2] for one in told] == ["1", "4", "continuous:db-1"]
    assert told[0] == {
        "recovery_point": "arn:aws:backup:us-east-1:123456789012:recovery-point:1",
        "kind": "database",
        "resource": "mockforge-production",
        "place": "primary",
        "created": "2026-11-24T02:00:00+00:00",
        "state": "COMPLETED",
        "restorable": True,
        "encrypted": True,
        "size_bytes": 3221225472,
        "kept_until": "2026-12-29T02:00:00+00:00",
    }


def test_an_empty_list_says_so(backups: BackupWorld):
    backups.points = []
    answer = backups.aws("backups", "list", "production")
    assert (answer.code, answer.out) == (0, "")
    assert answer.err == "production: no recovery point of the last 7 days; see `mfcloud backups verify`\n"


# --- the rule itself

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
STATES = st.sampled_from(["COMPLETED", "AVAILABLE", "CREATING", "PARTIAL", "EXPIRED", "DELETING", "STOPPED"])


@given(st.lists(st.tuples(st.integers(0, 4000), STATES, st.booleans()), max_size=6))
def test_a_kind_is_good_only_with_a_whole_encrypted_point_that_is_young_enough(rows: list[tuple[int, str, bool]]):
    points = [point(minutes=age, state=state, encrypted=encrypted) for age, state, encrypted in rows]
    expected = Expectation(kind="objects", place="primary", vault="vault", late_minutes=1560)
    nothing = LaterMoment(moment=None, reason="not asked")
    findings = verify(points, [expected], database_logs=None, configuration_written=nothing, now=NOW)
    whole = [age for age, state, encrypted in rows if state in ("COMPLETED", "AVAILABLE") and encrypted]
    assert findings[0].good == (bool(whole) and min(whole) <= 1560)
    assert len({one.sentence for one in findings[:1]}) == 1


def point(*, minutes: int, state: str, encrypted: bool) -> RecoveryPoint:
    fields: dict[str, Any] = {"arn": "arn", "kind": "objects", "resource": "bucket", "place": "primary", "reason": ""}
    created = NOW - timedelta(minutes=minutes)
    return RecoveryPoint(**fields, created=created, state=state, encrypted=encrypted, size_bytes=None, kept_until=None)


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "0 min"), (61, "61 min"), (179, "179 min"), (180, "3 h"), (1565, "26 h 05 min")]
)
def test_minutes_are_spelt_as_people_say_them(minutes: int, said: str):
    assert spell_minutes(minutes) == said


@pytest.mark.parametrize(("size", "said"), [(None, "unknown"), (0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB")])
def test_a_size_that_is_not_said_is_unknown(size: int | None, said: str):
    assert spell_size(size) == said

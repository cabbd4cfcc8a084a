"""Backups that would fail or could not be restored."""

from collections.abc import Callable

from tests.offline.across.mistake import Mistake, changed, elsewhere, gone
from tests.offline.neighbourhood import Draft

HOURLY = "backup.Plan backups-database"
OF_DATABASE = "backup.Selection backups-database-of-database"
OF_OBJECTS = "backup.Selection backups-storage-of-objects"
RESTORE_OF_DATABASE = "backup.RestoreTestingSelection backups-restore-test-database"


def rule_of_plan(number: int, **inputs: object) -> Callable[[Draft], object]:
    return lambda draft: draft[HOURLY]["rules"][number].update(inputs)


def second_continuous(draft: Draft) -> None:
    plan = draft.twin(HOURLY, "second", "second-plan")
    assert plan
    draft.twin(OF_DATABASE, "second", "second-selection", planId="second-plan")


def bucket_in_two_vaults(draft: Draft) -> None:
    rules = draft["backup.Plan backups-storage"]["rules"]
    rules.append({**rules[0], "ruleName": "now", "enableContinuousBackup": True, "targetVaultName": "another"})


MISTAKES = (
    Mistake(
        done="a continuous backup kept for a year",
        at=HOURLY,
        rule="plan_within_the_quotas",
        refused="a continuous backup is kept 1 to 35 days, not 365",
        by=rule_of_plan(0, lifecycle={"deleteAfter": 365}),
    ),
    Mistake(
        done="eleven rules in a plan",
        at=HOURLY,
        rule="plan_within_the_quotas",
        refused="at most 10 rules, not 12",
        by=lambda draft: draft[HOURLY].update(rules=draft[HOURLY]["rules"] * 6),
    ),
    Mistake(
        done="a retention that the vault's lock does not let in",
        at=HOURLY,
        rule="retention_fits_the_lock",
        refused="is locked to at least 7 days, the rule says 3",
        by=rule_of_plan(1, lifecycle={"deleteAfter": 3}),
    ),
    Mistake(
        done="a lock that makes the plan's own jobs fail",
        at="backup.VaultLockConfiguration backups-vault-lock",
        rule="lock_fits_the_plans",
        refused="keeps 35 days, which the lock (60 to 90) would make fail",
        by=changed("backup.VaultLockConfiguration backups-vault-lock", minRetentionDays=60, maxRetentionDays=90),
    ),
    Mistake(
        done="backups of a bucket without versions",
        at=OF_OBJECTS,
        rule="buckets_can_be_backed_up",
        refused="bucket storage-objects does not keep versions (yet)",
        by=changed("s3.BucketVersioning storage-objects-versions", versioningConfiguration={"status": "Suspended"}),
    ),
    Mistake(
        done="notifications that turn EventBridge off",
        at=OF_OBJECTS,
        rule="buckets_can_be_backed_up",
        refused="turn EventBridge off: backups need it",
        by=changed("s3.BucketNotification storage-objects-events", eventbridge=False),
    ),
    Mistake(
        done="two plans with a continuous rule for one database",
        at=OF_DATABASE,
        rule="one_continuous_rule_per_resource",
        refused="has 2 continuous rules (hourly and hourly): one is allowed",
        by=second_continuous,
    ),
    Mistake(
        done="copies of a database to a vault with AWS's key",
        at=OF_DATABASE,
        rule="copies_can_be_decrypted",
        refused="vault backups-recovery-vault, the copies' target, has no customer managed key",
        by=lambda draft: draft["backup.Vault backups-recovery-vault"].pop("kmsKeyArn"),
    ),
    Mistake(
        done="a restore test into another VPC's security group",
        at=RESTORE_OF_DATABASE,
        rule="restores_land_in_one_vpc",
        refused="is of another VPC than the subnet group",
        by=elsewhere("ec2.SecurityGroup network-groups-database"),
    ),
    Mistake(
        done="a restore test of what nothing backs up",
        at=RESTORE_OF_DATABASE,
        rule="restored_is_backed_up",
        refused="no backup.Selection backs arn:aws:rds:us-east-1:123456789012:db:mockforge-production up",
        by=gone(OF_DATABASE),
    ),
    Mistake(
        done="six copies of a backup",
        at=HOURLY,
        rule="plan_within_the_quotas",
        refused="a rule copies at most 5 times, not 6",
        by=lambda draft: draft[HOURLY]["rules"][1].update(copyActions=draft[HOURLY]["rules"][1]["copyActions"] * 6),
    ),
    Mistake(
        done="a copy kept longer than the other vault's lock allows",
        at=HOURLY,
        rule="retention_fits_the_lock",
        refused="is locked to at most 35 days, the rule says 90",
        by=lambda draft: draft[HOURLY]["rules"][1]["copyActions"][0].update(lifecycle={"deleteAfter": 90}),
    ),
    Mistake(
        done="backups kept for ever in a vault that ends them",
        at=HOURLY,
        rule="retention_fits_the_lock",
        refused="the rule says for ever",
        by=rule_of_plan(1, lifecycle={}),
    ),
    Mistake(
        done="a lock of the other region's vault that makes copies fail",
        at="backup.VaultLockConfiguration backups-recovery-vault-lock",
        rule="lock_fits_the_plans",
        refused="rule 'daily' of plan backups-database keeps 35 days, which the lock (7 to 30)",
        by=changed("backup.VaultLockConfiguration backups-recovery-vault-lock", maxRetentionDays=30),
    ),
    Mistake(
        done="a bucket's continuous backup in another vault than its daily one",
        at=OF_OBJECTS,
        rule="one_continuous_rule_per_resource",
        refused="go to different vaults",
        by=bucket_in_two_vaults,
    ),
    Mistake(
        done="a restore test into a subnet group that is not there",
        at=RESTORE_OF_DATABASE,
        rule="restores_land_in_one_vpc",
        refused="there is no rds.SubnetGroup 'database-subnets-",
        by=gone("rds.SubnetGroup database-subnets"),
    ),
    Mistake(
        done="a restore test into a security group that is not there",
        at=RESTORE_OF_DATABASE,
        rule="restores_land_in_one_vpc",
        refused="there is no security group sg-",
        by=gone("ec2.SecurityGroup network-groups-database"),
    ),
)

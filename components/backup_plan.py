"""What is backed up, how often, for how long, and the weekly proof (runbook, "Backup Schedule", "Backup Verification").

The database's hourly rule is a continuous backup: transaction logs every five minutes, restorable to any moment. The
daily rules are full snapshots, and what is copied to the recovery region. Selections name their resources: a tag that
somebody removes would end a backup without a word.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.backup_vault import BackupVault, BackupVaultArgs
from components.component import Component
from runbook import schedule, settings

# An hour is AWS Backup's shortest; a longer one would overlap the next hourly start, and of two only one runs.
START_WINDOW_MINUTES = schedule.START_WINDOW_MINUTES
# A job that is not done by then is cancelled. The first full snapshot and a large bucket need long.
HOURLY_COMPLETION_MINUTES = 240
DAILY_COMPLETION_MINUTES = 720

# A restore test takes the newest recovery point of the last week and begins within an hour; what it restored is judged
# within two more, and deleted.
TEST_SELECTION_DAYS = 7
TEST_START_HOURS = 1
TEST_VALIDATION_HOURS = 2

# The last two are not under `service-role/` (AWS managed policy reference).
MANAGED_POLICIES = {
    "backup": "service-role/AWSBackupServiceRolePolicyForBackup",
    "restore": "service-role/AWSBackupServiceRolePolicyForRestores",
    "s3-backup": "AWSBackupServiceRolePolicyForS3Backup",
    "s3-restore": "AWSBackupServiceRolePolicyForS3Restore",
}

# What AWS Backup alone can tell: the continuous backup has a hole, or an S3 backup "succeeded" without some objects.
VAULT_EVENTS = ("CONTINUOUS_BACKUP_INTERRUPTED", "S3_BACKUP_OBJECT_FAILED")


@dataclass(frozen=True, kw_only=True)
class BackupPlanArgs:
    """Our section of the stack file, the window to keep clear of, and what is backed up."""

    backups: settings.Backups
    maintenance: settings.Maintenance
    prefix: str
    """Name of vault and plans: `mockforge-<environment>`."""
    account_id: pulumi.Input[str]
    objects_bucket_arn: pulumi.Input[str]
    configuration_bucket_arn: pulumi.Input[str]
    database_arn: pulumi.Input[str] | None = None
    """None: the database stands elsewhere, and whoever runs it backs it up."""
    subnet_group_name: pulumi.Input[str] | None = None
    """Where a restored database is put for its test. Needed with `database_arn`, like the security group."""
    security_group_id: pulumi.Input[str] | None = None
    warning_topic_arn: pulumi.Input[str]
    recovery_region: str | None
    """Daily recovery points are copied there. None: not copied."""
    covered: Sequence[pulumi.Resource] = ()
    """Components whose data is backed up: a vault that is deleted with the stack is emptied before they go."""
    protected: bool


class BackupPlan(Component):
    """Vaults, plans, selections and restore tests.

    Outputs: `vault_name`, `vault_arn`, `role_arn` (makes, copies and restores), `recovery_vault_arn` and
    `recovery_vault_name` (None without a recovery region), `plan_ids` by "database" and "storage",
    `restore_test_plan_name`.
    """

    vault_name: pulumi.Output[str]
    vault_arn: pulumi.Output[str]
    role_arn: pulumi.Output[str]
    recovery_vault_name: pulumi.Output[str] | None
    recovery_vault_arn: pulumi.Output[str] | None
    plan_ids: dict[str, pulumi.Output[str]]
    restore_test_plan_name: pulumi.Output[str]

    def __init__(self, name: str, args: BackupPlanArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        buckets = {"objects": args.objects_bucket_arn, "configuration": args.configuration_bucket_arn}

        self.role_arn, rights = self._role()
        keepers = [*rights, *args.covered]
        vault = self._vault("vault", None, keepers)
        recovery = self._vault("recovery-vault", args.recovery_region, keepers) if args.recovery_region else None
        self.vault_name, self.vault_arn = vault.vault_name, vault.arn
        self.recovery_vault_name, self.recovery_vault_arn = (
            (recovery.vault_name, recovery.arn) if recovery else (None, None)
        )
        self._tell_of_holes()

        daily = self._rule("daily", schedule.daily_backup_schedule(args.backups), DAILY_COMPLETION_MINUTES, copied=True)
        self.plan_ids = {"storage": self._plan("storage", [daily], buckets)}
        if args.database_arn is not None:
            hourly = schedule.hourly_backup_schedule(args.backups, args.maintenance)
            continuous = self._rule("hourly", hourly, HOURLY_COMPLETION_MINUTES, continuous=True)
            self.plan_ids["database"] = self._plan("database", [continuous, daily], {"database": args.database_arn})

        self.restore_test_plan_name = self._restore_test_plan()
        for kind, arn in buckets.items():
            self._restore_test(kind, "S3", arn, overrides=None)
        if args.database_arn is not None:
            self._restore_test("database", "RDS", args.database_arn, self._restored_database_place())

        self.register_outputs(
            {
                "vault_name": self.vault_name,
                "role_arn": self.role_arn,
                "recovery_vault_arn": self.recovery_vault_arn,
                "plan_ids": self.plan_ids,
            }
        )

    def _role(self) -> tuple[pulumi.Output[str], list[pulumi.Resource]]:
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "backup.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
        role = aws.iam.Role(
            f"{self._name}-role",
            description=f"AWS Backup makes, copies, tests and restores recovery points of {self._args.prefix}",
            assume_role_policy=json.dumps(trust),
            opts=self.child(),
        )
        attachments: list[pulumi.Resource] = [
            aws.iam.RolePolicyAttachment(
                f"{self._name}-role-{kind}",
                role=role.name,
                policy_arn=f"arn:aws:iam::aws:policy/{policy}",
                opts=self.child(),
            )
            for kind, policy in MANAGED_POLICIES.items()
        ]
        return role.arn, attachments

    def _vault(self, kind: str, region: str | None, keepers: Sequence[pulumi.Resource]) -> BackupVault:
        return BackupVault(
            f"{self._name}-{kind}",
            BackupVaultArgs(
                prefix=self._args.prefix,
                account_id=self._args.account_id,
                region=region,
                locked=self._args.backups.vault_locked,
                retention_days=self._args.backups.retention_days,
                emptied_before=keepers,
                protected=self._args.protected,
            ),
            self.child(),
        )

    def _tell_of_holes(self) -> None:
        aws.backup.VaultNotifications(
            f"{self._name}-events",
            backup_vault_name=self.vault_name,
            sns_topic_arn=self._args.warning_topic_arn,
            backup_vault_events=list(VAULT_EVENTS),
            opts=self.child(),
        )

    def _rule(
        self, rule_name: str, starts: str, completion_minutes: int, *, continuous: bool = False, copied: bool = False
    ) -> aws.backup.PlanRuleArgs:
        days = self._args.backups.retention_days  # no cold storage: S3 and RDS have none
        copies: list[aws.backup.PlanRuleCopyActionArgs] = []
        if copied and self.recovery_vault_arn is not None:
            lifecycle = aws.backup.PlanRuleCopyActionLifecycleArgs(delete_after=days)
            copies = [
                aws.backup.PlanRuleCopyActionArgs(destination_vault_arn=self.recovery_vault_arn, lifecycle=lifecycle)
            ]
        return aws.backup.PlanRuleArgs(
            rule_name=rule_name,
            target_vault_name=self.vault_name,
            schedule=starts,
            schedule_expression_timezone="Etc/UTC",
            start_window=START_WINDOW_MINUTES,
            completion_window=completion_minutes,
            enable_continuous_backup=continuous,
            lifecycle=aws.backup.PlanRuleLifecycleArgs(delete_after=days),
            copy_actions=copies or None,
        )

    def _plan(
        self, kind: str, rules: Sequence[aws.backup.PlanRuleArgs], covered: dict[str, pulumi.Input[str]]
    ) -> pulumi.Output[str]:
        """Every rule of a plan goes for every selection of it, so what needs other rules has a plan of its own."""
        plan = aws.backup.Plan(
            f"{self._name}-{kind}", name=f"{self._args.prefix}-{kind}", rules=list(rules), opts=self.child()
        )
        for what, arn in covered.items():
            aws.backup.Selection(
                f"{self._name}-{kind}-of-{what}",
                name=what,
                plan_id=plan.id,
                iam_role_arn=self.role_arn,
                resources=[arn],
                opts=self.child(),
            )
        return plan.id

    def _restore_test_plan(self) -> pulumi.Output[str]:
        return aws.backup.RestoreTestingPlan(
            f"{self._name}-restore-test",
            name=f"{_underscored(self._args.prefix)}_weekly",
            schedule_expression=schedule.restore_test_schedule(self._args.backups),
            schedule_expression_timezone="Etc/UTC",
            start_window_hours=TEST_START_HOURS,
            recovery_point_selection={
                "algorithm": "LATEST_WITHIN_WINDOW",
                "include_vaults": [self.vault_arn],
                "recovery_point_types": ["CONTINUOUS", "SNAPSHOT"],
                "selection_window_days": TEST_SELECTION_DAYS,
            },
            opts=self.child(),
        ).name

    def _restore_test(
        self, kind: str, resource_type: str, arn: pulumi.Input[str], overrides: dict[str, pulumi.Input[str]] | None
    ) -> None:
        aws.backup.RestoreTestingSelection(
            f"{self._name}-restore-test-{kind}",
            name=_underscored(kind),
            restore_testing_plan_name=self.restore_test_plan_name,
            protected_resource_type=resource_type,
            protected_resource_arns=[arn],
            iam_role_arn=self.role_arn,
            restore_metadata_overrides=overrides,
            validation_window_hours=TEST_VALIDATION_HOURS,
            opts=self.child(),
        )

    def _restored_database_place(self) -> dict[str, pulumi.Input[str]]:
        """The private place of the original: without a default VPC, AWS Backup would find none."""
        if self._args.subnet_group_name is None or self._args.security_group_id is None:
            raise ValueError("database_arn needs subnet_group_name and security_group_id: a restore test has no place")
        return {
            "dbSubnetGroupName": self._args.subnet_group_name,
            "vpcSecurityGroupIds": pulumi.Output.json_dumps([self._args.security_group_id]),
        }


def _underscored(text: str) -> str:
    """Restore testing takes letters, digits and `_` in its names, nothing else."""
    return text.replace("-", "_")

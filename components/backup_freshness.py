"""The hourly look at how old the newest restorable points are (runbook, "Verify backup completion").

Its alarms are rows of the catalogue: too old, or no value, and somebody is told.
"""

from dataclasses import dataclass

import pulumi

from components.component import Component
from components.configuration_backup import FOLDER
from components.function import Function, FunctionArgs
from components.function_schedule import FunctionSchedule, FunctionScheduleArgs
from components.policy import Statement
from runbook import schedule
from runbook.alarms import BACKUP_AGE_METRIC

# A few listings in two regions, each with its retries.
TIMEOUT_SECONDS = 180
# Measured: 57 MiB, and 0.3 s of CPU until five clients stand. With a seventh of a CPU a run takes seconds.
MEMORY_MIB = 256
# The next run measures the same.
RETRY_SECONDS = 1800


@dataclass(frozen=True, kw_only=True)
class BackupFreshnessArgs:
    """What is backed up, where its points lie, and the metric's namespace."""

    prefix: str
    """Start of the function's name: `mockforge-<environment>`."""
    namespace: str
    """`runbook.alarms.own_namespace`: the alarms look there."""
    vault_name: pulumi.Input[str]
    vault_arn: pulumi.Input[str]
    recovery_region: str | None
    recovery_vault_name: pulumi.Input[str] | None = None
    """Needed with `recovery_region`, like its ARN."""
    recovery_vault_arn: pulumi.Input[str] | None = None
    objects_bucket_arn: pulumi.Input[str]
    configuration_bucket_arn: pulumi.Input[str]
    database_arn: pulumi.Input[str] | None = None
    """None: the database stands elsewhere, and its age is not measured."""
    log_retention_days: int
    warning_topic_arn: pulumi.Input[str]
    warning_topic_key_arn: pulumi.Input[str]


class BackupFreshness(Component):
    """`function_name` is plain text, known early."""

    function_arn: pulumi.Output[str]
    function_name: str
    log_group_name: str

    def __init__(self, name: str, args: BackupFreshnessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        if args.recovery_region and (args.recovery_vault_name is None or args.recovery_vault_arn is None):
            raise ValueError("recovery_region needs recovery_vault_name and recovery_vault_arn: copies lie in a vault")
        function = Function(
            f"{name}-function",
            FunctionArgs(
                folder="backup_freshness",
                function_name=f"{args.prefix}-backup-freshness",
                description="Measures how old the newest restorable points are",
                timeout_seconds=TIMEOUT_SECONDS,
                memory_mib=MEMORY_MIB,
                environment=_environment(args),
                statements=_statements(args),
                log_retention_days=args.log_retention_days,
                failure_topic_arn=args.warning_topic_arn,
                failure_topic_key_arn=args.warning_topic_key_arn,
            ),
            self.child(),
        )
        FunctionSchedule(
            f"{name}-schedule",
            FunctionScheduleArgs(
                function_name=function.function_name,
                function_arn=function.arn,
                description="Hourly",
                expression=schedule.backup_ages_schedule(),
                retry_seconds=RETRY_SECONDS,
            ),
            self.child(),
        )
        self.function_arn, self.function_name = function.arn, function.function_name
        self.log_group_name = function.log_group_name
        self.register_outputs({"function_arn": self.function_arn, "function_name": self.function_name})


def _environment(args: BackupFreshnessArgs) -> dict[str, pulumi.Input[str]]:
    environment: dict[str, pulumi.Input[str]] = {
        "NAMESPACE": args.namespace,
        "METRIC_NAME": BACKUP_AGE_METRIC,
        "VAULT": args.vault_name,
        "OBJECTS_BUCKET_ARN": args.objects_bucket_arn,
        "CONFIGURATION_BUCKET_ARN": args.configuration_bucket_arn,
        "CONFIGURATION_FOLDER": FOLDER,
    }
    if args.recovery_region is not None and args.recovery_vault_name is not None:
        environment |= {"RECOVERY_REGION": args.recovery_region, "RECOVERY_VAULT": args.recovery_vault_name}
    if args.database_arn is not None:
        environment["DATABASE_ARN"] = args.database_arn
    return environment


def _statements(args: BackupFreshnessArgs) -> list[Statement]:
    vaults = [args.vault_arn]
    if args.recovery_region is not None and args.recovery_vault_arn is not None:
        vaults.append(args.recovery_vault_arn)
    statements: list[Statement] = [
        {"Sid": "ListRecoveryPoints", "Action": ["backup:ListRecoveryPointsByBackupVault"], "Resource": vaults},
        {
            "Sid": "ListConfigurationBackups",
            "Action": ["s3:ListBucketVersions"],
            "Resource": args.configuration_bucket_arn,
            "Condition": {"StringEquals": {"s3:prefix": f"{FOLDER}/"}},
        },
        {
            "Sid": "PublishTheAges",
            "Action": ["cloudwatch:PutMetricData"],
            "Resource": "*",  # metrics have no ARN; the namespace is the way to narrow it
            "Condition": {"StringEquals": {"cloudwatch:namespace": args.namespace}},
        },
    ]
    if args.database_arn is not None:
        statements.append(
            {"Sid": "LookAtTheDatabase", "Action": ["rds:DescribeDBInstances"], "Resource": args.database_arn}
        )
    return statements

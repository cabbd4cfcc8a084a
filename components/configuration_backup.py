"""The daily backup of the configuration (runbook, "Backup Schedule"): a function, its schedule, and what it may read.

It runs shortly before the daily backup of the bucket that it writes into, so that the snapshot of a day holds the
configuration of that day.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.component import Component
from components.function import Function, FunctionArgs
from components.function_schedule import FunctionSchedule, FunctionScheduleArgs
from components.outside_check import REGION as OUTSIDE_REGION
from components.policy import Statement
from runbook import schedule, settings
from runbook.whereabouts import folder, secret_name

# About 60 requests of at most a second each. With the pauses of a minute and of two between three tries, the last one
# still ends before the bucket's backup begins.
TIMEOUT_SECONDS = 180
# Measured: 63 MiB, and 0.3 s of CPU until nine clients stand. 256 MiB come with a seventh of a CPU: a run of seconds.
MEMORY_MIB = 256
# Later than the bucket's backup is late, and still better than not at all.
RETRY_SECONDS = 3600
# In the bucket; `functions/common/configuration_document.py` names its objects so.
FOLDER = "configuration"


@dataclass(frozen=True, kw_only=True)
class ConfigurationBackupArgs:
    """Our section of the stack file, what is read, and where it is kept."""

    backups: settings.Backups
    environment_name: str
    """Parameters and secrets lie below `mockforge-cloud/<environment>/`."""
    prefix: str
    """Start of the names of alarms and dashboards, and of the function's own."""
    region: str
    account_id: pulumi.Input[str]
    cluster_name: pulumi.Input[str]
    service_name: pulumi.Input[str]
    listener_arn: pulumi.Input[str]
    backup_plan_ids: Mapping[str, pulumi.Input[str]]
    bucket: pulumi.Input[str]
    bucket_arn: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    """The bucket's key."""
    log_retention_days: int
    warning_topic_arn: pulumi.Input[str]
    warning_topic_key_arn: pulumi.Input[str]


class ConfigurationBackup(Component):
    """`function_name` is plain text, known early."""

    function_arn: pulumi.Output[str]
    function_name: str
    log_group_name: str

    def __init__(self, name: str, args: ConfigurationBackupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        function = Function(
            f"{name}-function",
            FunctionArgs(
                folder="configuration_backup",
                function_name=f"{args.prefix}-configuration-backup",
                description="Writes the environment's configuration down, once a day",
                timeout_seconds=TIMEOUT_SECONDS,
                memory_mib=MEMORY_MIB,
                environment=_environment(args),
                statements=[*_may_read(args), *_may_keep(args)],
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
                description=f"Daily, shortly before the backup at {args.backups.daily_start} UTC",
                expression=schedule.configuration_backup_schedule(args.backups),
                retry_seconds=RETRY_SECONDS,
            ),
            self.child(),
        )
        self.function_arn, self.function_name = function.arn, function.function_name
        self.log_group_name = function.log_group_name
        self.register_outputs({"function_arn": self.function_arn, "function_name": self.function_name})


def _plan_ids(args: ConfigurationBackupArgs) -> list[pulumi.Input[str]]:
    return [plan_id for _, plan_id in sorted(args.backup_plan_ids.items())]


def _environment(args: ConfigurationBackupArgs) -> dict[str, pulumi.Input[str]]:
    return {
        "ENVIRONMENT": args.environment_name,
        "ACCOUNT_ID": args.account_id,
        "BUCKET": args.bucket,
        "KEY_ARN": args.key_arn,
        "PARAMETER_PATH": folder(args.environment_name),
        "SECRET_PREFIX": secret_name(args.environment_name, ""),
        "NAME_PREFIX": args.prefix,
        "OUTSIDE_REGION": OUTSIDE_REGION,
        "CLUSTER": args.cluster_name,
        "SERVICE": args.service_name,
        "LISTENER_ARN": args.listener_arn,
        "BACKUP_PLAN_IDS": pulumi.Output.all(*_plan_ids(args)).apply(",".join),
    }


def _may_read(args: ConfigurationBackupArgs) -> list[Statement]:
    """Where `Resource` is `*`, AWS knows no narrower one for these actions (Service Authorization Reference)."""

    def arn(service: str, *rest: pulumi.Input[str]) -> pulumi.Output[str]:
        return pulumi.Output.concat(f"arn:aws:{service}:{args.region}:", args.account_id, ":", *rest)

    parameters = f"parameter/mockforge-cloud/{args.environment_name}"
    return [
        {
            "Sid": "ReadParameters",
            "Action": ["ssm:GetParametersByPath"],
            "Resource": [arn("ssm", parameters), arn("ssm", parameters, "/*")],
        },
        {
            "Sid": "ReadTheService",
            "Action": ["ecs:DescribeServices"],
            "Resource": arn("ecs", "service/", args.cluster_name, "/", args.service_name),
        },
        {
            "Sid": "ReadTheBackupPlans",
            "Action": ["backup:GetBackupPlan", "backup:GetBackupSelection", "backup:ListBackupSelections"],
            "Resource": [arn("backup", "backup-plan:", plan_id) for plan_id in _plan_ids(args)],
        },
        {
            "Sid": "ReadTheDashboards",
            "Action": ["cloudwatch:GetDashboard"],
            "Resource": pulumi.Output.concat("arn:aws:cloudwatch::", args.account_id, f":dashboard/{args.prefix}*"),
        },
        {
            "Sid": "ReadDefinitions",
            "Action": [
                "application-autoscaling:DescribeScalableTargets",
                "application-autoscaling:DescribeScalingPolicies",
                "application-autoscaling:DescribeScheduledActions",
                "cloudwatch:DescribeAlarms",
                "cloudwatch:ListDashboards",
                "ecs:DescribeTaskDefinition",
                "elasticloadbalancing:DescribeListeners",
                "elasticloadbalancing:DescribeRules",
                "elasticloadbalancing:DescribeTargetGroupAttributes",
                "elasticloadbalancing:DescribeTargetGroups",
                "secretsmanager:ListSecrets",
            ],
            "Resource": "*",
        },
    ]


def _may_keep(args: ConfigurationBackupArgs) -> list[Statement]:
    """Write and no more: it can neither read an earlier backup nor delete one."""
    return [
        {
            "Sid": "KeepTheBackup",
            "Action": ["s3:PutObject"],
            "Resource": pulumi.Output.concat(args.bucket_arn, f"/{FOLDER}/*"),
        },
        {"Sid": "EncryptTheBackup", "Action": ["kms:GenerateDataKey"], "Resource": args.key_arn},
    ]

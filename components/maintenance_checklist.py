"""The runbook's maintenance checklist as a state machine, with the function that plans and reports, and its rights.

The maintenance window starts it. What it does and in which order stands in `maintenance_definition.py`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.function import Function, FunctionArgs
from components.maintenance_definition import definition
from components.maintenance_parts import Parts
from components.maintenance_timing import Timing
from components.policy import Statement, policy, trust
from runbook import schedule, settings
from runbook.whereabouts import word_parameter_name

# Above the cold start of a function without boto3 (under a second), below what one call may take in the checklist.
TIMEOUT_SECONDS = 20
# Measured: 13 MiB and 20 ms of CPU; 128 MiB come with a fourteenth of one.
MEMORY_MIB = 128
GUIDE_ANCHOR = "maintenance-checklist"
# The vault's lock refuses recovery points that go sooner: what a restore test could never see.
LEAST_BACKUP_DAYS = schedule.RESTORE_TEST_INTERVAL_DAYS
NOBODY_WAITS = "nobody waits"


@dataclass(frozen=True, kw_only=True)
class MaintenanceChecklistArgs:
    """Two sections of the stack file, whom to tell, what to back up and what to test."""

    maintenance: settings.Maintenance
    backups: settings.Backups
    environment_name: str
    prefix: str
    """Start of the names people see: `mockforge-<environment>`."""
    region: str
    account_id: pulumi.Input[str]
    url: str
    guide_url: str
    """Address of `docs/incident-response.md`, without an anchor."""
    announcement_topic_arn: pulumi.Input[str]
    announcement_topic_key_arn: pulumi.Input[str]
    warning_topic_arn: pulumi.Input[str]
    warning_topic_key_arn: pulumi.Input[str]
    maintenance_alarm_name: pulumi.Input[str]
    smoke_test_function_arn: pulumi.Input[str]
    vault_name: pulumi.Input[str]
    vault_arn: pulumi.Input[str]
    backup_role_arn: pulumi.Input[str]
    objects_bucket_arn: pulumi.Input[str]
    configuration_bucket_arn: pulumi.Input[str]
    database_arn: pulumi.Input[str] | None
    """None: the database stands elsewhere, and nothing is applied to it."""
    log_retention_days: int


class MaintenanceChecklist(Component):
    """`state_machine_arn` is for the window, known once its role may do what it has to.

    `word_parameter_name` is the SSM parameter that holds `<until> <execution> <task token>` while the operator is
    waited for: `states:SendTaskSuccess` with a JSON object (`by`, `note`) ends the wait, `states:SendTaskFailure` with
    the error `MaintenanceFailed` (and a cause) says that it went wrong.
    """

    state_machine_arn: pulumi.Output[str]
    state_machine_name: str
    word_parameter_name: str
    function_name: str

    def __init__(self, name: str, args: MaintenanceChecklistArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        self.state_machine_name = f"{args.prefix}-maintenance-checklist"
        self.word_parameter_name = word_parameter_name(args.environment_name)

        function = self._function()
        word = aws.ssm.Parameter(
            f"{name}-word",
            name=self.word_parameter_name,
            description="Whom to answer when the maintenance is done; written by the checklist",
            type="String",
            value=NOBODY_WAITS,
            opts=self.child(ignore_changes=["value"]),
        )
        logs = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            # this prefix is already let in by the account's policy for log delivery
            name=f"/aws/vendedlogs/states/{self.state_machine_name}",
            retention_in_days=args.log_retention_days,
            opts=self.child(),
        )
        role, rights = self._role(function.arn, word.arn)
        machine = aws.sfn.StateMachine(
            f"{name}-machine",
            name=self.state_machine_name,
            role_arn=role.arn,
            definition=self._definition(function.arn),
            logging_configuration={
                "level": "ERROR",
                "include_execution_data": False,  # messages are told to those whom they concern
                "log_destination": pulumi.Output.concat(logs.arn, ":*"),
            },
            opts=self.child(depends_on=[rights]),  # Step Functions tries the role when the machine is made
        )

        self.state_machine_arn, self.function_name = machine.arn, function.function_name
        self.register_outputs(
            {"state_machine_arn": self.state_machine_arn, "word_parameter_name": self.word_parameter_name}
        )

    def _function(self) -> Function:
        args = self._args
        return Function(
            f"{self._name}-function",
            FunctionArgs(
                folder="maintenance_checklist",
                function_name=f"{args.prefix}-maintenance-checklist",
                description="Plans the maintenance window and writes its report",
                timeout_seconds=TIMEOUT_SECONDS,
                memory_mib=MEMORY_MIB,
                environment={
                    "ENVIRONMENT": args.environment_name,
                    "URL": args.url,
                    "GUIDE_URL": f"{args.guide_url}#{GUIDE_ANCHOR}",
                },
                log_retention_days=args.log_retention_days,
                failure_topic_arn=args.warning_topic_arn,
                failure_topic_key_arn=args.warning_topic_key_arn,
                retries=0,  # the checklist itself asks again
            ),
            self.child(),
        )

    def _definition(self, function_arn: pulumi.Output[str]) -> pulumi.Output[str]:
        args = self._args
        timing = Timing(
            window_seconds=args.maintenance.duration_hours * schedule.MINUTES_PER_HOUR * 60,
        )
        known = pulumi.Output.all(
            checklist_function_arn=function_arn,
            smoke_test_function_arn=args.smoke_test_function_arn,
            announcement_topic_arn=args.announcement_topic_arn,
            warning_topic_arn=args.warning_topic_arn,
            maintenance_alarm_name=args.maintenance_alarm_name,
            vault_name=args.vault_name,
            backup_role_arn=args.backup_role_arn,
            backed_up=self._backed_up(),
            database_arn=args.database_arn,
        )

        def write(found: Mapping[str, Any]) -> str:
            parts = Parts(**found, word_parameter=self.word_parameter_name, backup_days=backup_days(args.backups))
            return json.dumps(definition(parts, timing), sort_keys=True, indent=1)

        return known.apply(write)

    def _backed_up(self) -> dict[str, pulumi.Input[str]]:
        """In the order in which the report names them."""
        args = self._args
        buckets = {"objects": args.objects_bucket_arn, "configuration": args.configuration_bucket_arn}
        return buckets if args.database_arn is None else {"database": args.database_arn, **buckets}

    def _role(
        self, function_arn: pulumi.Output[str], word_arn: pulumi.Output[str]
    ) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        args = self._args
        machine_arn = pulumi.Output.concat(
            f"arn:aws:states:{args.region}:", args.account_id, f":stateMachine:{self.state_machine_name}"
        )
        role = aws.iam.Role(
            f"{self._name}-role",
            description=f"Goes through the maintenance checklist of {args.prefix}",
            assume_role_policy=trust(
                "states.amazonaws.com",
                {"ArnLike": {"aws:SourceArn": machine_arn}, "StringEquals": {"aws:SourceAccount": args.account_id}},
            ),
            opts=self.child(),
        )
        rights = aws.iam.RolePolicy(
            f"{self._name}-policy",
            role=role.name,
            policy=policy([*_tell_and_call(args, function_arn, word_arn), *_back_up(args), *_maintain(args)]),
            opts=self.child(),
        )
        return role, rights


def backup_days(backups: settings.Backups) -> int:
    """How long the window's own backups are kept: as long as all others, within what the vault's lock takes."""
    return max(LEAST_BACKUP_DAYS, backups.retention_days)


def _tell_and_call(
    args: MaintenanceChecklistArgs, function_arn: pulumi.Output[str], word_arn: pulumi.Output[str]
) -> list[Statement]:
    return [
        {
            "Sid": "TellPeople",
            "Action": ["sns:Publish"],
            "Resource": [args.announcement_topic_arn, args.warning_topic_arn],
        },
        {
            "Sid": "EncryptWhatItTells",
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": [args.announcement_topic_key_arn, args.warning_topic_key_arn],
        },
        {
            "Sid": "CallFunctions",
            "Action": ["lambda:InvokeFunction"],
            "Resource": [function_arn, args.smoke_test_function_arn],
        },
        {
            "Sid": "SeeTheMaintenanceAlarm",
            "Action": ["cloudwatch:DescribeAlarms"],
            "Resource": pulumi.Output.concat(f"arn:aws:cloudwatch:{args.region}:", args.account_id, ":alarm:*"),
        },
        {"Sid": "AskTheOperator", "Action": ["ssm:PutParameter"], "Resource": word_arn},
        {
            # No narrower resource exists (Step Functions guide, "Logging", IAM policies)
            "Sid": "DeliverItsLog",
            "Action": [
                "logs:CreateLogDelivery",
                "logs:DeleteLogDelivery",
                "logs:DescribeLogGroups",
                "logs:DescribeResourcePolicies",
                "logs:GetLogDelivery",
                "logs:ListLogDeliveries",
                "logs:PutResourcePolicy",
                "logs:UpdateLogDelivery",
            ],
            "Resource": "*",
        },
    ]


def _back_up(args: MaintenanceChecklistArgs) -> list[Statement]:
    return [
        {"Sid": "StartBackups", "Action": ["backup:StartBackupJob"], "Resource": args.vault_arn},
        # a job is no resource to IAM
        {"Sid": "FollowBackups", "Action": ["backup:DescribeBackupJob"], "Resource": "*"},
        {
            "Sid": "LetAwsBackupWork",
            "Action": ["iam:PassRole"],
            "Resource": args.backup_role_arn,
            "Condition": {"StringEquals": {"iam:PassedToService": "backup.amazonaws.com"}},
        },
    ]


def _maintain(args: MaintenanceChecklistArgs) -> list[Statement]:
    if args.database_arn is None:
        return []
    return [
        {
            "Sid": "MaintainTheDatabase",
            "Action": [
                "rds:ApplyPendingMaintenanceAction",
                "rds:DescribeDBInstances",
                "rds:DescribePendingMaintenanceActions",
                "rds:ModifyDBInstance",
            ],
            "Resource": args.database_arn,
        }
    ]

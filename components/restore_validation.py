"""Judges what the weekly restore test restored (runbook, "Backup Verification"): a function, called by an event.

Where there is a database of our own, the function stands in the private subnets, from where it can ask the restored
one for rows; all it needs of AWS it reaches through NAT.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.function import Function, FunctionArgs, Placement
from components.policy import Statement
from runbook import settings

# Listing a million objects twice takes about six minutes; a restored instance is waited for until two are left.
TIMEOUT_SECONDS = 900
# Measured: 59 MiB with its four clients, 91 while two objects of 16 MiB are compared; listings are read page by page.
# 512 MiB come with a third of a CPU, without which reading a long listing takes twice as long.
MEMORY_MIB = 512
GUIDE_ANCHOR = "restore-test-failed"
# AWS Backup names whatever a restore test creates so (AWS Backup guide, "Restore testing inferred metadata").
RESTORED = "awsbackup-restore-test-"
RECORDS = "restore-tests"
# The PostgreSQL driver and what it needs; python-dateutil, which it needs too, comes with boto3 in Lambda's runtime.
DRIVER = ("pg8000", "scramp", "asn1crypto")


@dataclass(frozen=True, kw_only=True)
class RestoreValidationArgs:
    """What is backed up, what a restored database has to be like, and where the record is kept."""

    database: settings.Database
    environment_name: str
    prefix: str
    """Start of the function's name: `mockforge-<environment>`."""
    region: str
    account_id: pulumi.Input[str]
    guide_url: str
    """Address of `docs/incident-response.md`, without an anchor."""
    restore_test_plan_name: pulumi.Input[str]
    objects_bucket_arn: pulumi.Input[str]
    configuration_bucket_arn: pulumi.Input[str]
    """The record is kept here, too."""
    data_key_arn: pulumi.Input[str]
    """The key of both buckets, and of what is restored from them."""
    database_arn: pulumi.Input[str] | None
    subnet_group_name: pulumi.Input[str] | None
    """Where a database has to be restored to. Needed with `database_arn`, like the two that follow."""
    database_url_secret_arn: pulumi.Input[str] | None
    """A restored database has to accept the login in there."""
    placement: Placement | None
    """From where a restored database can be reached."""
    log_retention_days: int
    warning_topic_arn: pulumi.Input[str]
    warning_topic_key_arn: pulumi.Input[str]


class RestoreValidation(Component):
    """`function_name` is plain text, known early."""

    function_arn: pulumi.Output[str]
    function_name: str
    log_group_name: str

    def __init__(self, name: str, args: RestoreValidationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        needed = (args.subnet_group_name, args.database_url_secret_arn, args.placement)
        if args.database_arn is not None and None in needed:
            raise ValueError(
                "database_arn needs subnet_group_name, database_url_secret_arn and placement: without them a restored "
                "database can be neither compared nor reached"
            )
        plans = pulumi.Output.concat(
            f"arn:aws:backup:{args.region}:",
            args.account_id,
            ":restore-testing-plan:",
            args.restore_test_plan_name,
            "-",
        )
        function = Function(
            f"{name}-function",
            FunctionArgs(
                folder="restore_validation",
                function_name=f"{args.prefix}-restore-validation",
                description="Judges what the weekly restore test restored, and documents it",
                timeout_seconds=TIMEOUT_SECONDS,
                memory_mib=MEMORY_MIB,
                environment=_environment(args, plans),
                statements=[*_judge(args), *_document(args)],
                log_retention_days=args.log_retention_days,
                failure_topic_arn=args.warning_topic_arn,
                failure_topic_key_arn=args.warning_topic_key_arn,
                placement=args.placement,
                libraries=DRIVER if args.database_arn is not None else (),
            ),
            self.child(),
        )
        rule = aws.cloudwatch.EventRule(
            f"{name}-restored",
            description=f"The weekly restore test of {args.environment_name} has restored something",
            event_pattern=pulumi.Output.json_dumps(
                {
                    "source": ["aws.backup"],
                    "detail-type": ["Restore Job State Change"],
                    "detail": {
                        "restoreTestingPlanArn": [{"prefix": plans}],
                        "$or": [{"status": ["COMPLETED"]}, {"state": ["COMPLETED"]}],
                    },
                },
                sort_keys=True,
            ),
            opts=self.child(),
        )
        allowed = aws.lambda_.Permission(
            f"{name}-call",
            action="lambda:InvokeFunction",
            function=function.name,
            principal="events.amazonaws.com",
            source_arn=rule.arn,
            opts=self.child(),
        )
        aws.cloudwatch.EventTarget(
            f"{name}-judge", rule=rule.name, arn=function.arn, opts=self.child(depends_on=[allowed])
        )

        self.function_arn, self.function_name = function.arn, function.function_name
        self.log_group_name = function.log_group_name
        self.register_outputs({"function_arn": self.function_arn, "function_name": self.function_name})


def _environment(args: RestoreValidationArgs, plans: pulumi.Output[str]) -> dict[str, pulumi.Input[str]]:
    environment: dict[str, pulumi.Input[str]] = {
        "ENVIRONMENT": args.environment_name,
        "PLAN_ARN_PREFIX": plans,
        "OBJECTS_ARN": args.objects_bucket_arn,
        "CONFIGURATION_ARN": args.configuration_bucket_arn,
        "RECORD_KEY_ARN": args.data_key_arn,
        "TOPIC_ARN": args.warning_topic_arn,
        "GUIDE_URL": f"{args.guide_url}#{GUIDE_ANCHOR}",
    }
    if (
        args.database_arn is not None
        and args.subnet_group_name is not None
        and args.database_url_secret_arn is not None
    ):
        environment |= {
            "DATABASE_ARN": args.database_arn,
            "SUBNET_GROUP": args.subnet_group_name,
            "ENGINE_VERSION": args.database.engine_version,
            "DATABASE_URL_SECRET_ARN": args.database_url_secret_arn,
        }
    return environment


def _judge(args: RestoreValidationArgs) -> list[Statement]:
    buckets = [f"arn:aws:s3:::{RESTORED}*", args.objects_bucket_arn, args.configuration_bucket_arn]
    statements: list[Statement] = [
        {
            # a restore job is no resource to IAM
            "Sid": "JudgeRestoreJobs",
            "Action": ["backup:DescribeRestoreJob", "backup:PutRestoreValidationResult"],
            "Resource": "*",
        },
        {"Sid": "ListObjects", "Action": ["s3:ListBucket"], "Resource": buckets},
        {
            "Sid": "CompareObjects",
            "Action": ["s3:GetObject"],
            "Resource": [pulumi.Output.concat(bucket, "/*") for bucket in buckets],
        },
    ]
    if args.database_arn is not None:
        restored = pulumi.Output.concat(f"arn:aws:rds:{args.region}:", args.account_id, f":db:{RESTORED}*")
        statements.append(
            {"Sid": "SeeTheRestoredDatabase", "Action": ["rds:DescribeDBInstances"], "Resource": restored}
        )
        statements.append(
            {
                "Sid": "LogInToTheRestoredDatabase",
                "Action": ["secretsmanager:GetSecretValue"],
                "Resource": args.database_url_secret_arn,
            }
        )
    return statements


def _document(args: RestoreValidationArgs) -> list[Statement]:
    return [
        {
            "Sid": "Document",
            "Action": ["s3:PutObject"],
            "Resource": pulumi.Output.concat(args.configuration_bucket_arn, f"/{RECORDS}/*"),
        },
        {
            "Sid": "DecryptAndEncryptObjects",
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": args.data_key_arn,
        },
    ]

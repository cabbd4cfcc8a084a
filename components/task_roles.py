"""What ECS may do to start a task (execution role), and what the application itself may do (task role)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.policy import Statement, policy, trust

# <account>.dkr.ecr.<region>.amazonaws.com/<repository>, then a tag or a digest.
_ECR_IMAGE = re.compile(r"^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com/([a-z0-9._/-]+)")
# arn:aws:secretsmanager:<region>:<account>:secret:<name>; a `valueFrom` may go on with :<key>:<stage>:<version>.
_SECRET_ARN_PARTS = 7


@dataclass(frozen=True, kw_only=True)
class TaskRolesArgs:
    """What the tasks of one service reach."""

    image: str
    region: str
    account_id: pulumi.Input[str]
    log_group_name: str
    exec_log_group_name: str
    exec_enabled: bool
    secrets: Mapping[str, pulumi.Input[str]]
    """Variable to `valueFrom`."""
    secret_key_arns: Sequence[pulumi.Input[str]]
    """Customer keys that some of the secrets are encrypted with."""
    objects_bucket_arn: pulumi.Input[str]
    objects_key_arns: Sequence[pulumi.Input[str]]
    """Customer keys that the bucket is encrypted with."""


class TaskRoles(Component):
    """`execution_role_arn`, `task_role_arn`; a task may start only after `policies` exist."""

    execution_role_arn: pulumi.Output[str]
    task_role_arn: pulumi.Output[str]
    policies: list[pulumi.Resource]

    def __init__(self, name: str, args: TaskRolesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.policies = []
        self.execution_role_arn = self._role(name, "execution", "Starts tasks", args, execution_statements(args))
        self.task_role_arn = self._role(name, "task", "Is the application", args, task_statements(args))
        self.register_outputs({"execution_role_arn": self.execution_role_arn, "task_role_arn": self.task_role_arn})

    def _role(
        self, name: str, kind: str, description: str, args: TaskRolesArgs, statements: Sequence[Statement]
    ) -> pulumi.Output[str]:
        # Only tasks of this account and region: ECS must not be talked into using the role for somebody else.
        ours = {
            "StringEquals": {"aws:SourceAccount": args.account_id},
            "ArnLike": {"aws:SourceArn": pulumi.Output.concat("arn:aws:ecs:", args.region, ":", args.account_id, ":*")},
        }
        role = aws.iam.Role(
            f"{name}-{kind}",
            description=description,
            assume_role_policy=trust("ecs-tasks.amazonaws.com", ours),
            opts=self.child(),
        )
        self.policies.append(
            aws.iam.RolePolicy(f"{name}-{kind}-policy", role=role.name, policy=policy(statements), opts=self.child())
        )
        return role.arn


def execution_statements(args: TaskRolesArgs) -> list[Statement]:
    """Pull this image, write this log group, read these secrets."""
    statements: list[Statement] = [
        {
            "Sid": "WriteLogs",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": _log_streams(args, args.log_group_name),
        },
        {
            "Sid": "ReadSecrets",
            "Action": ["secretsmanager:GetSecretValue"],
            "Resource": [secret_arn(value) for _, value in sorted(args.secrets.items())],
        },
    ]
    if args.secret_key_arns:
        statements.append({"Sid": "DecryptSecrets", "Action": ["kms:Decrypt"], "Resource": [*args.secret_key_arns]})
    if (repository := ecr_repository_arn(args.image)) is not None:
        statements += [
            {"Sid": "LogInToRegistry", "Action": ["ecr:GetAuthorizationToken"], "Resource": "*"},
            {
                "Sid": "PullImage",
                "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                "Resource": repository,
            },
        ]
    return statements


def task_statements(args: TaskRolesArgs) -> list[Statement]:
    """Read and write objects; speak to ECS Exec only where it is on."""
    objects = pulumi.Output.concat(args.objects_bucket_arn, "/*")
    statements: list[Statement] = [
        {
            "Sid": "FindObjects",
            "Action": ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
            "Resource": args.objects_bucket_arn,
        },
        {
            "Sid": "UseObjects",
            "Action": [
                "s3:AbortMultipartUpload",
                "s3:DeleteObject",
                "s3:GetObject",
                "s3:ListMultipartUploadParts",
                "s3:PutObject",
            ],
            "Resource": objects,
        },
    ]
    if args.objects_key_arns:
        statements.append(
            {
                "Sid": "EncryptObjects",
                "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
                "Resource": [*args.objects_key_arns],
                "Condition": {"StringEquals": {"kms:ViaService": f"s3.{args.region}.amazonaws.com"}},
            }
        )
    if args.exec_enabled:
        statements += _exec_statements(args)
    return statements


def _exec_statements(args: TaskRolesArgs) -> list[Statement]:
    # The agent in the task opens the session and writes its log with the task role (ECS developer guide, "ECS Exec").
    return [
        {
            "Sid": "OpenSession",
            "Action": [
                "ssmmessages:CreateControlChannel",
                "ssmmessages:CreateDataChannel",
                "ssmmessages:OpenControlChannel",
                "ssmmessages:OpenDataChannel",
            ],
            "Resource": "*",
        },
        {"Sid": "FindSessionLog", "Action": ["logs:DescribeLogGroups"], "Resource": "*"},
        {
            "Sid": "LogSession",
            "Action": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            "Resource": _log_streams(args, args.exec_log_group_name),
        },
    ]


def _log_streams(args: TaskRolesArgs, group: str) -> pulumi.Output[str]:
    return pulumi.Output.concat("arn:aws:logs:", args.region, ":", args.account_id, f":log-group:{group}:*")


def secret_arn(value_from: pulumi.Input[str]) -> pulumi.Output[str]:
    """The secret itself: a policy names it without the key, stage and version that a `valueFrom` may end with."""
    return pulumi.Output.from_input(value_from).apply(lambda text: ":".join(text.split(":")[:_SECRET_ARN_PARTS]))


def ecr_repository_arn(image: str) -> str | None:
    """ARN of the repository an image lies in; None when that is not a private ECR registry."""
    if (found := _ECR_IMAGE.match(image)) is None:
        return None
    account, region, repository = found.groups()
    return f"arn:aws:ecr:{region}:{account}:repository/{repository}"

"""Roles that nobody can take, and roles that may not do what they are for."""

from collections.abc import Callable

from tests.offline.across.mistake import Mistake, changed, gone
from tests.offline.neighbourhood import Draft

SERVICE = "ecs.Service service"
TASK = "ecs.TaskDefinition service-task"
OF_DATABASE = "backup.Selection backups-database-of-database"
OF_OBJECTS = "backup.Selection backups-storage-of-objects"
RESTORE_OF_DATABASE = "backup.RestoreTestingSelection backups-restore-test-database"
FRESHNESS = "scheduler.Schedule backup-freshness-schedule"


def trust(said: str, service: str) -> Callable[[Draft], object]:
    return lambda draft: draft.policy(
        said, lambda statements: statements[0].update(Principal={"Service": service}), "assumeRolePolicy"
    )


def statement_gone(policy: str, sid: str) -> Callable[[Draft], object]:
    """Take one statement out of a role's policy."""
    return lambda draft: draft.policy(
        f"iam.RolePolicy {policy}",
        lambda said: said.__setitem__(slice(None), [one for one in said if one["Sid"] != sid]),
    )


MISTAKES = (
    Mistake(
        done="the tasks' role for ecs instead of ecs-tasks",
        at=TASK,
        rule="trusts",
        refused="cannot be taken by ecs-tasks.amazonaws.com: it trusts ecs.amazonaws.com",
        by=trust("iam.Role service-tasks-task", "ecs.amazonaws.com"),
    ),
    Mistake(
        done="the infrastructure role for ecs-tasks instead of ecs",
        at=SERVICE,
        rule="trusts",
        refused="cannot be taken by ecs.amazonaws.com: it trusts ecs-tasks.amazonaws.com",
        by=trust("iam.Role service-deploy-infra", "ecs-tasks.amazonaws.com"),
    ),
    Mistake(
        done="a schedule in another group than its role trusts",
        at=FRESHNESS,
        rule="trusts",
        refused="will never be taken: aws:SourceArn is to be",
        by=changed(FRESHNESS, groupName="mockforge-production-maintenance"),
    ),
    Mistake(
        done="a hook that ECS may not call",
        at=SERVICE,
        rule="may",
        refused="may not (yet) do lambda:InvokeFunction on arn:aws:lambda:us-east-1:123456789012:function:"
        "mockforge-production-smoke-test",
        by=gone("iam.RolePolicy service-deploy-hook-policy"),
    ),
    Mistake(
        done="backups of S3 without the policy for S3",
        at=OF_OBJECTS,
        rule="may",
        refused="may not (yet) do s3:PutBucketNotification",
        by=gone("iam.RolePolicyAttachment backups-role-s3-backup"),
    ),
    Mistake(
        done="copies to another vault without the right to copy",
        at=OF_DATABASE,
        rule="may",
        refused="may not (yet) do backup:CopyIntoBackupVault",
        by=gone("iam.RolePolicyAttachment backups-role-backup"),
    ),
    Mistake(
        done="restore tests without the right to restore",
        at=RESTORE_OF_DATABASE,
        rule="may",
        refused="may not (yet) do rds:RestoreDBInstanceFromDBSnapshot",
        by=gone("iam.RolePolicyAttachment backups-role-restore"),
    ),
    Mistake(
        done="an infrastructure role that may not move traffic",
        at=SERVICE,
        rule="may",
        refused="may not (yet) do elasticloadbalancing:ModifyRule: ECS could not move the traffic",
        by=gone("iam.RolePolicyAttachment service-deploy-infra-policy"),
    ),
    Mistake(
        done="an execution role that may not read a secret",
        at=SERVICE,
        rule="may",
        refused="may not (yet) do secretsmanager:GetSecretValue",
        by=lambda draft: draft.policy(
            "iam.RolePolicy service-tasks-execution-policy",
            lambda said: said[1].update(Resource=draft.out("secretsmanager.Secret secrets-jwt", "arn")),
        ),
    ),
    Mistake(
        done="a state machine that may not call its function",
        at="sfn.StateMachine checklist-machine",
        rule="may",
        refused="may not (yet) do lambda:InvokeFunction",
        by=gone("iam.RolePolicy checklist-policy"),
    ),
    Mistake(
        done="a maintenance window that may not start its checklist",
        at="ssm.MaintenanceWindowTask maintenance-checklist",
        rule="may",
        refused="may not (yet) do states:StartExecution",
        by=gone("iam.RolePolicy maintenance-checklist-policy"),
    ),
    Mistake(
        done="an execution role that may not write the log",
        at=SERVICE,
        rule="may",
        refused="may not (yet) do logs:CreateLogStream on arn:aws:logs:us-east-1:123456789012:log-group:"
        "/mockforge-cloud/production/service:log-stream:any: tasks could not start",
        by=statement_gone("service-tasks-execution-policy", "WriteLogs"),
    ),
    Mistake(
        done="an execution role that may not pull the image",
        at=SERVICE,
        rule="may",
        refused="may not (yet) do ecr:BatchGetImage on arn:aws:ecr:us-east-1:123456789012:repository/mockforge-cloud",
        by=statement_gone("service-tasks-execution-policy", "PullImage"),
    ),
    Mistake(
        done="backups of RDS without the policy for backups",
        at=OF_DATABASE,
        rule="may",
        refused="may not (yet) do rds:CreateDBSnapshot",
        by=gone("iam.RolePolicyAttachment backups-role-backup"),
    ),
    Mistake(
        done="restore tests of S3 without the policy for S3",
        at="backup.RestoreTestingSelection backups-restore-test-objects",
        rule="may",
        refused="may not (yet) do s3:PutObject",
        by=gone("iam.RolePolicyAttachment backups-role-s3-restore"),
    ),
    Mistake(
        done="a schedule that may not invoke its function",
        at=FRESHNESS,
        rule="may",
        refused="may not (yet) do lambda:InvokeFunction on arn:aws:lambda:us-east-1:123456789012:function:"
        "mockforge-production-backup-freshness: nothing would happen at that time",
        by=gone("iam.RolePolicy backup-freshness-schedule-policy"),
    ),
    Mistake(
        done="a notice that may not be published",
        at="scheduler.Schedule maintenance-notice",
        rule="may",
        refused="may not (yet) do sns:Publish",
        by=gone("iam.RolePolicy maintenance-notice-policy"),
    ),
    Mistake(
        done="flow logs that may not be written",
        at="ec2.FlowLog network-flow-logs",
        rule="may",
        refused="may not (yet) do logs:CreateLogStream",
        by=gone("iam.RolePolicy network-flow-logs-policy"),
    ),
    Mistake(
        done="a function that may not write its log",
        at="lambda.Function smoke-test-function",
        rule="may",
        refused="may not (yet) do logs:PutLogEvents",
        by=statement_gone("smoke-test-function-policy", "WriteItsLog"),
    ),
    Mistake(
        done="a function in a VPC without the right to a network interface",
        at="lambda.Function smoke-test-function",
        rule="may",
        refused="may not (yet) do ec2:CreateNetworkInterface: the function is to be in a VPC",
        by=changed(
            "lambda.Function smoke-test-function", vpcConfig={"subnetIds": ["subnet-1"], "securityGroupIds": []}
        ),
    ),
    Mistake(
        done="a function that may not tell of its failures",
        at="lambda.FunctionEventInvokeConfig smoke-test-function-failures",
        rule="may",
        refused="may not (yet) do sns:Publish",
        by=statement_gone("smoke-test-function-policy", "TellOfFailures"),
    ),
    Mistake(
        done="a role that trusts ECS in another account",
        at="ecs.TaskDefinition service-task",
        rule="trusts",
        refused="will never be taken: aws:SourceAccount is to be 111122223333",
        by=lambda draft: draft.policy(
            "iam.Role service-tasks-task",
            lambda said: said[0].update(Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}}),
            "assumeRolePolicy",
        ),
    ),
    Mistake(
        done="a right taken away by a denial",
        at=FRESHNESS,
        rule="may",
        refused="may not (yet) do lambda:InvokeFunction",
        by=lambda draft: draft.policy(
            "iam.RolePolicy backup-freshness-schedule-policy",
            lambda said: said.append({"Effect": "Deny", "Action": "lambda:*", "Resource": "*"}),
        ),
    ),
)

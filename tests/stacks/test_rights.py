"""Who may do what, and where secrets are, over everything that is registered in both environments.

Guards: a role that two services can take, rights on everything, a secret's value where it can be read.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from offline.provider.wire import Secret
from tests.harness import Program, Registered
from tests.stacks.stack import Stack

POLICY_KEYS = ("policy", "assumeRolePolicy", "policyDocument")
TRUSTED = {
    "backup-freshness-function-role": "lambda.amazonaws.com",
    "backup-freshness-schedule-role": "scheduler.amazonaws.com",
    "backups-role": "backup.amazonaws.com",
    "checklist-function-role": "lambda.amazonaws.com",
    "checklist-role": "states.amazonaws.com",
    "configuration-backup-function-role": "lambda.amazonaws.com",
    "configuration-backup-schedule-role": "scheduler.amazonaws.com",
    "maintenance-checklist-role": "ssm.amazonaws.com",
    "maintenance-notice-role": "scheduler.amazonaws.com",
    "network-flow-logs-role": "vpc-flow-logs.amazonaws.com",
    "restore-validation-function-role": "lambda.amazonaws.com",
    "service-deploy-hook": "ecs.amazonaws.com",
    "service-deploy-infra": "ecs.amazonaws.com",
    "service-tasks-execution": "ecs-tasks.amazonaws.com",
    "service-tasks-task": "ecs-tasks.amazonaws.com",
    "smoke-test-function-role": "lambda.amazonaws.com",
}
EVERYTHING_ON_EVERYTHING = {
    # a key's own policy: * is that key, and the account must keep administering it
    "backups-recovery-vault-key kms:*",
    "backups-vault-key kms:*",
    "database-key kms:*",
    "notifications-key kms:*",
    "notifications-outside-key kms:*",
    "storage-key kms:*",
    # the endpoint narrows what IAM grants; by its condition to buckets of this account
    "network-routes-s3 s3:*",
}
ON_EVERY_RESOURCE = {
    "backup-freshness-function-policy": {"cloudwatch:PutMetricData"},  # by its condition to our own namespace
    "checklist-policy": {
        "backup:DescribeBackupJob",
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
    },
    "configuration-backup-function-policy": {
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
    },
    "restore-validation-function-policy": {
        "backup:DescribeRestoreJob",
        "backup:PutRestoreValidationResult",
        # Lambda's own work, which the function's code is denied
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
    },
    "service-tasks-execution-policy": {"ecr:GetAuthorizationToken"},
}
"""What AWS does not let anybody narrow."""
WITHOUT_CONDITION = {
    # EventBridge and AWS Backup publish without saying for whom
    ("notifications-critical-policy", "events.amazonaws.com"),
    ("notifications-critical-policy", "backup.amazonaws.com"),
    ("notifications-warning-policy", "events.amazonaws.com"),
    ("notifications-warning-policy", "backup.amazonaws.com"),
}


def statements(resource: Registered) -> Iterator[dict[str, Any]]:
    for key in POLICY_KEYS:
        if isinstance(text := resource.get(key), str) and "Statement" in text:
            yield from json.loads(text)["Statement"]


def as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_every_role_trusts_exactly_one_service(stack: Stack):
    trusted: dict[str, Any] = {}
    for role in stack.up.all("iam/role:Role"):
        (statement,) = statements(role)
        assert (statement["Effect"], statement["Action"]) == ("Allow", "sts:AssumeRole"), role.name
        trusted[role.name] = statement["Principal"]
    assert trusted == {name: {"Service": service} for name, service in TRUSTED.items()}


def test_every_right_on_everything_is_listed(stack: Stack):
    found = {
        f"{one.name} {action}"
        for one in stack.up.resources
        for statement in statements(one)
        for action in as_list(statement["Action"])
        if statement["Effect"] == "Allow" and (action == "*" or action.endswith(":*"))
        if "*" in as_list(statement.get("Resource", []))
    }
    assert found == {name for name in EVERYTHING_ON_EVERYTHING if stack.name == "production" or "recovery" not in name}


def test_a_role_acts_on_named_resources(stack: Stack):
    found = {
        one.name: {
            action
            for statement in statements(one)
            if "*" in as_list(statement["Resource"])
            for action in as_list(statement["Action"])
        }
        for one in stack.up.all("RolePolicy")
    }
    assert {name: actions for name, actions in found.items() if actions} == ON_EVERY_RESOURCE


def test_a_role_names_its_actions(stack: Stack):
    found = {
        f"{one.name} {action}"
        for one in stack.up.all("RolePolicy")
        for statement in statements(one)
        for action in as_list(statement["Action"])
        if action == "*" or action.endswith(":*")
    }
    assert found == set()


def test_nobody_else_is_let_in_by_a_policy_of_ours(stack: Stack):
    """Principals are the account itself, AWS services, or everybody to be refused."""
    for one in stack.up.resources:
        for statement in statements(one):
            principal = statement.get("Principal", {})
            if principal == "*":
                assert statement["Effect"] == "Deny" or one.name == "network-routes-s3", one.name
            else:
                assert as_list(principal.get("AWS", [])) in ([], ["arn:aws:iam::123456789012:root"]), one.name


def test_a_service_that_publishes_or_writes_says_for_which_account(stack: Stack):
    found = {
        (one.name, service)
        for one in [*stack.up.all("TopicPolicy"), *stack.up.all("BucketPolicy"), *stack.up.all("LogResourcePolicy")]
        for statement in statements(one)
        if isinstance(statement["Principal"], dict) and "Condition" not in statement
        for service in as_list(statement["Principal"]["Service"])
    }
    assert found == WITHOUT_CONDITION


def plain(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text that is not wrapped as a secret, with its path."""
    if isinstance(value, Secret):
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from plain(inner, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from plain(inner, f"{path}[{number}]")
    elif isinstance(value, str):
        yield path, value


def secrets_of(program: Program) -> dict[str, str]:
    """Where a secret's value comes from, to the value."""
    values = {one.name: one.outputs["result"] for one in program.all("RandomPassword")}
    values |= {one.name: one["secretString"] for one in program.all("SecretVersion")}
    for one in program.all("TopicSubscription"):
        if one["protocol"] == "https":
            values[one.name] = (
                one["endpoint"].removeprefix("https://events.pagerduty.com/integration/").split("/enq")[0]
            )
    return values


def test_no_secret_stands_anywhere_in_plain(stack: Stack):
    secrets = secrets_of(stack.up)
    assert len(secrets) == {"staging": 8, "production": 10}[stack.name]
    assert min(map(len, secrets.values())) >= 32
    leaks = [
        f"{secret} in {one}{path}"
        for one in stack.up.resources
        for path, text in [*plain(one.raw_inputs, ".inputs"), *plain(one.raw_outputs, ".outputs")]
        for secret, value in secrets.items()
        if value in text
    ]
    leaks += [
        f"{secret} in stack output{path}"
        for path, text in plain(stack.up.raw_stack_outputs)
        for secret, value in secrets.items()
        if value in text
    ]
    leaks += [
        f"{secret} in a log line" for secret, value in secrets.items() for _, text in stack.up.logs if value in text
    ]
    assert leaks == []


def test_the_manifest_and_the_dashboard_hold_no_secret(stack: Stack):
    texts = [stack.up.one("Parameter", "operations-parameter")["insecureValue"]]
    texts.append(stack.up.one("Dashboard", "dashboard-health")["dashboardBody"])
    assert [name for name, value in secrets_of(stack.up).items() for text in texts if value in text] == []


@pytest.mark.parametrize(
    ("type_tail", "name", "path"),
    [
        ("secretsmanager/secretVersion:SecretVersion", "secrets-jwt-version", "secretString"),
        ("secretsmanager/secretVersion:SecretVersion", "secrets-scrape-token-version", "secretString"),
        ("secretsmanager/secretVersion:SecretVersion", "secrets-test-header-version", "secretString"),
        ("secretsmanager/secretVersion:SecretVersion", "database-url-version", "secretString"),
        ("rds/instance:Instance", "database", "password"),
        ("lb/listenerRule:ListenerRule", "colours-test", "conditions[0].httpHeader.values[0]"),
    ],
)
def test_what_is_secret_is_marked_in_preview_and_update(stack: Stack, type_tail: str, name: str, path: str):
    assert [run.is_secret(run.one(type_tail, name), path) for run in stack.runs] == [True, True]


def test_tasks_get_secrets_by_reference_only(stack: Stack):
    (container,) = json.loads(stack.up.one("ecs/taskDefinition:TaskDefinition", "service-task")["containerDefinitions"])
    by_arn = {one.outputs["arn"]: one.name for one in stack.up.all("secret:Secret")}
    found = {one["name"]: by_arn[one["valueFrom"]] for one in container["secrets"]}
    assert found == {
        "DATABASE_URL": "database-url",
        "JWT_SECRET": "secrets-jwt",
        "PROMETHEUS_SCRAPE_TOKEN": "secrets-scrape-token",
    }
    assert {one["name"] for one in container["environment"]} & found.keys() == set()

"""What the commands ask of AWS against what their people may: neither less nor more.

Guards: a command that works for its author, who is an administrator, and not at three at night; a right that nobody
needs any more. A new call fails here until a statement in `bootstrap/template.yaml` allows it.
"""

from pathlib import Path

import pytest

from tests.bootstrap.aws_calls import calls
from tests.bootstrap.pulumi_types import known_actions
from tests.bootstrap.resolved import ACCOUNT, actions, allows, stack

ROOT = Path(__file__).resolve().parents[2]
OTHERS_RUN = {
    "operations/bootstrapping/": "an administrator",
    "operations/packaging/": "who builds images, and may push them",
    "operations/pending/": "who runs `up`: it repairs a state after an interrupted one",
    # an administrator: recovers a whole environment, `up` in another region included
    "operations/recovery/buckets.py": "an administrator",
    "operations/recovery/configuration.py": "an administrator",
    "operations/recovery/second_region.py": "an administrator",
    "operations/recovery/system.py": "an administrator",
}
RECOVERING = "operations/recovery/"
OF_FUNCTIONS = {
    "functions/restore_validation/bucket.py": True,
    "functions/restore_validation/configuration.py": True,
    "functions/restore_validation/record.py": True,
    "functions/smoke_test/settings.py": False,
}
"""Modules of the functions that commands run themselves, with the person's credentials; whether in recovery."""
SERVICES = {
    "elbv2": "elasticloadbalancing",
    "resourcegroupstaggingapi": "tag",
    "service-quotas": "servicequotas",
    "stepfunctions": "states",
}
"""As boto3 calls it → as IAM does, where they differ."""
ACTIONS = {
    "budgets:DescribeBudget": "budgets:ViewBudget",
    "cloudwatch:GetDashboard": "cloudwatch:GetDashboard",
    "lambda:Invoke": "lambda:InvokeFunction",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:ListObjectsV2": "s3:ListBucket",
}
"""IAM names these otherwise than the interface does (service authorization reference)."""
WITHOUT_RIGHT = {"sts:GetCallerIdentity"}
COMPANIONS = {
    "iam:PassRole": "a restore job works with the role of the backups",
    "kms:CreateGrant": "RDS keeps using the key of what it restores",
    "kms:Decrypt": "topics, logs and snapshots are encrypted; the service asks in the caller's name",
    "kms:GenerateDataKey": "as Decrypt, for writing",
    "kms:GenerateDataKey*": "as Decrypt, for writing",
    "kms:ReEncrypt*": "a snapshot that is copied to another key",
    "s3:DeleteObjectVersion": "DeleteObjects of single versions",
}
"""Asked for by AWS's services on behalf of who calls them."""


def needed(*, recovery: bool) -> dict[str, set[str]]:
    """Action → files that ask for it."""
    paths = [
        path
        for path in sorted((ROOT / "operations").rglob("*.py"))
        if not any(str(path.relative_to(ROOT)).startswith(folder) for folder in OTHERS_RUN)
    ]
    chosen = [path for path in paths if recovery == str(path.relative_to(ROOT)).startswith(RECOVERING)]
    chosen += [ROOT / name for name, of_recovery in OF_FUNCTIONS.items() if of_recovery == recovery]
    found: dict[str, set[str]] = {}
    for (service, operation), files in calls(chosen).items():
        action = f"{SERVICES.get(service, service)}:{operation}"
        if action not in WITHOUT_RIGHT:
            found.setdefault(ACTIONS.get(action, action), set()).update(files)
    return found


def test_calls_are_found_at_all():
    everyday = needed(recovery=False)
    assert {"ecs:StopServiceDeployment", "cloudwatch:DescribeAlarms", "logs:FilterLogEvents"} <= everyday.keys()
    assert everyday["cloudwatch:PutAlarmMuteRule"] == {"maintenance.py"}
    assert "cloudformation:ExecuteChangeSet" not in everyday
    assert "rds:RestoreDBInstanceToPointInTime" in needed(recovery=True)


@pytest.mark.parametrize("name", OF_FUNCTIONS)
def test_a_command_runs_what_is_listed_of_the_functions(name: str):
    module = name.removesuffix(".py").replace("/", ".")
    package, _, last = module.rpartition(".")
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "operations").rglob("*.py"))
    assert f"from {module} import" in source or f"from {package} import {last}" in source


def test_operators_may_what_the_commands_ask():
    statements = stack().policies("OperatorRole")
    assert {one: files for one, files in needed(recovery=False).items() if not allows(statements, one)} == {}


def test_who_restores_may_what_the_commands_of_recovery_ask_as_well():
    statements = stack().policies("RecoveryRole")
    assert {one: files for one, files in needed(recovery=True).items() if not allows(statements, one)} == {}


def test_operators_may_nothing_that_no_command_asks():
    asked = needed(recovery=False).keys()
    assert sorted({*actions(stack().policies("OperatorRole"))} - asked - COMPANIONS.keys()) == []


def test_who_restores_may_nothing_that_no_command_asks():
    asked = needed(recovery=False).keys() | needed(recovery=True).keys()
    assert sorted({*actions(stack().policies("RecoveryRole"))} - asked - COMPANIONS.keys()) == []


@pytest.mark.parametrize("role", ["DeployRole", "PreviewRole"])
def test_whoever_runs_up_may_look_for_what_an_interrupted_one_left(role: str):
    paths = sorted((ROOT / "operations" / "pending").rglob("*.py"))
    asked = {f"{SERVICES.get(service, service)}:{operation}" for service, operation in calls(paths)} - WITHOUT_RIGHT
    asked.remove("iam:GetPolicy")  # Lambda's operation of that name, in a file that asks IAM too
    assert "tag:GetResources" in asked
    statements = stack().policies(role)
    assert sorted(one for one in asked if not allows(statements, ACTIONS.get(one, one))) == []


def test_names_of_actions_are_iams():
    wrong = [one for one in {*needed(recovery=False), *needed(recovery=True)} if one.lower() not in known_actions()]
    assert wrong == []


def test_operators_stay_within_their_environment():
    statements = stack(EnvironmentName="staging").policies("RecoveryRole")
    place = f"us-east-1:{ACCOUNT}"
    for action, arn in (
        ("ecs:UpdateService", f"arn:aws:ecs:{place}:service/mockforge-production/mockforge-production"),
        ("ssm:PutParameter", f"arn:aws:ssm:{place}:parameter/mockforge-cloud/production/withdrawn"),
        (
            "secretsmanager:PutSecretValue",
            f"arn:aws:secretsmanager:{place}:secret:mockforge-cloud/production/jwt-AbCdEf",
        ),
        ("rds:ModifyDBInstance", f"arn:aws:rds:{place}:db:mockforge-production"),
        ("cloudwatch:PutAlarmMuteRule", f"arn:aws:cloudwatch:{place}:alarm:mockforge-production-error-rate"),
    ):
        assert allows(statements, action, arn.replace("production", "staging").replace("jwt", "database-url")), action
        assert not allows(statements, action, arn), action


def test_operators_cannot_rewrite_the_manifest_nor_read_what_users_stored():
    statements = stack().policies("RecoveryRole")
    manifest = f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/mockforge-cloud/production/operations"
    assert allows(statements, "ssm:GetParameter", manifest)
    assert not allows(statements, "ssm:PutParameter", manifest)
    assert allows(statements, "s3:GetObject", "arn:aws:s3:::storage-logs-1a2b3c4/load-balancer/one")
    assert not allows(statements, "s3:GetObject", "arn:aws:s3:::storage-objects-1a2b3c4/plugins/one")
    jwt = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:mockforge-cloud/production/jwt-AbCdEf"
    assert not allows(statements, "secretsmanager:GetSecretValue", jwt)


def test_everyday_operators_cannot_touch_the_database():
    statements = stack().policies("OperatorRole")
    assert [one for one in actions(statements) if one.startswith("rds:") and not one.startswith("rds:Describe")] == []
    assert [one for one in actions(statements) if "PutSecretValue" in one] == []

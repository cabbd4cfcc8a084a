import json
from collections.abc import Callable

import pytest

from components.task_roles import ecr_repository_arn
from tests.components.service_program import KEY_ARN, SECRET, service_program
from tests.harness import Program

Run = Callable[..., Program]

LOGS = "arn:aws:logs:us-east-1:123456789012:log-group:"


def statements(program: Program, role: str):
    return {
        one["Sid"]: one
        for one in json.loads(program.one("RolePolicy", f"service-tasks-{role}-policy")["policy"])["Statement"]
    }


def actions(program: Program, role: str):
    return {action for one in statements(program, role).values() for action in one["Action"]}


def test_starting_a_task_reads_exactly_the_secrets_it_hands_over(registered: Run):
    statement = statements(registered(service_program()), "execution")["ReadSecrets"]
    assert statement["Action"] == ["secretsmanager:GetSecretValue"]
    assert statement["Resource"] == [
        SECRET + "database-url-AbCdEf",
        SECRET + "jwt-AbCdEf",
        SECRET + "scrape-token-AbCdEf",
    ]


def test_a_key_within_a_secret_is_read_by_the_right_on_the_secret(registered: Run):
    secrets = {
        "DATABASE_URL": SECRET + "database-AbCdEf:url::",
        "JWT_SECRET": SECRET + "jwt-AbCdEf",
        "PROMETHEUS_SCRAPE_TOKEN": SECRET + "scrape-token-AbCdEf",
    }
    found = statements(registered(service_program(secrets=secrets)), "execution")["ReadSecrets"]["Resource"]
    assert found[0] == SECRET + "database-AbCdEf"


def test_keys_of_foreign_secrets_may_decrypt_and_no_other_key_may(registered: Run):
    assert "DecryptSecrets" not in statements(registered(service_program()), "execution")
    program = registered(service_program(secret_key_arns=[KEY_ARN]))
    assert statements(program, "execution")["DecryptSecrets"]["Resource"] == [KEY_ARN]


def test_starting_a_task_writes_one_log_group_and_pulls_from_one_repository(registered: Run):
    found = statements(registered(service_program()), "execution")
    assert found["WriteLogs"]["Resource"] == LOGS + "/mockforge-cloud/staging/service:*"
    assert found["PullImage"]["Resource"] == "arn:aws:ecr:us-east-1:123456789012:repository/mockforge-cloud"


@pytest.mark.parametrize(
    ("image", "arn"),
    [
        (
            "123456789012.dkr.ecr.eu-central-1.amazonaws.com/a/b:1.2",
            "arn:aws:ecr:eu-central-1:123456789012:repository/a/b",
        ),
        ("ghcr.io/saasy/mockforge:0.3.238", None),
        ("mockforge", None),
    ],
)
def test_an_image_elsewhere_needs_no_right_in_ecr(image: str, arn: str | None):
    assert ecr_repository_arn(image) == arn


def test_the_application_reaches_its_bucket_and_its_key_through_s3_only(registered: Run):
    found = statements(registered(service_program()), "task")
    assert found["UseObjects"]["Resource"] == "arn:aws:s3:::objects/*"
    assert found["FindObjects"]["Resource"] == "arn:aws:s3:::objects"
    assert found["EncryptObjects"]["Resource"] == [KEY_ARN]
    assert found["EncryptObjects"]["Condition"] == {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
    assert {action.split(":")[0] for action in actions(registered(service_program()), "task")} == {"s3", "kms"}


def test_a_shell_is_possible_only_where_it_is_on_and_then_it_is_logged(registered: Run):
    assert "OpenSession" not in statements(registered(service_program()), "task")
    program = registered(service_program(settings={"exec_enabled": True}))
    found = statements(program, "task")
    assert "ssmmessages:OpenDataChannel" in found["OpenSession"]["Action"]
    assert found["LogSession"]["Resource"] == LOGS + "/mockforge-cloud/staging/exec:*"
    assert program.one("ecs/service:Service")["enableExecuteCommand"] is True
    assert registered(service_program()).one("ecs/service:Service")["enableExecuteCommand"] is False


@pytest.mark.parametrize("role", ["execution", "task"])
def test_only_tasks_of_this_account_and_region_get_the_roles(registered: Run, role: str):
    [statement] = json.loads(registered(service_program()).one("Role", f"service-tasks-{role}")["assumeRolePolicy"])[
        "Statement"
    ]
    assert statement["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": "arn:aws:ecs:us-east-1:123456789012:*"},
    }


def test_no_action_is_allowed_by_a_wildcard(registered: Run):
    program = registered(service_program(settings={"exec_enabled": True}))
    for role in ("execution", "task"):
        assert not [action for action in actions(program, role) if "*" in action]

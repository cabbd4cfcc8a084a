import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.task_definition import TaskDefinitionArgs
from components.task_definition import container as container_definition
from tests.components.service_program import IMAGE, SECRET, service_program, service_settings
from tests.harness import Program

Run = Callable[..., Program]


def task(program: Program):
    return program.one("ecs/taskDefinition:TaskDefinition", "service-task")


def container(program: Program):
    [one] = json.loads(task(program)["containerDefinitions"])
    return one


def environment(program: Program):
    return {one["name"]: one["value"] for one in container(program)["environment"]}


def test_a_task_has_the_size_and_the_processor_of_the_settings(registered: Run):
    definition = task(registered(service_program(settings={"cpu_units": 1024, "memory_mib": 2048, "disk_gib": 30})))
    assert (definition["cpu"], definition["memory"]) == ("1024", "2048")
    assert definition["ephemeralStorage"] == {"sizeInGib": 30}
    assert definition["runtimePlatform"] == {"operatingSystemFamily": "LINUX", "cpuArchitecture": "ARM64"}
    assert (definition["requiresCompatibilities"], definition["networkMode"]) == (["FARGATE"], "awsvpc")


def test_another_architecture_is_a_setting(registered: Run):
    definition = task(registered(service_program(settings={"architecture": "x86_64"})))
    assert definition["runtimePlatform"]["cpuArchitecture"] == "X86_64"


def test_a_replaced_revision_stays_registered_so_that_a_rollback_can_start_it(registered: Run):
    assert task(registered(service_program()))["skipDestroy"] is True


def test_the_server_is_told_everything_it_reads(registered: Run):
    assert environment(registered(service_program())) == {
        "ANALYTICS_DB_PATH": "/scratch/mockforge-analytics.db",
        "APP_BASE_URL": "https://staging.cloud.mockforge.dev",
        "DATABASE_MAX_CONNECTIONS": "20",
        "ENVIRONMENT": "staging",
        "NO_COLOR": "1",
        "PORT": "8080",
        "RATE_LIMIT_PER_MINUTE": "6000",
        "S3_BUCKET": "objects",
        "S3_REGION": "us-east-1",
        "SHUTDOWN_TIMEOUT_SECS": "30",
        "STORAGE_REQUIRE_S3": "true",
        "TMPDIR": "/scratch",
    }


def test_further_variables_come_from_the_settings(registered: Run):
    program = registered(service_program(settings={"environment": {"EMAIL_PROVIDER": "smtp"}}))
    assert environment(program)["EMAIL_PROVIDER"] == "smtp"


def test_secrets_are_handed_over_by_arn_and_never_as_a_value(registered: Run):
    assert container(registered(service_program()))["secrets"] == [
        {"name": "DATABASE_URL", "valueFrom": SECRET + "database-url-AbCdEf"},
        {"name": "JWT_SECRET", "valueFrom": SECRET + "jwt-AbCdEf"},
        {"name": "PROMETHEUS_SCRAPE_TOKEN", "valueFrom": SECRET + "scrape-token-AbCdEf"},
    ]


def test_what_the_server_writes_locally_goes_to_scratch_space_and_nowhere_else(registered: Run):
    program = registered(service_program())
    assert container(program)["readonlyRootFilesystem"] is True
    assert container(program)["mountPoints"] == [
        {"sourceVolume": "scratch", "containerPath": "/scratch", "readOnly": False}
    ]
    assert task(program)["volumes"] == [{"name": "scratch"}]


def test_the_server_has_none_of_roots_powers_unless_a_shell_needs_them(registered: Run):
    assert container(registered(service_program()))["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}
    with_shell = container(registered(service_program(settings={"exec_enabled": True})))
    assert "capabilities" not in with_shell["linuxParameters"]


def test_a_shell_in_a_task_needs_a_root_file_system_it_can_write_to(registered: Run):
    program = registered(service_program(settings={"exec_enabled": True}))
    assert container(program)["readonlyRootFilesystem"] is False


def test_the_server_has_more_time_to_stop_than_it_takes(registered: Run):
    one = container(registered(service_program()))
    assert one["stopTimeout"] == 60  # SHUTDOWN_TIMEOUT_SECS is 30
    assert one["linuxParameters"]["initProcessEnabled"] is True  # it passes SIGTERM on


def test_a_log_service_out_of_reach_does_not_stop_the_server(registered: Run):
    logs = container(registered(service_program()))["logConfiguration"]
    assert logs["logDriver"] == "awslogs"
    assert logs["options"]["awslogs-group"] == "/mockforge-cloud/staging/service"
    assert (logs["options"]["mode"], logs["options"]["max-buffer-size"]) == ("non-blocking", "25m")


def test_the_image_is_the_one_of_the_settings(registered: Run):
    assert container(registered(service_program()))["image"] == IMAGE


@given(
    environment=st.permutations(["EMAIL_FROM", "EMAIL_PROVIDER", "SENTRY_DSN", "SMTP_HOST"]),
    secrets=st.permutations(["DATABASE_URL", "JWT_SECRET", "PROMETHEUS_SCRAPE_TOKEN", "STRIPE_SECRET_KEY"]),
)
def test_reordering_a_stack_file_changes_nothing(environment: list[str], secrets: list[str]):
    def text(environment: list[str], secrets: list[str]) -> str:
        args = TaskDefinitionArgs(
            service=service_settings(environment=dict.fromkeys(environment, "x")),
            family="mockforge-staging",
            environment_name="staging",
            region="us-east-1",
            url="https://staging.cloud.mockforge.dev",
            objects_bucket="objects",
            secrets={name: SECRET + name for name in secrets},
            log_group_name="/mockforge-cloud/staging/service",
            execution_role_arn="arn:aws:iam::123456789012:role/execution",
            task_role_arn="arn:aws:iam::123456789012:role/task",
        )
        return json.dumps(container_definition(args), sort_keys=True)

    assert text(environment, secrets) == text(sorted(environment), sorted(secrets))


@pytest.mark.parametrize("missing", ["DATABASE_URL", "JWT_SECRET", "PROMETHEUS_SCRAPE_TOKEN"])
def test_a_service_without_a_secret_it_needs_is_refused(registered: Run, missing: str):
    secrets = {name: SECRET + name for name in ("DATABASE_URL", "JWT_SECRET", "PROMETHEUS_SCRAPE_TOKEN")}
    del secrets[missing]
    with pytest.raises(ValueError, match=f"secrets lacks {missing}"):
        registered(service_program(secrets=secrets))


def test_a_secret_of_the_settings_that_nobody_looked_up_is_refused(registered: Run):
    with pytest.raises(ValueError, match="secrets lacks STRIPE_SECRET_KEY"):
        registered(service_program(settings={"secrets": {"STRIPE_SECRET_KEY": "mockforge-cloud/staging/stripe"}}))

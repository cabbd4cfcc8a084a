"""The task definition: one container with the application, as MockForge's registry server 0.3 wants to be run.

The container definitions are JSON with sorted keys and lists, so that a reordered stack file starts no deployment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.component import Component
from runbook.settings import Service

CONTAINER_NAME = "mockforge"
# The root file system is read-only: what the server writes locally (its SQLite analytics, temporary files of an upload)
# goes here, and is lost with the task.
SCRATCH_PATH = "/scratch"
# CloudWatch Logs out of reach must not stop the server: lines wait here, and are dropped when it is full. Each request
# is one line of about 200 bytes, so this holds about 100,000.
LOG_BUFFER = "25m"
CPU_ARCHITECTURES = {"arm64": "ARM64", "x86_64": "X86_64"}


@dataclass(frozen=True, kw_only=True)
class TaskDefinitionArgs:
    """The settings section `service`, and what the container finds around it."""

    service: Service
    family: str
    environment_name: str
    region: str
    url: str
    objects_bucket: pulumi.Input[str]
    secrets: Mapping[str, pulumi.Input[str]]
    """Variable to `valueFrom`: the ARN of a secret, or of a key in it."""
    log_group_name: str
    execution_role_arn: pulumi.Input[str]
    task_role_arn: pulumi.Input[str]


class TaskDefinition(Component):
    """`arn` names the newest revision; earlier ones stay registered, because a rollback starts them again."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: TaskDefinitionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        service = args.service
        definition = aws.ecs.TaskDefinition(
            name,
            family=args.family,
            requires_compatibilities=["FARGATE"],
            network_mode="awsvpc",
            cpu=str(service.cpu_units),
            memory=str(service.memory_mib),
            runtime_platform={
                "operating_system_family": "LINUX",
                "cpu_architecture": CPU_ARCHITECTURES[service.architecture],
            },
            ephemeral_storage={"size_in_gib": service.disk_gib},
            volumes=[{"name": "scratch"}],
            execution_role_arn=args.execution_role_arn,
            task_role_arn=args.task_role_arn,
            container_definitions=pulumi.Output.json_dumps([container(args)], sort_keys=True),
            # Every change replaces the revision; deregistering the old one would take it away from a rollback.
            skip_destroy=True,
            opts=self.child(),
        )
        self.arn = definition.arn
        self.register_outputs({"arn": self.arn})


def container(args: TaskDefinitionArgs) -> dict[str, Any]:
    """The container as ECS spells it; values may be outputs."""
    service = args.service
    return {
        "name": CONTAINER_NAME,
        "image": service.image,
        "essential": True,
        "portMappings": [{"containerPort": service.port, "hostPort": service.port, "protocol": "tcp"}],
        "environment": [{"name": key, "value": value} for key, value in sorted(environment(args).items())],
        "secrets": [{"name": key, "valueFrom": arn} for key, arn in sorted(args.secrets.items())],
        # ECS Exec does not work on a read-only root file system (ECS developer guide, ECS Exec, considerations).
        "readonlyRootFilesystem": not service.exec_enabled,
        "linuxParameters": _linux(service),
        "mountPoints": [{"sourceVolume": "scratch", "containerPath": SCRATCH_PATH, "readOnly": False}],
        "stopTimeout": service.stop_timeout_seconds,
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": args.log_group_name,
                "awslogs-region": args.region,
                "awslogs-stream-prefix": CONTAINER_NAME,
                "mode": "non-blocking",
                "max-buffer-size": LOG_BUFFER,
            },
        },
    }


def _linux(service: Service) -> dict[str, Any]:
    # The init process passes SIGTERM on, and reaps what a shell leaves behind.
    if service.exec_enabled:
        return {"initProcessEnabled": True}
    # The server's image runs as root; it needs none of root's powers (its port is above 1023, scratch space is root's).
    return {"initProcessEnabled": True, "capabilities": {"drop": ["ALL"]}}


def environment(args: TaskDefinitionArgs) -> dict[str, pulumi.Input[str]]:
    """Plain variables. The settings refuse to set again what the program must decide."""
    service = args.service
    return {
        "ANALYTICS_DB_PATH": f"{SCRATCH_PATH}/mockforge-analytics.db",
        "APP_BASE_URL": args.url,
        "DATABASE_MAX_CONNECTIONS": str(service.database_connections),
        "ENVIRONMENT": args.environment_name,
        "NO_COLOR": "1",  # without it every log line carries terminal colour codes
        "PORT": str(service.port),
        "RATE_LIMIT_PER_MINUTE": str(service.requests_per_minute),  # one bucket for everybody, health checks included
        "S3_BUCKET": args.objects_bucket,
        "S3_REGION": args.region,
        "SHUTDOWN_TIMEOUT_SECS": str(service.shutdown_seconds),
        "STORAGE_REQUIRE_S3": "true",  # otherwise an unreachable bucket means uploads on the task's own disk
        "TMPDIR": SCRATCH_PATH,
        **service.environment,
    }

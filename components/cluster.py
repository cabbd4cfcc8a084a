"""The ECS cluster, and the log groups that it and its tasks write to.

ECS and Container Insights would make missing log groups themselves, and keep them for ever: so they are made first.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.component import Component
from runbook.whereabouts import folder


@dataclass(frozen=True, kw_only=True)
class ClusterArgs:
    """Names and retention; nothing else varies."""

    prefix: str
    """Name of the cluster."""
    environment_name: str
    log_retention_days: int


class Cluster(Component):
    """A Fargate cluster with enhanced Container Insights (task disk in percent comes only with it).

    `cluster_name` and the log groups' names are plain text, known before anything exists; `cluster_arn` is an output;
    `log_groups` are the resources that must exist before a task writes.
    """

    cluster_name: str
    cluster_arn: pulumi.Output[str]
    service_log_group_name: str
    exec_log_group_name: str
    log_groups: list[pulumi.Resource]

    def __init__(self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.cluster_name = args.prefix
        self.service_log_group_name = f"{folder(args.environment_name)}/service"
        self.exec_log_group_name = f"{folder(args.environment_name)}/exec"

        groups = {
            "service": self.service_log_group_name,
            "exec": self.exec_log_group_name,
            "insights": f"/aws/ecs/containerinsights/{args.prefix}/performance",
        }
        self.log_groups = [
            aws.cloudwatch.LogGroup(
                f"{name}-{key}-logs", name=group, retention_in_days=args.log_retention_days, opts=self.child()
            )
            for key, group in groups.items()
        ]
        cluster = aws.ecs.Cluster(
            name,
            name=args.prefix,
            settings=[{"name": "containerInsights", "value": "enhanced"}],
            configuration={
                "execute_command_configuration": {
                    "logging": "OVERRIDE",
                    "log_configuration": {"cloud_watch_log_group_name": self.exec_log_group_name},
                }
            },
            opts=self.child(depends_on=self.log_groups),
        )
        aws.ecs.ClusterCapacityProviders(
            f"{name}-capacity",
            cluster_name=cluster.name,
            capacity_providers=["FARGATE"],
            default_capacity_provider_strategies=[{"capacity_provider": "FARGATE", "weight": 1}],
            opts=self.child(),
        )
        self.cluster_arn = cluster.arn
        self.register_outputs({"cluster_name": self.cluster_name, "cluster_arn": self.cluster_arn})

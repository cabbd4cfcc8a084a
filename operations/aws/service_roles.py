"""Service-linked roles that an environment needs: AWS's services make them for themselves, once in an account.

Made before the first `up`, because one that has to make them fails now and then: what needs a role may be asked for
before IAM has spread it. Names and services: the section "Service-linked roles" of each service's guide.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ServiceRole:
    """One row."""

    logical_id: str
    """In `bootstrap/template.yaml`; its parameter is `Create` and that."""
    name: str
    service: str
    why: str


SERVICE_ROLES = (
    ServiceRole(
        logical_id="EcsRole", name="AWSServiceRoleForECS", service="ecs.amazonaws.com", why="tasks get their addresses"
    ),
    ServiceRole(
        logical_id="LoadBalancingRole",
        name="AWSServiceRoleForElasticLoadBalancing",
        service="elasticloadbalancing.amazonaws.com",
        why="the load balancer gets its addresses",
    ),
    ServiceRole(
        logical_id="RdsRole", name="AWSServiceRoleForRDS", service="rds.amazonaws.com", why="the database, its logs"
    ),
    ServiceRole(
        logical_id="ScalingRole",
        name="AWSServiceRoleForApplicationAutoScaling_ECSService",
        service="ecs.application-autoscaling.amazonaws.com",
        why="autoscaling changes the number of tasks",
    ),
    ServiceRole(
        logical_id="BackupRole", name="AWSServiceRoleForBackup", service="backup.amazonaws.com", why="backups expire"
    ),
    ServiceRole(
        logical_id="RestoreTestingRole",
        name="AWSServiceRoleForBackupRestoreTesting",
        service="restore-testing.backup.amazonaws.com",
        why="the weekly restore test",
    ),
    ServiceRole(
        logical_id="DatabaseMetricsRole",
        name="AWSServiceRoleForCloudWatchMetrics_DbPerfInsights",
        service="pi-db.metrics.cloudwatch.amazonaws.com",
        why="the alarm on the database's disk",
    ),
)

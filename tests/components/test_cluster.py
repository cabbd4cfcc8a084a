from collections.abc import Callable

import pulumi

from components.cluster import Cluster, ClusterArgs
from tests.harness import Program

Run = Callable[..., Program]


def a_cluster():
    args = ClusterArgs(prefix="mockforge-staging", environment_name="staging", log_retention_days=30)
    pulumi.export("groups", len(Cluster("cluster", args).log_groups))


def test_every_log_group_that_aws_would_make_exists_before_the_cluster_and_keeps_30_days(registered: Run):
    program = registered(a_cluster)
    cluster = program.one("ecs/cluster:Cluster")
    groups = {one["name"]: one for one in program.all("LogGroup")}
    assert sorted(groups) == [
        "/aws/ecs/containerinsights/mockforge-staging/performance",
        "/mockforge-cloud/staging/exec",
        "/mockforge-cloud/staging/service",
    ]
    assert [one["retentionInDays"] for one in groups.values()] == [30, 30, 30]
    assert all(program.waits_for(cluster, one) for one in groups.values())


def test_enhanced_insights_measure_the_disk_of_a_task(registered: Run):
    assert registered(a_cluster).one("ecs/cluster:Cluster")["settings"] == [
        {"name": "containerInsights", "value": "enhanced"}
    ]


def test_shell_sessions_are_logged_in_a_group_of_their_own(registered: Run):
    cluster = registered(a_cluster).one("ecs/cluster:Cluster")
    assert cluster["configuration"]["executeCommandConfiguration"] == {
        "logging": "OVERRIDE",
        "logConfiguration": {"cloudWatchLogGroupName": "/mockforge-cloud/staging/exec"},
    }


def test_the_name_is_fixed_and_tasks_run_on_fargate(registered: Run):
    program = registered(a_cluster, preview=True)
    assert program.one("ecs/cluster:Cluster")["name"] == "mockforge-staging"
    assert program.one("ClusterCapacityProviders")["capacityProviders"] == ["FARGATE"]

"""Tasks that start too early."""

from tests.offline.across.mistake import Mistake, changed, gone

SERVICE = "ecs.Service service"


MISTAKES = (
    Mistake(
        done="a secret without a value",
        at=SERVICE,
        rule="secrets_have_a_value",
        refused="secret secrets-jwt (JWT_SECRET) has no value (yet)",
        by=gone("secretsmanager.SecretVersion secrets-jwt-version"),
    ),
    Mistake(
        done="no log group for the tasks",
        at=SERVICE,
        rule="log_groups_are_there",
        refused="there is no log group '/mockforge-cloud/production/service' in us-east-1 (yet)",
        by=gone("cloudwatch.LogGroup cluster-service-logs"),
    ),
    Mistake(
        done="tasks before their way out",
        at=SERVICE,
        rule="tasks_have_a_way_out",
        refused="subnet network-private-b has no route out (yet)",
        by=gone("ec2.Route network-routes-private-b"),
    ),
    Mistake(
        done="no way into the tasks",
        at=SERVICE,
        rule="load_balancer_reaches_tasks",
        refused="port 8080 is not let into the tasks' security groups (yet)",
        by=gone("vpc.SecurityGroupIngressRule network-groups-service-from-load-balancer"),
    ),
    Mistake(
        done="tasks that may not call the registry",
        at=SERVICE,
        rule="tasks_may_call_out",
        refused="port 443 is not let out (yet)",
        by=gone("vpc.SecurityGroupEgressRule network-groups-service-to-https"),
    ),
    Mistake(
        done="no way out of the load balancer",
        at=SERVICE,
        rule="load_balancer_reaches_tasks",
        refused="port 8080 is not let out of the load balancer's security groups (yet)",
        by=gone("vpc.SecurityGroupEgressRule network-groups-load-balancer-to-service"),
    ),
    Mistake(
        done="a way into the tasks for another port than the container's",
        at=SERVICE,
        rule="load_balancer_reaches_tasks",
        refused="port 8080 is not let into the tasks' security groups (yet)",
        by=changed(
            "vpc.SecurityGroupIngressRule network-groups-service-from-load-balancer", fromPort=3000, toPort=3000
        ),
    ),
)

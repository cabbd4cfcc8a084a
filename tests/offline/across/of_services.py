"""The service, its task definition, its two colours, its scaling."""

from tests.offline.across.mistake import Mistake, changed, gone
from tests.offline.neighbourhood import Draft

SERVICE = "ecs.Service service"
TASK = "ecs.TaskDefinition service-task"


def forwarding(draft: Draft, rule: str) -> list[dict[str, object]]:
    """The target groups of a listener rule, as ECS reads them."""
    of_rule = draft.rows[f"lb.ListenerRule {rule}"]
    of_rule.outputs["actions"] = of_rule.inputs["actions"]
    groups: list[dict[str, object]] = of_rule.inputs["actions"][0]["forward"]["targetGroups"]
    return groups


def advanced(draft: Draft) -> dict[str, object]:
    found: dict[str, object] = draft[SERVICE]["loadBalancers"][0]["advancedConfiguration"]
    return found


def second_hook(draft: Draft) -> None:
    pause = draft[SERVICE]["deploymentConfiguration"]["lifecycleHooks"][1]
    draft[SERVICE]["deploymentConfiguration"]["lifecycleHooks"] += [pause] * 10


def pause_in_a_shift(draft: Draft) -> None:
    draft[SERVICE]["deploymentConfiguration"]["lifecycleHooks"][1]["lifecycleStages"] = ["PRODUCTION_TRAFFIC_SHIFT"]


MISTAKES = (
    Mistake(
        done="green missing from the test rule",
        at=SERVICE,
        rule="two_colours",
        refused="rule colours-test does not forward to colours-green",
        by=lambda draft: forwarding(draft, "colours-test").pop(1),
    ),
    Mistake(
        done="blue twice instead of blue and green",
        at=SERVICE,
        rule="two_colours",
        refused="blue and green are the same target group",
        by=lambda draft: advanced(draft).update(
            alternateTargetGroupArn=draft[SERVICE]["loadBalancers"][0]["targetGroupArn"]
        ),
    ),
    Mistake(
        done="weight on both colours before the first deployment",
        at=SERVICE,
        rule="two_colours",
        refused="gives weight to 2 target groups",
        by=lambda draft: forwarding(draft, "colours-production")[1].update(weight=50),
    ),
    Mistake(
        done="one rule for production and test traffic",
        at=SERVICE,
        rule="two_colours",
        refused="production and test traffic need two rules",
        by=lambda draft: advanced(draft).update(testListenerRule=advanced(draft)["productionListenerRule"]),
    ),
    Mistake(
        done="a listener instead of its rule",
        at=SERVICE,
        rule="two_colours",
        refused="a listener rule is needed",
        by=lambda draft: advanced(draft).update(productionListenerRule=draft.out("lb.Listener web-https", "arn")),
    ),
    Mistake(
        done="target groups for instances",
        at=SERVICE,
        rule="groups_take_addresses",
        refused="targetType is to be \"ip\", not 'instance'",
        by=changed("lb.TargetGroup colours-blue", targetType="instance"),
    ),
    Mistake(
        done="a service before any rule leads to it",
        at=SERVICE,
        rule="groups_have_a_load_balancer",
        refused="has no associated load balancer (yet)",
        by=gone("lb.ListenerRule colours-production", "lb.ListenerRule colours-test"),
    ),
    Mistake(
        done="a port that the container does not have",
        at=SERVICE,
        rule="container_is_there",
        refused="container 'mockforge' has no port 3000; it has [8080]",
        by=lambda draft: draft[SERVICE]["loadBalancers"][0].update(containerPort=3000),
    ),
    Mistake(
        done="a container renamed in the task definition only",
        at=SERVICE,
        rule="container_is_there",
        refused="no container 'mockforge' in the task definition: application",
        by=lambda draft: draft.container(lambda one: one.update(name="application")),
    ),
    Mistake(
        done="a task definition for EC2",
        at=SERVICE,
        rule="fits_fargate",
        refused="is not for Fargate: requiresCompatibilities lacks FARGATE",
        by=changed(TASK, requiresCompatibilities=["EC2"]),
    ),
    Mistake(
        done="a task definition whose revisions Pulumi deregisters",
        at=SERVICE,
        rule="revisions_stay",
        refused="would be deregistered by the next deployment",
        by=lambda draft: draft[TASK].pop("skipDestroy"),
    ),
    Mistake(
        done="eleven pauses",
        at=SERVICE,
        rule="hooks_within_the_quota",
        refused="at most 10 hooks of type PAUSE, not 11",
        by=second_hook,
    ),
    Mistake(
        done="a pause where a rollback passes again",
        at=SERVICE,
        rule="hooks_within_the_quota",
        refused="no PAUSE in PRODUCTION_TRAFFIC_SHIFT",
        by=pause_in_a_shift,
    ),
    Mistake(
        done="blue/green without the other colour",
        at=SERVICE,
        rule="all_or_none_advanced",
        refused="BLUE_GREEN needs advancedConfiguration",
        by=lambda draft: draft[SERVICE]["loadBalancers"][0].pop("advancedConfiguration"),
    ),
    Mistake(
        done="a mount of a volume that is not declared",
        at=TASK,
        rule="task_volumes_are_declared",
        refused="mounts 'scratch', which is not among the volumes []",
        by=changed(TASK, volumes=[]),
    ),
    Mistake(
        done="a deployment alarm that is not there",
        at=SERVICE,
        rule="deployment_alarms_exist",
        refused="there is no alarm 'mockforge-production-latency' in us-east-1 (yet)",
        by=gone("cloudwatch.MetricAlarm deployment-alarms-latency"),
    ),
    Mistake(
        done="scaling of a service of another name",
        at="appautoscaling.Target autoscaling-tasks",
        rule="scaled_service_exists",
        refused="there is no ECS service mockforge-production/web (yet)",
        by=changed("appautoscaling.Target autoscaling-tasks", resourceId="service/mockforge-production/web"),
    ),
    Mistake(
        done="a scaling policy before its target",
        at="appautoscaling.Policy autoscaling-scale-out",
        rule="scaled_service_exists",
        refused="no scalable target service/mockforge-production/mockforge-production is registered (yet)",
        by=gone("appautoscaling.Target autoscaling-tasks"),
    ),
    Mistake(
        done="a third target group in the production rule",
        at=SERVICE,
        rule="two_colours",
        refused="forwards to old too: only blue and green may be",
        by=lambda draft: forwarding(draft, "colours-production").append(
            {"arn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/old/1", "weight": 0}
        ),
    ),
    Mistake(
        done="a task definition with the network of EC2",
        at=SERVICE,
        rule="fits_fargate",
        refused='needs networkMode "awsvpc"',
        by=changed(TASK, networkMode="bridge"),
    ),
    Mistake(
        done="tasks without subnets",
        at=SERVICE,
        rule="fits_fargate",
        refused="needed, as the task definition's networkMode is awsvpc",
        by=lambda draft: draft[SERVICE].pop("networkConfiguration"),
    ),
)

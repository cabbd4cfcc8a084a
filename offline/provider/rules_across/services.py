"""An ECS service, its task definition, its two colours, its hooks, its scaling."""

from collections.abc import Iterator
from typing import Final

from offline.provider.facts import ACCOUNT
from offline.provider.naming import Refusal
from offline.provider.rules_across.load_balancing import forwarded, users_of
from offline.provider.rules_across.rights import containers
from offline.provider.rules_across.world import AcrossRule, Case, Refusals, logical, objects, values_of
from offline.provider.store import Row
from offline.provider.wire import Value, has_unknown, is_object

HOOKS_PER_TARGET_TYPE: Final = 10
NO_PAUSE: Final = ("TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT")
_ADVANCED: Final = "advancedConfiguration"
_HTTPS: Final = 443


def two_colours(case: Case) -> Refusals:
    """Both target groups hang on the production and the test rule, which are two rules; one group has the traffic.

    Source: ECS guide, "Troubleshooting blue/green deployments": rules, not listeners; each group attached; the
    production rule forwards to these two only, exactly one of which has a weight above 0 at the start.
    """
    for path, balancer in case.found("loadBalancers[*]"):
        advanced = balancer.get(_ADVANCED) if is_object(balancer) else None
        if not is_object(advanced):
            continue
        own, other = balancer.get("targetGroupArn"), advanced.get("alternateTargetGroupArn")
        if not isinstance(own, str) or not isinstance(other, str):
            continue
        if own == other:
            yield Refusal(
                property=f"{path}.{_ADVANCED}.alternateTargetGroupArn",
                reason="blue and green are the same target group: two are needed",
            )
            continue
        yield from _rules(case, f"{path}.{_ADVANCED}", {own, other}, advanced)


def _rules(case: Case, path: str, colours: set[str], advanced: dict[str, Value]) -> Iterator[Refusal]:
    production, test = advanced.get("productionListenerRule"), advanced.get("testListenerRule")
    if isinstance(production, str) and production == test:
        yield Refusal(property=f"{path}.testListenerRule", reason="production and test traffic need two rules")
    for property_, arn in (("productionListenerRule", production), ("testListenerRule", test)):
        if isinstance(arn, str) and ":listener/" in arn:
            yield Refusal(property=f"{path}.{property_}", reason=f"a listener rule is needed, {arn} is a listener")
        rule = case.world.by_arn(arn)
        if rule is None:
            continue
        weights = dict(forwarded(rule.inputs))
        missing = sorted(arn.split("/")[1] for arn in colours - weights.keys())
        if missing:
            yield Refusal(
                property=f"{path}.{property_}",
                reason=f"rule {logical(rule.urn)} does not forward to {', '.join(missing)}: blue and green both belong "
                "to the production and to the test rule",
            )
        elif strangers := sorted(arn.split("/")[1] for arn in weights.keys() - colours):
            yield Refusal(
                property=f"{path}.{property_}",
                reason=f"rule {logical(rule.urn)} forwards to {', '.join(strangers)} too: only blue and green may be",
            )
        elif property_ == "productionListenerRule":
            yield from _one_serves(f"{path}.{property_}", rule)


def _one_serves(path: str, rule: Row) -> Iterator[Refusal]:
    # what ECS has moved stands in the outputs; inputs may be older
    serving = [arn for arn, weight in forwarded(rule.outputs) if weight]
    if len(serving) != 1 and not has_unknown(rule.outputs.get("actions")):
        yield Refusal(
            property=path,
            reason=f"rule {logical(rule.urn)} gives weight to {len(serving)} target groups: exactly one serves before "
            "a deployment",
        )


def groups_take_addresses(case: Case) -> Refusals:
    """Tasks with their own network interface are registered by address.

    Source: ECS guide, "Service load balancing": target type ip with network mode awsvpc (InvalidParameterException).
    """
    task = case.world.by_arn(case.get("taskDefinition"))
    if task is None or task.inputs.get("networkMode") != "awsvpc":
        return
    for path, arn in case.found(
        "loadBalancers[*].targetGroupArn", f"loadBalancers[*].{_ADVANCED}.alternateTargetGroupArn"
    ):
        group = case.world.by_arn(arn)
        target = group.inputs.get("targetType", "instance") if group else "ip"
        if target != "ip":
            yield Refusal(property=path, reason=f'the target group\'s targetType is to be "ip", not {target!r}')


def groups_have_a_load_balancer(case: Case) -> Refusals:
    """A service is made when a listener or rule already leads to its target groups.

    Source: ECS API CreateService (InvalidParameterException, "The target group … does not have an associated load
    balancer").
    """
    if not case.world.complete:
        return
    for path, arn in case.found("loadBalancers[*].targetGroupArn"):
        if isinstance(arn, str) and case.world.by_arn(arn) is not None and not any(users_of(case.world, arn)):
            yield Refusal(
                property=path,
                reason=f"target group {arn.split('/')[1]} has no associated load balancer (yet): wait for its rule",
            )


def container_is_there(case: Case) -> Refusals:
    """The load balancer's container and port are those of the task definition.

    Source: ECS API CreateService (InvalidParameterException, "The container … does not exist in the task definition",
    "… did not have a container port … defined").
    """
    task = case.world.by_arn(case.get("taskDefinition"))
    known = containers(task.inputs.get("containerDefinitions")) if task else []
    for path, balancer in case.found("loadBalancers[*]"):
        if not known or not is_object(balancer) or not isinstance(balancer.get("containerName"), str):
            continue
        name, port = balancer["containerName"], balancer.get("containerPort")
        container = next((one for one in known if one.get("name") == name), None)
        if container is None:
            names = ", ".join(str(one.get("name")) for one in known)
            yield Refusal(
                property=f"{path}.containerName", reason=f"no container {name!r} in the task definition: {names}"
            )
        elif not has_unknown(port) and port not in (
            ports := [one.get("containerPort") for one in objects(container.get("portMappings"))]
        ):
            yield Refusal(
                property=f"{path}.containerPort", reason=f"container {name!r} has no port {port}; it has {ports}"
            )


def fits_fargate(case: Case) -> Refusals:
    """A Fargate service has a task definition for Fargate, with awsvpc, and subnets for it.

    Source: ECS API CreateService (InvalidParameterException, "Task definition does not support launch_type FARGATE",
    "Network Configuration must be provided when networkMode 'awsvpc' is specified").
    """
    task = case.world.by_arn(case.get("taskDefinition"))
    if task is None or case.get("launchType") != "FARGATE":
        return
    if "FARGATE" not in values_of(task.inputs.get("requiresCompatibilities")):
        yield Refusal(
            property="taskDefinition",
            reason=f"task definition {logical(task.urn)} is not for Fargate: requiresCompatibilities lacks FARGATE",
        )
    if task.inputs.get("networkMode") != "awsvpc":
        yield Refusal(
            property="taskDefinition", reason=f'task definition {logical(task.urn)} needs networkMode "awsvpc"'
        )
    elif case.inputs.get("networkConfiguration") is None:
        yield Refusal(property="networkConfiguration", reason="needed, as the task definition's networkMode is awsvpc")


def revisions_stay(case: Case) -> Refusals:
    """A blue/green service's task definition keeps its old revisions: a rollback and running tasks need them.

    Source: ECS guide, "Deregistering a task definition": a deregistered (INACTIVE) revision starts no new service and
    is deleted one day; the provider's `skipDestroy`.
    """
    task = case.world.by_arn(case.get("taskDefinition"))
    strategy = case.get("deploymentConfiguration.strategy")
    if task is not None and strategy not in (None, "ROLLING") and task.inputs.get("skipDestroy") is not True:
        yield Refusal(
            property="taskDefinition",
            reason=f"task definition {logical(task.urn)} would be deregistered by the next deployment, while tasks run "
            "on it and a rollback needs it: set skipDestroy",
        )


def hooks_within_the_quota(case: Case) -> Refusals:
    """At most 10 Lambda and 10 PAUSE hooks; no PAUSE in a stage that a rollback runs again.

    Source: ECS guide, "Pause lifecycle hooks", considerations.
    """
    counted: dict[str, int] = {}
    for path, hook in case.found("deploymentConfiguration.lifecycleHooks[*]"):
        if not is_object(hook):
            continue
        target = str(hook.get("targetType") or "AWS_LAMBDA")
        counted[target] = counted.get(target, 0) + 1
        for stage in values_of(hook.get("lifecycleStages")):
            if target == "PAUSE" and stage in NO_PAUSE:
                yield Refusal(
                    property=f"{path}.lifecycleStages",
                    reason=f"no PAUSE in {stage}: it runs again in a rollback",
                )
    for target, count in counted.items():
        if count > HOOKS_PER_TARGET_TYPE:
            yield Refusal(
                property="deploymentConfiguration.lifecycleHooks",
                reason=f"a service has at most {HOOKS_PER_TARGET_TYPE} hooks of type {target}, not {count}",
            )


def all_or_none_advanced(case: Case) -> Refusals:
    """Either every load balancer entry has an advancedConfiguration or none; blue/green needs it.

    Source: ECS guide, "Troubleshooting blue/green deployments".
    """
    entries = [one for _, one in case.found("loadBalancers[*]") if is_object(one)]
    with_it = [one for one in entries if one.get(_ADVANCED) is not None]
    strategy = case.get("deploymentConfiguration.strategy")
    if entries and strategy not in (None, "ROLLING") and len(with_it) < len(entries):
        yield Refusal(
            property="loadBalancers", reason=f"{strategy} needs advancedConfiguration (the other colour) in every entry"
        )


def task_volumes_are_declared(case: Case) -> Refusals:
    """What a container mounts is one of the task definition's volumes.

    Source: ECS API RegisterTaskDefinition (ClientException, "Unknown volume").
    """
    if case.untold("volumes"):
        return
    volumes = [name for _, name in case.found("volumes[*].name")]
    for container in containers(case.get("containerDefinitions")):
        for mount in objects(container.get("mountPoints")):
            if mount.get("sourceVolume") not in volumes:
                yield Refusal(
                    property="containerDefinitions",
                    reason=f"container {container.get('name')!r} mounts {mount.get('sourceVolume')!r}, which is not "
                    f"among the volumes {volumes}",
                )


def deployment_alarms_exist(case: Case) -> Refusals:
    """A deployment's alarms are there, in the service's region.

    Source: ECS guide, "CloudWatch alarms": CreateService checks the names (InvalidParameterException).
    """
    if not case.world.complete:
        return
    for path, name in case.found("alarms.alarmNames[*]"):
        if isinstance(name, str) and not any(
            case.world.by_id(kind, name, case.region)
            for kind in ("cloudwatch.MetricAlarm", "cloudwatch.CompositeAlarm")
        ):
            yield Refusal(property=path, reason=f"there is no alarm {name!r} in {case.region} (yet)")


def scaled_service_exists(case: Case) -> Refusals:
    """A scalable target is a service that exists, and a policy's target is registered.

    Source: Application Auto Scaling API RegisterScalableTarget (ValidationException, "ECS service doesn't exist"),
    PutScalingPolicy (ObjectNotFoundException, "No scalable target registered").
    """
    resource = case.text("resourceId")
    if not case.world.complete or not resource.startswith("service/"):
        return
    if case.kind != "appautoscaling.Target":
        if not any(row.inputs.get("resourceId") == resource for row in case.world.all("appautoscaling.Target")):
            yield Refusal(property="resourceId", reason=f"no scalable target {resource} is registered (yet)")
        return
    if case.world.by_arn(f"arn:aws:ecs:{case.region}:{ACCOUNT}:{resource}") is None:
        yield Refusal(
            property="resourceId", reason=f"there is no ECS service {resource.removeprefix('service/')} (yet)"
        )


_SERVICE: Final = ("ecs.Service",)
RULES: Final = (
    AcrossRule(judge=two_colours, kinds=_SERVICE),
    AcrossRule(judge=groups_take_addresses, kinds=_SERVICE),
    AcrossRule(judge=groups_have_a_load_balancer, kinds=_SERVICE),
    AcrossRule(judge=container_is_there, kinds=_SERVICE),
    AcrossRule(judge=fits_fargate, kinds=_SERVICE),
    AcrossRule(judge=revisions_stay, kinds=_SERVICE),
    AcrossRule(judge=hooks_within_the_quota, kinds=_SERVICE, early=True),
    AcrossRule(judge=all_or_none_advanced, kinds=_SERVICE, early=True),
    AcrossRule(judge=task_volumes_are_declared, kinds=("ecs.TaskDefinition",), early=True),
    AcrossRule(judge=deployment_alarms_exist, kinds=_SERVICE),
    AcrossRule(
        judge=scaled_service_exists,
        kinds=("appautoscaling.Target", "appautoscaling.Policy", "appautoscaling.ScheduledAction"),
    ),
)

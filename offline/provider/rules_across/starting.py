"""Tasks that could start too early: before a secret has a value, before there is a log, a route, a way in."""

from typing import Final

from offline.provider.naming import Refusal
from offline.provider.rules_across.load_balancing import users_of
from offline.provider.rules_across.network import routes_of, subnets_of
from offline.provider.rules_across.rights import containers
from offline.provider.rules_across.world import AcrossRule, Case, Refusals, logical, objects, part, values_of
from offline.provider.store import Row
from offline.provider.wire import Value, is_object

_HTTPS: Final = 443
_SERVICE: Final = ("ecs.Service",)


def secrets_have_a_value(case: Case) -> Refusals:
    """A secret that tasks read has a version before the first task starts.

    Source: ECS guide, "Pass sensitive data": the task stops with ResourceInitializationError; Secrets Manager
    GetSecretValue (ResourceNotFoundException, "can't find the specified secret value for staging label: AWSCURRENT").
    """
    task = case.world.by_arn(case.get("taskDefinition"))
    if task is None or not case.world.complete:
        return
    valued = {row.inputs.get("secretId") for row in case.world.all("secretsmanager.SecretVersion")}
    for container in containers(task.inputs.get("containerDefinitions")):
        for secret in objects(container.get("secrets")):
            arn = ":".join(str(secret.get("valueFrom", "")).split(":")[:7])
            if (row := case.world.by_arn(arn)) is not None and arn not in valued:
                yield Refusal(
                    property="taskDefinition",
                    reason=f"secret {logical(row.urn)} ({secret.get('name')}) has no value (yet): tasks could not "
                    "start; wait for its SecretVersion",
                )


def log_groups_are_there(case: Case) -> Refusals:
    """The log group that tasks write to is made before they start.

    Source: ECS guide, "Send Amazon ECS logs to CloudWatch": without awslogs-create-group the task fails with
    ResourceInitializationError ("The specified log group does not exist").
    """
    task = case.world.by_arn(case.get("taskDefinition"))
    if task is None or not case.world.complete:
        return
    for container in containers(task.inputs.get("containerDefinitions")):
        options = part(part(container.get("logConfiguration")).get("options"))
        group, region = options.get("awslogs-group"), options.get("awslogs-region", case.region)
        made_by_tasks = not group or options.get("awslogs-create-group") == "true"
        if not made_by_tasks and case.world.by_id("cloudwatch.LogGroup", group, region) is None:
            yield Refusal(
                property="taskDefinition",
                reason=f"there is no log group {group!r} in {region} (yet): tasks could not start",
            )


def tasks_have_a_way_out(case: Case) -> Refusals:
    """Tasks pull their image and read their secrets: their subnets have a route out, or interface endpoints.

    Source: ECS guide, "Fargate task networking": CannotPullContainerError, ResourceInitializationError.
    """
    if not case.world.complete or case.get("launchType") != "FARGATE":
        return
    public = case.get("networkConfiguration.assignPublicIp") is True
    by_interface = any(row.inputs.get("vpcEndpointType") == "Interface" for row in case.world.all("ec2.VpcEndpoint"))
    for subnet in subnets_of(case.world, case.get("networkConfiguration.subnets")):
        routes = routes_of(case.world, subnet.id)
        out = any(
            row.inputs.get("natGatewayId")
            or row.inputs.get("transitGatewayId")
            or (public and row.inputs.get("gatewayId"))
            for row in routes
        )
        if not out and not by_interface:
            yield Refusal(
                property="networkConfiguration.subnets",
                reason=f"subnet {logical(subnet.urn)} has no route out (yet): tasks there could not pull their image",
            )


def load_balancer_reaches_tasks(case: Case) -> Refusals:
    """The load balancer's security group lets the container's port out, the tasks' group lets it in.

    Source: ECS guide, "Troubleshooting service load balancers": targets stay unhealthy and the deployment fails.
    """
    if not case.world.complete:
        return
    tasks = {one for _, one in case.found("networkConfiguration.securityGroups[*]") if isinstance(one, str)}
    for path, balancer in case.found("loadBalancers[*]"):
        port = balancer.get("containerPort") if is_object(balancer) else None
        if not isinstance(port, int) or not isinstance(balancer.get("targetGroupArn"), str) or not tasks:
            continue
        for owner in {row.id: row for row, _ in users_of(case.world, balancer["targetGroupArn"])}.values():
            front = {one for one in values_of(owner.inputs.get("securityGroups")) if isinstance(one, str)}
            for kind, here, there, way in (
                ("vpc.SecurityGroupEgressRule", front, tasks, "out of the load balancer's security groups"),
                ("vpc.SecurityGroupIngressRule", tasks, front, "into the tasks' security groups"),
            ):
                if front and _inline(case, here) is None and not _passes(case, kind, here, there, port):
                    yield Refusal(
                        property=path,
                        reason=f"port {port} is not let {way} (yet): no target would ever be healthy",
                    )


def tasks_may_call_out(case: Case) -> Refusals:
    """The tasks' security groups let HTTPS out: to the registry, to Secrets Manager, to CloudWatch Logs.

    Source: ECS guide, "Fargate task networking": CannotPullContainerError, ResourceInitializationError.
    """
    tasks = {one for _, one in case.found("networkConfiguration.securityGroups[*]") if isinstance(one, str)}
    known = all(case.world.by_id("ec2.SecurityGroup", one) for one in tasks) and bool(tasks)
    if not case.world.complete or not known or case.get("launchType") != "FARGATE" or _inline(case, tasks) is not None:
        return
    if not any(_lets(row, tasks, _HTTPS) for row in case.world.all("vpc.SecurityGroupEgressRule")):
        yield Refusal(
            property="networkConfiguration.securityGroups",
            reason=f"port {_HTTPS} is not let out (yet): tasks could neither pull their image nor read their secrets",
        )


def _inline(case: Case, groups: set[str]) -> Row | None:
    """A group with rules inside itself, which nobody reads here."""
    found = (case.world.by_id("ec2.SecurityGroup", one) for one in groups)
    return next((row for row in found if row and (row.inputs.get("ingress") or row.inputs.get("egress"))), None)


def _passes(case: Case, kind: str, here: set[str], there: set[str], port: Value) -> bool:
    return any(
        _lets(row, here, port)
        and (row.inputs.get("referencedSecurityGroupId") in there or row.inputs.get("cidrIpv4") is not None)
        for row in case.world.all(kind)
    )


def _lets(rule: Row, groups: set[str], port: Value) -> bool:
    """Whether a rule of one of the groups speaks of this port."""
    said = rule.inputs
    low, high = said.get("fromPort"), said.get("toPort")
    within = isinstance(low, int) and isinstance(high, int) and isinstance(port, int) and low <= port <= high
    return said.get("securityGroupId") in groups and (said.get("ipProtocol") == "-1" or within)


RULES: Final = (
    AcrossRule(judge=secrets_have_a_value, kinds=_SERVICE),
    AcrossRule(judge=log_groups_are_there, kinds=_SERVICE),
    AcrossRule(judge=tasks_have_a_way_out, kinds=_SERVICE),
    AcrossRule(judge=load_balancer_reaches_tasks, kinds=_SERVICE),
    AcrossRule(judge=tasks_may_call_out, kinds=_SERVICE),
)

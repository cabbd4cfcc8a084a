"""The load balancer's rules, and the health of what stands behind them."""

from typing import Any, Final

from offline import deployments, traffic
from offline.api.asking import Asking, Operations
from offline.api.ecs import running_tasks
from offline.api.refusal import Refusal
from offline.provider.store import Row
from offline.reading import listed, mapping

_ADDRESS: Final = "10.30.{half}.{task}"


def describe_rules(asking: Asking) -> dict[str, Any]:
    """By ARN: priority and where each leads."""
    _settled(asking)
    wanted = listed(asking.get("RuleArns"))
    found = {row.outputs["arn"]: row for row in asking.rows(traffic.RULE)}
    if missing := [arn for arn in wanted if arn not in found]:
        raise Refusal("RuleNotFound", f"One or more rules not found: {missing[0]}")
    return {"Rules": [_rule(found[arn]) for arn in wanted]}


def describe_target_health(asking: Asking) -> dict[str, Any]:
    """Tasks of the deployment whose colour the group is: healthy where they run."""
    for row in asking.rows(deployments.SERVICE):
        groups = traffic.groups(row)
        if asking["TargetGroupArn"] in groups:
            return {"TargetHealthDescriptions": _targets(asking, row, groups.index(asking["TargetGroupArn"]))}
    if any(row.outputs.get("arn") == asking["TargetGroupArn"] for row in asking.rows("targetGroup:TargetGroup")):
        return {"TargetHealthDescriptions": []}
    raise Refusal("TargetGroupNotFound", "One or more target groups not found")


def _targets(asking: Asking, row: Row, colour: int) -> list[dict[str, Any]]:
    found = deployments.standing(asking.cloud, row, asking.clock)
    newest, running = found[-1], running_tasks(asking, row)
    if newest.deployment.course is None:
        tasks = running if newest.deployment.colour == colour else 0
        return [_target(colour, number, "healthy") for number in range(tasks)]
    stays = newest.deployment.colour if newest.state.live else 1 - newest.deployment.colour
    if newest.state.over:
        return [_target(colour, number, "healthy") for number in range(running if stays == colour else 0)]
    if colour != newest.deployment.colour:
        return [_target(colour, number, "healthy") for number in range(running)]
    health = "healthy" if newest.state.started else "initial"
    health = "draining" if newest.status.startswith("ROLLBACK") else health
    return [_target(colour, number, health) for number in range(newest.deployment.tasks)]


def _target(colour: int, number: int, health: str) -> dict[str, Any]:
    reason = {"initial": "Elb.RegistrationInProgress", "draining": "Target.DeregistrationInProgress"}.get(health)
    state = {"State": health, **({"Reason": reason} if reason else {})}
    address = _ADDRESS.format(half=100 + colour, task=10 + number)
    return {"Target": {"Id": address, "Port": 8080, "AvailabilityZone": "use1-az1"}, "TargetHealth": state}


def _rule(row: Row) -> dict[str, Any]:
    return {
        "RuleArn": row.outputs["arn"],
        "Priority": str(row.outputs.get("priority", "")),
        "IsDefault": False,
        "Actions": [
            {
                "Type": action["type"],
                "ForwardConfig": {
                    "TargetGroups": [
                        {"TargetGroupArn": group["arn"], "Weight": int(group.get("weight") or 0)}
                        for group in listed(mapping(action.get("forward")).get("targetGroups"))
                    ]
                },
            }
            for action in listed(row.outputs.get("actions"))
        ],
    }


def _settled(asking: Asking) -> None:
    """The weights have followed what runs."""
    for row in list(asking.rows(deployments.SERVICE)):
        deployments.standing(asking.cloud, row, asking.clock)


OPERATIONS: Final[Operations] = {"DescribeRules": describe_rules, "DescribeTargetHealth": describe_target_health}

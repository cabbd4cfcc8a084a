"""ECS, as far as one service and its blue/green deployments go."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from offline import deployments, traffic
from offline.api.asking import Asking, Operations
from offline.api.refusal import Refusal
from offline.deployments import Deployment, Standing
from offline.provider.store import Row
from offline.reading import listed, mapping

_LAST: Final = 100
TASK_START_MINUTES: Final = 2
_SMOKE_TEST, _PAUSE = "smoke-test", "approval"


def describe_services(asking: Asking) -> dict[str, Any]:
    """The services asked for."""
    found = [_service(asking, name) for name in asking["services"]]
    services = [_described(asking, row) for row in found if row is not None]
    missing = [name for name, row in zip(asking["services"], found, strict=True) if row is None]
    return {"services": services, "failures": [{"arn": str(name), "reason": "MISSING"} for name in missing]}


def update_service(asking: Asking) -> dict[str, Any]:
    """The number of tasks, and another task definition, which begins a deployment."""
    row = _the_service(asking, asking["service"])
    changes: dict[str, Any] = {}
    if (tasks := asking.get("desiredCount")) is not None:
        _scaled(asking, row, int(tasks))
        changes["desiredCount"] = int(tasks)
    if (wanted := asking.get("taskDefinition")) is not None:
        changes["taskDefinition"] = _task_definition(asking, str(wanted)).outputs["arn"]
    logical = row.urn.rsplit("::", 1)[-1]
    after = asking.cloud.change(deployments.SERVICE, logical, lambda one: one.update(changes))
    deployments.updated(asking.cloud, row, after, forced=bool(asking.get("forceNewDeployment")), clock=asking.clock)
    return {"service": _described(asking, after)}


def list_service_deployments(asking: Asking) -> dict[str, Any]:
    """The newest first."""
    found = list(reversed(deployments.standing(asking.cloud, _the_service(asking, asking["service"]), asking.clock)))
    statuses = listed(asking.get("status"))
    found = [one for one in found if not statuses or one.status in statuses]
    first, size = int(asking.get("nextToken") or 0), int(asking.get("maxResults") or _LAST)
    page = [_brief(one) for one in found[first : first + size]]
    more = {"nextToken": str(first + size)} if first + size < len(found) else {}
    return {"serviceDeployments": page, **more}


def describe_service_deployments(asking: Asking) -> dict[str, Any]:
    """Those asked for."""
    wanted = set(asking["serviceDeploymentArns"])
    found = [(row, one, all_) for row, all_ in _all(asking) for one in all_ if one.arn in wanted]
    known = {one.arn for _row, one, _all_ in found}
    return {
        "serviceDeployments": [_full(row, one, all_) for row, one, all_ in found],
        "failures": [{"arn": arn, "reason": "MISSING"} for arn in sorted(wanted - known)],
    }


def describe_service_revisions(asking: Asking) -> dict[str, Any]:
    """What each deployment brings."""
    found = {_revision_arn(one.deployment): (row, one.deployment) for row, all_ in _all(asking) for one in all_}
    wanted = list(asking["serviceRevisionArns"])
    return {
        "serviceRevisions": [_revision(asking, *found[arn]) for arn in wanted if arn in found],
        "failures": [{"arn": arn, "reason": "MISSING"} for arn in wanted if arn not in found],
    }


def continue_service_deployment(asking: Asking) -> dict[str, Any]:
    """Answer the pause."""
    row, one = _the_deployment(asking)
    if asking["hookId"] != _hook_id(one.deployment, _PAUSE):
        raise Refusal("InvalidParameterException", "The lifecycle hook was not found.")
    try:
        deployments.answer(asking.cloud, row, one.deployment.number, asking.get("action") or "CONTINUE", asking.clock)
    except deployments.NotNow as reason:
        raise Refusal("InvalidParameterException", str(reason)) from reason
    return {"serviceDeploymentArn": one.arn}


def stop_service_deployment(asking: Asking) -> dict[str, Any]:
    """Stop it, with a rollback, which is ECS's own default."""
    row, one = _the_deployment(asking)
    if asking.get("stopType") == "ABORT":
        raise Refusal("InvalidParameterException", "The offline AWS stops a deployment with ROLLBACK only.")
    try:
        deployments.stop(asking.cloud, row, one.deployment.number, asking.clock)
    except deployments.NotNow as reason:
        raise Refusal("ConflictException", str(reason)) from reason
    return {"serviceDeploymentArn": one.arn}


def describe_task_definition(asking: Asking) -> dict[str, Any]:
    """One that a program registered."""
    outputs = _task_definition(asking, str(asking["taskDefinition"])).outputs
    return {
        "taskDefinition": {
            "taskDefinitionArn": outputs["arn"],
            "family": outputs["family"],
            "revision": int(outputs["revision"]),
            "status": "ACTIVE",
            "cpu": outputs.get("cpu", ""),
            "memory": outputs.get("memory", ""),
            "containerDefinitions": [
                {"name": one["name"], "image": one["image"]} for one in json.loads(outputs["containerDefinitions"])
            ],
        }
    }


# -- the service


def _service(asking: Asking, name: str) -> Row | None:
    short = str(name).rpartition("/")[2]
    return next((row for row in asking.rows(deployments.SERVICE) if row.outputs.get("name") == short), None)


def _the_service(asking: Asking, name: str) -> Row:
    row = _service(asking, name)
    if row is None:
        raise Refusal("ServiceNotFoundException", "Service not found.")
    return row


def _all(asking: Asking) -> Iterator[tuple[Row, list[Standing]]]:
    for row in asking.rows(deployments.SERVICE):
        yield row, deployments.standing(asking.cloud, row, asking.clock)


def _described(asking: Asking, row: Row) -> dict[str, Any]:
    found = deployments.standing(asking.cloud, row, asking.clock)
    [row] = [one for one in asking.rows(deployments.SERVICE) if one.key == row.key]
    running = running_tasks(asking, row)
    desired = int(row.outputs["desiredCount"])
    return {
        "serviceName": row.outputs["name"],
        "serviceArn": row.outputs["arn"],
        "clusterArn": row.outputs["cluster"],
        "status": "ACTIVE",
        "desiredCount": desired,
        "runningCount": running,
        "pendingCount": max(0, desired - running),
        "taskDefinition": row.outputs["taskDefinition"],
        "launchType": row.outputs.get("launchType", "FARGATE"),
        "platformVersion": row.outputs.get("platformVersion", "1.4.0"),
        "createdAt": found[0].since,
    }


def running_tasks(asking: Asking, row: Row) -> int:
    """Tasks of the live colour: a changed number is true two minutes later."""
    scaled = asking.cloud.recall(_scaling_key(row))
    if scaled and asking.now.isoformat() < scaled["true_at"]:
        return int(scaled["before"])
    return int(row.outputs["desiredCount"])


def _scaled(asking: Asking, row: Row, tasks: int) -> None:
    before = running_tasks(asking, row)
    if before != tasks:
        true_at = asking.now + timedelta(minutes=TASK_START_MINUTES)
        asking.cloud.remember(_scaling_key(row), {"before": before, "true_at": true_at.isoformat()})
        asking.clock.fly(true_at)


def _scaling_key(row: Row) -> str:
    return f"scaling of {row.outputs['arn']}, made {row.generation} times before"


def _task_definition(asking: Asking, wanted: str) -> Row:
    short = wanted.rpartition("/")[2]
    family, _, number = short.partition(":")
    found = [row for row in asking.rows("ecs/taskDefinition:TaskDefinition") if row.outputs.get("family") == family]
    if number:
        found = [row for row in found if str(row.outputs.get("revision")) == number]
    if not found:
        raise Refusal("ClientException", "Unable to describe task definition.")
    return max(found, key=lambda row: int(row.outputs.get("revision", 0)))


# -- deployments


def _the_deployment(asking: Asking) -> tuple[Row, Standing]:
    for row, all_ in _all(asking):
        for one in all_:
            if one.arn == asking["serviceDeploymentArn"]:
                return row, one
    raise Refusal("ServiceDeploymentNotFoundException", "The service deployment was not found.")


def _brief(one: Standing) -> dict[str, Any]:
    over = one.state.over or one.status == "STOPPED"
    return {
        "serviceDeploymentArn": one.arn,
        "serviceArn": one.deployment.service_arn,
        "clusterArn": _cluster_arn(one.deployment),
        "createdAt": one.since,
        "startedAt": one.since,
        "status": one.status,
        "targetServiceRevisionArn": _revision_arn(one.deployment),
        **({"finishedAt": one.state.at} if over else {}),
    }


def _full(row: Row, one: Standing, all_: list[Standing]) -> dict[str, Any]:
    found, deployment = one.state, one.deployment
    brief = _brief(one)
    del brief["targetServiceRevisionArn"]
    source = all_[deployment.source - 1].deployment if deployment.source else None
    names = listed(mapping(row.outputs.get("alarms")).get("alarmNames"))
    return {
        **brief,
        "updatedAt": found.at,
        "lifecycleStage": found.stage,
        "sourceServiceRevisions": [_side(source, new=False, one=one)] if source else [],
        "targetServiceRevision": _side(deployment, new=True, one=one),
        "lifecycleHookDetails": _hooks(one),
        "deploymentConfiguration": {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": int(deployment.bake_minutes)},
        "deploymentCircuitBreaker": {
            "status": "TRIGGERED" if "circuit breaker" in found.reason else "MONITORING",
            "failureCount": 3 if "circuit breaker" in found.reason else 0,
            "threshold": 3,
        },
        "alarms": {
            "status": "TRIGGERED" if found.alarmed else "MONITORING",
            "alarmNames": names,
            "triggeredAlarmNames": alarmed_names(row) if found.alarmed else [],
        },
        **_rollback(one, source),
    }


def alarmed_names(row: Row) -> list[str]:
    """The deployment alarm that goes off where one is arranged to."""
    names = listed(mapping(row.outputs.get("alarms")).get("alarmNames"))
    return [name for name in names if name.endswith("error-rate")] or names[:1]


def _rollback(one: Standing, source: Deployment | None) -> dict[str, Any]:
    if not one.status.startswith("ROLLBACK"):
        return {}
    back = {"reason": one.state.reason, "startedAt": one.state.at}
    return {"rollback": {**back, "serviceRevisionArn": _revision_arn(source)} if source else back}


def _side(deployment: Deployment, *, new: bool, one: Standing) -> dict[str, Any]:
    found = one.state
    live = found.live if new else not found.live
    tested = live if found.live or not found.tested else new
    gone = found.over and not live
    return {
        "arn": _revision_arn(deployment),
        "requestedTaskCount": 0 if gone else one.deployment.tasks,
        "runningTaskCount": 0 if gone or (new and not found.started) else one.deployment.tasks,
        "pendingTaskCount": one.deployment.tasks if new and not found.started and not gone else 0,
        "requestedTestTrafficWeight": 100.0 if tested else 0.0,
        "requestedProductionTrafficWeight": 100.0 if live else 0.0,
    }


def _hooks(one: Standing) -> list[dict[str, Any]]:
    found, hooks = one.state, list[dict[str, Any]]()
    if found.smoke_test is not None:
        hooks.append(
            {
                "hookId": _hook_id(one.deployment, _SMOKE_TEST),
                "targetType": "AWS_LAMBDA",
                "status": found.smoke_test,
            }
        )
    if found.gate != "none" and found.expires is not None:
        hooks.append(
            {
                "hookId": _hook_id(one.deployment, _PAUSE),
                "targetType": "PAUSE",
                "status": {
                    "closed": "AWAITING_ACTION",
                    "passed": "SUCCEEDED",
                    "refused": "FAILED",
                    "timed out": "TIMED_OUT",
                }[found.gate],
                "expiresAt": found.expires,
                "timeoutAction": "ROLLBACK",
            }
        )
    return hooks


def _revision(asking: Asking, row: Row, deployment: Deployment) -> dict[str, Any]:
    definition = _task_definition(asking, deployment.task_definition)
    images: list[dict[str, Any]] = []
    for one in json.loads(definition.outputs["containerDefinitions"]):
        digest = str(one["image"]).partition("@")[2]
        named = {"containerName": one["name"], "image": one["image"]}
        images.append({**named, "imageDigest": digest} if digest else named)
    return {
        "serviceRevisionArn": _revision_arn(deployment),
        "serviceArn": deployment.service_arn,
        "clusterArn": _cluster_arn(deployment),
        "taskDefinition": deployment.task_definition,
        "createdAt": deployment.since,
        "containerImages": images,
        "resolvedConfiguration": {"loadBalancers": [{"targetGroupArn": traffic.groups(row)[deployment.colour]}]},
    }


def _revision_arn(deployment: Deployment) -> str:
    return deployment.service_arn.replace(":service/", ":service-revision/") + f"/{deployment.number}"


def _cluster_arn(deployment: Deployment) -> str:
    return deployment.service_arn.replace(":service/", ":cluster/").rpartition("/")[0]


def _hook_id(deployment: Deployment, kind: str) -> str:
    return f"offline-{deployment.number}-{kind}"


OPERATIONS: Final[Operations] = {
    "DescribeServices": describe_services,
    "UpdateService": update_service,
    "ListServiceDeployments": list_service_deployments,
    "DescribeServiceDeployments": describe_service_deployments,
    "DescribeServiceRevisions": describe_service_revisions,
    "ContinueServiceDeployment": continue_service_deployment,
    "StopServiceDeployment": stop_service_deployment,
    "DescribeTaskDefinition": describe_task_definition,
}

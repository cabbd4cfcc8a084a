"""One reader per section: item's name → definition, without what changes by itself and without any secret's value.

What is left out is said here by its field's name; everything else that AWS tells is kept, known to us or not.
"""

import json
from typing import Any

from functions.configuration_backup.plain import without
from functions.configuration_backup.source import NotFoundError, Source

HIDDEN = "[not part of a backup]"

_SERVICE_STATE = (
    "currentServiceDeployment",
    "currentServiceRevisions",
    "deployments",
    "desiredCount",  # autoscaling moves it all day
    "events",
    "pendingCount",
    "runningCount",
    "taskSets",
)
_ALARM_STATE = (
    "ActionsSuppressedBy",
    "ActionsSuppressedReason",
    "EvaluationState",
    "StateReason",
    "StateReasonData",
    "StateTransitionedTimestamp",
    "StateUpdatedTimestamp",
    "StateValue",
)
Items = dict[str, Any]


def parameters(source: Source) -> Items:
    """SSM parameters below the environment's path; of an encrypted one only that it exists."""
    found = source.all(
        "ssm",
        "get_parameters_by_path",
        "Parameters",
        Path=source.settings.parameter_path,
        Recursive=True,
        WithDecryption=False,
    )
    return {one["Name"]: _unless_encrypted(one) for one in found}


def _unless_encrypted(parameter: Items) -> Items:
    if parameter["Type"] in ("String", "StringList"):
        return parameter
    return {**without(parameter, ["Value", "SourceResult"]), "Value": HIDDEN}


def secrets(source: Source) -> Items:
    """Names and version ids of the environment's secrets, and of those that its tasks name besides."""
    named = {
        ":".join(secret["valueFrom"].split(":")[:7])  # a key, stage or version may follow the ARN
        for container in source.task_definition["containerDefinitions"]
        for secret in container.get("secrets", [])
        if ":secretsmanager:" in secret["valueFrom"]
    }
    found = [
        one
        for one in source.all("secretsmanager", "list_secrets", "SecretList")
        if one["Name"].startswith(source.settings.secret_prefix) or one["ARN"] in named
    ]
    if missing := sorted(named - {one["ARN"] for one in found}):
        raise NotFoundError(f"secrets that the tasks need: {', '.join(missing)}")
    return {
        one["Name"]: {
            "ARN": one["ARN"],
            "versions": {version: sorted(stages) for version, stages in one.get("SecretVersionsToStages", {}).items()},
        }
        for one in found
    }


def service(source: Source) -> Items:
    """The ECS service."""
    return {source.service["serviceName"]: without(source.service, _SERVICE_STATE)}


def task_definition(source: Source) -> Items:
    """The task definition that the service runs; its secrets are named in it, not held."""
    return {source.task_definition["taskDefinitionArn"]: source.task_definition}


def scaling(source: Source) -> Items:
    """Scalable target, policies and scheduled actions of the service."""
    asked = {"ServiceNamespace": "ecs"}
    resource = source.scalable_resource
    autoscaling = "application-autoscaling"
    targets = source.all(autoscaling, "describe_scalable_targets", "ScalableTargets", ResourceIds=[resource], **asked)
    policies = source.all(autoscaling, "describe_scaling_policies", "ScalingPolicies", ResourceId=resource, **asked)
    actions = source.all(autoscaling, "describe_scheduled_actions", "ScheduledActions", ResourceId=resource, **asked)
    if not targets:
        raise NotFoundError(f"the scalable target {resource}")
    return {
        **{f"target/{one['ScalableDimension']}": without(one, ["PredictedCapacity"]) for one in targets},
        **{f"policy/{one['PolicyName']}": one for one in policies},
        **{f"scheduled-action/{one['ScheduledActionName']}": one for one in actions},
    }


def alarms(source: Source) -> Items:
    """Metric and composite alarms, those of the check from outside included."""
    found: Items = {}
    for region in (None, source.settings.outside_region):
        for kind in ("MetricAlarms", "CompositeAlarms"):
            listed = source.all(
                "cloudwatch",
                "describe_alarms",
                kind,
                region=region,
                AlarmNamePrefix=f"{source.settings.name_prefix}-",
                AlarmTypes=[kind.removesuffix("s")],
            )
            found |= {one["AlarmArn"]: without(one, _ALARM_STATE) for one in listed}
    return found


def dashboards(source: Source) -> Items:
    """Dashboards with their whole bodies."""
    prefix = source.settings.name_prefix
    listed = source.all("cloudwatch", "list_dashboards", "DashboardEntries", DashboardNamePrefix=prefix)
    return {name: _dashboard(source, name) for name in (one["DashboardName"] for one in listed)}


def _dashboard(source: Source, name: str) -> Items:
    answer = source.client("cloudwatch").get_dashboard(DashboardName=name)
    return {"arn": answer["DashboardArn"], "body": json.loads(answer["DashboardBody"])}


def backup_plans(source: Source) -> Items:
    """Backup plans with what each of them covers."""
    found: Items = {}
    backup = source.client("backup")
    for plan_id in source.settings.backup_plan_ids:
        answer = backup.get_backup_plan(BackupPlanId=plan_id)
        found[f"plan/{plan_id}"] = {"version": answer["VersionId"], "plan": answer["BackupPlan"]}
        for listed in source.all("backup", "list_backup_selections", "BackupSelectionsList", BackupPlanId=plan_id):
            selection_id = listed["SelectionId"]
            selection = backup.get_backup_selection(BackupPlanId=plan_id, SelectionId=selection_id)
            found[f"selection/{plan_id}/{selection_id}"] = selection["BackupSelection"]
    return found


def listeners(source: Source) -> Items:
    """The listener that users reach."""
    found = source.all("elbv2", "describe_listeners", "Listeners", ListenerArns=[source.settings.listener_arn])
    return {one["ListenerArn"]: one for one in found}


def listener_rules(source: Source) -> Items:
    """The listener's rules. The header that opens the test rule is a secret, so no header's value is kept."""
    found = source.all("elbv2", "describe_rules", "Rules", ListenerArn=source.settings.listener_arn)
    return {one["RuleArn"]: {**one, "Conditions": list(map(_condition, one["Conditions"]))} for one in found}


def _condition(condition: Items) -> Items:
    if condition.get("Field") != "http-header":
        return condition
    header = {**condition.get("HttpHeaderConfig", {}), "Values": [HIDDEN]}
    return {**without(condition, ["Values", "RegexValues"]), "HttpHeaderConfig": without(header, ["RegexValues"])}


def target_groups(source: Source) -> Items:
    """Target groups behind the listener's load balancer, with their attributes."""
    [listener] = listeners(source).values()
    found = source.all("elbv2", "describe_target_groups", "TargetGroups", LoadBalancerArn=listener["LoadBalancerArn"])
    return {one["TargetGroupArn"]: {**one, "Attributes": _attributes(source, one)} for one in found}


def _attributes(source: Source, target_group: Items) -> list[Any]:
    answer = source.client("elbv2").describe_target_group_attributes(TargetGroupArn=target_group["TargetGroupArn"])
    return answer["Attributes"]

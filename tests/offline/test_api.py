"""Every answer of the offline AWS has the shape that botocore's model says, and nothing leaves the process."""

import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError
from botocore.validate import ParamValidator

from offline.api.connecting import SERVICES, operations_of
from tests.offline.api_world import BLUE, BUCKET, REGION, RULES, SERVICE, World

ECS = {"cluster": SERVICE, "service": SERVICE}
TARGET = {
    "ServiceNamespace": "ecs",
    "ResourceId": f"service/{SERVICE}/{SERVICE}",
    "ScalableDimension": "ecs:service:DesiredCount",
}
METRIC = {"Namespace": "AWS/ECS", "MetricName": "CPUUtilization"}
QUERY = {"Id": "cpu", "MetricStat": {"Metric": METRIC, "Period": 60, "Stat": "Average"}}
LOGS = "/mockforge-cloud/staging/service"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    def nowhere(*_arguments: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", nowhere)
    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.setenv(name, "somebody-s")
    made = World(tmp_path / "cloud.sqlite3", approval=True)
    made.service()
    made.surroundings()
    return made


def asked(world: World) -> dict[tuple[str, str], dict[str, Any]]:
    """A question for each operation that is answered; a deployment waits for its approval."""
    arn = world.deploys("2")
    world.passes(6)
    found = world.newest()
    [hook] = [one for one in found["lifecycleHookDetails"] if one["targetType"] == "PAUSE"]
    revision = found["targetServiceRevision"]["arn"]
    span = {"StartTime": world.clock.now() - timedelta(minutes=20), "EndTime": world.clock.now()}
    return {
        ("sts", "GetCallerIdentity"): {},
        ("ssm", "GetParameter"): {"Name": "/staging/withdrawn"},
        ("ssm", "PutParameter"): {"Name": "/staging/new", "Value": "1", "Type": "String"},
        ("ssm", "DeleteParameter"): {"Name": "/staging/new"},
        ("secretsmanager", "GetSecretValue"): {"SecretId": "test-header"},
        ("lambda", "GetFunctionConfiguration"): {"FunctionName": "smoke"},
        ("logs", "FilterLogEvents"): {"logGroupName": LOGS, "startTime": 0, "endTime": 1},
        ("s3", "ListObjectsV2"): {"Bucket": BUCKET, "Prefix": "configuration/"},
        ("s3", "ListObjectVersions"): {"Bucket": BUCKET},
        ("rds", "DescribeDBInstances"): {"DBInstanceIdentifier": SERVICE},
        ("rds", "DescribePendingMaintenanceActions"): {},
        ("backup", "ListRecoveryPointsByBackupVault"): {"BackupVaultName": SERVICE},
        ("elbv2", "DescribeRules"): {"RuleArns": list(RULES.values())},
        ("elbv2", "DescribeTargetHealth"): {"TargetGroupArn": BLUE},
        ("cloudwatch", "DescribeAlarms"): {"AlarmTypes": ["MetricAlarm", "CompositeAlarm"]},
        ("cloudwatch", "DescribeAlarmHistory"): {},
        ("cloudwatch", "GetMetricData"): {"MetricDataQueries": [QUERY], **span},
        ("cloudwatch", "GetDashboard"): {"DashboardName": SERVICE},
        ("application-autoscaling", "DescribeScalableTargets"): {"ServiceNamespace": "ecs"},
        ("application-autoscaling", "RegisterScalableTarget"): {**TARGET, "MinCapacity": 2},
        ("application-autoscaling", "PutScheduledAction"): {
            **TARGET,
            "ScheduledActionName": "hold",
            "Schedule": "at(2026-12-24T12:00:00)",
            "ScalableTargetAction": {"MinCapacity": 1},
        },
        ("application-autoscaling", "DescribeScheduledActions"): {"ServiceNamespace": "ecs"},
        ("application-autoscaling", "DeleteScheduledAction"): {**TARGET, "ScheduledActionName": "hold"},
        ("application-autoscaling", "DescribeScalingActivities"): {"ServiceNamespace": "ecs"},
        ("ecs", "DescribeServices"): {"cluster": SERVICE, "services": [SERVICE, "other"]},
        ("ecs", "ListServiceDeployments"): ECS,
        ("ecs", "DescribeServiceDeployments"): {"serviceDeploymentArns": [arn]},
        ("ecs", "DescribeServiceRevisions"): {"serviceRevisionArns": [revision, f"{revision}9"]},
        ("ecs", "DescribeTaskDefinition"): {"taskDefinition": f"{SERVICE}:2"},
        ("ecs", "ContinueServiceDeployment"): {
            "serviceDeploymentArn": arn,
            "hookId": hook["hookId"],
            "action": "CONTINUE",
        },
        ("ecs", "StopServiceDeployment"): {"serviceDeploymentArn": arn, "stopType": "ROLLBACK"},
        ("ecs", "UpdateService"): {**ECS, "desiredCount": 3},
    }


def test_every_answer_has_the_shape_of_botocores_model(world: World):
    questions = asked(world)
    assert set(questions) == {(service, name) for service in SERVICES for name in operations_of(service)}
    wrong = {}
    for (service, operation), parameters in questions.items():
        client = world.client(service)
        answer = client._make_api_call(operation, parameters)
        del answer["ResponseMetadata"]
        shape = client.meta.service_model.operation_model(operation).output_shape
        if shape is None:
            assert answer == {}
        elif (report := ParamValidator().validate(answer, shape)).has_errors():
            wrong[service, operation] = report.generate_report()
    assert wrong == {}


def test_a_question_that_aws_would_not_take_is_refused_by_botocore_itself(world: World):
    with pytest.raises(ParamValidationError, match="desiredCount"):
        world.client("ecs").update_service(**ECS, desiredCount="three")


@pytest.mark.parametrize(("service", "operation"), [("ecs", "run_task"), ("iam", "list_roles")])
def test_what_nobody_plays_is_refused_by_name(world: World, service: str, operation: str):
    asked: dict[str, Any] = {"taskDefinition": "a"} if service == "ecs" else {}
    with pytest.raises(ClientError, match=f"the offline AWS has no answer to {service}:") as refused:
        getattr(world.client(service), operation)(**asked)
    assert refused.value.response["Error"]["Code"] == "NotPlayedOffline"


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "code"),
    [
        ("ssm", "get_parameter", {"Name": "/other"}, "ParameterNotFound"),
        ("ssm", "get_parameter", {"Name": "/staging/withdrawn:9"}, "ParameterVersionNotFound"),
        ("ssm", "put_parameter", {"Name": "/staging/withdrawn", "Value": "1"}, "ParameterAlreadyExists"),
        ("secretsmanager", "get_secret_value", {"SecretId": "other"}, "ResourceNotFoundException"),
        ("lambda", "get_function_configuration", {"FunctionName": "other"}, "ResourceNotFoundException"),
        ("ecs", "list_service_deployments", {"cluster": "c", "service": "other"}, "ServiceNotFoundException"),
        ("s3", "list_objects_v2", {"Bucket": "other"}, "NoSuchBucket"),
        ("rds", "describe_db_instances", {"DBInstanceIdentifier": "other"}, "DBInstanceNotFound"),
        ("backup", "list_recovery_points_by_backup_vault", {"BackupVaultName": "other"}, "ResourceNotFoundException"),
        ("elbv2", "describe_target_health", {"TargetGroupArn": "arn:other"}, "TargetGroupNotFound"),
        ("logs", "filter_log_events", {"logGroupName": "other"}, "ResourceNotFoundException"),
    ],
)
def test_what_is_not_there_is_refused_as_aws_refuses_it(world: World, service, operation, parameters, code):
    with pytest.raises(ClientError) as refused:
        getattr(world.client(service), operation)(**parameters)
    assert refused.value.response["Error"]["Code"] == code


def test_a_parameter_keeps_its_versions_and_the_program_sees_the_newest(world: World):
    ssm = world.client("ssm")
    first = ssm.get_parameter(Name="/staging/withdrawn")["Parameter"]
    assert (first["Value"], first["Version"]) == ("[]", 1)
    assert ssm.put_parameter(Name="/staging/withdrawn", Value="[1]", Overwrite=True)["Version"] == 2
    assert ssm.get_parameter(Name="/staging/withdrawn")["Parameter"]["Value"] == "[1]"
    assert ssm.get_parameter(Name="/staging/withdrawn:1")["Parameter"]["Value"] == "[]"
    assert world.row("ssm/parameter:Parameter", "word").outputs["insecureValue"] == "[1]"


def test_paginators_work(world: World):
    pages = list(world.client("cloudwatch").get_paginator("describe_alarms").paginate(StateValue="OK"))
    assert [one["AlarmName"] for page in pages for one in page["MetricAlarms"]] == [f"{SERVICE}-error-rate"]


def test_a_metric_that_nobody_measures_has_no_data(world: World):
    metric = {"Namespace": "A", "MetricName": "B"}
    other = {"Id": "other", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Average"}}
    span = {"StartTime": world.clock.now() - timedelta(minutes=9), "EndTime": world.clock.now()}
    [steady] = world.client("cloudwatch").get_metric_data(MetricDataQueries=[QUERY], **span)["MetricDataResults"]
    [none] = world.client("cloudwatch").get_metric_data(MetricDataQueries=[other], **span)["MetricDataResults"]
    assert steady["Values"] == [38.0] * 9
    assert none["Values"] == []


def test_recovery_points_and_the_configuration_are_of_the_last_three_days(world: World):
    points = world.client("backup").list_recovery_points_by_backup_vault(BackupVaultName=SERVICE)["RecoveryPoints"]
    assert [one["CreationDate"].isoformat() for one in points] == [
        "2026-11-24T05:30:00+00:00",
        "2026-11-23T05:30:00+00:00",
        "2026-11-22T05:30:00+00:00",
    ]
    objects = world.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]
    assert [one["Key"] for one in objects] == [f"configuration/2026-11-{day}.json" for day in (22, 23, 24)]
    assert REGION in points[0]["RecoveryPointArn"]

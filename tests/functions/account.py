"""An account with one environment in it, as moto keeps it, for the functions that read configuration and backups."""

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
from botocore.stub import Stubber
from moto import mock_aws

ACCOUNT, REGION, NAME = "123456789012", "eu-west-1", "mockforge-staging"
PLAN_ID = "11111111-2222-3333-4444-555555555555"
TEST_HEADER_VALUE = "letMeSeeTheNewTasks"
PASSWORD = "correct-horse-battery-staple"
BUCKET = "mockforge-staging-configuration"


@contextmanager
def an_account(*, parameters: int = 3, alarms: int = 2) -> Generator[dict[str, str]]:
    """Yields the variables of the configuration backup. Selections of backup plans are not in moto: see `clients`."""
    with mock_aws():
        listener = _load_balancer()
        _service()
        _parameters_and_secrets(parameters)
        _watching(alarms)
        key = client("kms").create_key()["KeyMetadata"]["Arn"]
        _bucket()
        yield {
            "ENVIRONMENT": "staging",
            "ACCOUNT_ID": ACCOUNT,
            "BUCKET": BUCKET,
            "KEY_ARN": key,
            "PARAMETER_PATH": "/mockforge-cloud/staging",
            "SECRET_PREFIX": "mockforge-cloud/staging/",
            "NAME_PREFIX": NAME,
            "OUTSIDE_REGION": "us-east-1",
            "CLUSTER": NAME,
            "SERVICE": NAME,
            "LISTENER_ARN": listener,
            "BACKUP_PLAN_IDS": PLAN_ID,
        }


def fresh(service: str, region: str | None = None) -> Any:
    return boto3.client(service, region_name=region or REGION)


_made = cache(fresh)


def client(service: str, *, region: str | None = None) -> Any:
    """A client of moto's account; making one costs more than most tests."""
    return _made(service, region)


def clients(refused: str = "", operation: str = "", code: str = "ThrottlingException") -> Callable[..., Any]:
    """Makes the function's clients: moto's, but for AWS Backup. One service may refuse an operation."""

    def make(service: str, *, region: str | None = None) -> Any:
        if service == refused:
            made = fresh(service, region)
            stubber = Stubber(made)
            for _ in range(3):
                stubber.add_client_error(operation, code, "Rate exceeded")
            stubber.activate()
            return made
        if service == "backup":
            backup_plan(made := fresh(service, region))
            return made
        return client(service, region=region)

    return make


def backup_plan(backup: Any) -> None:
    rule = {"RuleName": "daily", "TargetBackupVaultName": NAME, "ScheduleExpression": "cron(0 5 ? * * *)"}
    stubber = Stubber(backup)
    stubber.add_response(
        "get_backup_plan",
        {"BackupPlanId": PLAN_ID, "VersionId": "v1", "BackupPlan": {"BackupPlanName": NAME, "Rules": [rule]}},
        {"BackupPlanId": PLAN_ID},
    )
    for number, token in enumerate(({"NextToken": "more"}, {})):
        asked = {"BackupPlanId": PLAN_ID} if token else {"BackupPlanId": PLAN_ID, "NextToken": "more"}
        listed = {"BackupSelectionsList": [{"SelectionId": f"selection-{number}"}], **token}
        stubber.add_response("list_backup_selections", listed, asked)
    for number in range(2):
        stubber.add_response(
            "get_backup_selection",
            {"BackupSelection": {"SelectionName": f"kind-{number}", "IamRoleArn": "arn:aws:iam::123456789012:role/b"}},
            {"BackupPlanId": PLAN_ID, "SelectionId": f"selection-{number}"},
        )
    stubber.activate()


def _load_balancer() -> str:
    ec2, elb = client("ec2"), client("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"][
            "SubnetId"
        ]
        for number, zone in enumerate("ab")
    ]
    load_balancer = elb.create_load_balancer(Name="web", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    groups = [
        elb.create_target_group(Name=colour, Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip")["TargetGroups"][0][
            "TargetGroupArn"
        ]
        for colour in ("green", "blue")
    ]
    both = [
        {
            "Type": "forward",
            "ForwardConfig": {
                "TargetGroups": [
                    {"TargetGroupArn": group, "Weight": weight} for group, weight in zip(groups, (0, 100), strict=True)
                ]
            },
        }
    ]
    listener = elb.create_listener(LoadBalancerArn=load_balancer, Protocol="HTTP", Port=80, DefaultActions=both)[
        "Listeners"
    ][0]["ListenerArn"]
    header = {"HttpHeaderName": "X-MockForge-Test-Traffic", "Values": [TEST_HEADER_VALUE]}
    elb.create_rule(
        ListenerArn=listener,
        Priority=100,
        Conditions=[{"Field": "http-header", "HttpHeaderConfig": header}],
        Actions=both,
    )
    elb.create_rule(
        ListenerArn=listener, Priority=200, Conditions=[{"Field": "path-pattern", "Values": ["/*"]}], Actions=both
    )
    return listener


def _service() -> None:
    ecs, autoscaling = client("ecs"), client("application-autoscaling")
    ecs.create_cluster(clusterName=NAME)
    secret = client("secretsmanager").create_secret(Name="shared/redis", SecretString=PASSWORD)["ARN"]
    ecs.register_task_definition(
        family=NAME,
        containerDefinitions=[
            {
                "name": "mockforge",
                "image": "registry.example/mockforge:0.3.238",
                "memory": 1024,
                "environment": [{"name": "PORT", "value": "8080"}, {"name": "ENVIRONMENT", "value": "staging"}],
                "secrets": [{"name": "REDIS_URL", "valueFrom": f"{secret}:url::"}],
            }
        ],
    )
    ecs.create_service(cluster=NAME, serviceName=NAME, taskDefinition=NAME, desiredCount=2)
    dimension = {
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/{NAME}/{NAME}",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    autoscaling.register_scalable_target(**dimension, MinCapacity=2, MaxCapacity=10)
    step = {
        "AdjustmentType": "ChangeInCapacity",
        "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
    }
    autoscaling.put_scaling_policy(
        **dimension, PolicyName="out", PolicyType="StepScaling", StepScalingPolicyConfiguration=step
    )
    autoscaling.put_scheduled_action(
        **dimension, ScheduledActionName="fair", Schedule="cron(0 8 ? * MON *)", ScalableTargetAction={"MinCapacity": 4}
    )


def _parameters_and_secrets(parameters: int) -> None:
    ssm, secrets = client("ssm"), client("secretsmanager")
    for number in range(parameters):
        ssm.put_parameter(Name=f"/mockforge-cloud/staging/p{number:03d}", Value=f"value {number}", Type="String")
    ssm.put_parameter(Name="/mockforge-cloud/staging/hidden", Value=PASSWORD, Type="SecureString")
    ssm.put_parameter(Name="/mockforge-cloud/production/other", Value="other", Type="String")
    secrets.create_secret(Name="mockforge-cloud/staging/jwt", SecretString=PASSWORD)
    secrets.create_secret(Name="mockforge-cloud/production/jwt", SecretString=PASSWORD)


def _watching(alarms: int) -> None:
    home, outside = client("cloudwatch"), client("cloudwatch", region="us-east-1")
    metric: dict[str, Any] = {
        "MetricName": "CPUUtilization",
        "Namespace": "AWS/ECS",
        "Statistic": "Average",
        "Period": 60,
        "EvaluationPeriods": 5,
        "Threshold": 80.0,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    for number in range(alarms):
        home.put_metric_alarm(AlarmName=f"{NAME}-alarm-{number:03d}", **metric)
    home.put_metric_alarm(AlarmName="somebody-elses", **metric)
    outside.put_metric_alarm(AlarmName=f"{NAME}-outside-check", **metric)
    home.put_dashboard(DashboardName=NAME, DashboardBody=json.dumps({"widgets": [{"type": "text"}]}))


def _bucket() -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})

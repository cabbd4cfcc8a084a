"""A small service in the offline cloud, as a program would have made it, and a clock that a test moves."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from offline import deployments
from offline.api import client
from offline.clock import OfflineClock
from offline.provider.store import Row, Store

REGION, ACCOUNT = "us-east-1", "123456789012"
SERVICE = "mockforge-staging"
ELB = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:"
BLUE, GREEN = f"{ELB}targetgroup/blue/1", f"{ELB}targetgroup/green/2"
RULES = {name: f"{ELB}listener-rule/app/web/1/2/{name}" for name in ("production", "test")}
BUCKET = "storage-configuration-1234567"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:critical"
PAUSE = {"targetType": "PAUSE", "lifecycleStages": ["PRE_PRODUCTION_TRAFFIC_SHIFT"]}


def image(digit: str) -> str:
    return f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/mockforge-cloud@sha256:{digit * 64}"


@dataclass
class World:
    """`deploys` plays the program; `client` gives what the commands use."""

    path: Path
    approval: bool = False
    real: datetime = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    clients: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.store = Store(self.path)
        self.clock = OfflineClock(self.store, real=lambda: self.real, really_sleep=self.passes)

    def passes(self, seconds: float) -> None:
        """Of this machine's time."""
        self.real += timedelta(seconds=seconds)

    def client(self, service: str) -> Any:
        if service not in self.clients:
            self.clients[service] = client(service, region=REGION, cloud=self.store, clock=self.clock)
        return self.clients[service]

    def row(self, type_: str, name: str) -> Row:
        return self.store.one(type_, name)

    def service(self) -> None:
        """Everything that the answers are read from."""
        for name, arn in RULES.items():
            groups = [{"arn": BLUE, "weight": 100}, {"arn": GREEN, "weight": 0}]
            actions = [{"type": "forward", "forward": {"targetGroups": groups}}]
            self._row("lb/listenerRule:ListenerRule", name, {"arn": arn, "priority": 100, "actions": actions})
        advanced = {
            "alternateTargetGroupArn": GREEN,
            "productionListenerRule": RULES["production"],
            "testListenerRule": RULES["test"],
        }
        service = {
            "name": SERVICE,
            "arn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/{SERVICE}/{SERVICE}",
            "cluster": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/{SERVICE}",
            "desiredCount": 2,
            "taskDefinition": self.definition("1"),
            "alarms": {"alarmNames": [f"{SERVICE}-error-rate", f"{SERVICE}-latency"]},
            "deploymentConfiguration": {"bakeTimeInMinutes": "15", "lifecycleHooks": [PAUSE] if self.approval else []},
            "loadBalancers": [{"targetGroupArn": BLUE, "advancedConfiguration": advanced}],
        }
        self._row("ecs/service:Service", "service", service)
        deployments.standing(self.store, self.row("ecs/service:Service", "service"), self.clock)

    def definition(self, digit: str) -> str:
        """Register a task definition with an image; its ARN."""
        number = len(self.store.all("TaskDefinition")) + 1
        arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/{SERVICE}:{number}"
        definition = {
            "arn": arn,
            "family": SERVICE,
            "revision": number,
            "containerDefinitions": json.dumps([{"name": "mockforge", "image": image(digit)}]),
            "cpu": "512",
            "memory": "1024",
        }
        self._row("ecs/taskDefinition:TaskDefinition", "service-task", definition)
        return arn

    def deploys(self, digit: str) -> str:
        """What an `up` with another image does; the deployment's ARN."""
        ecs = self.client("ecs")
        ecs.update_service(cluster=SERVICE, service=SERVICE, taskDefinition=self.definition(digit))
        return str(self.newest()["serviceDeploymentArn"])

    def newest(self) -> dict[str, Any]:
        """As ECS describes it now."""
        ecs = self.client("ecs")
        listed = ecs.list_service_deployments(cluster=SERVICE, service=SERVICE)["serviceDeployments"]
        arns = [listed[0]["serviceDeploymentArn"]]
        [found] = ecs.describe_service_deployments(serviceDeploymentArns=arns)["serviceDeployments"]
        return found

    def weights(self, name: str) -> dict[str, int]:
        """Weights of a rule, by target group."""
        [rule] = self.client("elbv2").describe_rules(RuleArns=[RULES[name]])["Rules"]
        return {one["TargetGroupArn"]: one["Weight"] for one in rule["Actions"][0]["ForwardConfig"]["TargetGroups"]}

    def healthy(self, group: str) -> list[str]:
        """States of a group's targets."""
        answer = self.client("elbv2").describe_target_health(TargetGroupArn=group)
        return [one["TargetHealth"]["State"] for one in answer["TargetHealthDescriptions"]]

    def _row(self, type_: str, name: str, outputs: dict[str, Any]) -> None:
        urn = f"urn:pulumi:staging::mockforge-cloud::aws:{type_}::{name}"
        key = str(outputs.get("arn", name))
        self.store.create(
            Row(type=f"aws:{type_}", region=REGION, key=key, id=key, urn=urn, inputs=outputs, outputs=outputs)
        )

    def surroundings(self) -> None:
        """What the other services answer from."""
        alarm = {"name": f"{SERVICE}-error-rate", "arn": "arn:alarm", "alarmActions": [TOPIC]}
        self._row("cloudwatch/metricAlarm:MetricAlarm", "errors", alarm)
        rule = f'ALARM("{SERVICE}-error-rate")'
        self._row(
            "cloudwatch/compositeAlarm:CompositeAlarm",
            "errors-alert",
            {
                "alarmName": f"{SERVICE}-error-rate-alert",
                "alarmRule": rule,
                "arn": "arn:alert",
                "alarmActions": [TOPIC],
            },
        )
        self._row(
            "cloudwatch/dashboard:Dashboard", "d", {"dashboardName": SERVICE, "arn": "arn:d", "dashboardBody": "{}"}
        )
        self._row(
            "cloudwatch/logGroup:LogGroup", "logs", {"name": "/mockforge-cloud/staging/service", "arn": "arn:logs"}
        )
        self._row(
            "ssm/parameter:Parameter", "word", {"name": "/staging/withdrawn", "insecureValue": "[]", "arn": "arn:p"}
        )
        self._row(
            "secretsmanager/secret:Secret",
            "secret",
            {"name": "test-header", "arn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:test-header-AbCdEf"},
        )
        self._row(
            "secretsmanager/secretVersion:SecretVersion",
            "version",
            {
                "secretId": "arn:aws:secretsmanager:us-east-1:123456789012:secret:test-header-AbCdEf",
                "secretString": {"$sha256": "ab" * 32},
            },
        )
        variables = {"EXPECTED_IMAGE": image("1"), "EXPECTED_VERSION": "0.3.238"}
        function = {"name": "smoke", "arn": "arn:aws:lambda:smoke", "environment": {"variables": variables}}
        self._row("lambda/function:Function", "smoke", function)
        target = {
            "serviceNamespace": "ecs",
            "resourceId": f"service/{SERVICE}/{SERVICE}",
            "scalableDimension": "ecs:service:DesiredCount",
            "minCapacity": 1,
            "maxCapacity": 4,
            "roleArn": "arn:aws:iam::123456789012:role/scaling",
            "arn": "arn:aws:application-autoscaling:target",
        }
        self._row("appautoscaling/target:Target", "tasks", target)
        self._row("backup/vault:Vault", "vault", {"name": SERVICE})
        rules = [{"targetVaultName": SERVICE, "lifecycle": {"deleteAfter": 35}}]
        self._row("backup/plan:Plan", "plan", {"rules": rules})
        self._row("backup/selection:Selection", "all", {"planId": "plan", "resources": [f"arn:aws:s3:::{BUCKET}"]})
        self._row("s3/bucket:Bucket", BUCKET, {"bucket": BUCKET})
        instance = {
            "identifier": SERVICE,
            "arn": "arn:aws:rds:db",
            "instanceClass": "db.t4g.small",
            "engine": "postgres",
            "engineVersion": "16.10",
            "address": "db.example",
            "port": 5432,
            "allocatedStorage": 20,
            "storageEncrypted": True,
        }
        self._row("rds/instance:Instance", "database", instance)

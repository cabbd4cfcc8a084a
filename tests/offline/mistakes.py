"""Mistakes of one resource, and the sentence that refuses each. A row changes one thing in inputs that are accepted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from offline.provider.wire import Secret

ROLE = "arn:aws:iam::123456789012:role/tasks"
TOPIC = "arn:aws:sns:us-east-1:123456789012:alerts"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
GROUP, LISTENER, BALANCER = (
    "aws:lb/targetGroup:TargetGroup",
    "aws:lb/listener:Listener",
    "aws:lb/loadBalancer:LoadBalancer",
)
SERVICE, TASK = "aws:ecs/service:Service", "aws:ecs/taskDefinition:TaskDefinition"
ALARM, DATABASE = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:rds/instance:Instance"
ACCEPTED: Mapping[str, Mapping[str, Any]] = {
    GROUP: {
        "name": "blue",
        "port": 8080,
        "protocol": "HTTP",
        "targetType": "ip",
        "vpcId": "vpc-0a1b2c3d4e5f60718",
        "healthCheck": {"path": "/health", "interval": 15, "healthyThreshold": 2, "timeout": 5},
    },
    LISTENER: {
        "loadBalancerArn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/0123456789abcdef",
        "port": 443,
        "protocol": "HTTPS",
        "certificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d",
        "defaultActions": [
            {"type": "fixed-response", "fixedResponse": {"contentType": "text/plain", "statusCode": "404"}}
        ],
    },
    BALANCER: {"name": "web", "subnets": ["subnet-0a1b2c3d", "subnet-0a1b2c3e"], "idleTimeout": 60},
    SERVICE: {
        "name": "web",
        "launchType": "FARGATE",
        "desiredCount": 2,
        "taskDefinition": "web:1",
        "networkConfiguration": {"subnets": ["subnet-0a1b2c3d"], "securityGroups": ["sg-0a1b2c3d"]},
        "deploymentConfiguration": {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": "60"},
    },
    TASK: {
        "family": "web",
        "cpu": "256",
        "memory": "512",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "executionRoleArn": ROLE,
        "containerDefinitions": json.dumps(
            [{"name": "web", "image": "web:1", "portMappings": [{"containerPort": 80}]}]
        ),
    },
    ALARM: {
        "name": "cpu-high",
        "comparisonOperator": "GreaterThanThreshold",
        "evaluationPeriods": 5,
        "metricName": "CPUUtilization",
        "namespace": "AWS/ECS",
        "period": 60,
        "statistic": "Average",
        "threshold": 70,
        "treatMissingData": "missing",
        "alarmActions": [TOPIC],
    },
    DATABASE: {
        "identifier": "web",
        "engine": "postgres",
        "engineVersion": "17",
        "instanceClass": "db.t4g.medium",
        "allocatedStorage": 100,
        "storageType": "gp3",
        "backupRetentionPeriod": 7,
        "username": "app",
        "password": Secret("correct-horse-battery"),
        "port": 5432,
    },
    "aws:backup/plan:Plan": {
        "name": "daily",
        "rules": [
            {
                "ruleName": "daily",
                "targetVaultName": "vault",
                "schedule": "cron(0 3 * * ? *)",
                "lifecycle": {"deleteAfter": 30},
            }
        ],
    },
    "aws:cloudwatch/logGroup:LogGroup": {"name": "/app/web", "retentionInDays": 30},
    "aws:ec2/vpc:Vpc": {"cidrBlock": "10.0.0.0/16"},
    "aws:ec2/flowLog:FlowLog": {
        "vpcId": "vpc-0a1b2c3d",
        "trafficType": "ALL",
        "logDestination": "arn:aws:logs:us-east-1:1:x",
    },
    "aws:iam/role:Role": {"name": "tasks", "assumeRolePolicy": json.dumps(TRUST)},
    "aws:kms/key:Key": {"deletionWindowInDays": 30, "enableKeyRotation": True},
    "aws:lambda/function:Function": {
        "name": "check",
        "role": ROLE,
        "runtime": "python3.13",
        "handler": "main.handler",
        "timeout": 60,
        "memorySize": 256,
        "code": {"path": "code"},
        "environment": {"variables": {"STAGE": "test"}},
    },
    "aws:route53/record:Record": {
        "zoneId": "Z0123456789",
        "name": "www.example.com",
        "type": "A",
        "aliases": [{"name": "web.example.com", "zoneId": "Z35SXDOTRQ7X7K", "evaluateTargetHealth": True}],
    },
    "aws:s3/bucket:Bucket": {"bucket": "files-0a1b2c3"},
    "aws:s3/bucketVersioning:BucketVersioning": {
        "bucket": "files-0a1b2c3",
        "versioningConfiguration": {"status": "Enabled"},
    },
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
        "bucket": "files-0a1b2c3",
        "rules": [{"id": "old", "status": "Enabled", "noncurrentVersionExpiration": {"noncurrentDays": 30}}],
    },
    "aws:scheduler/schedule:Schedule": {
        "name": "nightly",
        "scheduleExpression": "cron(0 3 * * ? *)",
        "flexibleTimeWindow": {"mode": "OFF"},
        "target": {"arn": "arn:aws:lambda:us-east-1:123456789012:function:check", "roleArn": ROLE},
    },
    "aws:secretsmanager/secret:Secret": {"name": "web/url", "recoveryWindowInDays": 7},
    "aws:sfn/stateMachine:StateMachine": {
        "name": "checklist",
        "roleArn": ROLE,
        "definition": json.dumps({"StartAt": "Say", "States": {"Say": {"Type": "Pass", "End": True}}}),
    },
    "aws:sns/topicSubscription:TopicSubscription": {"topic": TOPIC, "protocol": "email", "endpoint": "a@example.com"},
    "aws:ssm/maintenanceWindow:MaintenanceWindow": {
        "name": "sunday",
        "schedule": "cron(0 3 ? * SUN#1 *)",
        "duration": 4,
        "cutoff": 1,
    },
    "aws:ssm/parameter:Parameter": {"name": "/app/url", "type": "SecureString", "value": Secret("postgres://")},
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
        "securityGroupId": "sg-0a1b2c3d",
        "ipProtocol": "tcp",
        "fromPort": 443,
        "toPort": 443,
        "cidrIpv4": "0.0.0.0/0",
    },
    "aws:wafv2/webAcl:WebAcl": {
        "name": "web",
        "scope": "REGIONAL",
        "defaultAction": {"allow": {}},
        "visibilityConfig": {"cloudwatchMetricsEnabled": True, "metricName": "web", "sampledRequestsEnabled": True},
    },
    "random:index/randomPassword:RandomPassword": {"length": 32},
}


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """`at` is the dotted place that gets `value` (None: taken away); `says` stands in the refusal."""

    type: str
    at: str
    value: Any
    says: str

    def __str__(self) -> str:
        return f"{self.type.rsplit(':', 1)[1]} {self.at} = {self.value!r}"


def mistake(type_: str, at: str, value: Any, says: str) -> Mistake:
    found = [one for one in ACCEPTED if one.endswith(f":{type_}")]
    return Mistake(type=found[0], at=at, value=value, says=says)


def trust(**changes: Any) -> str:
    [statement] = TRUST["Statement"]
    statement = {key: value for key, value in {**statement, **changes}.items() if value is not None}  # pyright: ignore[reportGeneralTypeIssues]
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def containers(**changes: Any) -> str:
    return json.dumps([{"name": "web", "image": "web:1", **changes}])


MISTAKES = (
    # words that AWS does not know
    mistake("TargetGroup", "protocol", "HTPP", '"HTPP" is not one of GENEVE, HTTP, HTTPS'),
    mistake("TargetGroup", "targetType", "fargate", '"fargate" is not one of alb, instance, ip, lambda'),
    mistake("TargetGroup", "healthCheck.protocol", "http2", "::TargetGroup HealthCheckProtocol"),
    mistake("Service", "launchType", "FARGAT", '"FARGAT" is not one of EC2, EXTERNAL, FARGATE'),
    mistake("Service", "deploymentConfiguration.strategy", "BLUEGREEN", "is not one of BLUE_GREEN, CANARY"),
    mistake("Service", "propagateTags", "TASK", '"TASK" is not one of'),
    mistake("TaskDefinition", "networkMode", "vpc", '"vpc" is not one of'),
    mistake("MetricAlarm", "comparisonOperator", "GreaterThan", '"GreaterThan" is not one of'),
    mistake("MetricAlarm", "statistic", "Avg", "is not one of Average, Maximum, Minimum, SampleCount, Sum"),
    mistake("MetricAlarm", "treatMissingData", "ok", "is not one of breaching, ignore, missing, notBreaching"),
    mistake("FlowLog", "trafficType", "EVERYTHING", "is not one of ACCEPT, ALL, REJECT"),
    mistake("BucketVersioning", "versioningConfiguration.status", "On", "is not one of Disabled, Enabled"),
    mistake("WebAcl", "scope", "GLOBAL", "is not one of CLOUDFRONT, REGIONAL"),
    mistake("Schedule", "flexibleTimeWindow.mode", "NO", "is not one of FLEXIBLE, OFF"),
    mistake("TopicSubscription", "protocol", "mail", '"mail" is not one of'),
    mistake("Record", "type", "ALIAS", '"ALIAS" is none of the 17 allowed values'),
    mistake("Instance", "storageType", "ssd", '"ssd"'),
    mistake("Function", "runtime", "python4.0", '"python4.0" is none of the'),
    mistake("Parameter", "type", "Secure", "is not one of SecureString, String, StringList"),
    # numbers out of range
    mistake("TargetGroup", "port", 80000, "80000 is above 65535, the largest allowed"),
    mistake("TargetGroup", "healthCheck.interval", 3, "3 is below 5, the smallest allowed"),
    mistake("TargetGroup", "healthCheck.healthyThreshold", 1, "1 is below 2"),
    mistake("TargetGroup", "deregistrationDelay", 7200, "7200 is above 3600"),
    mistake("LoadBalancer", "idleTimeout", 9000, "9000 is above 4000, the largest allowed [docs.aws.amazon.com"),
    mistake("Service", "deploymentConfiguration.bakeTimeInMinutes", "2000", "is above 1440"),
    mistake("MetricAlarm", "period", 45, "45 is not one of 10, 30, 60"),
    mistake("MetricAlarm", "period", 90, "90 is no multiple of 60"),
    mistake("Instance", "backupRetentionPeriod", 40, "40 is above 35"),
    mistake("Function", "timeout", 1000, "1000 is above 900"),
    mistake("Function", "memorySize", 64, "64 is below 128"),
    mistake("LogGroup", "retentionInDays", 31, "31 is none of the"),
    mistake("Key", "deletionWindowInDays", 3, "3 is below 7"),
    mistake("Secret", "recoveryWindowInDays", 3, "3 is"),
    mistake("MaintenanceWindow", "duration", 30, "30 is above 24"),
    mistake("RandomPassword", "length", 0, "0 is below 1"),
    # texts of the wrong form or length
    mistake("Service", "networkConfiguration.subnets", ["sg-0a1b2c3d"], '"sg-0a1b2c3d" is not the id of a subnet'),
    mistake("Service", "networkConfiguration.securityGroups", ["web"], '"web" is not the id of a security group'),
    mistake("TargetGroup", "vpcId", "main", '"main" is not the id of a VPC'),
    mistake("TaskDefinition", "executionRoleArn", "tasks", '"tasks" is not the ARN of a role'),
    mistake("Bucket", "bucket", "My_Files", '"My_Files" does not have the form'),
    mistake("Vpc", "cidrBlock", "10.0.0.0/33", '"10.0.0.0/33"'),
    mistake("SecurityGroupIngressRule", "cidrIpv4", "everywhere", '"everywhere" is no IPv4 range like 10.0.0.0/16'),
    mistake("MetricAlarm", "namespace", ":AWS", '":AWS" does not have the form ^[^:]'),
    mistake("MetricAlarm", "name", "n" * 256, "at most 255 characters"),
    mistake("Instance", "password", Secret("x" * 300), "the secret value"),
    # what is missing, or too much
    mistake("Plan", "rules[0].targetVaultName", None, "rules[0].targetVaultName: is required"),
    mistake("Listener", "defaultActions", None, "defaultActions: is required [class Listener of pulumi-aws"),
    mistake("LoadBalancer", "subnets", None, "needs exactly one of subnets, subnetMappings; none was given"),
    mistake("Record", "ttl", 300, "ttl: may not be given"),
    mistake("MaintenanceWindow", "cutoff", None, "cutoff: is required"),
    mistake("Schedule", "target.roleArn", None, "target.roleArn: is required"),
    mistake("Instance", "kmsKeyId", "arn:aws:kms:us-east-1:123456789012:key/1", "storageEncrypted: is required"),
    mistake("MetricAlarm", "alarmActions", [TOPIC] * 6, "has 6 entries; at most 5 are allowed"),
    mistake("BucketLifecycleConfiguration", "rules[0].status", "on", '"on" is not one of Disabled, Enabled'),
    # names and types of the provider
    mistake("TargetGroup", "helthCheck", {}, "is no property; did you mean healthCheck (in Python health_check)?"),
    mistake("TargetGroup", "healthCheck.helthy_threshold", 2, "did you mean healthyThreshold (in Python"),
    mistake("TargetGroup", "arn", "arn:aws:x", "arn: is read-only: AWS computes it, a program cannot give it"),
    mistake("TargetGroup", "port", "eighty", 'port: "eighty" is a text; a whole number is expected'),
    mistake("TargetGroup", "healthCheck.interval", 7.5, "7.5 is a number; a whole number is expected"),
    mistake("TargetGroup", "healthCheck", "/health", "is a text; an object is expected"),
    mistake("Service", "networkConfiguration.subnets", "subnet-0a1b2c3d", "is a text; a list is expected"),
    mistake("Service", "desiredCount", True, "true is true or false; a whole number is expected"),
    mistake("Key", "enableKeyRotation", "yes", '"yes" is a text; true or false is expected'),
    mistake("Function", "code", "code.zip", "a file or an archive"),
    mistake("Function", "environment.variables", {"a-b": "1"}, "is no name that is allowed here"),
    mistake("Instance", "instanceClass", "db.t4g.huge", '"db.t4g.huge" is none of the 414 allowed values; near'),
    # inside JSON texts
    mistake("Role", "assumeRolePolicy", trust(Effect="Alow"), '"Alow" is not one of Allow, Deny'),
    mistake("Role", "assumeRolePolicy", trust(Principal=None), "needs exactly one of Principal"),
    mistake("Role", "assumeRolePolicy", trust(Resource="*"), "Statement[0].Resource: is no property"),
    mistake("Role", "assumeRolePolicy", "{'Version': 1}", "assumeRolePolicy: is not JSON"),
    mistake("TaskDefinition", "containerDefinitions", containers(portMapings=[]), "did you mean portMappings?"),
    mistake("TaskDefinition", "containerDefinitions", containers(essential="yes"), "true or false is expected"),
    mistake("TaskDefinition", "containerDefinitions", containers(links="db"), "a list is expected"),
    mistake("StateMachine", "definition", json.dumps({"States": {}}), "StartAt: is required"),
)  # fmt: skip

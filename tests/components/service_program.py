"""A service among stand-ins of its neighbours, for the tests of what it is made of."""

from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.service import Service, ServiceArgs
from runbook.settings import Deployment
from runbook.settings import Service as ServiceSettings

DIGEST = "sha256:" + "4f" * 32
IMAGE = f"123456789012.dkr.ecr.us-east-1.amazonaws.com/mockforge-cloud@{DIGEST}"
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:mockforge-cloud/staging/"
RULE = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/lb/1/2/"
GROUP = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/"
FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:smoke-test"
TOPIC_ARN = "arn:aws:sns:us-east-1:123456789012:critical"
KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/objects"
CLUSTER_ARN = "arn:aws:ecs:us-east-1:123456789012:cluster/mockforge-staging"


class Neighbours(Component):
    """Resources that only have to exist before the service."""

    def __init__(self) -> None:
        super().__init__("neighbours")
        self.by_name = {
            kind: aws.ssm.Parameter(f"a-{kind}", type="String", value="x", opts=self.child())
            for kind in ("route", "security-rule", "rule", "secret-version", "log-group", "permission")
        }
        self.register_outputs({})

    def __getitem__(self, kind: str) -> list[pulumi.Resource]:
        return [self.by_name[kind]]


def service_settings(**changes: Any) -> ServiceSettings:
    described: dict[str, Any] = {"image": IMAGE, **changes}
    return ServiceSettings(**described)


def service_args(**changes: Any) -> ServiceArgs:
    neighbours = Neighbours()
    args: dict[str, Any] = {
        "service": service_settings(),
        "deployment": Deployment(),
        "first_tasks": 2,
        "environment_name": "staging",
        "prefix": "mockforge-staging",
        "url": "https://staging.cloud.mockforge.dev",
        "region": "us-east-1",
        "account_id": "123456789012",
        "protected": False,
        "cluster_name": "mockforge-staging",
        "cluster_arn": CLUSTER_ARN,
        "log_group_name": "/mockforge-cloud/staging/service",
        "exec_log_group_name": "/mockforge-cloud/staging/exec",
        "log_groups": neighbours["log-group"],
        "subnet_ids": ["subnet-1", "subnet-2"],
        "security_group_id": "sg-service",
        "private_routes": neighbours["route"],
        "security_rules": neighbours["security-rule"],
        "blue_arn": GROUP + "blue/1",
        "green_arn": GROUP + "green/2",
        "production_rule_arn": RULE + "production",
        "test_rule_arn": RULE + "test",
        "rules": neighbours["rule"],
        "deployment_alarm_names": ["mockforge-staging-deployment-errors"],
        "secrets": {
            "JWT_SECRET": SECRET + "jwt-AbCdEf",
            "DATABASE_URL": SECRET + "database-url-AbCdEf",
            "PROMETHEUS_SCRAPE_TOKEN": SECRET + "scrape-token-AbCdEf",
        },
        "secret_versions": neighbours["secret-version"],
        "objects_bucket": "objects",
        "objects_bucket_arn": "arn:aws:s3:::objects",
        "objects_key_arns": [KEY_ARN],
        "approval_topic_arn": TOPIC_ARN,
        "smoke_test_resources": neighbours["permission"],
    }
    return ServiceArgs(**{**args, **changes})


def service_program(**changes: Any) -> Callable[[], None]:
    """A program for `registered`; `settings` changes single keys of the settings section `service`."""

    def program() -> None:
        settings = changes.pop("settings", {})
        Service("service", service_args(service=service_settings(**settings), **changes))

    return program

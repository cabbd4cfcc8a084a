"""Asks from outside, as a user would, and pages when nobody answers: Route 53 health check and its alarm.

Route 53 keeps its metrics in us-east-1 only, and alarm, topic and suppressor must share a region; so this alarm stands
there whatever the environment's region, with its own topic, and carries the maintenance window in its own expression.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.alarms import alarm_args
from components.component import Component
from runbook.alarm import Alarm
from runbook.settings import Alerts

REGION = "us-east-1"
HTTPS_PORT = 443
# Answers while a dependency is down: what is asked here is whether users can reach anything at all.
PATH = "/health/live"


@dataclass(frozen=True, kw_only=True)
class OutsideCheckArgs:
    """Our section of the stack file, the host that users ask, and the rows that live in us-east-1."""

    alerts: Alerts
    host_name: str
    rows: Sequence[Alarm]
    prefix: str
    topic_arn: pulumi.Input[str]
    """A topic in us-east-1 that pages like the critical one."""
    guide_url: str


class OutsideCheck(Component):
    """`health_check_id` is the value of Route 53's `HealthCheckId` dimension; `names` and `arns` as in `Alarms`."""

    health_check_id: pulumi.Output[str]
    names: dict[str, pulumi.Output[str]]
    arns: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, args: OutsideCheckArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        check = aws.route53.HealthCheck(
            f"{name}-live",
            type="HTTPS",
            fqdn=args.host_name,
            port=HTTPS_PORT,
            resource_path=PATH,
            enable_sni=True,
            request_interval=args.alerts.outside_check_seconds,
            failure_threshold=args.alerts.outside_check_failures,
            tags={"Name": f"{args.prefix}-outside-check"},  # the console's name for a health check is this tag
            opts=self.child(),
        )
        alarms = {
            row.id: aws.cloudwatch.MetricAlarm(
                f"{name}-{row.id}",
                alarm_args(
                    row,
                    args.prefix,
                    {"health_check": check.id},
                    args.guide_url,
                    actions=[args.topic_arn],
                    region=REGION,
                ),
                opts=self.child(),
            )
            for row in args.rows
        }
        self.health_check_id = check.id
        self.names = {row_id: alarm.name for row_id, alarm in alarms.items()}
        self.arns = {row_id: alarm.arn for row_id, alarm in alarms.items()}
        self.register_outputs({"health_check_id": self.health_check_id, "names": self.names, "arns": self.arns})

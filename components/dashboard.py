"""The health dashboard of an environment: the runbook's "Morning Checklist" on one page."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.dashboard_body import DashboardValues, dashboard_body
from runbook.alarm import Subject
from runbook.settings import Alerts, Objectives


@dataclass(frozen=True, kw_only=True)
class DashboardArgs:
    """Our sections of the stack file, what the alarms watch, and the alarms themselves."""

    prefix: str
    region: str
    url: str
    guide_url: str
    window: str
    """The maintenance window in words (`runbook.schedule.spell_window`)."""
    objectives: Objectives
    alerts: Alerts
    subjects: Mapping[Subject, pulumi.Input[str]]
    """As `AlarmsArgs.subjects`, and `health_check` besides."""
    instance_class: str | None
    """Of the RDS instance; None with an external database."""
    log_group_name: pulumi.Input[str]
    own_namespace: str
    alarm_arns: Sequence[pulumi.Input[str]]
    outside_alarm_arns: Sequence[pulumi.Input[str]]


class Dashboard(Component):
    """One CloudWatch dashboard. `url` opens it in the console."""

    dashboard_name: pulumi.Output[str]
    url: pulumi.Output[str]

    def __init__(self, name: str, args: DashboardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        known = pulumi.Output.all(
            subjects=dict(args.subjects),
            log_group_name=args.log_group_name,
            alarm_arns=list(args.alarm_arns),
            outside_alarm_arns=list(args.outside_alarm_arns),
        )
        dashboard = aws.cloudwatch.Dashboard(
            f"{name}-health",
            dashboard_name=args.prefix,
            dashboard_body=known.apply(lambda values: _body(args, values)),
            opts=self.child(),
        )
        self.dashboard_name = dashboard.dashboard_name
        self.url = pulumi.Output.format(
            "https://{0}.console.aws.amazon.com/cloudwatch/home?region={0}#dashboards/dashboard/{1}",
            args.region,
            dashboard.dashboard_name,
        )
        self.register_outputs({"dashboard_name": self.dashboard_name, "url": self.url})


def _body(args: DashboardArgs, known: Mapping[str, Any]) -> str:
    values = DashboardValues(
        title=f"MockForge Cloud: {args.prefix}",
        region=args.region,
        url=args.url,
        guide_url=args.guide_url,
        window=args.window,
        objectives=args.objectives,
        alerts=args.alerts,
        instance_class=args.instance_class,
        own_namespace=args.own_namespace,
        **known,
    )
    return json.dumps(dashboard_body(values), ensure_ascii=False)

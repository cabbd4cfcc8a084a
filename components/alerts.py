"""Tells people: composite alarms over the metric alarms, with topic, recovery and the maintenance alarm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.alarms import description
from components.component import Component
from runbook.alarm import Alert, Severity

# How long an alert waits for the maintenance alarm to follow the clock, at the start of a window and after its end
# (CloudWatch user guide, "Suppressing composite alarm actions", suggests a minute).
WAIT_SECONDS = 60
# PutCompositeAlarm: children of one composite.
MAXIMUM_CHILDREN = 100


@dataclass(frozen=True, kw_only=True)
class AlertsArgs:
    """Alerts, the names of the metric alarms they are made of, and where they go."""

    alerts: Sequence[Alert]
    prefix: str
    alarm_names: Mapping[str, pulumi.Input[str]]
    """Row id to metric alarm name, of every `Alarms` whose rows the alerts name."""
    critical_topic_arn: pulumi.Input[str]
    warning_topic_arn: pulumi.Input[str]
    maintenance_alarm_name: pulumi.Input[str]
    guide_url: str


class Alerts(Component):
    """One composite alarm per alert. `names` maps alert id to alarm name, `arns` to ARN."""

    names: dict[str, pulumi.Output[str]]
    arns: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, args: AlertsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        alarms = {alert.id: self._composite(name, args, alert) for alert in args.alerts}
        self.names = {alert_id: alarm.alarm_name for alert_id, alarm in alarms.items()}
        self.arns = {alert_id: alarm.arn for alert_id, alarm in alarms.items()}
        self.register_outputs({"names": self.names, "arns": self.arns})

    def _composite(self, name: str, args: AlertsArgs, alert: Alert) -> aws.cloudwatch.CompositeAlarm:
        topic_arn = args.critical_topic_arn if alert.severity is Severity.CRITICAL else args.warning_topic_arn
        # the children's outputs: a typed name could not wait for the child, and CloudWatch refuses an unknown one
        children = [pulumi.Output.concat('ALARM("', args.alarm_names[row_id], '")') for row_id in alert.alarms]
        suppressor = aws.cloudwatch.CompositeAlarmActionsSuppressorArgs(
            alarm=args.maintenance_alarm_name, wait_period=WAIT_SECONDS, extension_period=WAIT_SECONDS
        )
        return aws.cloudwatch.CompositeAlarm(
            f"{name}-{alert.id}",
            alarm_name=f"{args.prefix}-{alert.id}-alert",
            alarm_description=description(alert.says, args.guide_url, alert.runbook),
            alarm_rule=pulumi.Output.all(*children).apply(" OR ".join),
            alarm_actions=[topic_arn],
            ok_actions=[topic_arn],  # without the recovery, PagerDuty keeps the incident open
            actions_suppressor=suppressor if alert.suppressed_in_maintenance else None,
            opts=self.child(),
        )

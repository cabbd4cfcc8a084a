"""An alarm that is on exactly while the maintenance window lasts: metric math over time itself.

Nothing switches alerts off, so nothing can leave them off. The alarm lives beside the alerts that name it as their
suppressor: alarm and suppressor must share a region.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.component import Component
from runbook.schedule import spell_window, suppression_expression
from runbook.settings import Maintenance

PERIOD_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class MaintenanceAlarmArgs:
    """Our section of the stack file, and a series that is always there."""

    maintenance: Maintenance
    prefix: str
    load_balancer_arn_suffix: pulumi.Input[str]


class MaintenanceAlarm(Component):
    """`alarm_name` is what an alert names as its suppressor."""

    alarm_name: pulumi.Output[str]
    alarm_arn: pulumi.Output[str]

    def __init__(self, name: str, args: MaintenanceAlarmArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        alarm = aws.cloudwatch.MetricAlarm(
            f"{name}-window",
            name=f"{args.prefix}-maintenance",
            alarm_description=f"On while maintenance lasts ({spell_window(args.maintenance)}); alerts stay quiet then. "
            "It is no problem, and tells nobody.",
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=1,
            evaluation_periods=1,
            datapoints_to_alarm=1,
            treat_missing_data="notBreaching",  # when in doubt, people are told
            metric_queries=[
                aws.cloudwatch.MetricAlarmMetricQueryArgs(
                    id="clock",
                    metric=aws.cloudwatch.MetricAlarmMetricQueryMetricArgs(
                        # published every minute, with or without traffic; only its points in time matter
                        namespace="AWS/ApplicationELB",
                        metric_name="ConsumedLCUs",
                        stat="Sum",
                        period=PERIOD_SECONDS,
                        dimensions={"LoadBalancer": args.load_balancer_arn_suffix},
                    ),
                    return_data=False,
                ),
                aws.cloudwatch.MetricAlarmMetricQueryArgs(
                    id="in_window",
                    expression=suppression_expression(args.maintenance, "clock"),
                    label=spell_window(args.maintenance),
                    return_data=True,
                ),
            ],
            opts=self.child(),
        )
        self.alarm_name, self.alarm_arn = alarm.name, alarm.arn
        self.register_outputs({"alarm_name": self.alarm_name, "alarm_arn": self.alarm_arn})

"""Step scaling of the ECS service at exactly the runbook's thresholds ("Auto-Scaling").

One hot dimension adds tasks. Removing one needs both to be cool, in a single alarm: two alarms would let CPU take away
what memory has just added. Silence never scales: missing measurements count as fine. These alarms notify nobody, and
nothing may suppress them.
"""

from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.component import Component
from runbook.settings import Scaling

# AWS/ECS publishes utilisation once a minute, in percent of what the task reserves, averaged over both colours.
PERIOD_SECONDS = 60
NAMESPACE = "AWS/ECS"
METRICS = {"cpu": "CPUUtilization", "memory": "MemoryUtilization"}
# The scale-in expression is 1 while both are low, else 0.
BOTH_LOW = 1
RUNBOOK = "Runbook: docs/runbook.md#auto-scaling"

StepAdjustment = aws.appautoscaling.PolicyStepScalingPolicyConfigurationStepAdjustmentArgs


@dataclass(frozen=True, kw_only=True)
class AutoscalingArgs:
    """Our section of the stack file, and which service."""

    scaling: Scaling
    prefix: str
    cluster_name: pulumi.Input[str]
    service_name: pulumi.Input[str]
    """As an output of the service, so that the target is registered after it exists."""


class Autoscaling(Component):
    """Keeps the number of tasks between minimum and maximum. `alarm_names` and `alarm_arns` are in the same order.

    `scale --hold` raises the minimum at run time until it expires. The minimum is not ignored here, because then a
    changed setting would never arrive: an `up --refresh` shows the held minimum as a change, and ends the hold.
    """

    alarm_names: list[str]
    alarm_arns: list[pulumi.Output[str]]

    def __init__(self, name: str, args: AutoscalingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        scaling = args.scaling

        target = aws.appautoscaling.Target(
            f"{name}-tasks",
            service_namespace="ecs",
            scalable_dimension="ecs:service:DesiredCount",
            resource_id=pulumi.Output.concat("service/", args.cluster_name, "/", args.service_name),
            min_capacity=scaling.minimum_tasks,
            max_capacity=scaling.maximum_tasks,
            opts=self.child(),
        )
        more = self._policy("scale-out", target, scale_out_steps(scaling), scaling.scale_out_cooldown_seconds)
        fewer = self._policy("scale-in", target, scale_in_steps(scaling), scaling.scale_in_cooldown_seconds)

        alarms = [
            self._scale_out_alarm("cpu", scaling.scale_out_cpu_percent, more),
            self._scale_out_alarm("memory", scaling.scale_out_memory_percent, more),
            self._scale_in_alarm(fewer),
        ]
        self.alarm_names = [f"{args.prefix}-{kind}" for kind in ("scale-out-cpu", "scale-out-memory", "scale-in")]
        self.alarm_arns = [alarm.arn for alarm in alarms]
        self.register_outputs({"alarm_arns": self.alarm_arns})

    def _policy(
        self, kind: str, target: aws.appautoscaling.Target, steps: list[StepAdjustment], cooldown_seconds: int
    ) -> aws.appautoscaling.Policy:
        return aws.appautoscaling.Policy(
            f"{self._name}-{kind}",
            name=f"{self._args.prefix}-{kind}",
            policy_type="StepScaling",
            service_namespace=target.service_namespace,
            scalable_dimension=target.scalable_dimension,
            resource_id=target.resource_id,
            step_scaling_policy_configuration=aws.appautoscaling.PolicyStepScalingPolicyConfigurationArgs(
                adjustment_type="ChangeInCapacity",
                metric_aggregation_type="Average",
                cooldown=cooldown_seconds,
                step_adjustments=steps,
            ),
            opts=self.child(),
        )

    def _scale_out_alarm(
        self, dimension: str, above_percent: float, policy: aws.appautoscaling.Policy
    ) -> aws.cloudwatch.MetricAlarm:
        scaling = self._args.scaling
        return aws.cloudwatch.MetricAlarm(
            f"{self._name}-scale-out-{dimension}",
            name=f"{self._args.prefix}-scale-out-{dimension}",
            alarm_description=(
                f"{METRICS[dimension]} above {above_percent:g} % for {scaling.scale_out_minutes} minutes: "
                f"tasks are added, up to {scaling.maximum_tasks}. {RUNBOOK}"
            ),
            namespace=NAMESPACE,
            metric_name=METRICS[dimension],
            dimensions=self._dimensions(),
            statistic="Average",
            period=PERIOD_SECONDS,
            evaluation_periods=scaling.scale_out_minutes,
            datapoints_to_alarm=scaling.scale_out_minutes,
            comparison_operator="GreaterThanThreshold",
            threshold=above_percent,
            treat_missing_data="notBreaching",
            alarm_actions=[policy.arn],
            opts=self.child(),
        )

    def _scale_in_alarm(self, policy: aws.appautoscaling.Policy) -> aws.cloudwatch.MetricAlarm:
        scaling = self._args.scaling
        return aws.cloudwatch.MetricAlarm(
            f"{self._name}-scale-in",
            name=f"{self._args.prefix}-scale-in",
            alarm_description=(
                f"CPU below {scaling.scale_in_cpu_percent:g} % and memory below {scaling.scale_in_memory_percent:g} % "
                f"for {scaling.scale_in_minutes} minutes: tasks are removed, down to {scaling.minimum_tasks}. {RUNBOOK}"
            ),
            metric_queries=[
                *(self._utilisation(dimension) for dimension in METRICS),
                {"id": "both_low", "expression": both_low(scaling), "label": "CPU and memory low", "return_data": True},
            ],
            evaluation_periods=scaling.scale_in_minutes,
            datapoints_to_alarm=scaling.scale_in_minutes,
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=BOTH_LOW,
            treat_missing_data="notBreaching",
            alarm_actions=[policy.arn],
            opts=self.child(),
        )

    def _utilisation(self, dimension: str) -> Any:  # noqa: ANN401 - one of the provider's two spellings of a query
        return {
            "id": dimension,
            "return_data": False,
            "metric": {
                "namespace": NAMESPACE,
                "metric_name": METRICS[dimension],
                "dimensions": self._dimensions(),
                "stat": "Average",
                "period": PERIOD_SECONDS,
            },
        }

    def _dimensions(self) -> dict[str, pulumi.Input[str]]:
        return {"ClusterName": self._args.cluster_name, "ServiceName": self._args.service_name}


def both_low(scaling: Scaling) -> str:
    """CloudWatch metric math over `cpu` and `memory`, in percent. A comparison without a measurement is 0: not low."""
    cpu, memory = scaling.scale_in_cpu_percent, scaling.scale_in_memory_percent
    return f"IF(cpu < {cpu:g} AND memory < {memory:g}, {BOTH_LOW}, 0)"


def scale_out_steps(scaling: Scaling) -> list[StepAdjustment]:
    """Bounds are distances from the threshold in percent points; the lower belongs to its step, the upper does not."""
    large = f"{scaling.large_breach_percent:g}"
    return [
        StepAdjustment(
            scaling_adjustment=scaling.scale_out_tasks,
            metric_interval_lower_bound="0",
            metric_interval_upper_bound=large,
        ),
        StepAdjustment(scaling_adjustment=scaling.large_breach_tasks, metric_interval_lower_bound=large),
    ]


def scale_in_steps(scaling: Scaling) -> list[StepAdjustment]:
    """The expression reaches its threshold exactly, so the step begins there and has no end."""
    return [StepAdjustment(scaling_adjustment=-scaling.scale_in_tasks, metric_interval_lower_bound="0")]

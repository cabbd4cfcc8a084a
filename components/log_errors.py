"""Counts the application's error lines, so that a flood of them is an alarm and a curve."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.component import Component

# Text lines like `2026-11-24T00:27:55.2Z ERROR module: message`; the quotes make it one phrase, spaces included, so
# that an "error" within a message or a path does not count. Holds with NO_COLOR=1 only.
PATTERN = '" ERROR "'


@dataclass(frozen=True, kw_only=True)
class LogErrorsArgs:
    """The service's log group, and the metric that the alarm catalogue watches."""

    log_group_name: pulumi.Input[str]
    namespace: str
    metric_name: str
    prefix: str


class LogErrors(Component):
    """One metric filter."""

    def __init__(self, name: str, args: LogErrorsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        aws.cloudwatch.LogMetricFilter(
            f"{name}-lines",
            name=f"{args.prefix}-error-lines",
            log_group_name=args.log_group_name,
            pattern=PATTERN,
            metric_transformation=aws.cloudwatch.LogMetricFilterMetricTransformationArgs(
                namespace=args.namespace,
                name=args.metric_name,
                value="1",
                default_value="0",  # a calm log reads as zero errors, a silent one as no data
                unit="Count",
            ),
            opts=self.child(),
        )
        self.register_outputs({})

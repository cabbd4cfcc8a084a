"""Registers rows of the alarm catalogue as CloudWatch metric alarms. They tell nobody: `Alerts` over them do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.component import Component
from runbook.alarm import DIMENSIONS, Alarm, Metric, Subject, placeholders

# PutMetricAlarm: AlarmDescription.
DESCRIPTION_LENGTH = 1024


@dataclass(frozen=True, kw_only=True)
class AlarmsArgs:
    """Rows, and the dimension values of what they watch."""

    rows: Sequence[Alarm]
    prefix: str
    subjects: Mapping[Subject, pulumi.Input[str]]
    """Dimension values: load balancer and target groups by ARN suffix, `database_resource` by id, the rest by name."""
    guide_url: str
    """Where `docs/incident-response.md` can be read."""


class Alarms(Component):
    """Metric alarms without actions. `names` maps row id to alarm name, `arns` to ARN."""

    names: dict[str, pulumi.Output[str]]
    arns: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, args: AlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        alarms = {
            row.id: aws.cloudwatch.MetricAlarm(
                f"{name}-{row.id}", alarm_args(row, args.prefix, args.subjects, args.guide_url), opts=self.child()
            )
            for row in args.rows
        }
        self.names = {row_id: alarm.name for row_id, alarm in alarms.items()}
        self.arns = {row_id: alarm.arn for row_id, alarm in alarms.items()}
        self.register_outputs({"names": self.names, "arns": self.arns})


def description(says: str, guide_url: str, anchor: str) -> str:
    """What is wrong, then where it says what to do."""
    return f"{says[: DESCRIPTION_LENGTH - len(guide_url) - len(anchor) - 20]}\n\nRunbook: {guide_url}#{anchor}"


def alarm_args(
    row: Alarm,
    prefix: str,
    subjects: Mapping[Subject, pulumi.Input[str]],
    guide_url: str,
    *,
    actions: Sequence[pulumi.Input[str]] = (),
    region: str | None = None,
) -> aws.cloudwatch.MetricAlarmArgs:
    """One row as CloudWatch wants it. Raises ValueError for a row that watches what `subjects` does not name."""
    if unknown := sorted(row.subjects - subjects.keys()):
        raise ValueError(f"alarm {row.id} watches {', '.join(unknown)}, which nobody gave a dimension value for")
    percentile = any(metric.statistic.startswith("p") for metric in row.metrics.values())
    return aws.cloudwatch.MetricAlarmArgs(
        name=f"{prefix}-{row.id}",
        alarm_description=description(row.says, guide_url, row.runbook),
        comparison_operator=row.comparison,
        threshold=row.threshold,
        evaluation_periods=row.periods,
        datapoints_to_alarm=row.periods,
        treat_missing_data=row.no_data,
        # the row's own floor of requests decides when there is too little to judge; "ignore" would keep an old state
        evaluate_low_sample_count_percentiles="evaluate" if percentile else None,
        warm_up_configuration=aws.cloudwatch.MetricAlarmWarmUpConfigurationArgs(
            warm_up_period_duration_in_minutes=row.warm_up_minutes,
            only_start_evaluating_after_warm_up_period_ends=True,  # zeros by FILL are data enough to end it at once
        ),
        metric_queries=[
            *(_metric_query(row, query, metric, subjects) for query, metric in row.metrics.items()),
            *(_expression_query(row, query, text, subjects) for query, text in row.expressions.items()),
        ],
        alarm_actions=actions or None,
        ok_actions=actions or None,  # without the recovery, an incident stays open
        region=region,
    )


def _metric_query(
    row: Alarm, query: str, metric: Metric, subjects: Mapping[Subject, pulumi.Input[str]]
) -> aws.cloudwatch.MetricAlarmMetricQueryArgs:
    named = {dimension: subjects[subject] for dimension, subject in DIMENSIONS[metric.of].items()}
    return aws.cloudwatch.MetricAlarmMetricQueryArgs(
        id=query,
        metric=aws.cloudwatch.MetricAlarmMetricQueryMetricArgs(
            namespace=metric.namespace,
            metric_name=metric.name,
            stat=metric.statistic,
            period=row.period_seconds,
            dimensions={**named, **metric.fixed},
        ),
        return_data=query == row.compared,
    )


def _expression_query(
    row: Alarm, query: str, text: str, subjects: Mapping[Subject, pulumi.Input[str]]
) -> aws.cloudwatch.MetricAlarmMetricQueryArgs:
    named = {subject: value for subject, value in subjects.items() if subject in placeholders(text)}
    return aws.cloudwatch.MetricAlarmMetricQueryArgs(
        id=query,
        expression=pulumi.Output.format(text, **named) if named else text,
        # an expression without a metric has no period to take over, and is refused without its own
        period=None if row.metrics else row.period_seconds,
        label=row.says if query == row.compared else None,
        return_data=query == row.compared,
    )

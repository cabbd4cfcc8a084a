"""Alarms over nothing, held back by nothing, sent nowhere."""

from tests.offline.across.mistake import Mistake, changed, gone
from tests.offline.neighbourhood import Draft

LATENCY = "cloudwatch.CompositeAlarm alerts-latency"
BALANCER = "lb.LoadBalancer web-alb"


def circle(draft: Draft) -> None:
    draft["cloudwatch.CompositeAlarm alerts-log-errors"]["alarmRule"] = 'ALARM("mockforge-production-latency-alert")'
    draft[LATENCY]["alarmRule"] = 'ALARM("mockforge-production-log-errors-alert")'


def by_arn_of_another_region(draft: Draft) -> None:
    draft.move("cloudwatch.MetricAlarm deployment-alarms-latency", "eu-west-1")
    arn = draft.out("cloudwatch.MetricAlarm deployment-alarms-latency", "arn")
    draft[LATENCY]["alarmRule"] = f'ALARM("{arn}")'


MISTAKES = (
    Mistake(
        done="a composite alarm over an alarm that is not there",
        at=LATENCY,
        rule="children_exist",
        refused="there is no alarm 'mockforge-production-latencies' in us-east-1 (yet)",
        by=changed(LATENCY, alarmRule='ALARM("mockforge-production-latencies")'),
    ),
    Mistake(
        done="a composite alarm over an alarm of another region",
        at=LATENCY,
        rule="children_exist",
        refused="in us-east-1: it is in eu-west-1",
        by=lambda draft: draft.move("cloudwatch.MetricAlarm deployment-alarms-latency", "eu-west-1"),
    ),
    Mistake(
        done="two composite alarms over each other",
        at=LATENCY,
        rule="children_exist",
        refused="speaks of this one: a circle",
        by=circle,
    ),
    Mistake(
        done="a suppressor of another region",
        at=LATENCY,
        rule="suppressor_exists",
        refused="there is no alarm 'mockforge-production-maintenance' in us-east-1: it is in us-west-2",
        by=lambda draft: draft.move("cloudwatch.MetricAlarm maintenance-alarm-window", "us-west-2"),
    ),
    Mistake(
        done="an alarm that notifies another region's topic",
        at=LATENCY,
        rule="actions_in_the_region",
        refused="invalid region us-west-2 of arn:aws:sns:us-west-2:123456789012:pages",
        by=changed(LATENCY, alarmActions=["arn:aws:sns:us-west-2:123456789012:pages"]),
    ),
    Mistake(
        done="a composite alarm that is to scale",
        at=LATENCY,
        rule="composites_do_not_scale",
        refused="a composite alarm cannot do",
        by=lambda draft: draft[LATENCY].update(
            alarmActions=[draft.out("appautoscaling.Policy autoscaling-scale-out", "arn")]
        ),
    ),
    Mistake(
        done="an alarm that calls a scaling policy which is gone",
        at="cloudwatch.MetricAlarm autoscaling-scale-out-memory",
        rule="scaling_alarm_in_the_region",
        refused="there is no scaling policy arn:aws:autoscaling:",
        by=gone("appautoscaling.Policy autoscaling-scale-out"),
    ),
    Mistake(
        done="the outside check's alarm in the home region of somebody else",
        at="cloudwatch.MetricAlarm outside-outside-check",
        rule="route53_metrics_at_home",
        refused="AWS/Route53 has metrics in us-east-1 only",
        by=lambda draft: draft.move("cloudwatch.MetricAlarm outside-outside-check", "eu-west-1"),
    ),
    Mistake(
        done="an alarm on a load balancer that was replaced",
        at="cloudwatch.MetricAlarm deployment-alarms-latency",
        rule="watches_something",
        refused="there is no lb.LoadBalancer",
        by=gone(BALANCER),
    ),
    Mistake(
        done="a composite alarm over a hundred and one",
        at=LATENCY,
        rule="within_the_quotas",
        refused="at most 100 alarms, this one 101",
        by=changed(LATENCY, alarmRule=" OR ".join(f'ALARM("a-{number}")' for number in range(101))),
    ),
    Mistake(
        done="a composite alarm with a metric alarm's name",
        at=LATENCY,
        rule="one_alarm_per_name",
        refused="is taken in us-east-1 by cloudwatch.MetricAlarm deployment-alarms-latency",
        by=changed(LATENCY, alarmName="mockforge-production-latency"),
    ),
    Mistake(
        done="six actions for one state",
        at=LATENCY,
        rule="within_the_quotas",
        refused="at most 5 actions per state, not 6",
        by=lambda draft: draft[LATENCY].update(okActions=draft[LATENCY]["okActions"] * 6),
    ),
    Mistake(
        done="an alarm over itself",
        at=LATENCY,
        rule="children_exist",
        refused="the alarm 'mockforge-production-latency-alert' speaks of itself",
        by=changed(LATENCY, alarmRule='ALARM("mockforge-production-latency-alert")'),
    ),
    Mistake(
        done="an alarm that holds itself back",
        at=LATENCY,
        rule="suppressor_exists",
        refused="an alarm cannot hold itself back",
        by=changed(LATENCY, actionsSuppressor={"alarm": "mockforge-production-latency-alert"}),
    ),
    Mistake(
        done="a composite alarm over the ARN of another region's alarm",
        at=LATENCY,
        rule="children_exist",
        refused="in us-east-1: it is in eu-west-1",
        by=by_arn_of_another_region,
    ),
)

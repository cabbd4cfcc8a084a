"""Alarms, what holds them back, and where they send: together, or not at all."""

import re
from collections.abc import Iterator
from typing import Final

from offline.provider.naming import Refusal
from offline.provider.rules_across.publishing import ALARM_ACTIONS
from offline.provider.rules_across.world import AcrossRule, Case, Refusals, World, kind, logical
from offline.provider.store import Row

ALARMS: Final = ("cloudwatch.MetricAlarm", "cloudwatch.CompositeAlarm")
CHILDREN_PER_COMPOSITE: Final = 100
ELEMENTS_PER_RULE: Final = 500
ACTIONS_PER_STATE: Final = 5
_CHILD: Final = re.compile(r"\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:\"([^\"]+)\"|'([^']+)'|([^\"'()\s]+))\s*\)")
_ELEMENT: Final = re.compile(r"\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(|\b(?:TRUE|FALSE)\b")
_HOME_OF_ROUTE53: Final = "us-east-1"


def children(rule: str) -> list[str]:
    """Names, or ARNs, of the alarms that a composite alarm's rule speaks of."""
    return list(dict.fromkeys(next(filter(None, found)) for found in _CHILD.findall(rule)))


def alarm(world: World, name: str, region: str) -> Row | None:
    """The alarm of this name in this region, or of this ARN."""
    if name.startswith("arn:"):
        found = world.by_arn(name)
        return found if found is not None and found.region == region else None
    return next((row for of in ALARMS if (row := world.by_id(of, name, region)) is not None), None)


def children_exist(case: Case) -> Refusals:
    """Every alarm in a composite alarm's rule exists, in the same region, and the rule does not come back to itself.

    Source: CloudWatch API PutCompositeAlarm: same account and region; cycles are never evaluated, and neither alarm
    of one can be deleted.
    """
    for name in children(case.text("alarmRule")):
        found = alarm(case.world, name, case.region)
        if name == case.text("alarmName"):
            yield Refusal(property="alarmRule", reason=f"the alarm {name!r} speaks of itself")
        elif found is None and (case.world.complete or _elsewhere(case, name)):
            yield Refusal(
                property="alarmRule", reason=f"there is no alarm {name!r} in {case.region}{_where(case, name)}"
            )
        elif found is not None and case.text("alarmName") in _below(case.world, found, case.region, set()):
            yield Refusal(property="alarmRule", reason=f"the alarm {name!r} speaks of this one: a circle")


def _elsewhere(case: Case, name: str) -> Row | None:
    plain = name.rpartition(":alarm:")[2]
    return next((row for of in ALARMS for row in case.world.all(of) if row.id == plain), None)


def _where(case: Case, name: str) -> str:
    found = _elsewhere(case, name)
    return f": it is in {found.region}" if found is not None else " (yet)"


def _below(world: World, row: Row, region: str, seen: set[str]) -> set[str]:
    for name in children(str(row.inputs.get("alarmRule") or "")):
        if name not in seen:
            seen.add(name)
            below = alarm(world, name, region)
            if below is not None:
                _below(world, below, region, seen)
    return seen


def suppressor_exists(case: Case) -> Refusals:
    """The alarm that holds a composite alarm's actions back is in the same region.

    Source: CloudWatch guide, "Alarm suppression"; PutCompositeAlarm, ActionsSuppressor.
    """
    name = case.text("actionsSuppressor.alarm")
    if not name:
        return
    if name == case.text("alarmName"):
        yield Refusal(property="actionsSuppressor.alarm", reason="an alarm cannot hold itself back")
    elif alarm(case.world, name, case.region) is None and (case.world.complete or _elsewhere(case, name)):
        yield Refusal(
            property="actionsSuppressor.alarm",
            reason=f"there is no alarm {name!r} in {case.region}{_where(case, name)}",
        )


def actions_in_the_region(case: Case) -> Refusals:
    """An alarm notifies a topic of its own region.

    Source: CloudWatch API PutMetricAlarm, AlarmActions; reported as ValidationError ("Invalid region … specified. Only
    … is supported").
    """
    for path, arn in case.found(*ALARM_ACTIONS):
        _, _, service, region, *_ = [*str(arn).split(":"), "", "", "", ""]
        if service in ("sns", "lambda") and region != case.region:
            yield Refusal(
                property=path,
                reason=f"invalid region {region} of {arn}: the alarm is in {case.region}, and so must the topic be",
            )


def composites_do_not_scale(case: Case) -> Refusals:
    """A composite alarm notifies; it neither scales nor touches instances.

    Source: CloudWatch API PutCompositeAlarm, AlarmActions: SNS, Lambda, Systems Manager OpsItems and incidents.
    """
    for path, arn in case.found(*ALARM_ACTIONS):
        service = str(arn).split(":")[2] if str(arn).startswith("arn:") else ""
        if service and service not in ("sns", "lambda", "ssm", "ssm-incidents", "aiops"):
            yield Refusal(property=path, reason=f"a composite alarm cannot do {arn}: it notifies only")


def scaling_alarm_in_the_region(case: Case) -> Refusals:
    """A scaling policy that an alarm calls exists, in the alarm's region.

    Source: CloudWatch API PutMetricAlarm, AlarmActions; Application Auto Scaling guide, "Step scaling policies".
    """
    policies = {row.outputs.get("arn") for row in case.world.all("appautoscaling.Policy")}
    for path, arn in case.found(*ALARM_ACTIONS):
        if ":scalingPolicy:" in str(arn) and arn not in policies and case.world.complete:
            yield Refusal(property=path, reason=f"there is no scaling policy {arn}")


def route53_metrics_at_home(case: Case) -> Refusals:
    """Health checks report to us-east-1 only; an alarm elsewhere never has data.

    Source: Route 53 guide, "Monitoring health checks using CloudWatch".
    """
    spaces = [case.get("namespace"), *(one for _, one in case.found("metricQueries[*].metric.namespace"))]
    if "AWS/Route53" in spaces and case.region != _HOME_OF_ROUTE53:
        yield Refusal(
            property="namespace",
            reason=f"AWS/Route53 has metrics in {_HOME_OF_ROUTE53} only: an alarm in {case.region} never has data",
        )


WATCHED: Final = (
    # dimension, what has it, where the value stands
    ("LoadBalancer", "lb.LoadBalancer", "arnSuffix"),
    ("TargetGroup", "lb.TargetGroup", "arnSuffix"),
)


def watches_something(case: Case) -> Refusals:
    """The load balancer or target group that an alarm watches exists: their ids cannot be guessed.

    Source: CloudWatch guide, "Concepts", dimensions: another value is another metric, one without data.
    """
    if not case.world.complete:
        return
    for dimension, of, output in WATCHED:
        there = {row.outputs.get(output) for row in case.world.all(of) if row.region == case.region}
        for path, value in case.found(f"dimensions.{dimension}", f"metricQueries[*].metric.dimensions.{dimension}"):
            if isinstance(value, str) and value not in there:
                yield Refusal(property=path, reason=f"there is no {of} {value!r} in {case.region} to watch")


def within_the_quotas(case: Case) -> Refusals:
    """At most 100 children and 500 elements in a composite alarm's rule, 5 actions per state.

    Source: CloudWatch API PutCompositeAlarm, AlarmRule; PutMetricAlarm, AlarmActions.
    """
    rule = case.text("alarmRule")
    for what, count, limit in (
        ("alarms", len(children(rule)), CHILDREN_PER_COMPOSITE),
        ("elements", len(_ELEMENT.findall(rule)), ELEMENTS_PER_RULE),
    ):
        if count > limit:
            yield Refusal(property="alarmRule", reason=f"a rule has at most {limit} {what}, this one {count}")
    for path in ALARM_ACTIONS:
        if (count := len([1 for _ in case.found(path)])) > ACTIONS_PER_STATE:
            yield Refusal(
                property=path.removesuffix("[*]"),
                reason=f"an alarm has at most {ACTIONS_PER_STATE} actions per state, not {count}",
            )


def one_alarm_per_name(case: Case) -> Refusals:
    """Metric and composite alarms share their names.

    Source: CloudWatch API PutCompositeAlarm and PutMetricAlarm: the name is unique within the region; PutMetricAlarm
    overwrites by name, so two programs with one name fight without a word.
    """
    own = case.text("alarmName") or case.text("name")
    for other in _alarms_named(case, own):
        yield Refusal(
            property="alarmName" if case.kind == "cloudwatch.CompositeAlarm" else "name",
            reason=f"the name {own!r} is taken in {case.region} by {kind(other.type)} {logical(other.urn)}",
        )


def _alarms_named(case: Case, name: str) -> Iterator[Row]:
    for row in case.others(*ALARMS):
        taken = row.inputs.get("alarmName") or row.inputs.get("name")
        if name and taken == name and row.region == case.region:
            yield row


RULES: Final = (
    AcrossRule(judge=children_exist, kinds=("cloudwatch.CompositeAlarm",)),
    AcrossRule(judge=suppressor_exists, kinds=("cloudwatch.CompositeAlarm",)),
    AcrossRule(judge=actions_in_the_region, kinds=ALARMS, early=True),
    AcrossRule(judge=composites_do_not_scale, kinds=("cloudwatch.CompositeAlarm",), early=True),
    AcrossRule(judge=scaling_alarm_in_the_region, kinds=("cloudwatch.MetricAlarm",)),
    AcrossRule(judge=route53_metrics_at_home, kinds=("cloudwatch.MetricAlarm",), early=True),
    AcrossRule(judge=watches_something, kinds=("cloudwatch.MetricAlarm",)),
    AcrossRule(judge=within_the_quotas, kinds=ALARMS, early=True),
    AcrossRule(judge=one_alarm_per_name, kinds=ALARMS),
)

"""When the rules across resources speak, and what our own programs may rely on."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from offline.provider.catalog import catalog
from offline.provider.cloud import Cloud, Settings
from offline.provider.lookups import answer
from offline.provider.rules_across import table
from offline.provider.rules_across.judging import Refused
from offline.provider.rules_across.world import World, kind
from offline.provider.store import Store
from offline.provider.wire import UNKNOWN, Secret
from tests.offline.neighbourhood import ahead_of, environment, judged, rows_of

TOPIC = "aws:sns/topic:Topic"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
SUBNET = "aws:ec2/subnet:Subnet"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
KEY = "aws:kms/key:Key"
READER = "arn:aws:iam::123456789012:role/reader"
NOBODY = "arn:aws:sns:us-east-1:123456789012:nobody"


def urn(token: str, name: str) -> str:
    return f"urn:pulumi:dev::shop::{token}::{name}"


@pytest.fixture
def cloud(tmp_path: Path) -> Cloud:
    return Cloud(store=Store(tmp_path / "cloud.sqlite3"), settings=Settings())


def made(cloud: Cloud, token: str, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    return cloud.create(token, urn(token, name), inputs).outputs


@pytest.mark.parametrize("stack", ["staging", "production"])
def test_each_resource_of_ours_can_be_made_as_soon_as_what_it_waits_for_is_there(stack: str):
    """However the engine orders what need not wait for each other: the worst order is refused nowhere."""
    rows = {row.urn: row for row in rows_of(stack)}
    program = environment(stack)
    at_the_end = {rule.judge.__name__ for rule in table.ALL if rule.finished}
    too_early = [
        f"{row.urn.rsplit('::', 1)[-1]}: {refusal.reason}"
        for row in rows.values()
        for rule, refusal in judged(row, World(tuple(rows[at] for at in ahead_of(program, row.urn) if at in rows)))
        if rule not in at_the_end
    ]
    assert too_early == []


def without_one_value(value: Any) -> Iterator[Any]:
    """The value with one part after the other left to the update, the whole first."""
    yield UNKNOWN
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from ({**value, key: other} for other in without_one_value(inner))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from ([*value[:number], other, *value[number + 1 :]] for other in without_one_value(inner))


def test_whatever_single_value_is_left_to_the_update_a_healthy_resource_is_not_refused():
    world = World(rows_of("production"))
    refused = [
        f"{row.urn.rsplit('::', 1)[-1]}: {refusal.reason}"
        for row in world.rows
        for key, value in row.inputs.items()
        if key not in ("code", "dashboardBody")  # long, and no rule looks into them
        for other in without_one_value(value)
        for _, refusal in judged(replace(row, inputs={**row.inputs, key: other}), world)
    ]
    assert refused == []


def test_whatever_neighbour_is_only_promised_a_preview_refuses_nothing():
    """Of what a preview promises only some inputs are known, and no output."""
    rows = rows_of("production")
    one_of_each = {kind(row.type): row for row in rows}
    refused: list[str] = []
    for promised in one_of_each.values():
        vague = replace(promised, inputs=dict.fromkeys(promised.inputs, UNKNOWN), outputs={})
        world = World(tuple(vague if row is promised else row for row in rows), complete=False)
        refused += [
            f"{row.urn.rsplit('::', 1)[-1]} beside {kind(promised.type)}: {refusal.reason}"
            for row in one_of_each.values()
            if row is not promised
            for _, refusal in judged(row, world)
        ]
    assert refused == []


def test_whatever_neighbour_says_less_nothing_breaks():
    """A rule may lose its ground; it must not stumble."""
    for row in rows_of("production"):
        bare = World(tuple(replace(one, inputs={}, outputs={}) for one in rows_of("production")))
        list(judged(row, bare))
        list(judged(replace(row, inputs={}), bare))


def test_a_create_is_refused_in_one_sentence_per_property_and_nothing_is_made(cloud):
    missing = f"{NOBODY} does not exist: nothing created it (sns.Topic) and no data source found it"
    with pytest.raises(Refused) as refused:
        made(cloud, ALARM, "cpu", {"name": "cpu", "alarmActions": [NOBODY], "okActions": [NOBODY]})
    assert str(refused.value).splitlines() == [
        f"cloudwatch.MetricAlarm cpu is refused: alarmActions[0]: {missing}",
        f"  and okActions[0]: {missing}",
    ]
    assert cloud.store.all() == []


def test_an_update_is_refused_too_and_changes_nothing(cloud):
    inputs = {"name": "cpu", "threshold": 1}
    outputs = made(cloud, ALARM, "cpu", inputs)
    with pytest.raises(Refused, match="does not exist"):
        cloud.update(
            ALARM, urn(ALARM, "cpu"), "cpu", olds=outputs, old_inputs=inputs, news={**inputs, "okActions": [NOBODY]}
        )
    assert cloud.store.one("MetricAlarm", "cpu").inputs == inputs


def test_what_the_engine_leaves_as_it_is_is_not_judged_again(cloud):
    """AWS is not asked either: a neighbour deleted by hand shows in a refresh, not as a refusal."""
    topic = made(cloud, TOPIC, "pages", {"name": "pages"})
    cloud.store.delete(TOPIC, "us-east-1", topic["arn"])
    _, refusals = cloud.check(ALARM, urn(ALARM, "cpu"), {"name": "cpu", "okActions": [topic["arn"]]}, {})
    assert [one for one in refusals if "exist" in one.reason] == []


def test_a_preview_that_cannot_know_yet_refuses_nothing(cloud):
    cloud.rehearse(ALARM, urn(ALARM, "cpu"), {"name": "cpu", "alarmActions": [UNKNOWN], "okActions": [NOBODY]})


def test_a_preview_already_refuses_two_of_a_name(cloud):
    cloud.rehearse(LOG_GROUP, urn(LOG_GROUP, "first"), {"name": "/shop"})
    with pytest.raises(Refused, match="the name '/shop' is taken in us-east-1 by first: names are unique"):
        cloud.rehearse(LOG_GROUP, urn(LOG_GROUP, "second"), {"name": "/shop"})


def test_a_preview_already_refuses_a_composite_over_an_alarm_of_another_region(cloud):
    cloud.rehearse(ALARM, urn(ALARM, "cpu"), {"name": "cpu", "region": "eu-west-1"})
    with pytest.raises(Refused, match="no alarm 'cpu' in us-east-1: it is in eu-west-1"):
        cloud.rehearse(COMPOSITE, urn(COMPOSITE, "all"), {"alarmName": "all", "alarmRule": "ALARM(cpu)"})


def test_a_preview_looks_at_what_is_there_already(cloud):
    vpc = made(cloud, "aws:ec2/vpc:Vpc", "net", {"cidrBlock": "10.0.0.0/16"})
    inputs = {"vpcId": cloud.store.one("Vpc", "net").id, "cidrBlock": "10.1.0.0/24", "availabilityZone": "us-east-1a"}
    assert vpc["cidrBlock"] == "10.0.0.0/16"
    with pytest.raises(Refused, match=r"10\.1\.0\.0/24 is not inside the VPC's 10\.0\.0\.0/16"):
        cloud.rehearse(SUBNET, urn(SUBNET, "a"), inputs)


def test_a_resource_with_a_new_urn_is_no_second_one_of_its_name(cloud):
    inputs = {"name": "/shop", "retentionInDays": 7}
    outputs = made(cloud, LOG_GROUP, "before", inputs)
    later = {**inputs, "retentionInDays": 30}
    cloud.rehearse(LOG_GROUP, urn(LOG_GROUP, "after"), later, "/shop")
    cloud.update(LOG_GROUP, urn(LOG_GROUP, "after"), "/shop", olds=outputs, old_inputs=inputs, news=later)
    assert cloud.store.one("LogGroup", "after").inputs["retentionInDays"] == 30


def test_what_a_data_source_has_found_exists(cloud):
    arn = answer("aws:acm/getCertificate:getCertificate", {"domain": "shop.example.com"}, "us-east-1")["arn"]
    made(cloud, ALARM, "cpu", {"name": "cpu", "alarmActions": [arn]})


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "arn:aws:sns:us-east-1:111122223333:theirs",
        "arn:aws:logs:us-east-1:123456789012:log-group:/any:*",
        "arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
        "arn:aws:scheduler:::aws-sdk:sns:publish",
        "arn:aws:states:::lambda:invoke",
        "arn:aws:iam::123456789012:root",
    ],
)
def test_what_nobody_here_could_make_needs_nobody_to_make_it(cloud, arn: str):
    made(cloud, ALARM, "cpu", {"name": "cpu", "alarmActions": [arn]})


def test_a_secret_input_is_judged_and_never_shown(cloud):
    secret = Secret("arn:aws:sns:us-east-1:123456789012:s3cret")
    with pytest.raises(Refused) as refused:
        made(cloud, ALARM, "cpu", {"name": "cpu", "alarmActions": [secret]})
    assert "alarmActions[0]: (secret) does not exist: nothing created it" in str(refused.value)


def test_of_a_secret_policy_not_even_a_name_is_shown(cloud):
    policy = json.dumps({"Statement": {"Effect": "Allow", "Action": "kms:*", "Principal": {"AWS": READER}}})
    with pytest.raises(Refused) as refused:
        made(cloud, KEY, "key", {"policy": Secret(policy)})
    assert "invalid principal in policy: (secret) does not exist" in str(refused.value)


def test_check_hides_secrets_too_and_names_the_place(cloud):
    inputs = {"name": "cpu", "okActions": [Secret("arn:aws:sns:eu-west-1:123456789012:s3cret")]}
    _, refusals = cloud.check(ALARM, urn(ALARM, "cpu"), inputs, {})
    [said] = [one.reason for one in refusals if "invalid region" in one.reason]
    assert said.startswith("okActions[0]: invalid region ")
    assert "s3cret" not in said


def test_schedules_quotas_and_windows_are_refused_by_check_before_anything_is_made(cloud):
    token = "aws:scheduler/schedule:Schedule"
    _, refusals = cloud.check(token, urn(token, "nightly"), {"scheduleExpression": "cron(0 2 * * 0)"}, {})
    assert [one.property for one in refusals if "6 fields" in one.reason] == ["scheduleExpression"]


def test_every_rule_says_where_it_is_from():
    assert [rule.judge.__name__ for rule in table.ALL if "Source:" not in (rule.judge.__doc__ or "")] == []


def test_every_rule_judges_kinds_that_the_catalogue_knows():
    known = {kind(token) for token in catalog()}
    assert {of for rule in table.ALL for of in rule.kinds} - known == set()

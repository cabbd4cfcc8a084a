import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pulumi_aws import wafv2

from components.component import Component
from runbook import settings
from tests.components.traffic_programs import load_balancer
from tests.harness import registered

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def program():
    return registered(load_balancer)


def rules(program):
    return sorted(program.one("WebAcl")["rules"], key=lambda rule: rule["priority"])


def managed(program):
    """Rule group by name."""
    groups = [rule["statement"].get("managedRuleGroupStatement") for rule in rules(program)]
    return {group["name"]: group for group in groups if group}


def test_it_stands_before_the_load_balancer(program):
    association, acl = program.one("WebAclAssociation"), program.one("WebAcl")
    assert association["webAclArn"] == acl.outputs["arn"]
    assert association["resourceArn"] == program.one("lb/loadBalancer:LoadBalancer").outputs["arn"]
    assert (acl["scope"], acl["defaultAction"]) == ("REGIONAL", {"allow": {}})


def test_amazon_keeps_three_groups_of_rules_current(program):
    assert set(managed(program)) == {
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesKnownBadInputsRuleSet",
    }
    assert {group["vendorName"] for group in managed(program).values()} == {"AWS"}
    assert [rule["overrideAction"] for rule in rules(program) if "overrideAction" in rule] == [{"none": {}}] * 3


def test_a_plugin_of_50_mib_gets_through(program):
    overrides = managed(program)["AWSManagedRulesCommonRuleSet"]["ruleActionOverrides"]
    assert {"name": "SizeRestrictions_BODY", "actionToUse": {"count": {}}} in overrides


def test_only_rules_about_bodies_are_softened(program):
    softened = [one["name"] for group in managed(program).values() for one in group.get("ruleActionOverrides", [])]
    assert len(softened) == 5
    assert all(name.endswith("_BODY") for name in softened)


def test_an_address_is_slowed_down_at_2000_requests_in_5_minutes(program):
    first = rules(program)[0]
    assert first["statement"]["rateBasedStatement"] == {
        "limit": 2000,
        "aggregateKeyType": "IP",
        "evaluationWindowSec": 300,
    }
    assert first["action"] == {"block": {"customResponse": {"responseCode": 429}}}


def test_without_a_limit_there_is_no_rule_for_it():
    program = registered(lambda: load_balancer(firewall=settings.Firewall(requests_per_address=None)))
    assert len(rules(program)) == 3
    assert not any("rateBasedStatement" in rule["statement"] for rule in rules(program))


def test_priorities_and_names_differ(program):
    assert [rule["priority"] for rule in rules(program)] == [0, 1, 2, 3]
    assert len({rule["name"] for rule in rules(program)}) == 4
    metrics = [rule["visibilityConfig"]["metricName"] for rule in rules(program)]
    assert len(set(metrics)) == 4
    assert all(name.startswith("mockforge-staging-") for name in metrics)


def test_what_opens_an_account_or_the_test_colour_is_in_no_log_and_no_sample(program):
    redacted = {one["singleHeader"]["name"] for one in program.one("WebAclLoggingConfiguration")["redactedFields"]}
    assert redacted == {"authorization", "cookie", "x-mockforge-test-traffic"}
    shown = [rule["visibilityConfig"]["sampledRequestsEnabled"] for rule in rules(program)]
    shown.append(program.one("WebAcl")["visibilityConfig"]["sampledRequestsEnabled"])
    assert shown == [False] * 5


def test_what_was_stopped_or_counted_is_logged_for_30_days(program):
    logging, group = program.one("WebAclLoggingConfiguration"), program.one("LogGroup", "web-firewall-log")
    assert logging["logDestinationConfigs"] == [group.outputs["arn"]]
    assert group["retentionInDays"] == 30
    assert group["name"].startswith("aws-waf-logs-")
    [kept] = logging["loggingFilter"]["filters"]
    assert (logging["loggingFilter"]["defaultBehavior"], kept["behavior"]) == ("DROP", "KEEP")
    assert {one["actionCondition"]["action"] for one in kept["conditions"]} == {"BLOCK", "COUNT"}
    assert kept["requirement"] == "MEETS_ANY"


def test_the_log_is_allowed_before_it_begins_and_to_this_group_only(program):
    policy = program.one("LogResourcePolicy")
    [statement] = json.loads(policy["policyDocument"])["Statement"]
    assert statement["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
    assert statement["Resource"] == program.one("LogGroup", "web-firewall-log").outputs["arn"] + ":*"
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": "123456789012"}
    assert program.waits_for(program.one("WebAclLoggingConfiguration"), policy)


def snake_case(value: Any) -> Any:
    """Keys as the SDK's classes want them, at every depth."""
    if isinstance(value, dict):
        return {
            re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", key): snake_case(one) for key, one in value.items()
        }
    return [snake_case(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("kind", ["WebAcl", "WebAclAssociation", "WebAclLoggingConfiguration"])
def test_what_is_registered_by_token_is_what_the_sdks_own_class_would_register(program, kind):
    ours = program.one(kind)

    class Around(Component):
        def __init__(self) -> None:
            super().__init__("around")
            getattr(wafv2, kind)(ours.name, **snake_case(ours.inputs), opts=self.child())
            self.register_outputs({})

    theirs = registered(Around).one(kind)
    assert (theirs.type, theirs.inputs) == (ours.type, ours.inputs)


def test_the_program_does_not_import_the_firewalls_classes_which_take_a_tenth_of_a_preview():
    program = "import sys, infra.environment; print('pulumi_aws.wafv2._inputs' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"

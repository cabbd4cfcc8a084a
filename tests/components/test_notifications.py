"""Runbook, "Alert Response": critical pages, warning mails, and nothing is dropped on the way to either."""

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components.notifications import Notifications, NotificationsArgs
from offline.provider.wire import Secret
from runbook import settings
from tests.harness import Program

Run = Callable[..., Program]

ACCOUNT = "123456789012"
KEY = "made-up-integration-key"
ENDPOINT = f"https://events.pagerduty.com/integration/{KEY}/enqueue"


def notifications(
    name: str = "told",
    *,
    pagerduty: bool = True,
    emails: tuple[str, ...] = ("ops@example.com",),
    announce_to: tuple[str, ...] = ("all@example.com",),
    **changes: Any,
):
    args: dict[str, Any] = {
        "notifications": settings.Notifications(emails=emails, announce_to=announce_to),
        "prefix": "mockforge-staging",
        "region": "us-east-1",
        "account_id": ACCOUNT,
        "protected": False,
    }

    def program() -> Notifications:
        key = pulumi.Output.secret(KEY) if pagerduty else None
        return Notifications(name, NotificationsArgs(pagerduty_key=key, **(args | changes)))

    return program


def subscribers(program: Program, kind: str):
    """Protocol and endpoint of everybody who listens to a topic."""
    topic = program.one("Topic", f"told-{kind}").outputs["arn"]
    return [(one["protocol"], one["endpoint"]) for one in program.all("TopicSubscription") if one["topic"] == topic]


def allowed(program: Program, kind: str):
    """Service → condition, of those that may publish to a topic in their own name."""
    policy = json.loads(program.one("TopicPolicy", f"told-{kind}-policy")["policy"])
    return {
        one["Principal"]["Service"]: one.get("Condition") for one in policy["Statement"] if one["Effect"] == "Allow"
    }


def test_critical_goes_to_pagerduty_and_warning_by_e_mail(registered: Run):
    program = registered(notifications(emails=("ops@example.com", "second@example.com")))
    assert subscribers(program, "critical") == [("https", ENDPOINT)]
    assert subscribers(program, "outside") == [("https", ENDPOINT)]
    assert subscribers(program, "warning") == [("email", "ops@example.com"), ("email", "second@example.com")]
    assert subscribers(program, "announcement") == [("email", "all@example.com")]


def test_without_pagerduty_critical_goes_by_e_mail_so_that_somebody_is_told(registered: Run):
    program = registered(notifications(pagerduty=False))
    for kind in ("critical", "outside", "warning"):
        assert subscribers(program, kind) == [("email", "ops@example.com")]


def test_pagerduty_confirms_by_itself_and_reads_the_envelope(registered: Run):
    page = registered(notifications()).one("TopicSubscription", "told-critical-pagerduty")
    assert (page["endpointAutoConfirms"], page["rawMessageDelivery"]) == (True, False)


@pytest.mark.parametrize("preview", [True, False])
def test_the_key_to_pagerduty_is_never_plain(registered: Run, preview: bool):
    program = registered(notifications(), preview=preview)
    for one in program.all("TopicSubscription"):
        if one["protocol"] == "https":
            assert program.is_secret(one, "endpoint")
            assert one.options["additional_secret_outputs"] == ["endpoint"]
    plain = json.dumps([one.raw_inputs for one in program.resources], default=lambda value: isinstance(value, Secret))
    assert KEY not in plain


def test_every_topic_is_encrypted_by_a_key_that_lets_its_publishers_encrypt(registered: Run):
    program = registered(notifications())
    for kind in ("critical", "warning", "announcement", "outside"):
        key = program.by_arn(program.one("Topic", f"told-{kind}")["kmsMasterKeyId"])
        granted = [one["Principal"].get("Service", []) for one in json.loads(key["policy"])["Statement"]]
        assert set(allowed(program, kind)) <= {service for services in granted for service in services}


def test_alarms_publish_for_this_account_and_region_only(registered: Run):
    program = registered(notifications(region="eu-west-1"))
    for kind, region in (("critical", "eu-west-1"), ("warning", "eu-west-1"), ("outside", "us-east-1")):
        assert allowed(program, kind)["cloudwatch.amazonaws.com"] == {
            "ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:{region}:{ACCOUNT}:alarm:*"},
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
        }


def test_rds_and_backup_and_eventbridge_reach_the_operators_topics(registered: Run):
    program = registered(notifications())
    for kind in ("critical", "warning"):
        conditions = allowed(program, kind)
        # EventBridge and AWS Backup send no context: with a condition every message would be dropped
        assert (conditions["events.amazonaws.com"], conditions["backup.amazonaws.com"]) == (None, None)
        assert conditions["events.rds.amazonaws.com"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}
        assert conditions["events.rds.amazonaws.com"]["ArnLike"] == {
            "aws:SourceArn": f"arn:aws:rds:us-east-1:{ACCOUNT}:*"
        }


def test_no_service_speaks_to_customers_by_itself(registered: Run):
    assert allowed(registered(notifications()), "announcement") == {}


@pytest.mark.parametrize("kind", ["critical", "warning", "announcement", "outside"])
def test_nothing_is_published_without_tls(registered: Run, kind: str):
    policy = json.loads(registered(notifications()).one("TopicPolicy", f"told-{kind}-policy")["policy"])
    [refusal] = [one for one in policy["Statement"] if one["Effect"] == "Deny"]
    assert refusal["Principal"] == "*"
    assert refusal["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize("preview", [True, False])
def test_all_that_serves_the_check_from_outside_stands_in_us_east_1(registered: Run, preview: bool):
    program = registered(notifications(region="eu-west-1"), preview=preview)
    outside = [one for one in program.resources if one.custom and one.name.startswith("told-outside")]
    assert {one.type.rsplit(":", 1)[-1] for one in outside} == {
        "Key",
        "Alias",
        "Topic",
        "TopicPolicy",
        "TopicSubscription",
    }
    assert {one.region for one in outside} == {"us-east-1"}
    others = [one for one in program.resources if one.custom and one not in outside]
    assert {one.region for one in others} == {None}


def test_a_topics_arn_is_handed_out_only_once_its_policy_stands(registered: Run):
    def program() -> None:
        told = notifications()()
        pulumi.export("arns", told.topic_arns)
        aws.sns.TopicSubscription("late", topic=told.warning_topic_arn, protocol="email", endpoint="x@example.com")

    made = registered(program, strict=False)
    assert made.waits_for(made.one("TopicSubscription", "late"), made.one("TopicPolicy", "told-warning-policy"))
    assert set(made.stack_outputs["arns"]) == {"critical", "warning", "announcement", "outside"}


def test_the_same_address_twice_is_told_once(registered: Run):
    program = registered(notifications(emails=("ops@example.com", "ops@example.com")))
    assert subscribers(program, "warning") == [("email", "ops@example.com")]


def test_two_environments_stand_side_by_side(registered: Run):
    program = registered(
        lambda: (
            notifications("one", prefix="mockforge-one")(),
            notifications("two", prefix="mockforge-two", pagerduty=False)(),
        )
    )
    assert len(program.all("Topic")) == 8
    assert len({(one["name"], one.region) for one in program.all("Alias")}) == 4

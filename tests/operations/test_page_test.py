"""`page-test`: whole commands; SNS counts what it delivered five minutes later."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from operations.checks.page_test import Delivery, Path, proven
from tests.operations.aws_world import AwsWorld

LATE = timedelta(minutes=5)


@dataclass
class Topics:
    aws: AwsWorld
    confirmed: dict[str, int] = field(default_factory=lambda: {"critical": 1, "outside": 1, "warning": 3})
    sent: list[tuple[str, datetime, dict[str, Any]]] = field(default_factory=list)
    failing: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.aws.handlers["sns", "GetTopicAttributes"] = self.attributes
        self.aws.handlers["sns", "Publish"] = self.publish
        self.aws.handlers["cloudwatch", "GetMetricData"] = self.metrics

    def attributes(self, asked: dict[str, Any]) -> dict[str, Any]:
        count = self.confirmed[asked["TopicArn"].rpartition(":")[2]]
        return {"Attributes": {"SubscriptionsConfirmed": str(count), "SubscriptionsPending": "0"}}

    def publish(self, asked: dict[str, Any]) -> dict[str, Any]:
        topic = asked["TopicArn"].rpartition(":")[2]
        self.sent.append((topic, self.aws.clock.now(), json.loads(asked["Message"])))
        return {"MessageId": "one"}

    def metrics(self, asked: dict[str, Any]) -> dict[str, Any]:
        results = []
        for query in asked["MetricDataQueries"]:
            metric = query["MetricStat"]["Metric"]
            topic = metric["Dimensions"][0]["Value"]
            count = len([at for name, at, _ in self.sent if name == topic and at + LATE <= self.aws.clock.now()])
            if metric["MetricName"] != "NumberOfMessagesPublished":
                bad = topic in self.failing
                right = bad == (metric["MetricName"] == "NumberOfNotificationsFailed")
                count = count * self.confirmed[topic] if right else 0
            values = [float(count)] if count and topic not in self.silent else []
            results.append({"Id": query["Id"], "Timestamps": [self.aws.clock.now()] * len(values), "Values": values})
        return {"MetricDataResults": results}


@pytest.fixture
def topics(aws: AwsWorld) -> Topics:
    return Topics(aws=aws)


def test_each_path_gets_an_alarm_and_its_end_and_the_counts_prove_the_delivery(topics: Topics):
    answer = topics.aws("page-test", "production", "--yes")
    assert (answer.code, answer.out.splitlines()) == (
        0,
        ["critical: 2 of 2 delivered", "outside: 2 of 2 delivered", "warning: 6 of 6 delivered"],
    )
    assert [(topic, message["NewStateValue"], message["OldStateValue"]) for topic, _, message in topics.sent] == [
        (topic, *states)
        for topic in ("critical", "outside", "warning")
        for states in (("ALARM", "OK"), ("OK", "ALARM"))
    ]
    assert {message["AlarmName"] for _, _, message in topics.sent} == {"mockforge-production-page-test"}
    assert "critical: unknown of 2 delivered; outside: unknown" in answer.err, "what is not counted yet is not zero"


def test_a_path_on_which_nobody_is_confirmed_fails_before_anybody_is_paged(topics: Topics):
    topics.confirmed["outside"] = 0
    answer = topics.aws("page-test", "production", "--yes")
    assert (answer.code, topics.sent) == (1, [])
    assert "error: nobody hears outside alerts of production: no subscription is confirmed\n" in answer.err


def test_without_a_person_to_ask_nobody_is_paged(topics: Topics):
    assert (topics.aws("page-test", "production").code, topics.sent) == (2, [])


def test_a_failed_delivery_is_told_and_fails(topics: Topics):
    topics.failing = {"critical"}
    answer = topics.aws("page-test", "production", "--yes")
    assert (answer.code, answer.out.splitlines()[0]) == (1, "critical: unknown of 2 delivered, 2 FAILED")
    assert answer.err.endswith("error: not everything was delivered: critical\n")


def test_without_counts_nothing_is_proven(topics: Topics):
    topics.silent = {"warning"}
    answer = topics.aws("page-test", "production", "--yes")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.endswith(
        "error: delivery of the test alerts of production: not finished by 03:15 UTC; it goes on in AWS\n"
        "hint: the alerts were sent; ask the people, or look at the topics' metrics in CloudWatch\n"
    )


def test_the_proof_as_json(topics: Topics):
    told = json.loads(topics.aws("page-test", "production", "--yes", "--json").out)
    assert told["paths"][2] == {"path": "warning", "proven": True, "published": 2, "delivered": 6, "failed": None}


@pytest.mark.parametrize(
    ("counts", "right"),
    [
        ((2, 6, None), True),
        ((2, 6, 0), True),
        ((2, 6, 1), False),  # a try failed: of which message, nobody can tell
        ((2, 5, None), False),
        ((3, 6, None), False),  # a real alert came in between
        ((1, 6, None), False),
        ((None, 6, None), False),
        ((2, None, None), False),
    ],
)
def test_only_complete_counts_without_a_failure_prove_a_path_of_three(counts: tuple[Any, Any, Any], right: bool):
    path = Path(kind="warning", topic_arn="arn:aws:sns:us-east-1:123456789012:warning", confirmed=3, pending=0)
    published, delivered, failed = counts
    assert proven(path, Delivery(published=published, delivered=delivered, failed=failed)) == right

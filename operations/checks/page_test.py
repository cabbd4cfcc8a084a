"""One harmless alert down each path to people, and what AWS can prove of its delivery. Pure.

The message has the shape of a CloudWatch alarm, because PagerDuty's integration reads that; a second one says that all
is well again, so that the incident closes. What is not tried: that CloudWatch itself may publish to the topic.
"""

from dataclasses import dataclass
from datetime import datetime
from json import dumps

from runbook.whereabouts import prefix

STATES = ("ALARM", "OK")
SUBJECT_CHARACTERS = 100  # Amazon SNS


@dataclass(frozen=True, kw_only=True)
class Path:
    """A topic and whom it reaches."""

    kind: str
    topic_arn: str
    confirmed: int
    pending: int

    @property
    def region(self) -> str:
        """Where its metrics are."""
        return self.topic_arn.split(":")[3]

    @property
    def topic(self) -> str:
        """As CloudWatch's dimension `TopicName` spells it."""
        return self.topic_arn.rpartition(":")[2]


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Counts of a topic since the test began. None: CloudWatch has no number yet."""

    published: float | None
    delivered: float | None
    failed: float | None


def message(environment: str, state: str, who: str, at: datetime, account_id: str) -> tuple[str, str]:
    """Subject and text, as CloudWatch writes them."""
    name = f"{prefix(environment)}-page-test"
    was = STATES[1 - STATES.index(state)]
    subject = f'{state}: "{name}" (a test, nothing is wrong)'
    content = {
        "AlarmName": name,
        "AlarmDescription": f"A test of who is told, begun by {who}. Nothing is wrong; nothing is to be done.",
        "AWSAccountId": account_id,
        "NewStateValue": state,
        "OldStateValue": was,
        "NewStateReason": f"Test begun by {who}",
        "StateChangeTime": at.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
        "Trigger": {"MetricName": "PageTest", "Namespace": "MockForge"},
    }
    return subject[:SUBJECT_CHARACTERS], dumps(content)


def proven(path: Path, delivery: Delivery) -> bool:
    """Every message since the test began has reached everyone, our two among them; an unknown number proves nothing."""
    published, delivered = delivery.published or 0, delivery.delivered or 0
    return published >= len(STATES) and delivered >= published * path.confirmed and not delivery.failed


def spell(path: Path, delivery: Delivery) -> str:
    """`critical: 2 of 2 delivered`."""
    sent = len(STATES) * path.confirmed
    delivered = "unknown" if delivery.delivered is None else f"{delivery.delivered:g}"
    failed = f", {delivery.failed:g} FAILED" if delivery.failed else ""
    return f"{path.kind}: {delivered} of {sent} delivered{failed}"

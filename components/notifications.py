"""Who is told: encrypted topics by severity, and their subscribers (runbook, "Alert Response").

Critical goes to PagerDuty, or by e-mail where there is none; warning by e-mail; info has no topic, it lives on the
dashboard. Escalation after 15 minutes without an answer is PagerDuty's own policy. Announcements of maintenance go to
whom the settings name. Alarms on the check from outside stand in us-east-1, so their topic does, too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.encryption_key import EncryptionKey, EncryptionKeyArgs
from runbook import settings

# Route 53 publishes the metrics of its health checks only here, and an alarm needs its topic in its own region.
OUTSIDE_REGION = "us-east-1"

CLOUDWATCH = "cloudwatch.amazonaws.com"
EVENTBRIDGE = "events.amazonaws.com"
BACKUP = "backup.amazonaws.com"
RDS_EVENTS = "events.rds.amazonaws.com"

# On whose behalf a service publishes, after `arn:aws:`; EventBridge and AWS Backup say nothing that a condition could
# look at (EventBridge guide, "Amazon SNS permissions"; AWS Backup guide, "Notification options").
SOURCE_ARN = {CLOUDWATCH: "cloudwatch:{region}:{account}:alarm:*", RDS_EVENTS: "rds:{region}:{account}:*"}


@dataclass(frozen=True, kw_only=True)
class TopicRow:
    """One topic: what it is for, and which services publish to it in their own name."""

    kind: str
    services: Sequence[str]


OPERATORS_SERVICES = (CLOUDWATCH, EVENTBRIDGE, BACKUP, RDS_EVENTS)
# Roles (Scheduler, Step Functions, Lambda) publish by their own policies and need kms:GenerateDataKey* and kms:Decrypt.
TOPICS = (
    TopicRow(kind="critical", services=OPERATORS_SERVICES),
    TopicRow(kind="warning", services=OPERATORS_SERVICES),
    TopicRow(kind="announcement", services=()),  # customers read it: no service speaks there by itself
)
OUTSIDE_TOPIC = TopicRow(kind="outside", services=(CLOUDWATCH,))


@dataclass(frozen=True, kw_only=True)
class NotificationsArgs:
    """Our section of the stack file, where we are, and the key that reaches PagerDuty."""

    notifications: settings.Notifications
    prefix: str
    """Start of the names people see: `mockforge-<environment>`."""
    region: str
    account_id: pulumi.Input[str]
    pagerduty_key: pulumi.Input[str] | None
    """Integration key of PagerDuty's CloudWatch integration, kept as a Pulumi secret. None: e-mail instead."""
    protected: bool


class Notifications(Component):
    """Outputs: `topic_arns` and `key_arns` by kind (critical, warning, announcement, outside), and each topic's ARN.

    A topic's ARN is known only once its policy stands: a publisher that AWS tries out at once is then let in.
    """

    topic_arns: dict[str, pulumi.Output[str]]
    key_arns: dict[str, pulumi.Output[str]]
    critical_topic_arn: pulumi.Output[str]
    warning_topic_arn: pulumi.Output[str]
    announcement_topic_arn: pulumi.Output[str]
    outside_topic_arn: pulumi.Output[str]
    announcement_key_arn: pulumi.Output[str]

    def __init__(self, name: str, args: NotificationsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        emails = args.notifications.emails

        key_arn = self._key("key", "notifications", OPERATORS_SERVICES, region=None)
        outside_key_arn = self._key("outside-key", "notifications-outside", OUTSIDE_TOPIC.services, OUTSIDE_REGION)
        self.topic_arns = {row.kind: self._topic(row, key_arn, region=None) for row in TOPICS}
        self.topic_arns["outside"] = self._topic(OUTSIDE_TOPIC, outside_key_arn, OUTSIDE_REGION)
        self.key_arns = {kind: outside_key_arn if kind == "outside" else key_arn for kind in self.topic_arns}

        self._page("critical", region=None)
        self._page("outside", OUTSIDE_REGION)
        self._mail("warning", emails, region=None)
        self._mail("announcement", args.notifications.announce_to, region=None)

        self.critical_topic_arn, self.warning_topic_arn = self.topic_arns["critical"], self.topic_arns["warning"]
        self.announcement_topic_arn, self.outside_topic_arn = (
            self.topic_arns["announcement"],
            self.topic_arns["outside"],
        )
        self.announcement_key_arn = self.key_arns["announcement"]
        self.register_outputs({"topic_arns": self.topic_arns, "key_arns": self.key_arns})

    def _key(self, kind: str, alias: str, services: Sequence[str], region: str | None) -> pulumi.Output[str]:
        return EncryptionKey(
            f"{self._name}-{kind}",
            EncryptionKeyArgs(
                alias=f"{self._args.prefix}-{alias}",
                description=f"Messages of {self._args.prefix}",
                account_id=self._args.account_id,
                services=services,
                region=region,
                protected=self._args.protected,
            ),
            self.child(),
        ).arn

    def _topic(self, row: TopicRow, key_arn: pulumi.Output[str], region: str | None) -> pulumi.Output[str]:
        topic = aws.sns.Topic(
            f"{self._name}-{row.kind}",
            display_name=f"{self._args.prefix} {row.kind}",  # the sender's name in an e-mail
            kms_master_key_id=key_arn,
            region=region,
            opts=self.child(),
        )
        policy = aws.sns.TopicPolicy(
            f"{self._name}-{row.kind}-policy",
            arn=topic.arn,
            policy=self._policy_document(row, topic.arn, region or self._args.region),
            region=region,
            opts=self.child(),
        )
        return policy.arn

    def _policy_document(self, row: TopicRow, topic_arn: pulumi.Output[str], region: str) -> pulumi.Output[str]:
        statements: list[dict[str, object]] = [
            {
                "Sid": "RefuseWhatComesWithoutTls",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "sns:Publish",
                "Resource": topic_arn,
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ]
        for service in row.services:
            statement: dict[str, object] = {
                "Sid": "".join(part.capitalize() for part in service.removesuffix(".amazonaws.com").split(".")),
                "Effect": "Allow",
                "Principal": {"Service": service},
                "Action": "sns:Publish",
                "Resource": topic_arn,
            }
            if pattern := SOURCE_ARN.get(service):
                source = pulumi.Output.format("arn:aws:" + pattern, region=region, account=self._args.account_id)
                statement["Condition"] = {
                    "ArnLike": {"aws:SourceArn": source},
                    "StringEquals": {"aws:SourceAccount": self._args.account_id},
                }
            statements.append(statement)
        return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": statements})

    def _page(self, kind: str, region: str | None) -> None:
        """PagerDuty where it is on, e-mail where it is not: somebody is told in any case."""
        if self._args.pagerduty_key is None:
            self._mail(kind, self._args.notifications.emails, region)
            return
        endpoint = pulumi.Output.concat(
            "https://events.pagerduty.com/integration/", self._args.pagerduty_key, "/enqueue"
        )
        aws.sns.TopicSubscription(
            f"{self._name}-{kind}-pagerduty",
            topic=self.topic_arns[kind],
            protocol="https",
            endpoint=pulumi.Output.secret(endpoint),  # who has the key can open and close incidents
            endpoint_auto_confirms=True,
            raw_message_delivery=False,  # PagerDuty reads the SNS envelope
            region=region,
            opts=self.child(additional_secret_outputs=["endpoint"]),
        )

    def _mail(self, kind: str, addresses: Iterable[str], region: str | None) -> None:
        """Each subscription waits for a click in its first e-mail; AWS and Pulumi do not wait for it."""
        for address in dict.fromkeys(addresses):
            aws.sns.TopicSubscription(
                f"{self._name}-{kind}-{address}",  # by address: taking one off leaves the others alone
                topic=self.topic_arns[kind],
                protocol="email",
                endpoint=address,
                region=region,
                opts=self.child(),
            )

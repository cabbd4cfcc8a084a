"""Who would be told: subscriptions of the topics, PagerDuty's endpoint."""

from collections.abc import Iterator
from typing import Any

from operations.doctoring.check import Finding, unknown, well, wrong
from operations.doctoring.patient import Patient

PENDING = "PendingConfirmation"
PAGERDUTY = "https://events.pagerduty.com/"


def emails(patient: Patient) -> Iterator[Finding]:
    """Every address of the settings is subscribed, and has confirmed."""
    if patient.manifest is None:
        yield _later(patient, "e-mail subscriptions")
        return
    notifications, alerts = patient.settings.notifications, patient.manifest.alerts
    wanted = {alerts.warning_topic_arn: notifications.emails, alerts.announcement_topic_arn: notifications.announce_to}
    if notifications.pagerduty_secret is None:
        wanted |= dict.fromkeys([alerts.critical_topic_arn, alerts.outside_topic_arn], notifications.emails)
    confirmed = 0
    for arn, addresses in wanted.items():
        state = {one["Endpoint"]: one["SubscriptionArn"] for one in _subscriptions(patient, arn, "email")}
        topic = arn.rpartition(":")[2]
        for address in addresses:
            if address not in state:
                yield wrong(f"{address} is not subscribed to {topic}", f"./mfcloud up {patient.name}")
            elif state[address] == PENDING:
                yield wrong(
                    f"{address} has not confirmed {topic}",
                    "the link in the first e-mail of AWS Notifications; it is valid for three days, then "
                    f"aws sns subscribe --topic-arn {arn} --protocol email --notification-endpoint {address}",
                )
            else:
                confirmed += 1
    if confirmed:
        yield well(f"{confirmed} confirmed")


def pagerduty(patient: Patient) -> Iterator[Finding]:
    """Its endpoint is subscribed where critical alerts go. That somebody is on call there, only PagerDuty knows."""
    if patient.settings.notifications.pagerduty_secret is None:
        yield well("none: critical alerts go by e-mail")
        return
    if patient.manifest is None:
        yield _later(patient, "PagerDuty's subscription")
    else:
        alerts = patient.manifest.alerts
        for arn in (alerts.critical_topic_arn, alerts.outside_topic_arn):
            ours = [one for one in _subscriptions(patient, arn, "https") if one["Endpoint"].startswith(PAGERDUTY)]
            topic = arn.rpartition(":")[2]
            if any(one["SubscriptionArn"] != PENDING for one in ours):
                yield well(f"confirmed for {topic}")
            elif ours:
                yield wrong(
                    f"PagerDuty has not confirmed {topic}: is the key in the secret that of a CloudWatch integration?",
                    f"put the right one into notifications.pagerduty_secret, then ./mfcloud up {patient.name}",
                )
            else:
                yield wrong(f"PagerDuty is not subscribed to {topic}", f"./mfcloud up {patient.name}")
    yield unknown(
        "who is on call, and escalation after 15 minutes without an answer, stand in PagerDuty",
        "the service's escalation policy there; then ./mfcloud page-test " + patient.name,
    )


def _subscriptions(patient: Patient, arn: str, protocol: str) -> list[dict[str, Any]]:
    pages = patient.client("sns", arn.split(":")[3]).get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
    return [one for page in pages for one in page["Subscriptions"] if one["Protocol"] == protocol]


def _later(patient: Patient, what: str) -> Finding:
    return unknown(
        f"{what}: {patient.manifest_unread or 'there are none before the first `up`'}",
        f"./mfcloud doctor {patient.name} again after ./mfcloud up {patient.name}",
    )

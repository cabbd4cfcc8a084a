"""`mfcloud page-test`."""

from dataclasses import asdict
from datetime import datetime, timedelta
from json import dumps
from typing import TYPE_CHECKING, Any

from operations.commands.arguments import EnvironmentName, Json, Region, Yes
from operations.exit_codes import ExitCode

if TYPE_CHECKING:
    from operations.checks.page_test import Delivery, Path
    from operations.session import Session

WAIT_MINUTES = 15  # SNS counts every five minutes, and some later
PERIOD_SECONDS = 300
EVERY_SECONDS = 30


def command(environment: EnvironmentName, *, region: Region = None, yes: Yes = False, json: Json = False) -> int:
    """Send one harmless alert down each path to people.

    On-call engineers are paged, and the incident is closed again; e-mails go out. Waits for the proof of delivery that
    AWS can give, up to fifteen minutes. That somebody has read it, only they can tell.

    Example: mfcloud page-test production
    """
    from operations.checks.page_test import proven
    from operations.checks.page_test import spell as spell_path
    from operations.confirmation import confirm
    from operations.errors import CommandStopped
    from operations.session import operating
    from operations.terminal import say, write
    from operations.waiting import Wait, wait_until

    with operating(environment, region) as session:
        paths = _paths(session)
        for path in paths:
            unconfirmed = f", {path.pending} not confirmed yet" if path.pending else ""
            say(f"{path.kind}: {path.confirmed} subscription(s) of topic {path.topic} in {path.region}{unconfirmed}")
        if deaf := [path.kind for path in paths if not path.confirmed]:
            raise CommandStopped(
                f"nobody hears {' and '.join(deaf)} alerts of {environment}: no subscription is confirmed",
                hint="each address confirms by the link in its first e-mail; PagerDuty confirms by itself",
            )
        confirm(f"Page the on-call engineer of {environment} for a test?", expected=environment, yes=yes)
        since = session.clock.now()
        _publish(session, paths)
        deliveries = wait_until(
            lambda: [(path, _delivery(session, path, since)) for path in paths],
            lambda found: all(proven(*one) or bool(one[1].failed) for one in found),
            lambda found: "; ".join(spell_path(*one) for one in found),
            Wait(
                what=f"delivery of the test alerts of {environment}",
                until=since + timedelta(minutes=WAIT_MINUTES),
                resume="the alerts were sent; ask the people, or look at the topics' metrics in CloudWatch",
                every_seconds=EVERY_SECONDS,
            ),
            session.clock,
        )
        if json:
            content = [{"path": path.kind, "proven": proven(path, one), **asdict(one)} for path, one in deliveries]
            write(dumps({"environment": environment, "paths": content}, indent=2))
        else:
            write("\n".join(spell_path(*one) for one in deliveries))
        if bad := [path.kind for path, delivery in deliveries if not proven(path, delivery)]:
            raise CommandStopped(f"not everything was delivered: {' and '.join(bad)}")
    return ExitCode.DONE


def _paths(session: "Session") -> "list[Path]":
    from operations.checks.page_test import Path

    alerts = session.manifest.alerts
    paths: list[Path] = []
    for kind, arn in (
        ("critical", alerts.critical_topic_arn),
        ("outside", alerts.outside_topic_arn),
        ("warning", alerts.warning_topic_arn),
    ):
        sns: Any = session.clients.client("sns", region=arn.split(":")[3])
        counts = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
        confirmed, pending = (int(counts.get(f"Subscriptions{word}", 0)) for word in ("Confirmed", "Pending"))
        paths.append(Path(kind=kind, topic_arn=arn, confirmed=confirmed, pending=pending))
    return paths


def _publish(session: "Session", paths: "list[Path]") -> None:
    from operations.checks.page_test import STATES, message

    who = str(session.clients.client("sts").get_caller_identity()["Arn"]).rpartition("/")[2]
    manifest = session.manifest
    for path in paths:
        for state in STATES:
            subject, text = message(manifest.environment, state, who, session.clock.now(), manifest.account_id)
            sns: Any = session.clients.client("sns", region=path.region)
            sns.publish(TopicArn=path.topic_arn, Subject=subject, Message=text)


def _delivery(session: "Session", path: "Path", since: datetime) -> "Delivery":
    from operations.checks.page_test import Delivery

    metrics = {
        "published": "NumberOfMessagesPublished",
        "delivered": "NumberOfNotificationsDelivered",
        "failed": "NumberOfNotificationsFailed",
    }
    dimensions = [{"Name": "TopicName", "Value": path.topic}]
    queries = [
        {
            "Id": key,
            "MetricStat": {
                "Metric": {"Namespace": "AWS/SNS", "MetricName": name, "Dimensions": dimensions},
                "Period": PERIOD_SECONDS,
                "Stat": "Sum",
            },
        }
        for key, name in metrics.items()
    ]
    begins = since.replace(minute=since.minute // 5 * 5, second=0, microsecond=0)
    answer = session.clients.client("cloudwatch", region=path.region).get_metric_data(
        MetricDataQueries=queries, StartTime=begins, EndTime=session.clock.now() + timedelta(minutes=1)
    )
    sums: dict[str, float | None] = {
        one["Id"]: sum(one["Values"]) if one["Values"] else None for one in answer["MetricDataResults"]
    }
    return Delivery(published=sums.get("published"), delivered=sums.get("delivered"), failed=sums.get("failed"))

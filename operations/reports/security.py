"""What the account's own watchmen saw: firewall, flow logs, GuardDuty, CloudTrail. What is off is said to be off."""

import json
from collections.abc import Iterator
from typing import Any

from operations.aws.errors import code_of
from operations.reports.counted import counted
from operations.reports.finding import Finding, good, judged, look, not_enabled, unknown
from operations.reports.insights import ask
from operations.reports.metrics import HOUR_SECONDS, measure
from operations.reports.reading import Reading
from operations.state.reading import OUTSIDE_REGION
from runbook.alarm import Metric

SHOWN = 10
MEDIUM_SEVERITY = 4  # Amazon GuardDuty: 4.0 to 6.9 is medium, above it is high and critical
ALL_RULES = "ALL"
BLOCKED = (
    'filter action = "BLOCK" | stats count(*) as requests by httpRequest.clientIp, terminatingRuleId '
    "| sort requests desc"
)


def firewall(reading: Reading) -> Iterator[Finding]:
    """Blocked requests by rule, of the web ACL that stands before the load balancer."""
    acl = _web_acl(reading)
    if acl is None:
        yield not_enabled("a web application firewall before the load balancer")
        return
    names = {rule["VisibilityConfig"]["MetricName"]: rule["Name"] for rule in acl["Rules"]}
    whole = acl["VisibilityConfig"]["MetricName"]
    queries: dict[str, Metric | str] = {
        "allowed": _waf(reading, "AllowedRequests", whole, ALL_RULES),
        "blocked": _waf(reading, "BlockedRequests", whole, ALL_RULES),
    }
    queries |= {f"rule{number}": _waf(reading, "BlockedRequests", whole, name) for number, name in enumerate(names)}
    found = measure(reading, queries, span=reading.span, period_seconds=HOUR_SECONDS)
    if not found["allowed"].points and not found["blocked"].points:
        yield unknown("CloudWatch has no figures of the firewall in this time")
        return
    counts = {name: found[f"rule{number}"].total or 0 for number, name in enumerate(names.values())}
    ranked = sorted(counts.items(), key=lambda one: -one[1])
    blocked, allowed = found["blocked"].total or 0, found["allowed"].total or 0
    yield good(
        f"the firewall blocked {counted(blocked, 'request')} and let {allowed:,.0f} through",
        *(f"{count:>6,.0f} × {name}" for name, count in ranked if count),
    )


def blocked_addresses(reading: Reading) -> Iterator[Finding]:
    """Who was blocked, from the firewall's own log."""
    acl = _web_acl(reading)
    if acl is None:
        yield not_enabled("a web application firewall before the load balancer")
        return
    log_group = _firewall_log(reading, acl["ARN"])
    if log_group is None:
        yield not_enabled("the firewall's log")
        return
    answer = ask(reading, log_group, BLOCKED, reading.span, limit=SHOWN)
    lines = [
        f"{int(float(row.get('requests', '0'))):>6,} × {row.get('httpRequest.clientIp', '?')} "
        f"({row.get('terminatingRuleId', '?')})"
        for row in answer.rows
    ]
    yield good("addresses that the firewall blocked most" if lines else "the firewall's log names nobody", *lines)


def flow_logs(reading: Reading) -> Iterator[Finding]:
    """Whether the network's connections are written down, and where."""
    balancers = reading.client("elbv2").describe_load_balancers(LoadBalancerArns=[reading.load_balancer_arn])
    network = balancers["LoadBalancers"][0]["VpcId"]
    asked = [{"Name": "resource-id", "Values": [network]}]
    logs = reading.client("ec2").describe_flow_logs(Filter=asked)["FlowLogs"]
    if not logs:
        yield not_enabled(f"flow logs of the network {network}")
        return
    failed = [one for one in logs if one.get("DeliverLogsStatus") == "FAILED"]
    where = ", ".join(one.get("LogGroupName") or one.get("LogDestination", "somewhere") for one in logs)
    why = "; ".join(str(one.get("DeliverLogsErrorMessage", "")) for one in failed)
    yield judged(
        f"flow logs of the network go to {where}" + (f", but delivery FAILED: {why}" if failed else ""),
        bad=bool(failed),
    )


def guard_duty(reading: Reading) -> Iterator[Finding]:
    """Findings of medium severity and above that changed in this time."""
    client = reading.client("guardduty")
    detectors = client.list_detectors()["DetectorIds"]
    if not detectors:
        yield not_enabled(f"GuardDuty in {reading.session.manifest.region}")
        return
    criteria = {
        "severity": {"GreaterThanOrEqual": MEDIUM_SEVERITY},
        "updatedAt": {"GreaterThanOrEqual": int(reading.span.begins.timestamp() * 1000)},
        "service.archived": {"Equals": ["false"]},
    }
    pages = client.get_paginator("list_findings").paginate(
        DetectorId=detectors[0], FindingCriteria={"Criterion": criteria}
    )
    found = [one for page in pages for one in page["FindingIds"]]
    if not found:
        yield good("GuardDuty has no finding of medium severity or above")
        return
    told = client.get_findings(DetectorId=detectors[0], FindingIds=found[:SHOWN])["Findings"]
    yield look(
        f"GuardDuty has {counted(len(found), 'finding')} of medium severity or above",
        *(f"severity {one['Severity']:g}: {one.get('Title', one['Type'])}" for one in told),
        link=f"{reading.console}/guardduty/home?region={reading.session.manifest.region}#/findings",
    )


def trail(reading: Reading) -> Iterator[Finding]:
    """Whether calls of AWS's API are kept; and who signed in to the console without success."""
    client = reading.client("cloudtrail")
    trails = client.describe_trails()["trailList"]
    if not trails:
        yield not_enabled("a CloudTrail trail (AWS itself keeps events of the last 90 days)")
    else:
        yield from _logging(client, trails)
    events = _sign_ins(reading)
    failed = [one for one, told in events if (told.get("responseElements") or {}).get("ConsoleLogin") == "Failure"]
    root = [one for one, told in events if told.get("userIdentity", {}).get("type") == "Root"]
    yield judged(
        f"{counted(len(events), 'sign-in')} to the AWS console, {len(failed)} failed, "
        f"{len(root)} as the account's root user",
        *(f"{one['EventTime']:%Y-%m-%d %H:%M} {one.get('Username', 'unknown')}" for one in (*failed, *root)[:SHOWN]),
        bad=bool(failed or root),
    )


def _sign_ins(reading: Reading) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Events with what they tell; people who sign in without naming a region do so in us-east-1."""
    found: list[tuple[dict[str, Any], dict[str, Any]]] = []
    for region in dict.fromkeys((reading.session.manifest.region, OUTSIDE_REGION)):
        pages = reading.client("cloudtrail", region=region).get_paginator("lookup_events")
        for page in pages.paginate(
            LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "ConsoleLogin"}],
            StartTime=reading.span.begins,
            EndTime=reading.span.ends,
        ):
            found += [(one, json.loads(one["CloudTrailEvent"])) for one in page["Events"]]
    return found


def _logging(client: Any, trails: list[dict[str, Any]]) -> Iterator[Finding]:
    for one in trails:
        status = client.get_trail_status(Name=one["TrailARN"])
        name = one.get("Name", one["TrailARN"])
        yield judged(f"trail {name} is {'on' if status.get('IsLogging') else 'OFF'}", bad=not status.get("IsLogging"))


def _web_acl(reading: Reading) -> dict[str, Any] | None:
    def find() -> dict[str, Any] | None:
        answer = reading.client("wafv2").get_web_acl_for_resource(ResourceArn=reading.load_balancer_arn)
        return answer.get("WebACL")

    return reading.once("web acl", find)


def _firewall_log(reading: Reading, acl_arn: str) -> str | None:
    """Name of the log group; None where the firewall writes no log, or to another place."""
    try:
        answer = reading.client("wafv2").get_logging_configuration(ResourceArn=acl_arn)
    except Exception as error:
        if code_of(error) != "WAFNonexistentItemException":
            raise
        return None
    destinations = answer["LoggingConfiguration"]["LogDestinationConfigs"]
    groups = [one.removesuffix(":*").rpartition(":log-group:")[2] for one in destinations if ":log-group:" in one]
    return groups[0] if groups else None


def _waf(reading: Reading, name: str, acl: str, rule: str) -> Metric:
    fixed = {"WebACL": acl, "Rule": rule, "Region": reading.session.manifest.region}
    return Metric(namespace="AWS/WAFV2", name=name, statistic="Sum", of="environment", fixed=fixed)

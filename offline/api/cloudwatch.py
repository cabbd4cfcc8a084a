"""Alarms and metrics. A cloud without users has few figures: what is not made up here has no data, as at AWS."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from offline import deployments
from offline.api.asking import Asking, Operations
from offline.api.ecs import alarmed_names
from offline.api.figures import series
from offline.api.refusal import Refusal
from offline.provider.store import Row
from offline.reading import mapping

METRIC, COMPOSITE = "metricAlarm:MetricAlarm", "compositeAlarm:CompositeAlarm"
_NAMED: Final = re.compile(r'ALARM\("?([^")]+)"?\)')
_WOKE: Final = timedelta(days=1)


def describe_alarms(asking: Asking) -> dict[str, Any]:
    """All on one page."""
    kinds = asking.get("AlarmTypes") or ["MetricAlarm"]
    return {
        "MetricAlarms": [one for one in _metric_alarms(asking) if _wanted(asking, one)]
        if "MetricAlarm" in kinds
        else [],
        "CompositeAlarms": [one for one in _composite_alarms(asking) if _wanted(asking, one)]
        if "CompositeAlarm" in kinds
        else [],
    }


def describe_alarm_history(_asking: Asking) -> dict[str, Any]:
    """Nothing: the offline cloud remembers no alarms."""
    return {"AlarmHistoryItems": []}


def get_metric_data(asking: Asking) -> dict[str, Any]:
    """What `figures` measures; everything else has no data."""
    begins, ends = _aware(asking["StartTime"]), _aware(asking["EndTime"])
    results: list[dict[str, Any]] = []
    for query in asking["MetricDataQueries"]:
        stat = mapping(query.get("MetricStat"))
        metric = mapping(stat.get("Metric"))
        name = str(metric.get("MetricName", ""))
        found = series(
            asking,
            (str(metric.get("Namespace", "")), name),
            begins=begins,
            ends=ends,
            period_seconds=int(stat.get("Period") or 60),
        )
        results.append(
            {
                "Id": query["Id"],
                "Label": name or query["Id"],
                "Timestamps": [at for at, _value in found],
                "Values": [value for _at, value in found],
                "StatusCode": "Complete",
            }
        )
    return {"MetricDataResults": results, "Messages": []}


def get_dashboard(asking: Asking) -> dict[str, Any]:
    """As the program wrote it."""
    for row in asking.rows("dashboard:Dashboard"):
        if row.outputs.get("dashboardName") == asking["DashboardName"]:
            arn = str(row.outputs.get("dashboardArn") or row.outputs.get("arn") or "")
            body = str(row.outputs.get("dashboardBody", "{}"))
            return {"DashboardName": asking["DashboardName"], "DashboardArn": arn, "DashboardBody": body}
    raise Refusal("ResourceNotFound", f"Dashboard {asking['DashboardName']} does not exist")


def _aware(moment: Any) -> datetime:
    if isinstance(moment, datetime):
        return moment.astimezone()
    return datetime.fromisoformat(str(moment)).astimezone()


def _wanted(asking: Asking, one: dict[str, Any]) -> bool:
    name, names = str(one["AlarmName"]), asking.get("AlarmNames")
    return (
        name.startswith(str(asking.get("AlarmNamePrefix") or ""))
        and (not names or name in names)
        and asking.get("StateValue") in (None, one["StateValue"])
    )


def _metric_alarms(asking: Asking) -> Iterator[dict[str, Any]]:
    on = _on(asking)
    for row in asking.rows(METRIC):
        name = str(row.outputs["name"])
        metric = row.outputs.get("metricName")  # absent where the alarm computes from several
        yield {**_alarm(asking, row, name, on.get(name)), **({"MetricName": str(metric)} if metric else {})}


def _composite_alarms(asking: Asking) -> Iterator[dict[str, Any]]:
    on = _on(asking)
    for row in asking.rows(COMPOSITE):
        rule = str(row.outputs.get("alarmRule", ""))
        since = [on[name] for name in _NAMED.findall(rule) if name in on]
        yield {
            **_alarm(asking, row, str(row.outputs["alarmName"]), min(since, default=None)),
            "AlarmRule": rule,
        }


def _alarm(asking: Asking, row: Row, name: str, since: datetime | None) -> dict[str, Any]:
    changed = since or asking.now - _WOKE
    return {
        "AlarmName": name,
        "AlarmArn": row.outputs["arn"],
        "AlarmDescription": str(row.outputs.get("alarmDescription") or ""),
        "ActionsEnabled": row.outputs.get("actionsEnabled", True),
        "AlarmActions": list(row.outputs.get("alarmActions") or []),
        "OKActions": list(row.outputs.get("okActions") or []),
        "StateValue": "ALARM" if since else "OK",
        "StateUpdatedTimestamp": changed,
        "StateTransitionedTimestamp": changed,
    }


def _on(asking: Asking) -> dict[str, datetime]:
    """Alarms in the state ALARM and since when: those of a deployment that goes back because of one."""
    found: dict[str, datetime] = {}
    for row in asking.rows(deployments.SERVICE):
        newest = deployments.standing(asking.cloud, row, asking.clock)[-1]
        if newest.state.alarmed and not newest.state.over:
            found |= dict.fromkeys(alarmed_names(row), newest.state.at)
    return found


OPERATIONS: Final[Operations] = {
    "DescribeAlarms": describe_alarms,
    "DescribeAlarmHistory": describe_alarm_history,
    "GetMetricData": get_metric_data,
    "GetDashboard": get_dashboard,
}

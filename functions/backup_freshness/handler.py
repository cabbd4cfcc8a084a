"""Lambda: the age of the newest restorable point of each kind, as a metric (runbook, "Verify backup completion").

Called hourly by EventBridge Scheduler, or by hand; the events are those of `functions/common/scheduled_event.py`.
Answer: {"ages": {"database/primary": 4.2, …}, "without_point": {"objects/recovery": "…"}}

The metric has the dimensions `Kind` (database, objects, configuration) and `Place` (primary, recovery). A kind without
any restorable point has no value, which breaches its alarm. What could not be measured raises
`NotMeasuredError` once everything else is published.
"""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from functions.backup_freshness.measurements import Measurement, Vaults, measurements
from functions.backup_freshness.points import age_minutes
from functions.backup_freshness.settings import BadSettingError, read_settings
from functions.common.aws import MakeClient, client, failure
from functions.common.log import log_line
from functions.common.scheduled_event import UnknownEventError, due


class NotMeasuredError(Exception):
    """At least one age is not known. The message names each with its reason."""


def handler(
    event: object,
    _context: object,
    *,
    environ: Mapping[str, str] = os.environ,
    make_client: MakeClient = client,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> dict[str, object]:
    """Raises `NotMeasuredError`."""
    try:
        due(event, now())
        settings = read_settings(environ)
    except (UnknownEventError, BadSettingError) as error:
        log_line("backup ages not measured", reason=str(error))
        raise NotMeasuredError(str(error)) from None

    vaults = Vaults(settings, make_client)
    ages: dict[str, float] = {}
    without_point: dict[str, str] = {}
    failed: dict[str, str] = {}
    for row in measurements(settings):
        name = f"{row.kind}/{row.place}"
        try:
            age, reason = _measure(vaults, row, now())
        except Exception as error:  # noqa: BLE001 (the other ages are worth knowing)
            failed[name] = failure(error)
            log_line("backup age not measured", kind=row.kind, place=row.place, reason=failed[name])
            continue
        if age is None:
            without_point[name] = reason
        else:
            ages[name] = age
        log_line("backup age", kind=row.kind, place=row.place, minutes=age, reason=reason)
    if failed:
        raise NotMeasuredError("; ".join(f"{name}: {reason}" for name, reason in failed.items()))
    return {"ages": ages, "without_point": without_point}


def _measure(vaults: Vaults, row: Measurement, now: datetime) -> tuple[float | None, str]:
    """Age and its reason; published at once, so that a later row that hangs takes no earlier one with it."""
    finding = row.find(vaults)
    if finding.moment is None:
        return None, finding.reason
    age = age_minutes(finding.moment, now)
    vaults.client("cloudwatch").put_metric_data(
        Namespace=vaults.settings.namespace,
        MetricData=[
            {
                "MetricName": vaults.settings.metric_name,
                "Dimensions": [{"Name": "Kind", "Value": row.kind}, {"Name": "Place", "Value": row.place}],
                "Timestamp": now,
                "Value": age,
            }
        ],
    )
    return age, finding.reason

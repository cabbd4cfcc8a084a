"""How long things are kept: logs exactly as the runbook says, recovery points as the settings say."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from operations.backups.source import Backups
from operations.reports.access_logs import log_bucket
from operations.reports.finding import Finding, judged, look, not_enabled, unknown
from operations.reports.reading import Reading
from runbook.whereabouts import folder

SHOWN = 10


def log_groups(reading: Reading) -> Iterator[Finding]:
    """Every log group of the environment, also those that AWS made by itself."""
    days = reading.session.manifest.log_retention_days
    groups = sorted({name: kept for start in _starts(reading) for name, kept in _groups(reading, start)}.items())
    if not groups:
        yield look("there is no log group of this environment")
        return
    wrong = [f"{name}: {'for ever' if kept is None else f'{kept} days'}" for name, kept in groups if kept != days]
    yield judged(f"{len(groups)} log groups, {len(wrong)} not kept exactly {days} days", *wrong, bad=bool(wrong))


def log_files(reading: Reading) -> Iterator[Finding]:
    """The access logs' bucket."""
    days = reading.session.manifest.log_retention_days
    place = log_bucket(reading)
    if place is None:
        yield not_enabled("access logs of the load balancer")
        return
    answer = reading.client("s3").get_bucket_lifecycle_configuration(Bucket=place.bucket)
    kept = [
        rule["Expiration"]["Days"]
        for rule in answer["Rules"]
        if rule.get("Status") == "Enabled" and rule.get("Expiration", {}).get("Days")
    ]
    spelled = ", ".join(f"{one} days" for one in kept) or "for ever"
    yield judged(f"access logs in {place.bucket} are kept {spelled}", bad=kept != [days])


def recovery_points(reading: Reading) -> Iterator[Finding]:
    """Of each kind and place the newest snapshot; a continuous point ends with the newest of its logs."""
    days = reading.session.manifest.backups.retention_days
    backups = Backups(reading.session)
    points = [one for one in backups.points() if not one.is_continuous and one.is_restorable]
    for expected in backups.expectations():
        mine = [one for one in points if (one.kind, one.place) == (expected.kind, expected.place)]
        if not mine:
            yield unknown(f"{expected.kind}, {expected.place}: there is no finished snapshot to look at")
            continue
        newest = mine[0]
        if newest.kept_until is None:
            yield look(f"{expected.kind}, {expected.place}: kept for ever")
            continue
        kept = round((newest.kept_until - newest.created) / timedelta(days=1))
        yield judged(f"{expected.kind}, {expected.place}: kept {kept} days (settings: {days})", bad=kept != days)


def _starts(reading: Reading) -> Iterator[str]:
    """Beginnings of the names of the environment's log groups."""
    manifest = reading.session.manifest
    yield f"{folder(manifest.environment)}/"
    yield f"/aws/lambda/{reading.prefix}-"
    yield f"/aws/ecs/containerinsights/{manifest.service.cluster}/"
    yield f"/aws/vendedlogs/states/{reading.prefix}-"
    yield f"aws-waf-logs-{reading.prefix}-"
    yield f"{reading.prefix}-"
    if manifest.database.identifier is not None:
        yield f"/aws/rds/instance/{manifest.database.identifier}/"


def _groups(reading: Reading, start: str) -> Iterator[tuple[str, int | None]]:
    pages: Any = reading.client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix=start)
    for page in pages:
        for one in page["logGroups"]:
            yield one["logGroupName"], one.get("retentionInDays")

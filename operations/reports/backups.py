"""Backups: completed, tested, kept, documented."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from functions.restore_validation.record import FOLDER, LOG, week_of
from operations.aws.errors import code_of
from operations.backups.recovery_points import verify
from operations.backups.source import Backups
from operations.reports.counted import counted
from operations.reports.finding import Finding, good, judged, look, unknown, yours
from operations.reports.reading import Reading

WEEKS_SHOWN = 5


def completion(reading: Reading) -> Iterator[Finding]:
    """As `mfcloud backups verify`: a backup that was merely started is none."""
    backups = Backups(reading.session)
    findings = verify(
        backups.points(),
        backups.expectations(),
        database_logs=backups.database_logs(),
        configuration_written=backups.configuration_written(),
        now=reading.session.clock.now(),
    )
    for one in findings:
        yield judged(f"{one.kind}, {one.place}: {one.sentence}", bad=not one.good)
    if backups.database_arn is None:
        yield yours("the database stands elsewhere: whoever runs it backs it up")


def restore_test(reading: Reading) -> Iterator[Finding]:
    """The newest week's record: this week's, or last week's where this week's test is still to come."""
    found = _newest_record(reading)
    if found is None:
        yield look(
            f"neither this week nor last week has a record of a restore test in "
            f"{reading.session.manifest.backups.configuration_bucket}/{FOLDER}/",
            link=f"{reading.session.manifest.alerts.guide_url}#restore-test-failed",
        )
        return
    week, results = found
    for kind in _kinds(reading):
        if kind not in results:
            yield look(f"{week}, {kind}: not restored, or its test is not over")
        elif results[kind]["good"]:
            yield good(f"{week}, {kind}: restored and good")
        else:
            yield look(f"{week}, {kind}: FAILED: {results[kind]['reason']}")


def integrity(reading: Reading) -> Iterator[Finding]:
    """What was looked at in what was restored."""
    found = _newest_record(reading)
    if found is None:
        yield unknown("without a restore test nobody knows")
        return
    week, results = found
    for kind in _kinds(reading):
        checks = results.get(kind, {}).get("checks", [])
        lines = [f"{'good' if one['good'] else 'BAD '} {one['name']}: {one['found']}" for one in checks]
        if not checks:
            yield unknown(f"{week}, {kind}: nothing was checked")
        else:
            bad = sum(not one["good"] for one in checks)
            yield judged(f"{week}, {kind}: {counted(len(checks), 'check')}, {bad} bad", *lines, bad=bool(bad))


def documentation(reading: Reading) -> Iterator[Finding]:
    """The log of the weekly tests, which is written by itself; this report is the other half."""
    bucket = reading.session.manifest.backups.configuration_bucket
    text = _text(reading, LOG)
    lines = [one for one in (text or "").splitlines() if one.startswith("- ")]
    if not lines:
        yield look(f"{bucket}/{LOG} does not exist: no restore test was ever written down")
        return
    yield good(f"{bucket}/{LOG} keeps a line a week; the last {WEEKS_SHOWN}:", *lines[-WEEKS_SHOWN:])


def _kinds(reading: Reading) -> tuple[str, ...]:
    database = () if reading.session.manifest.database.identifier is None else ("database",)
    return (*database, "objects", "configuration")


def _newest_record(reading: Reading) -> tuple[str, dict[str, Any]] | None:
    """Week and results by kind."""

    def find() -> tuple[str, dict[str, Any]] | None:
        now = reading.session.clock.now()
        for week in (week_of(now), week_of(now - timedelta(days=7))):
            if (text := _text(reading, f"{FOLDER}/{week}.json")) is not None:
                return week, json.loads(text)["results"]
        return None

    return reading.once("restore test", find)


def _text(reading: Reading, key: str) -> str | None:
    bucket = reading.session.manifest.backups.configuration_bucket
    try:
        found = reading.client("s3").get_object(Bucket=bucket, Key=key)
    except Exception as error:
        if code_of(error) not in ("NoSuchKey", "404"):
            raise
        return None
    return found["Body"].read().decode()

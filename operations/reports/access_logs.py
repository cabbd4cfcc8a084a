"""The load balancer's access logs of a span, read from their bucket and summed up.

They lie as `<prefix>/AWSLogs/<account>/elasticloadbalancing/<region>/<year>/<month>/<day>/…_<end>_…log.gz`, a file per
node and five minutes, whose name tells the end of its five minutes.
"""

import gzip
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from operations.errors import CommandStopped
from operations.reports.access_line import Summary
from operations.reports.finding import Span
from operations.reports.reading import Reading

FILE_MINUTES = 5
_ENDS = re.compile(r"_(\d{8}T\d{4})Z_")
# Reading is many small downloads; more at once only meets S3's limits.
AT_ONCE = 16
# Packed. What is beyond is said, not read: an operator's line is not a data centre's.
MOST_BYTES = 512 * 1024 * 1024
TELL_EVERY_FILES = 500


@dataclass(frozen=True, kw_only=True)
class LogFile:
    """One object."""

    key: str
    size_bytes: int
    ends: datetime


@dataclass(frozen=True, kw_only=True)
class AccessLogs:
    """What they say. `cut_off` files were left out because they are too much; then counts are at least so high."""

    summary: Summary
    files: int
    cut_off: int


@dataclass(frozen=True, kw_only=True)
class LogBucket:
    """Where the load balancer writes."""

    bucket: str
    prefix: str


def attributes(reading: Reading) -> dict[str, str]:
    """The load balancer's attributes, asked once."""

    def ask() -> dict[str, str]:
        answer = reading.client("elbv2").describe_load_balancer_attributes(LoadBalancerArn=reading.load_balancer_arn)
        return {one["Key"]: one.get("Value", "") for one in answer["Attributes"]}

    return reading.once("load balancer attributes", ask)


def log_bucket(reading: Reading) -> LogBucket | None:
    """None where access logs are not enabled."""
    found = attributes(reading)
    if found.get("access_logs.s3.enabled") != "true":
        return None
    return LogBucket(bucket=found["access_logs.s3.bucket"], prefix=found.get("access_logs.s3.prefix", ""))


def access_logs(reading: Reading) -> AccessLogs | None:
    """Of the report's span, read once. None where they are not enabled; stops when there is no file at all."""

    def ask() -> AccessLogs | None:
        place = log_bucket(reading)
        return None if place is None else _read(reading, place)

    return reading.once("access logs", ask)


def _read(reading: Reading, place: LogBucket) -> AccessLogs:
    files = sorted(_files(reading, place), key=lambda one: one.ends, reverse=True)
    if not files:
        raise CommandStopped(
            f"bucket {place.bucket} has no access log of this time: no request came in, or none was written"
        )
    chosen = list(_within(files))
    summary = Summary()
    client = reading.client("s3")

    def fetch(one: LogFile) -> bytes:
        return client.get_object(Bucket=place.bucket, Key=one.key)["Body"].read()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        for start in range(0, len(chosen), TELL_EVERY_FILES):
            some = chosen[start : start + TELL_EVERY_FILES]
            if start:
                reading.tell(f"  access logs: {start:,} of {len(chosen):,} files read")
            for packed in threads.map(fetch, some):
                for line in gzip.decompress(packed).decode("utf-8", "replace").splitlines():
                    summary.add(line)
    return AccessLogs(summary=summary, files=len(chosen), cut_off=len(files) - len(chosen))


def _within(files: list[LogFile]) -> Iterator[LogFile]:
    """The newest, as many as are not too much."""
    taken = 0
    for one in files:
        taken += one.size_bytes
        if taken > MOST_BYTES:
            return
        yield one


def _files(reading: Reading, place: LogBucket) -> Iterator[LogFile]:
    manifest, span = reading.session.manifest, reading.span
    start = f"{place.prefix}/" if place.prefix else ""
    folder = f"{start}AWSLogs/{manifest.account_id}/elasticloadbalancing/{manifest.region}"
    pages: Any = reading.client("s3").get_paginator("list_objects_v2")
    for day in _days(span):
        for page in pages.paginate(Bucket=place.bucket, Prefix=f"{folder}/{day:%Y/%m/%d}/"):
            for one in page.get("Contents", []):
                ends = _ends(one["Key"])
                if ends is not None and span.begins < ends <= span.ends + timedelta(minutes=FILE_MINUTES):
                    yield LogFile(key=one["Key"], size_bytes=one["Size"], ends=ends)


def _ends(key: str) -> datetime | None:
    found = _ENDS.search(key)
    return datetime.strptime(found[1], "%Y%m%dT%H%M").replace(tzinfo=UTC) if found else None


def _days(span: Span) -> Iterator[datetime]:
    day = span.begins.replace(hour=0, minute=0, second=0, microsecond=0)
    while day <= span.ends:
        yield day
        day += timedelta(days=1)

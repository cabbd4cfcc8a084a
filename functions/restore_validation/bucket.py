"""Checks of a restored bucket against its source.

Only objects that the source still holds unchanged since before the recovery point can be compared: those must all be
there, and a sample of them must have the same content. ETags are no help: under KMS they say nothing of the content.
"""

import hashlib
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from functions.common.aws import Clients, error_code
from functions.restore_validation.verdicts import Check

SAMPLE_OBJECTS = 25
# An object larger than this is compared by its size: what is read has to fit into the function's memory and time.
COMPARED_BYTES = 16 * 1024 * 1024
# A backup of S3 takes what was there when it began; what was written while it ran may or may not be in it.
SETTLED = timedelta(hours=2)


@dataclass(frozen=True, kw_only=True)
class Source:
    """What of the source can be compared."""

    comparable: int
    newer: int
    sample: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])


def bucket_checks(clients: Clients, *, restored: str, source: str, taken: datetime, seed: str) -> list[Check]:
    """`taken`: when the recovery point was made. `seed` decides the sample, so that a retry draws the same one.

    Raises botocore's errors.
    """
    known = _source(clients, source, taken - SETTLED, random.Random(seed))  # noqa: S311 (a sample is no secret)
    count = sum(1 for _ in _objects(clients, restored))
    missing: list[str] = []
    different: list[str] = []
    for one in known.sample:
        outcome = _compare(clients, restored, source, one)
        if outcome == "missing":
            missing.append(str(one["Key"]))
        elif outcome == "different":
            different.append(str(one["Key"]))
    compared = len(known.sample)
    return [
        Check(
            name="objects",
            good=count >= known.comparable,
            found=f"{count} restored, {known.comparable} unchanged in the source, {known.newer} newer there",
        ),
        Check(name="sample", good=not missing, found=_told(missing, compared, "are there", "are missing")),
        Check(name="content", good=not different, found=_told(different, compared, "are equal", "are different")),
    ]


def _source(clients: Clients, bucket: str, before: datetime, draw: random.Random) -> Source:
    """Reservoir sampling: one pass, whatever the number of objects."""
    comparable = newer = 0
    sample: list[Mapping[str, Any]] = []
    for one in _objects(clients, bucket):
        if one["LastModified"] > before:
            newer += 1
            continue
        comparable += 1
        if len(sample) < SAMPLE_OBJECTS:
            sample.append(one)
        elif (place := draw.randrange(comparable)) < SAMPLE_OBJECTS:
            sample[place] = one
    return Source(comparable=comparable, newer=newer, sample=sample)


def _objects(clients: Clients, bucket: str) -> Iterator[Mapping[str, Any]]:
    for page in clients.pages("s3", "list_objects_v2", Bucket=bucket):
        yield from page.get("Contents", [])


def _compare(clients: Clients, restored: str, source: str, one: Mapping[str, Any]) -> str:
    copy = _content(clients, restored, one)
    if copy is None:
        return "missing"
    original = _content(clients, source, one)
    # deleted since it was listed: nothing to compare with
    return "equal" if original is None or original == copy else "different"


def _content(clients: Clients, bucket: str, one: Mapping[str, Any]) -> tuple[int, str] | None:
    """Size and, of what is not too large, a hash; None where there is no such object."""
    key, s3 = str(one["Key"]), clients("s3")
    try:
        head = s3.head_object(Bucket=bucket, Key=key)
        if head["ContentLength"] > COMPARED_BYTES:
            return head["ContentLength"], ""
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except Exception as error:
        if error_code(error) in ("404", "NoSuchKey", "NotFound"):
            return None
        raise
    return len(body), hashlib.sha256(body).hexdigest()


def _told(bad: list[str], compared: int, good_words: str, bad_words: str) -> str:
    if not bad:
        return f"{compared} of {compared} compared {good_words}"
    return f"{len(bad)} of {compared} compared {bad_words}, for instance {bad[0][:100]!r}"

"""The week's documents in the configuration bucket (runbook, "Document backup status").

    restore-tests/2026-W48.json   what was checked and found, by kind
    restore-tests/log.md          a line per week, for people

Three jobs end within minutes of each other, so each document is written only if nobody has written it since it was
read (conditional writes of S3), and read again otherwise. Writing the same result twice changes nothing.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from functions.common.aws import Client, error_code
from functions.restore_validation.verdicts import Verdict

FOLDER = "restore-tests"
LOG = f"{FOLDER}/log.md"
LOG_HEAD = "# Weekly restore tests\n\n"
ATTEMPTS = 6
_REFUSED = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409")
_REASON_CHARACTERS = 300


class NotDocumentedError(Exception):
    """Others wrote all the time."""


def week_of(moment: datetime) -> str:
    """ISO week: `2026-W48`. The last days of a year may belong to the next year's first week."""
    year, week, _ = moment.isocalendar()
    return f"{year}-W{week:02d}"


def with_result(document: dict[str, Any], week: str, verdict: Verdict, facts: dict[str, str]) -> dict[str, Any]:
    """The week's document with this result in it."""
    results = dict(document.get("results", {}))
    results[verdict.kind] = {
        "good": verdict.good,
        "reason": verdict.reason,
        **facts,
        "checks": [{"name": one.name, "good": one.good, "found": one.found} for one in verdict.checks],
    }
    return {"version": 1, "week": week, "results": dict(sorted(results.items()))}


def line_of(document: dict[str, Any]) -> str:
    """`- 2026-W48: configuration good; database FAILED (status: storage-full); objects good`."""
    told = [
        f"{kind} good"
        if one["good"]
        else f"{kind} FAILED ({' '.join(str(one['reason']).split())[:_REASON_CHARACTERS]})"
        for kind, one in document["results"].items()
    ]
    return f"- {document['week']}: {'; '.join(told)}"


def with_line(log: str, line: str) -> str:
    """The log with the line of its week in it, weeks in order."""
    week = line.partition(":")[0]
    lines = [one for one in log.splitlines() if one.startswith("- ") and not one.startswith(f"{week}:")]
    return LOG_HEAD + "\n".join(sorted([*lines, line])) + "\n"


class Records:
    """The documents of one bucket. Everything raises botocore's errors or `NotDocumentedError`."""

    def __init__(self, s3: Client, bucket: str, key_arn: str) -> None:
        self._s3, self._bucket, self._key_arn = s3, bucket, key_arn

    def add(self, now: datetime, verdict: Verdict, facts: dict[str, str]) -> str:
        """Documents a result; returns the week."""
        week = week_of(now)
        key = f"{FOLDER}/{week}.json"
        self._change(key, lambda before: _json(with_result(json.loads(before or "{}"), week, verdict, facts)))
        # Read again after the log was read: whoever wrote a line since then makes the condition fail.
        self._change(LOG, lambda before: with_line(before, line_of(json.loads(self._read(key)[0]))))
        return week

    def _change(self, key: str, change: Callable[[str], str]) -> None:
        for _ in range(ATTEMPTS):
            before, condition = self._read(key)
            after = change(before)
            if after == before:
                return
            try:
                self._s3.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=after.encode(),
                    ContentType="text/markdown" if key.endswith(".md") else "application/json",
                    ServerSideEncryption="aws:kms",
                    SSEKMSKeyId=self._key_arn,
                    **condition,
                )
            except Exception as error:
                if error_code(error) in _REFUSED:
                    continue
                raise
            return
        raise NotDocumentedError(f"{key} was changed by others {ATTEMPTS} times in a row")

    def _read(self, key: str) -> tuple[str, dict[str, str]]:
        try:
            found = self._s3.get_object(Bucket=self._bucket, Key=key)
        except Exception as error:
            if error_code(error) in ("NoSuchKey", "404"):
                return "", {"IfNoneMatch": "*"}
            raise
        return found["Body"].read().decode(), {"IfMatch": found["ETag"]}


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2) + "\n"

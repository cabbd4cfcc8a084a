"""Buckets: the configuration's holds one document a day, the others are empty."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from offline.api.asking import Asking, Operations
from offline.api.backup import CONFIGURATION_AT, daily
from offline.api.refusal import Refusal

_CONFIGURATION: Final = "-configuration-"
"""Part of the bucket's name, which is made up from the program's."""
_FOLDER: Final = "configuration"
_BYTES: Final = 24_576


def list_objects_v2(asking: Asking) -> dict[str, Any]:
    """All on one page."""
    found = [
        {"Key": key, "LastModified": at, "Size": _BYTES, "ETag": '"offline"', "StorageClass": "STANDARD"}
        for key, at in _objects(asking)
    ]
    return {
        "Name": asking["Bucket"],
        "Prefix": str(asking.get("Prefix") or ""),
        "KeyCount": len(found),
        "MaxKeys": 1000,
        "IsTruncated": False,
        "Contents": found,
    }


def list_object_versions(asking: Asking) -> dict[str, Any]:
    """Each object has one version."""
    versions = [
        {"Key": key, "VersionId": "offline", "IsLatest": True, "LastModified": at, "Size": _BYTES}
        for key, at in _objects(asking)
    ]
    return {"Name": asking["Bucket"], "IsTruncated": False, "Versions": versions, "DeleteMarkers": []}


def _objects(asking: Asking) -> Iterator[tuple[str, datetime]]:
    bucket, prefix = str(asking["Bucket"]), str(asking.get("Prefix") or "")
    if not any(row.id == bucket for row in asking.rows("s3/bucket:Bucket")):
        raise Refusal("NoSuchBucket", "The specified bucket does not exist")
    if _CONFIGURATION in bucket:
        for at in reversed(daily(asking.now, CONFIGURATION_AT)):
            key = f"{_FOLDER}/{at:%Y-%m-%d}.json"
            if key.startswith(prefix):
                yield key, at


OPERATIONS: Final[Operations] = {"ListObjectsV2": list_objects_v2, "ListObjectVersions": list_object_versions}

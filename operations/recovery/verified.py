"""Whether a restored instance is what has to stand in the place of the real one. Pure."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from functions.restore_validation.database import database_checks
from functions.restore_validation.verdicts import Check

if TYPE_CHECKING:
    from runbook.manifest import DatabasePlace

SAME = {
    "DeletionProtection": "deletion protection",
    "MultiAZ": "Multi-AZ",
    "KmsKeyId": "key",
    "DBInstanceClass": "class",
}
"""What has to be as at the instance whose place it takes: RDS's name to ours."""


def checks(
    described: Mapping[str, Any], before: Mapping[str, Any] | None, place: "DatabasePlace | None"
) -> list[Check]:
    """Those of the weekly restore test, and what only the place of the real one asks for.

    `before`: the instance whose place it takes; None where it is gone, and the manifest's `place` is all that is known.
    """
    expected = before or {}
    groups: Mapping[str, Any] = expected.get("DBSubnetGroup") or {}
    group = str(groups.get("DBSubnetGroupName") or (place.subnet_group if place else ""))
    version = str(expected.get("EngineVersion") or (place.engine_version if place else ""))
    general = database_checks(
        described,
        engine_version=version.partition(".")[
            0
        ],  # it may be from before a minor upgrade; the next `up` makes that good
        subnet_group=group,
        backup_bytes=1,  # how many there were only AWS Backup's own jobs tell
    )
    return [one for one in general if one.name != "size"] + [
        _same(name, described.get(key), expected[key]) for key, name in SAME.items() if key in expected
    ]


def _same(name: str, now: object, before: object) -> Check:
    return Check(name=name, good=now == before, found=f"{now}" if now == before else f"{now}, expected {before}")

"""What a restore test by hand restores, under which name, and how AWS Backup is asked for it. Pure.

The name begins as AWS Backup's own tests begin theirs, because keys and rights know that beginning; what follows says
whose it is. It is made from the recovery point, so that a repeated command finds what the first has begun.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from operations.backups.recovery_points import RecoveryPoint
from operations.errors import refused

BEGINNING = "awsbackup-restore-test-"
NAME_KEYS = {"RDS": "dBInstanceIdentifier", "S3": "newBucketName"}
LONGEST_NAME = 63  # of a bucket and of an instance


@dataclass(frozen=True, kw_only=True)
class RestoreTest:
    """One restore test."""

    environment: str
    kind: str
    point: RecoveryPoint

    @property
    def resource_type(self) -> str:
        """As AWS Backup names it."""
        return "RDS" if self.kind == "database" else "S3"

    @property
    def name(self) -> str:
        """Of the instance or bucket that is made, and deleted again."""
        return f"{BEGINNING}{self.environment}-{self.kind}-{self.point.created:%y%m%d%H%M}"[:LONGEST_NAME]

    def is_ours(self, created_arn: str) -> bool:
        """Whether a resource is the one that this test has made: nothing else is ever deleted."""
        name = created_arn.rpartition(":")[2]
        return name == self.name and name.startswith(BEGINNING)


def newest_point(points: Sequence[RecoveryPoint], kind: str) -> RecoveryPoint:
    """The newest whole one of the own region; a continuous one is no snapshot, and its moment would be a choice."""
    usable = [
        one
        for one in points
        if (one.kind, one.place) == (kind, "primary") and one.is_restorable and not one.is_continuous
    ]
    if not usable:
        raise refused(
            f"there is no restorable recovery point of the {kind} to test", hint="`mfcloud backups verify` tells why"
        )
    return max(usable, key=lambda one: one.created)


def metadata(test: RestoreTest, inferred: Mapping[str, str], overrides: Mapping[str, str]) -> dict[str, str]:
    """What AWS Backup would infer for its own test, over it what our plan's selection says, and our name.

    AWS Backup does not tell upper from lower case in these keys, and spells them differently in different answers.
    """
    spelt = {key.lower(): key for key in inferred}
    result = dict(inferred)
    for key, value in overrides.items():
        result[spelt.get(key.lower(), key)] = value
    default = NAME_KEYS[test.resource_type]
    result[spelt.get(default.lower(), default)] = test.name
    return result


def names_it(job_metadata: Mapping[str, Any], test: RestoreTest) -> bool:
    """Whether a restore job makes what this test makes."""
    return test.name in job_metadata.values()

"""A snapshot in the region and under the key that the restored instance needs.

A copy in the second region lies under that region's key, and a restore keeps the key of its snapshot: Pulumi would
replace a database whose key is another one. So such a snapshot is copied first.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from operations.aws.errors import code_of
from operations.errors import CommandStopped, refused
from operations.recovery.instances import EVERY_SECONDS
from operations.session import Session
from operations.waiting import Wait, wait_until

COPY_MINUTES = 30
_GIVE_UP_MINUTES = 480  # a copy between regions carries every byte
_ARN_PARTS = 7


class Snapshots:
    """Of one recovery point. Everything raises botocore's errors."""

    def __init__(self, session: Session, arn: str) -> None:
        parts = arn.split(":", _ARN_PARTS - 1)
        if len(parts) < _ARN_PARTS or parts[2] != "rds" or parts[5] != "snapshot":
            raise refused(f"{arn} is no snapshot that RDS could restore")
        self._session = session
        self.arn, self.region, self.name = arn, parts[3], parts[6]

    @property
    def is_elsewhere(self) -> bool:
        """In another region than the environment."""
        return self.region != self._session.manifest.region

    def described(self) -> Mapping[str, Any]:
        """As RDS of its own region describes it."""
        found = self._find(self.region, self.name)
        if found is None:
            raise refused(f"RDS in {self.region} has no snapshot {self.name}: was the recovery point deleted?")
        return found

    def copied(self, name: str) -> bool:
        """Whether the copy of this name is there and whole."""
        found = self._find(self._session.manifest.region, name)
        return found is not None and found.get("Status") == "available"

    def copy(self, name: str, key: str, resume: str) -> None:
        """Copy it to the environment's region under its key, or wait for the copy that somebody has begun."""
        from botocore.exceptions import ClientError

        rds = self._session.clients.client("rds")
        elsewhere = {"SourceRegion": self.region} if self.is_elsewhere else {}
        try:
            rds.copy_db_snapshot(
                SourceDBSnapshotIdentifier=self.arn if self.is_elsewhere else self.name,
                TargetDBSnapshotIdentifier=name,
                KmsKeyId=key,
                **elsewhere,
            )
        except ClientError as error:
            if not code_of(error).startswith("DBSnapshotAlreadyExists"):
                raise
        wait_until(
            lambda: self._healthy(name),
            lambda one: one is not None and one.get("Status") == "available",
            lambda one: f"{one.get('Status')}, {one.get('PercentProgress', 'unknown')} %" if one else "not listed yet",
            Wait(
                what="copy of the snapshot",
                until=self._session.clock.now() + timedelta(minutes=_GIVE_UP_MINUTES),
                resume=resume,
                every_seconds=EVERY_SECONDS,
            ),
            self._session.clock,
        )

    def _healthy(self, name: str) -> Mapping[str, Any] | None:
        found = self._find(self._session.manifest.region, name)
        if found is not None and found.get("Status") == "failed":
            raise CommandStopped(
                f"the copy {name} of the snapshot failed",
                hint=f"`aws rds delete-db-snapshot --db-snapshot-identifier {name}`, then the same command again",
            )
        return found

    def _find(self, region: str, name: str) -> Mapping[str, Any] | None:
        rds: Any = self._session.clients.client("rds", region=region)
        try:
            found = rds.describe_db_snapshots(DBSnapshotIdentifier=name)["DBSnapshots"]
        except Exception as error:
            if not code_of(error).startswith("DBSnapshotNotFound"):
                raise
            return None
        return found[0] if found else None

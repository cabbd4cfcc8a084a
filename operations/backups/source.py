"""Asks AWS Backup, RDS and S3 what could be restored. Every listing is read to its last page."""

from collections.abc import Iterator
from datetime import UTC
from typing import Any

from operations.aws.errors import code_of
from operations.backups.recovery_points import Expectation, LaterMoment, RecoveryPoint
from operations.session import Session

CONFIGURATION_FOLDER = "configuration/"  # the daily backup of the configuration writes one object a day below it


class Backups:
    """Everything raises botocore's errors: a listing that breaks off is no listing."""

    def __init__(self, session: Session) -> None:
        self._session, self._names = session, session.manifest.backups

    @property
    def database_arn(self) -> str | None:
        """None where the database stands elsewhere."""
        manifest = self._session.manifest
        if manifest.database.kind == "external" or manifest.database.identifier is None:
            return None
        return f"arn:aws:rds:{manifest.region}:{manifest.account_id}:db:{manifest.database.identifier}"

    @property
    def kinds(self) -> dict[str, str]:
        """ARN to kind."""
        buckets = {
            f"arn:aws:s3:::{self._names.objects_bucket}": "objects",
            f"arn:aws:s3:::{self._names.configuration_bucket}": "configuration",
        }
        return ({self.database_arn: "database"} if self.database_arn else {}) | buckets

    @property
    def vaults(self) -> Iterator[tuple[str, str, str]]:
        """Place, vault and region."""
        manifest = self._session.manifest
        yield "primary", self._names.vault, manifest.region
        if self._names.recovery_vault is not None and manifest.recovery_region is not None:
            yield "recovery", self._names.recovery_vault, manifest.recovery_region

    def expectations(self) -> list[Expectation]:
        """As the alarms have them: copies follow the daily rule, the database itself the hourly one."""
        return [
            Expectation(
                kind=kind,
                place=place,
                vault=vault,
                late_minutes=self._names.database_late_minutes
                if (kind, place) == ("database", "primary")
                else self._names.daily_late_minutes,
            )
            for kind in self.kinds.values()
            for place, vault, _region in self.vaults
        ]

    def points(self) -> list[RecoveryPoint]:
        """Of every vault, whatever their state, the newest first."""
        found = [self._point(one, place) for place, vault, region in self.vaults for one in self._all(region, vault)]
        return sorted(found, key=lambda one: one.created, reverse=True)

    def database_logs(self) -> LaterMoment | None:
        """To which moment the transaction logs of the running database reach."""
        if self.database_arn is None:
            return None
        identifier = self.database_arn.rpartition(":")[2]
        try:
            rds = self._session.clients.client("rds")
            [database] = rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
        except Exception as error:
            if not code_of(error).startswith("DBInstanceNotFound"):
                raise
            return LaterMoment(moment=None, reason=f"there is no database {identifier}")
        if not database.get("StorageEncrypted"):
            return LaterMoment(moment=None, reason=f"the database {identifier} is not encrypted")
        moment = database.get("LatestRestorableTime")
        reason = "continuous backup" if moment else f"RDS keeps no continuous backup of {identifier}"
        return LaterMoment(moment=moment.astimezone(UTC) if moment else None, reason=reason)

    def configuration_written(self) -> LaterMoment:
        """When the newest backup of the configuration was written."""
        pages = (
            self._session.clients.client("s3")
            .get_paginator("list_objects_v2")
            .paginate(Bucket=self._names.configuration_bucket, Prefix=CONFIGURATION_FOLDER)
        )
        moment = max((one["LastModified"] for page in pages for one in page.get("Contents", [])), default=None)
        reason = "written" if moment else f"bucket {self._names.configuration_bucket} holds no backup"
        return LaterMoment(moment=moment.astimezone(UTC) if moment else None, reason=reason)

    def _all(self, region: str, vault: str) -> Iterator[dict[str, Any]]:
        backup = self._session.clients.client("backup", region=region)
        for page in backup.get_paginator("list_recovery_points_by_backup_vault").paginate(BackupVaultName=vault):
            yield from page["RecoveryPoints"]

    def _point(self, one: dict[str, Any], place: str) -> RecoveryPoint:
        resource = str(one.get("ResourceArn", ""))
        kept_until = one.get("CalculatedLifecycle", {}).get("DeleteAt")
        return RecoveryPoint(
            arn=one["RecoveryPointArn"],
            kind=self.kinds.get(resource, "other"),
            resource=resource.rpartition(":")[2] or "unknown",
            place=place,
            created=one["CreationDate"].astimezone(UTC),
            state=one["Status"],
            reason=one.get("StatusMessage", ""),
            encrypted=one.get("IsEncrypted", False),
            size_bytes=one.get("BackupSizeInBytes"),
            kept_until=kept_until.astimezone(UTC) if kept_until else None,
        )

"""The table of what is measured, and how each row asks AWS. Every listing is read to its last page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from functions.backup_freshness.points import Change, RecoveryPoint, newest, newest_held, spell
from functions.backup_freshness.settings import Settings
from functions.common.aws import Clients, MakeClient, client, error_code


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The moment that could be restored to, or why there is none."""

    moment: datetime | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One row: one value of the metric."""

    kind: str
    place: str
    find: Callable[["Vaults"], Finding]


class Vaults:
    """AWS, as far as it knows of backups. Everything raises botocore's errors."""

    def __init__(self, settings: Settings, make_client: MakeClient = client) -> None:
        self.settings = settings
        self.client = Clients(make_client)

    def points(self, resource_arn: str, place: str) -> list[RecoveryPoint]:
        """The recovery points of a resource in the vault of a place, whatever their state."""
        settings = self.settings
        region, vault = (
            (settings.recovery_region, settings.recovery_vault) if place == "recovery" else (None, settings.vault)
        )
        listed = self.client.all(
            "backup",
            "list_recovery_points_by_backup_vault",
            "RecoveryPoints",
            region,
            BackupVaultName=vault,
            ByResourceArn=resource_arn,
        )
        return [
            RecoveryPoint(created=one["CreationDate"], state=one["Status"], encrypted=one.get("IsEncrypted", False))
            for one in listed
        ]

    def restorable_until(self, database_arn: str) -> tuple[datetime | None, str]:
        """To which moment the transaction logs of the running database reach, or why to none."""
        identifier = database_arn.rpartition(":")[2]
        try:
            [database] = self.client("rds").describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
        except Exception as error:
            if not error_code(error).startswith("DBInstanceNotFound"):
                raise
            return None, f"there is no database {identifier}"
        if not database.get("StorageEncrypted"):
            return None, f"the database {identifier} is not encrypted"
        if (moment := database.get("LatestRestorableTime")) is None:
            return None, f"RDS keeps no continuous backup of {identifier}"
        return moment, "continuous backup"

    def configuration_changes(self) -> Iterator[Change]:
        """Versions and deletions of the configuration's backups: one a day, a page holds years."""
        folder = self.settings.configuration_folder
        pages = self.client.pages(
            "s3",
            "list_object_versions",
            Bucket=self.settings.configuration_bucket_arn.rpartition(":::")[2],
            Prefix=f"{folder}/",
        )
        for page in pages:
            for kind, deleted in (("Versions", False), ("DeleteMarkers", True)):
                for one in page.get(kind, []):
                    yield Change(key=one["Key"], at=one["LastModified"], deleted=deleted)


def measurements(settings: Settings) -> tuple[Measurement, ...]:
    """Every kind that is backed up, at every place where it is kept."""
    kinds = {"objects": _objects, "configuration": _configuration}
    if settings.database_arn is not None:
        kinds = {"database": _database, **kinds}
    places = ("primary",) if settings.recovery_vault is None else ("primary", "recovery")
    return tuple(
        Measurement(kind=kind, place=place, find=find(place)) for kind, find in kinds.items() for place in places
    )


Find = Callable[[Vaults], Finding]


def _objects(place: str) -> Find:
    def find(vaults: Vaults) -> Finding:
        return _of_vault(vaults.points(vaults.settings.objects_bucket_arn, place))

    return find


def _database(place: str) -> Find:
    """Logs reach further than any snapshot; copies in the other region are snapshots only."""

    def find(vaults: Vaults) -> Finding:
        arn = str(vaults.settings.database_arn)
        snapshot = _of_vault(vaults.points(arn, place))
        if place == "recovery":
            return snapshot
        until, reason = vaults.restorable_until(arn)
        if until is not None and (snapshot.moment is None or until >= snapshot.moment):
            return Finding(moment=until, reason=reason)
        return Finding(moment=snapshot.moment, reason=f"{snapshot.reason}; {reason}")

    return find


def _configuration(place: str) -> Find:
    """A fresh snapshot of a bucket in which nothing new was written is as old as what it holds."""

    def find(vaults: Vaults) -> Finding:
        snapshot = _of_vault(vaults.points(vaults.settings.configuration_bucket_arn, place))
        if snapshot.moment is None:
            return snapshot
        written = newest_held(vaults.configuration_changes(), snapshot.moment)
        if written is None:
            return Finding(moment=None, reason=f"the {snapshot.reason} holds no backup of the configuration")
        return Finding(moment=written, reason=f"written before the {snapshot.reason}")

    return find


def _of_vault(points: list[RecoveryPoint]) -> Finding:
    if (moment := newest(points)) is None:
        return Finding(moment=None, reason=f"no restorable recovery point; there are: {spell(points)}")
    return Finding(moment=moment, reason=f"recovery point of {moment.astimezone(UTC).isoformat(timespec='seconds')}")

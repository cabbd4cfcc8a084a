"""AWS Backup's vaults, the database's logs and the configuration's bucket, as far as `backups` asks."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.operations.aws_world import AwsWorld
from tests.operations.ecs_world import Refusal
from tests.operations.manifests import ACCOUNT, REGION

ARNS = {
    "database": f"arn:aws:rds:{REGION}:{ACCOUNT}:db:mockforge-production",
    "objects": "arn:aws:s3:::objects-1a2b3c4",
    "configuration": "arn:aws:s3:::configuration-1a2b3c4",
}
PAGE = 3
PRIMARY, RECOVERY = "mockforge-production", "mockforge-production-recovery"


@dataclass
class BackupWorld:
    """Everything is as it should be, until a test spoils it."""

    aws: AwsWorld
    points: list[dict[str, Any]] = field(default_factory=list)
    logs_until: datetime | None = None
    database_there: bool = True
    written: list[datetime] = field(default_factory=list)

    def __post_init__(self) -> None:
        for service, operation in (
            ("backup", "ListRecoveryPointsByBackupVault"),
            ("rds", "DescribeDBInstances"),
            ("s3", "ListObjectsV2"),
        ):
            self.aws.handlers[service, operation] = getattr(self, operation)
        for vault in (PRIMARY, RECOVERY):
            self.add("database", vault, hours=1)
            self.add("objects", vault, hours=22)
            self.add("configuration", vault, hours=22)
        self.logs_until = self.aws.clock.now() - timedelta(minutes=5)
        self.written = [self.aws.clock.now() - timedelta(hours=22, minutes=15)]

    def add(self, kind: str, vault: str, *, hours: float, **changes: Any) -> None:
        """A recovery point so old."""
        number = len(self.points) + 1
        created = self.aws.clock.now() - timedelta(hours=hours)
        point = {
            "RecoveryPointArn": f"arn:aws:backup:{REGION}:{ACCOUNT}:recovery-point:{number}",
            "BackupVaultName": vault,
            "ResourceArn": ARNS.get(kind, kind),
            "CreationDate": created,
            "Status": "COMPLETED",
            "IsEncrypted": True,
            "BackupSizeInBytes": 3 * 1024**3,
            "CalculatedLifecycle": {"DeleteAt": created + timedelta(days=35)},
        }
        self.points.append(point | changes)

    def drop(self, kind: str, vault: str) -> None:
        self.points = [
            one for one in self.points if (one["ResourceArn"], one["BackupVaultName"]) != (ARNS[kind], vault)
        ]

    def ListRecoveryPointsByBackupVault(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        there = [one for one in self.points if one["BackupVaultName"] == asked["BackupVaultName"]]
        first = int(asked.get("NextToken", 0))
        more = {"NextToken": str(first + PAGE)} if first + PAGE < len(there) else {}
        return {"RecoveryPoints": there[first : first + PAGE]} | more

    def DescribeDBInstances(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        if not self.database_there:
            raise Refusal("DBInstanceNotFound", "DBInstance not found.")
        logs = {"LatestRestorableTime": self.logs_until} if self.logs_until else {}
        return {
            "DBInstances": [{"DBInstanceIdentifier": asked["DBInstanceIdentifier"], "StorageEncrypted": True} | logs]
        }

    def ListObjectsV2(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        assert (asked["Bucket"], asked["Prefix"]) == ("configuration-1a2b3c4", "configuration/")
        return {"Contents": [{"Key": f"configuration/{at:%Y/%m/%d}.json", "LastModified": at} for at in self.written]}

"""The database instance as the program made it, with continuous backups up to five minutes ago."""

from datetime import timedelta
from typing import Any, Final

from offline.api.asking import Asking, Operations
from offline.api.refusal import Refusal
from offline.provider.store import Row
from offline.reading import listed

INSTANCE: Final = "rds/instance:Instance"
LAG_MINUTES: Final = 5
"""How far RDS's transaction logs lag behind."""


def describe_db_instances(asking: Asking) -> dict[str, Any]:
    """One by its identifier, or all."""
    wanted = asking.get("DBInstanceIdentifier")
    found = [row for row in asking.rows(INSTANCE) if wanted in (None, row.outputs.get("identifier"))]
    if wanted and not found:
        raise Refusal("DBInstanceNotFound", f"DBInstance {wanted} not found.")
    return {"DBInstances": [_instance(asking, row) for row in found]}


def describe_pending_maintenance_actions(_asking: Asking) -> dict[str, Any]:
    """None are pending."""
    return {"PendingMaintenanceActions": []}


def _instance(asking: Asking, row: Row) -> dict[str, Any]:
    one = row.outputs
    return {
        "DBInstanceIdentifier": one["identifier"],
        "DBInstanceArn": one["arn"],
        "DBInstanceStatus": "available",
        "DBInstanceClass": one["instanceClass"],
        "Engine": one["engine"],
        "EngineVersion": str(one["engineVersion"]),
        "Endpoint": {"Address": str(one["address"]), "Port": int(one["port"])},
        "AllocatedStorage": int(one["allocatedStorage"]),
        "MultiAZ": bool(one.get("multiAz")),
        "StorageEncrypted": bool(one.get("storageEncrypted")),
        "BackupRetentionPeriod": int(one.get("backupRetentionPeriod") or 0),
        "PreferredBackupWindow": str(one.get("backupWindow") or ""),
        "PreferredMaintenanceWindow": str(one.get("maintenanceWindow") or ""),
        "DeletionProtection": bool(one.get("deletionProtection")),
        "VpcSecurityGroups": [
            {"VpcSecurityGroupId": str(group), "Status": "active"} for group in listed(one.get("vpcSecurityGroupIds"))
        ],
        "LatestRestorableTime": asking.now - timedelta(minutes=LAG_MINUTES),
    }


OPERATIONS: Final[Operations] = {
    "DescribeDBInstances": describe_db_instances,
    "DescribePendingMaintenanceActions": describe_pending_maintenance_actions,
}

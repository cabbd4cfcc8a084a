"""What a restored instance has to be told, because a restore does not carry it over. Pure.

A restore without these stands in the default security group, with default parameters, in one zone, and may be deleted
by a slip (RDS guide, "Restoring a DB instance to a specified time").
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from operations.errors import CommandStopped

if TYPE_CHECKING:
    from runbook.manifest import DatabasePlace

INSIGHTS = ("DatabaseInsightsMode", "PerformanceInsightsKMSKeyId", "PerformanceInsightsRetentionPeriod")
FIRST_RETENTION_DAYS = 7  # as the program's own instances begin; AWS Backup takes over with its next continuous backup


def restore_settings(present: Mapping[str, Any] | None, place: "DatabasePlace | None") -> dict[str, Any]:
    """Arguments of both restore requests: as the present instance, or, where there is none, as the manifest says."""
    common: dict[str, Any] = {
        "PubliclyAccessible": False,
        "AutoMinorVersionUpgrade": False,
        "CopyTagsToSnapshot": True,
    }
    if present is not None:
        groups = [one["DBParameterGroupName"] for one in present.get("DBParameterGroups", [])]
        return common | {
            "DBInstanceClass": present["DBInstanceClass"],
            "DBSubnetGroupName": present["DBSubnetGroup"]["DBSubnetGroupName"],
            "VpcSecurityGroupIds": [one["VpcSecurityGroupId"] for one in present["VpcSecurityGroups"]],
            "MultiAZ": bool(present.get("MultiAZ")),
            "DeletionProtection": bool(present.get("DeletionProtection")),
            "BackupRetentionPeriod": present.get("BackupRetentionPeriod") or FIRST_RETENTION_DAYS,
            **({"DBParameterGroupName": groups[0]} if groups else {}),
            **_named(present, "CACertificateIdentifier", "EngineLifecycleSupport"),
        }
    if place is None:
        raise CommandStopped(
            "there is neither an instance to copy the settings of, nor does the manifest say where one has to stand",
            hint="run `mfcloud up` with this version once, or restore by hand",
        )
    return common | {
        "DBInstanceClass": place.instance_class,
        "DBSubnetGroupName": place.subnet_group,
        "VpcSecurityGroupIds": [place.security_group_id],
        "DBParameterGroupName": place.parameter_group,
        "MultiAZ": place.multi_az,
        "DeletionProtection": place.protected,
        "BackupRetentionPeriod": FIRST_RETENTION_DAYS,
        "EngineLifecycleSupport": "open-source-rds-extended-support-disabled",
    }


def later_settings(present: Mapping[str, Any] | None) -> dict[str, Any]:
    """Arguments of the modification after it; what the program alone knows, its next `up` sets.

    Log exports come last, under the final name: RDS would make log groups for the temporary one, without an end.
    """
    if present is None:
        return {}
    settings = _named(present, "MaxAllocatedStorage", "PreferredMaintenanceWindow")
    if present.get("PerformanceInsightsEnabled"):
        settings |= {"EnablePerformanceInsights": True, **_named(present, *INSIGHTS)}
    return settings


def _named(described: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: described[name] for name in names if described.get(name)}

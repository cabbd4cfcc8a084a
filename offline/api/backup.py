"""AWS Backup: recovery points as if the plans of the offline environment had run for three days."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any, Final

from offline.api.asking import Asking, Operations
from offline.api.refusal import Refusal
from offline.provider.facts import ACCOUNT
from offline.provider.store import Row
from offline.reading import listed, mapping

VAULT, PLAN, SELECTION = "backup/vault:Vault", "backup/plan:Plan", "backup/selection:Selection"
DAYS: Final = 3
DAILY_AT: Final = time(5, 30)
"""UTC; the daily rules start at 05:00 and take a while."""
CONFIGURATION_AT: Final = time(4, 30)
"""When the configuration is written, so that the daily backup finds it."""
_BYTES: Final = 64 * 1024 * 1024


def list_recovery_points_by_backup_vault(asking: Asking) -> dict[str, Any]:
    """The newest first, all on one page."""
    vault = str(asking["BackupVaultName"])
    if not any(row.outputs.get("name") == vault for row in asking.rows(VAULT)):
        raise Refusal("ResourceNotFoundException", f"Backup vault {vault} does not exist")
    wanted = asking.get("ByResourceArn")
    points = [one for one in _points(asking, vault) if not wanted or one["ResourceArn"] == wanted]
    return {"RecoveryPoints": sorted(points, key=lambda one: one["CreationDate"], reverse=True)}


def daily(now: datetime, at: time) -> list[datetime]:
    """The last days' moments at this time, all of them over."""
    last = datetime.combine(now.date(), at, tzinfo=now.tzinfo)
    last -= timedelta(days=0 if last <= now else 1)
    return [last - timedelta(days=day) for day in range(DAYS)]


def _points(asking: Asking, vault: str) -> Iterator[dict[str, Any]]:
    for plan in asking.rows(PLAN, everywhere=True):
        resources = [
            str(arn)
            for one in asking.rows(SELECTION, everywhere=True)
            if one.outputs.get("planId") == plan.id
            for arn in listed(one.outputs.get("resources"))
        ]
        for rule in listed(plan.outputs.get("rules")):
            if vault in _vaults(rule, plan, asking.region):
                for resource in resources:
                    yield from _of_rule(asking, vault, rule, resource)


def _vaults(rule: dict[str, Any], plan: Row, region: str) -> Iterator[str]:
    """Vaults of the region that a rule fills."""
    if plan.region == region:
        yield str(rule.get("targetVaultName"))
    for copy in listed(rule.get("copyActions")):
        arn = str(copy.get("destinationVaultArn")).split(":")
        if region in arn:
            yield arn[-1]


def _of_rule(asking: Asking, vault: str, rule: dict[str, Any], resource: str) -> Iterator[dict[str, Any]]:
    continuous = bool(rule.get("enableContinuousBackup"))
    for at in daily(asking.now, DAILY_AT)[-1:] if continuous else daily(asking.now, DAILY_AT):
        kind = "continuous" if continuous else "snapshot"
        days = mapping(rule.get("lifecycle")).get("deleteAfter")
        yield {
            "RecoveryPointArn": f"arn:aws:backup:{asking.region}:{ACCOUNT}:recovery-point:{kind}:"
            f"{resource.rpartition(':')[2]}-{at:%Y%m%d}",
            "BackupVaultName": vault,
            "BackupVaultArn": f"arn:aws:backup:{asking.region}:{ACCOUNT}:backup-vault:{vault}",
            "ResourceArn": resource,
            "ResourceType": "RDS" if ":rds:" in resource else "S3",
            "CreationDate": at,
            "CompletionDate": at,
            "Status": "AVAILABLE" if continuous else "COMPLETED",
            "IsEncrypted": True,
            "BackupSizeInBytes": _BYTES,
            **({"CalculatedLifecycle": {"DeleteAt": at + timedelta(days=int(days))}} if days else {}),
        }


OPERATIONS: Final[Operations] = {"ListRecoveryPointsByBackupVault": list_recovery_points_by_backup_vault}

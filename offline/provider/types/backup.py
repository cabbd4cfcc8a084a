"""AWS Backup."""

from typing import Final

from offline.provider.catalog import Name, ResourceType, row

_BACKUP: Final = "arn:aws:backup:{region}:{account}:"
_VAULT_ARN: Final = {"backupVaultArn": _BACKUP + "backup-vault:{in[backupVaultName]}"}

TYPES: Final[tuple[ResourceType, ...]] = (
    row(
        "backup/vault:Vault",
        id="{name}",
        arn=_BACKUP + "backup-vault:{name}",
        name=Name(limit=50),
        computed={"recoveryPoints": 0},
        replaces=("kmsKeyArn",),
    ),
    row(
        "backup/vaultPolicy:VaultPolicy",
        id="{in[backupVaultName]}",
        computed=_VAULT_ARN,
        replaces=("backupVaultName",),
        tagged=False,
    ),
    row(
        "backup/vaultLockConfiguration:VaultLockConfiguration",
        id="{in[backupVaultName]}",
        computed=_VAULT_ARN,
        replaces=("backupVaultName", "changeableForDays", "maxRetentionDays", "minRetentionDays"),
        tagged=False,
    ),
    row(
        "backup/vaultNotifications:VaultNotifications",
        id="{in[backupVaultName]}",
        computed=_VAULT_ARN,
        replaces=("backupVaultName", "snsTopicArn", "backupVaultEvents"),
        sets=("backupVaultEvents",),
        tagged=False,
    ),
    row(
        "backup/plan:Plan",
        id="{uuid}",
        arn=_BACKUP + "backup-plan:{uuid}",
        name=Name(limit=50),
        computed={"version": "{upper48}"},
        replaces=("-name",),
        sets=("rules",),
    ),
    row(
        "backup/selection:Selection",
        id="{uuid}",
        name=Name(limit=50),
        # AWS Backup has no call that changes a selection
        replaces=("planId", "iamRoleArn", "resources", "notResources", "selectionTags", "conditions"),
        sets=("resources", "notResources"),
        tagged=False,
    ),
    row(
        "backup/restoreTestingPlan:RestoreTestingPlan",
        id="{name}",
        arn=_BACKUP + "restore-testing-plan:{name}-{uuid}",
        name=Name(limit=50, required=True),
    ),
    row(
        "backup/restoreTestingSelection:RestoreTestingSelection",
        id="{in[restoreTestingPlanName]}:{name}",
        name=Name(limit=50, required=True),
        replaces=("restoreTestingPlanName", "protectedResourceType"),
        sets=("protectedResourceArns",),
        tagged=False,
    ),
)

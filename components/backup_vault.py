"""An AWS Backup vault with a key of its own and, where wanted, a lock: no recovery point goes before its time."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.encryption_key import EncryptionKey, EncryptionKeyArgs
from runbook.schedule import RESTORE_TEST_INTERVAL_DAYS


@dataclass(frozen=True, kw_only=True)
class BackupVaultArgs:
    """Where it stands and how long its recovery points live."""

    prefix: str
    """The vault's name, and the start of its key's alias: `mockforge-<environment>`."""
    account_id: pulumi.Input[str]
    region: str | None = None
    """Unset: the provider's region."""
    locked: bool
    retention_days: int
    emptied_before: Sequence[pulumi.Resource] = ()
    """What has to stay until the vault is empty: roles that made the recovery points, resources they belong to."""
    protected: bool
    """Otherwise the vault is emptied and deleted with the stack."""


class BackupVault(Component):
    """Outputs: `vault_name`, `arn`, `key_arn`."""

    vault_name: pulumi.Output[str]
    arn: pulumi.Output[str]
    key_arn: pulumi.Output[str]

    def __init__(self, name: str, args: BackupVaultArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)

        self.key_arn = EncryptionKey(
            f"{name}-key",
            EncryptionKeyArgs(
                alias=f"{args.prefix}-backup",
                description=f"Recovery points of {args.prefix}",
                account_id=args.account_id,
                region=args.region,
                protected=args.protected,
            ),
            self.child(),
        ).arn
        vault = aws.backup.Vault(
            name,
            name=args.prefix,
            kms_key_arn=self.key_arn,
            force_destroy=not args.protected,
            region=args.region,
            # AWS Backup deletes a recovery point by the role that made it: without that role it only "expires" and the
            # vault stays full. Dependents go first, so the vault goes before its roles.
            opts=self.child(protect=args.protected, depends_on=list(args.emptied_before)),
        )
        if args.locked:
            # Governance, not compliance: without `changeable_for_days` a person with the right to can take it off.
            aws.backup.VaultLockConfiguration(
                f"{name}-lock",
                backup_vault_name=vault.name,
                min_retention_days=RESTORE_TEST_INTERVAL_DAYS,  # a restore test sees every recovery point's week
                max_retention_days=args.retention_days,
                region=args.region,
                opts=self.child(protect=args.protected),
            )

        self.vault_name, self.arn = vault.name, vault.arn
        self.register_outputs({"vault_name": self.vault_name, "arn": self.arn, "key_arn": self.key_arn})

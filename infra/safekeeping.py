"""Backups, and the proof that they are worth something: made, exported, measured, restored."""

from dataclasses import dataclass

from components.backup_freshness import BackupFreshness, BackupFreshnessArgs
from components.backup_plan import BackupPlan, BackupPlanArgs
from components.configuration_backup import ConfigurationBackup, ConfigurationBackupArgs
from components.function import Placement
from components.network import Network
from components.restore_validation import RestoreValidation, RestoreValidationArgs
from infra.application import Application
from infra.foundation import Foundation
from infra.ground import Ground
from infra.traffic import Traffic
from runbook.alarms import own_namespace


@dataclass(frozen=True, kw_only=True)
class Safekeeping:
    """What brings data back."""

    plan: BackupPlan
    configuration_backup: ConfigurationBackup
    freshness: BackupFreshness
    restore_validation: RestoreValidation


def keep_safe(ground: Ground, foundation: Foundation, traffic: Traffic, application: Application) -> Safekeeping:
    """Registers it."""
    environment = ground.environment
    network, notifications, storage = foundation.network, foundation.notifications, foundation.storage
    database = application.database

    plan = BackupPlan(
        "backups",
        BackupPlanArgs(
            backups=environment.backups,
            maintenance=environment.maintenance,
            prefix=ground.prefix,
            account_id=ground.account_id,
            objects_bucket_arn=storage.objects_bucket_arn,
            configuration_bucket_arn=storage.configuration_bucket_arn,
            database_arn=database.rds.instance_arn if database.rds else None,
            subnet_group_name=database.rds.subnet_group_name if database.rds else None,
            security_group_id=network.database_security_group_id if database.rds else None,
            warning_topic_arn=notifications.warning_topic_arn,
            recovery_region=ground.recovery_region,
            covered=[storage, *([database.rds] if database.rds else [])],
            protected=ground.protected,
        ),
        ground.opts,
    )

    configuration_backup = ConfigurationBackup(
        "configuration-backup",
        ConfigurationBackupArgs(
            backups=environment.backups,
            environment_name=environment.name,
            prefix=ground.prefix,
            region=ground.region,
            account_id=ground.account_id,
            cluster_name=application.cluster.cluster_name,
            service_name=application.service.service_name_output,
            listener_arn=traffic.load_balancer.listener_arn,
            backup_plan_ids=plan.plan_ids,
            bucket=storage.configuration_bucket,
            bucket_arn=storage.configuration_bucket_arn,
            key_arn=storage.key_arn,
            log_retention_days=ground.log_retention_days,
            warning_topic_arn=notifications.warning_topic_arn,
            warning_topic_key_arn=notifications.key_arns["warning"],
        ),
        ground.opts,
    )

    freshness = BackupFreshness(
        "backup-freshness",
        BackupFreshnessArgs(
            prefix=ground.prefix,
            namespace=own_namespace(environment),
            vault_name=plan.vault_name,
            vault_arn=plan.vault_arn,
            recovery_region=ground.recovery_region,
            recovery_vault_name=plan.recovery_vault_name,
            recovery_vault_arn=plan.recovery_vault_arn,
            objects_bucket_arn=storage.objects_bucket_arn,
            configuration_bucket_arn=storage.configuration_bucket_arn,
            database_arn=database.rds.instance_arn if database.rds else None,
            log_retention_days=ground.log_retention_days,
            warning_topic_arn=notifications.warning_topic_arn,
            warning_topic_key_arn=notifications.key_arns["warning"],
        ),
        ground.opts,
    )

    restore_validation = RestoreValidation(
        "restore-validation",
        RestoreValidationArgs(
            database=environment.database,
            environment_name=environment.name,
            prefix=ground.prefix,
            region=ground.region,
            account_id=ground.account_id,
            guide_url=ground.guide_url,
            restore_test_plan_name=plan.restore_test_plan_name,
            objects_bucket_arn=storage.objects_bucket_arn,
            configuration_bucket_arn=storage.configuration_bucket_arn,
            data_key_arn=storage.key_arn,
            database_arn=database.rds.instance_arn if database.rds else None,
            subnet_group_name=database.rds.subnet_group_name if database.rds else None,
            database_url_secret_arn=database.rds.url_secret_arn if database.rds else None,
            placement=_beside_the_tasks(network),
            log_retention_days=ground.log_retention_days,
            warning_topic_arn=notifications.warning_topic_arn,
            warning_topic_key_arn=notifications.key_arns["warning"],
        ),
        ground.opts,
    )

    return Safekeeping(
        plan=plan,
        configuration_backup=configuration_backup,
        freshness=freshness,
        restore_validation=restore_validation,
    )


def _beside_the_tasks(network: Network) -> Placement | None:
    """In the private subnets, which have a way to AWS; nowhere if there is no database of our own to reach."""
    group = network.restore_check_security_group_id
    return Placement(subnet_ids=network.private_subnet_ids, security_group_id=group) if group is not None else None

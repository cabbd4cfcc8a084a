"""PostgreSQL on RDS: private, encrypted, spoken to only over TLS, and never upgraded or replaced by itself.

Retention and backup window belong to AWS Backup as soon as its first continuous backup has run; RDS refuses changes of
them from then on. A restored instance takes over under a new `identifier` (a setting): it is imported under the same
logical name, so what only a creation can say (`snapshotIdentifier`) is left alone.

The password is ours rather than RDS's own (`manage_master_user_password`): that one changes every seven days under the
running tasks, and a restore cannot set it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from components.component import Component
from components.encryption_key import EncryptionKey, EncryptionKeyArgs
from components.generated_secret import GeneratedSecret, GeneratedSecretArgs, random_characters
from runbook import settings
from runbook.database_classes import DATABASE_CLASS_MEMORY_GIB
from runbook.whereabouts import secret_name

PORT = 5432
DATABASE_NAME = "mockforge"
OWNER = "mockforge"

# What RDS keeps by itself until AWS Backup takes over. Never 0: leaving 0 later means an outage.
FIRST_RETENTION_DAYS = 7
# Performance Insights: 7 days come without a charge (RDS guide, "Database Insights", standard mode).
INSIGHTS_DAYS = 7

LOG_EXPORTS = ("postgresql", "upgrade")

PARAMETERS = {
    "rds.force_ssl": "1",  # a connection without TLS is refused
    "log_min_duration_statement": "1000",  # milliseconds; statements above it are logged
    "log_parameter_max_length": "0",  # the statement, not its values: those are customers' data and tokens
}

# RDS tells of these (RDS guide, "Amazon RDS event categories").
EVENT_CATEGORIES = ("failover", "failure", "low storage", "maintenance")


@dataclass(frozen=True, kw_only=True)
class DatabaseArgs:
    """Our section of the stack file, names, and outputs of `Network` and `Notifications`."""

    database: settings.Database
    """With `kind: rds`; an external database has no component."""
    identifier: str
    """Name of the instance; log groups and alarms need it before the instance is there."""
    prefix: str
    """Start of the key's alias: `mockforge-<environment>`."""
    environment_name: str
    account_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    """Isolated subnets in two or more zones."""
    security_group_id: pulumi.Input[str]
    window: str
    """Weekly maintenance window as RDS writes it, UTC: `sun:03:30-sun:04:00`."""
    event_topic_arn: pulumi.Input[str]
    """Where RDS tells of failures, failovers, little storage and maintenance."""
    recovery_region: str | None
    log_retention_days: int
    protected: bool


class Database(Component):
    """One instance and the secret with its complete `DATABASE_URL`.

    Tasks depend on `url_secret_version`. `subnet_group_name`, `parameter_group_name` and `key_arn` are for restores.
    `memory_gib` is that of the instance class; `resource_id` (`db-…`) changes when another instance takes over.
    """

    identifier: pulumi.Output[str]
    instance_arn: pulumi.Output[str]
    resource_id: pulumi.Output[str]
    url_secret_arn: pulumi.Output[str]
    url_secret_name: pulumi.Output[str]
    url_secret_version: pulumi.Resource
    subnet_group_name: pulumi.Output[str]
    parameter_group_name: pulumi.Output[str]
    key_arn: pulumi.Output[str]
    memory_gib: int

    def __init__(self, name: str, args: DatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        self.memory_gib = DATABASE_CLASS_MEMORY_GIB[args.database.instance_class]

        self.key_arn = self._key()
        self.subnet_group_name = self._subnet_group()
        self.parameter_group_name = self._parameter_group()
        password = random_characters(f"{name}-password", opts=self.child(protect=args.protected)).result
        instance = self._instance(password)
        self._events(instance)
        url = self._url_secret(instance, password)

        self.identifier, self.instance_arn, self.resource_id = instance.identifier, instance.arn, instance.resource_id
        self.url_secret_arn, self.url_secret_name = url.secret_arn, url.secret_name
        self.url_secret_version = url.version
        self.register_outputs(
            {
                "identifier": self.identifier,
                "instance_arn": self.instance_arn,
                "resource_id": self.resource_id,
                "url_secret_arn": self.url_secret_arn,
            }
        )

    def _key(self) -> pulumi.Output[str]:
        return EncryptionKey(
            f"{self._name}-key",
            EncryptionKeyArgs(
                alias=f"{self._args.prefix}-database",
                description=f"Database of {self._args.prefix}, its snapshots and its performance data",
                account_id=self._args.account_id,
                protected=self._args.protected,
            ),
            self.child(),
        ).arn

    def _subnet_group(self) -> pulumi.Output[str]:
        return aws.rds.SubnetGroup(
            f"{self._name}-subnets",
            description=f"Isolated subnets of {self._args.prefix}",
            subnet_ids=list(self._args.subnet_ids),
            opts=self.child(),
        ).name

    def _parameter_group(self) -> pulumi.Output[str]:
        major = self._args.database.engine_version.partition(".")[0]
        return aws.rds.ParameterGroup(
            f"{self._name}-parameters",
            description=f"PostgreSQL {major} of {self._args.prefix}",
            family=f"postgres{major}",
            parameters=[
                # A new instance starts with them; `immediate`, the provider's default, would show a difference for ever
                # where the value is the engine's own or static.
                aws.rds.ParameterGroupParameterArgs(name=key, value=value, apply_method="pending-reboot")
                for key, value in PARAMETERS.items()
            ],
            opts=self.child(),
        ).name

    def _log_groups(self) -> list[pulumi.Resource]:
        """Before the instance: RDS makes a missing log group itself, and that one keeps its logs for ever."""
        return [
            aws.cloudwatch.LogGroup(
                f"{self._name}-log-{log}",
                name=f"/aws/rds/instance/{self._args.identifier}/{log}",
                retention_in_days=self._args.log_retention_days,
                opts=self.child(),
            )
            for log in LOG_EXPORTS
        ]

    def _instance(self, password: pulumi.Output[str]) -> aws.rds.Instance:
        database, protected = self._args.database, self._args.protected
        return aws.rds.Instance(
            self._name,
            identifier=self._args.identifier,
            engine="postgres",
            engine_version=database.engine_version,
            engine_lifecycle_support="open-source-rds-extended-support-disabled",  # paid support starts by itself
            auto_minor_version_upgrade=False,
            allow_major_version_upgrade=False,
            instance_class=database.instance_class,
            multi_az=database.multi_az,
            storage_type="gp3",
            allocated_storage=database.storage_gib,
            max_allocated_storage=database.maximum_storage_gib,
            storage_encrypted=True,
            kms_key_id=self.key_arn,
            db_name=DATABASE_NAME,
            username=OWNER,
            password=password,
            port=PORT,
            db_subnet_group_name=self.subnet_group_name,
            vpc_security_group_ids=[self._args.security_group_id],
            publicly_accessible=False,
            ca_cert_identifier="rds-ca-rsa2048-g1",
            parameter_group_name=self.parameter_group_name,
            enabled_cloudwatch_logs_exports=list(LOG_EXPORTS),
            database_insights_mode="standard",
            performance_insights_enabled=True,
            performance_insights_kms_key_id=self.key_arn,
            performance_insights_retention_period=INSIGHTS_DAYS,
            maintenance_window=self._args.window,
            # Changes that interrupt wait for the maintenance window, where the checklist applies them.
            apply_immediately=False,
            backup_retention_period=FIRST_RETENTION_DAYS,
            backup_window=first_backup_window(self._args.window),
            copy_tags_to_snapshot=True,
            delete_automated_backups=not protected,
            deletion_protection=protected,
            skip_final_snapshot=not protected,
            final_snapshot_identifier=self._final_snapshot() if protected else None,
            opts=self.child(
                protect=protected,
                depends_on=self._log_groups(),
                ignore_changes=["backupRetentionPeriod", "backupWindow", "snapshotIdentifier"],
            ),
        )

    def _final_snapshot(self) -> pulumi.Output[str]:
        """A name that no earlier deletion has taken: RDS keeps final snapshots, and refuses the same name twice."""
        suffix = random.RandomId(
            f"{self._name}-final-snapshot",
            byte_length=4,
            keepers={"identifier": self._args.identifier},
            opts=self.child(),
        )
        return pulumi.Output.concat(self._args.identifier, "-final-", suffix.hex)

    def _events(self, instance: aws.rds.Instance) -> None:
        aws.rds.EventSubscription(
            f"{self._name}-events",
            sns_topic=self._args.event_topic_arn,
            source_type="db-instance",
            source_ids=[instance.identifier],
            event_categories=list(EVENT_CATEGORIES),
            opts=self.child(),
        )

    def _url_secret(self, instance: aws.rds.Instance, password: pulumi.Output[str]) -> GeneratedSecret:
        # `require` encrypts without checking who answers: RDS's certificates are signed by an authority of its own that
        # the application's image does not carry. With that bundle in the image it can be `verify-full`.
        url = pulumi.Output.concat(
            f"postgres://{OWNER}:", password, "@", instance.address, f":{PORT}/{DATABASE_NAME}?sslmode=require"
        )
        return GeneratedSecret(
            f"{self._name}-url",
            GeneratedSecretArgs(
                secret_name=secret_name(self._args.environment_name, "database-url"),
                description="DATABASE_URL: the owner of the database, complete with password",
                value=url,
                recovery_region=self._args.recovery_region,
                protected=self._args.protected,
            ),
            self.child(),
        )


def first_backup_window(maintenance_window: str) -> str:
    """Half an hour, twelve hours away from the start of the maintenance window: RDS refuses windows that overlap.

    `sun:03:30-sun:04:00` gives `15:30-16:00`. It holds until AWS Backup sets its own.
    """
    hour, minute = (int(part) for part in maintenance_window.partition("-")[0].split(":")[1:])
    start = (hour * 60 + minute + 12 * 60) % (24 * 60)
    end = (start + 30) % (24 * 60)
    return f"{start // 60:02d}:{start % 60:02d}-{end // 60:02d}:{end % 60:02d}"

"""Where the database comes from: RDS, or a server elsewhere. The rest of an environment does not care."""

from dataclasses import dataclass, field

import pulumi

from components.database import Database, DatabaseArgs
from components.network import Network
from components.notifications import Notifications
from infra.lookups import Lookups
from runbook import schedule
from runbook.alarm import Subject
from runbook.settings import Environment


@dataclass(frozen=True, kw_only=True)
class ChosenDatabase:
    """What the service, the alarms and the backups need to know."""

    secrets: dict[str, pulumi.Output[str]]
    """Variable of the application to secret ARN."""
    secret_versions: list[pulumi.Resource]
    url_secret_name: pulumi.Input[str]
    rds: Database | None
    subjects: dict[Subject, pulumi.Input[str]] = field(default_factory=dict[Subject, pulumi.Input[str]])


def choose_database(
    environment: Environment,
    lookups: Lookups,
    network: Network,
    notifications: Notifications,
    opts: pulumi.ResourceOptions,
) -> ChosenDatabase:
    """As `database.kind` says."""
    settings = environment.database
    request_role = (
        {"APP_DATABASE_URL": lookups.secret_arns[settings.app_url_secret]}
        if settings.app_url_secret is not None
        else {}
    )
    if settings.external_url_secret is not None:
        return ChosenDatabase(
            secrets={"DATABASE_URL": lookups.secret_arns[settings.external_url_secret], **request_role},
            secret_versions=[],
            url_secret_name=settings.external_url_secret,
            rds=None,
        )
    rds = Database(
        "database",
        DatabaseArgs(
            database=settings,
            identifier=environment.database_identifier,
            prefix=environment.prefix,
            environment_name=environment.name,
            account_id=lookups.account_id,
            subnet_ids=network.isolated_subnet_ids,
            security_group_id=network.database_security_group_id,
            window=schedule.database_window(environment.maintenance),
            event_topic_arn=notifications.warning_topic_arn,
            recovery_region=environment.location.recovery_region,
            log_retention_days=environment.logs.retention_days,
            protected=environment.protection.protected,
        ),
        opts,
    )
    return ChosenDatabase(
        secrets={"DATABASE_URL": rds.url_secret_arn, **request_role},
        secret_versions=[rds.url_secret_version],
        url_secret_name=rds.url_secret_name,
        rds=rds,
        subjects={"database": rds.identifier, "database_resource": rds.resource_id},
    )

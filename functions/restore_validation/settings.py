"""What the function is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from functions.common.environ import required


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The environment variables of the function."""

    environment: str
    plan_arn_prefix: str
    """What the ARN of our restore-test plan begins with."""
    sources: Mapping[str, str]
    """Kind → ARN of what is backed up: objects, configuration and, unless it stands elsewhere, database."""
    subnet_group: str | None
    engine_version: str | None
    database_url_secret_arn: str | None
    """Where the application's `DATABASE_URL` is: a restored database has to accept the same login."""
    record_bucket: str
    record_key_arn: str
    topic_arn: str
    guide_url: str


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Raises `BadSettingError`."""
    database = environ.get("DATABASE_ARN")
    sources = {"objects": required(environ, "OBJECTS_ARN"), "configuration": required(environ, "CONFIGURATION_ARN")}
    return Settings(
        environment=required(environ, "ENVIRONMENT"),
        plan_arn_prefix=required(environ, "PLAN_ARN_PREFIX"),
        sources={**sources, "database": database} if database else sources,
        subnet_group=required(environ, "SUBNET_GROUP") if database else None,
        engine_version=required(environ, "ENGINE_VERSION") if database else None,
        database_url_secret_arn=required(environ, "DATABASE_URL_SECRET_ARN") if database else None,
        record_bucket=required(environ, "CONFIGURATION_ARN").rpartition(":")[2],
        record_key_arn=required(environ, "RECORD_KEY_ARN"),
        topic_arn=required(environ, "TOPIC_ARN"),
        guide_url=required(environ, "GUIDE_URL"),
    )

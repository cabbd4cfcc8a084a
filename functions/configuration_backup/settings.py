"""What the function is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from functions.common.environ import BadSettingError, required

__all__ = ["BadSettingError", "Settings", "read_settings"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Whose configuration is read, and where it is kept."""

    environment: str
    account_id: str
    bucket: str
    key_arn: str
    """The KMS key that the backup is encrypted under."""
    parameter_path: str
    secret_prefix: str
    """Secrets of the environment begin with it; those that the tasks name besides are found through them."""
    name_prefix: str
    """Alarms and dashboards begin with it."""
    outside_region: str
    """Where the alarms of the check from outside live."""
    cluster: str
    service: str
    listener_arn: str
    backup_plan_ids: tuple[str, ...]


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Raises `BadSettingError`."""
    return Settings(
        environment=required(environ, "ENVIRONMENT"),
        account_id=required(environ, "ACCOUNT_ID"),
        bucket=required(environ, "BUCKET"),
        key_arn=required(environ, "KEY_ARN"),
        parameter_path=required(environ, "PARAMETER_PATH"),
        secret_prefix=required(environ, "SECRET_PREFIX"),
        name_prefix=required(environ, "NAME_PREFIX"),
        outside_region=required(environ, "OUTSIDE_REGION"),
        cluster=required(environ, "CLUSTER"),
        service=required(environ, "SERVICE"),
        listener_arn=required(environ, "LISTENER_ARN"),
        backup_plan_ids=tuple(filter(None, required(environ, "BACKUP_PLAN_IDS").split(","))),
    )

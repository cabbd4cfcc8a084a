"""What the function is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from functions.common.environ import BadSettingError, required

__all__ = ["BadSettingError", "Settings", "read_settings"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is backed up and where its points lie."""

    namespace: str
    metric_name: str
    vault: str
    recovery_vault: str | None
    """None: nothing is copied, and no age of a copy is measured."""
    recovery_region: str | None
    objects_bucket_arn: str
    configuration_bucket_arn: str
    configuration_folder: str
    database_arn: str | None
    """None: the database stands elsewhere, and whoever runs it backs it up."""


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Raises `BadSettingError`."""
    recovery_vault, recovery_region = environ.get("RECOVERY_VAULT") or None, environ.get("RECOVERY_REGION") or None
    if (recovery_vault is None) != (recovery_region is None):
        raise BadSettingError("RECOVERY_VAULT and RECOVERY_REGION must be set together, or neither of them")
    database_arn = environ.get("DATABASE_ARN") or None
    if database_arn is not None and ":db:" not in database_arn:
        raise BadSettingError("DATABASE_ARN must be the ARN of an RDS instance")
    return Settings(
        namespace=required(environ, "NAMESPACE"),
        metric_name=required(environ, "METRIC_NAME"),
        vault=required(environ, "VAULT"),
        recovery_vault=recovery_vault,
        recovery_region=recovery_region,
        objects_bucket_arn=_bucket_arn(environ, "OBJECTS_BUCKET_ARN"),
        configuration_bucket_arn=_bucket_arn(environ, "CONFIGURATION_BUCKET_ARN"),
        configuration_folder=required(environ, "CONFIGURATION_FOLDER"),
        database_arn=database_arn,
    )


def _bucket_arn(environ: Mapping[str, str], name: str) -> str:
    arn = required(environ, name)
    if ":::" not in arn:
        raise BadSettingError(f"{name} must be the ARN of a bucket")
    return arn

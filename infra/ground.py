"""What every chapter of an environment stands on: its settings, what AWS answered, and the provider handed down."""

from dataclasses import dataclass

import pulumi

from infra.lookups import Lookups
from runbook.settings import Environment


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Settings that many components want, by the names they want them under."""

    environment: Environment
    lookups: Lookups
    opts: pulumi.ResourceOptions

    @property
    def account_id(self) -> pulumi.Output[str]:
        """Of the credentials in use."""
        return self.lookups.account_id

    @property
    def prefix(self) -> str:
        """Start of every fixed name."""
        return self.environment.prefix

    @property
    def region(self) -> str:
        """Where everything stands that does not say otherwise."""
        return self.environment.location.region

    @property
    def recovery_region(self) -> str | None:
        """Where copies go."""
        return self.environment.location.recovery_region

    @property
    def protected(self) -> bool:
        """Whether data and traffic are safe from a slip."""
        return self.environment.protection.protected

    @property
    def log_retention_days(self) -> int:
        """Of every log group and log bucket."""
        return self.environment.logs.retention_days

    @property
    def guide_url(self) -> str:
        """Where `docs/incident-response.md` is read."""
        return self.environment.notifications.guide_url

"""The operations manifest: what the runbook's commands must know about an environment, and nothing secret.

The program writes it to one SSM parameter; commands read only that. Names stand here rather than ARNs wherever AWS
takes a name, so that it fits.
"""

import json
from typing import Literal

from runbook.section import Section
from runbook.settings import Alerts, Contacts, Maintenance, Objectives, Reports, Scaling
from runbook.whereabouts import parameter_name

__all__ = ["Manifest", "parameter_name"]

PARAMETER_BYTES = 8 * 1024  # SSM: an advanced parameter holds 8 KB
MANIFEST_BYTES = 6 * 1024  # ours: leaves room to grow without a new way to store it


class ServiceNames(Section):
    """The service and what it is made of."""

    cluster: str
    service: str
    task_family: str
    container: str
    log_group: str
    bake_minutes: int
    approval_required: bool
    withdrawn_parameter: str
    """SSM parameter that lists image digests withdrawn by a rollback."""
    smoke_test_function: str
    version: str | None
    """What the deployed image answers at `/health/live`, where the stack file says it."""


class TrafficNames(Section):
    """What stands before the service."""

    load_balancer: str
    """As CloudWatch's dimension `LoadBalancer` spells it."""
    blue: str
    """As CloudWatch's dimension `TargetGroup` spells it."""
    green: str
    production_rule_arn: str
    test_rule_arn: str
    test_header: str
    test_header_secret: str
    """Name of the secret that holds the header's value."""


class DatabasePlace(Section):
    """Where and how an instance of RDS has to stand: what a restore needs when the instance itself is gone."""

    subnet_group: str
    security_group_id: str
    parameter_group: str
    instance_class: str
    engine_version: str
    multi_az: bool
    protected: bool


class DatabaseNames(Section):
    """The database, wherever it runs."""

    kind: Literal["rds", "external"]
    identifier: str | None
    url_secret: str
    place: DatabasePlace | None = None
    """None where the database stands elsewhere."""


class BackupNames(Section):
    """Where recovery points lie."""

    vault: str
    recovery_vault: str | None
    role_arn: str
    """May start, copy and restore backups."""
    restore_test_plan: str
    objects_bucket: str
    configuration_bucket: str
    retention_days: int
    database_late_minutes: int
    daily_late_minutes: int


class AlertNames(Section):
    """Who tells whom."""

    critical_topic_arn: str
    warning_topic_arn: str
    announcement_topic_arn: str
    outside_topic_arn: str
    maintenance_alarm: str
    deployment_alarms: tuple[str, ...]
    dashboard: str
    guide_url: str


class Manifest(Section):
    """One environment, as its operators find it."""

    version: Literal[1] = 1
    environment: str
    account_id: str
    region: str
    recovery_region: str | None
    url: str
    service: ServiceNames
    traffic: TrafficNames
    database: DatabaseNames
    backups: BackupNames
    alerts: AlertNames
    maintenance_window: str
    scaling: Scaling
    objectives: Objectives
    alert_lines: Alerts
    log_retention_days: int
    reports: Reports
    maintenance: Maintenance
    contacts: Contacts

    def to_parameter(self) -> str:
        """Compact JSON, at most 6 KB; raises ValueError with the size when it is more."""
        text = json.dumps(self.model_dump(mode="json", exclude_defaults=False), separators=(",", ":"))
        if (size := len(text.encode())) > MANIFEST_BYTES:
            raise ValueError(f"the operations manifest has {size} bytes; at most {MANIFEST_BYTES} are allowed")
        return text

    @classmethod
    def from_parameter(cls, text: str) -> "Manifest":
        """The inverse of `to_parameter`; raises pydantic's ValidationError for another version or shape."""
        return cls.model_validate_json(text)

"""What goes into the operations manifest, from the components' outputs."""

from dataclasses import dataclass
from typing import Any

import pulumi

from components.alarms import Alarms
from components.application_secrets import ApplicationSecrets
from components.backup_plan import BackupPlan
from components.blue_green import TEST_HEADER, BlueGreenTargetGroups
from components.cluster import Cluster
from components.dashboard import Dashboard
from components.load_balancer import LoadBalancer
from components.maintenance_alarm import MaintenanceAlarm
from components.maintenance_window import MaintenanceWindow
from components.notifications import Notifications
from components.object_storage import ObjectStorage
from components.service import Service
from components.smoke_test import SmokeTest
from infra.database import ChosenDatabase
from runbook.settings import Environment


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What an environment is made of, as far as its operators must find it."""

    account_id: pulumi.Input[str]
    cluster: Cluster
    service: Service
    smoke_test: SmokeTest
    load_balancer: LoadBalancer
    colours: BlueGreenTargetGroups
    secrets: ApplicationSecrets
    database: ChosenDatabase
    storage: ObjectStorage
    backups: BackupPlan
    notifications: Notifications
    maintenance_alarm: MaintenanceAlarm
    deployment_alarms: Alarms
    dashboard: Dashboard
    window: MaintenanceWindow


def manifest_fields(environment: Environment, parts: Parts) -> dict[str, Any]:
    """The fields of `runbook.manifest.Manifest`, some of them outputs."""
    return {
        "environment": environment.name,
        "account_id": parts.account_id,
        "region": environment.location.region,
        "recovery_region": environment.location.recovery_region,
        "url": environment.url,
        "service": {
            "cluster": parts.cluster.cluster_name,
            "service": parts.service.service_name_output,
            "task_family": parts.service.task_family,
            "container": parts.service.container_name,
            "log_group": parts.cluster.service_log_group_name,
            "bake_minutes": environment.deployment.bake_minutes,
            "approval_required": environment.deployment.approval_required,
            "withdrawn_parameter": parts.service.withdrawn_parameter_name,
            "smoke_test_function": parts.smoke_test.function_name,
            "version": environment.service.version,
        },
        "traffic": {
            "load_balancer": parts.load_balancer.arn_suffix,
            "blue": parts.colours.blue_arn_suffix,
            "green": parts.colours.green_arn_suffix,
            "production_rule_arn": parts.colours.production_rule_arn,
            "test_rule_arn": parts.colours.test_rule_arn,
            "test_header": TEST_HEADER,
            "test_header_secret": parts.secrets.test_header_secret_name,
        },
        "database": {
            "kind": environment.database.kind,
            "identifier": parts.database.rds.identifier if parts.database.rds else None,
            "url_secret": parts.database.url_secret_name,
        },
        "backups": {
            "vault": parts.backups.vault_name,
            "recovery_vault": parts.backups.recovery_vault_name,
            "role_arn": parts.backups.role_arn,
            "restore_test_plan": parts.backups.restore_test_plan_name,
            "objects_bucket": parts.storage.objects_bucket,
            "configuration_bucket": parts.storage.configuration_bucket,
            "retention_days": environment.backups.retention_days,
            "database_late_minutes": environment.backups.database_late_minutes,
            "daily_late_minutes": environment.backups.daily_late_minutes,
        },
        "alerts": {
            "critical_topic_arn": parts.notifications.critical_topic_arn,
            "warning_topic_arn": parts.notifications.warning_topic_arn,
            "announcement_topic_arn": parts.notifications.announcement_topic_arn,
            "outside_topic_arn": parts.notifications.outside_topic_arn,
            "maintenance_alarm": parts.maintenance_alarm.alarm_name,
            "deployment_alarms": list(parts.deployment_alarms.names.values()),
            "dashboard": parts.dashboard.dashboard_name,
            "guide_url": environment.notifications.guide_url,
        },
        "maintenance_window": parts.window.window_id,
        "scaling": environment.scaling.model_dump(mode="json"),
        "objectives": environment.objectives.model_dump(mode="json"),
        "maintenance": environment.maintenance.model_dump(mode="json"),
        "contacts": environment.contacts.model_dump(mode="json"),
    }

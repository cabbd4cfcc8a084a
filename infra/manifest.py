"""What goes into the operations manifest, from the components' outputs."""

from typing import Any

from components.blue_green import TEST_HEADER
from infra.application import Application
from infra.foundation import Foundation
from infra.ground import Ground
from infra.safekeeping import Safekeeping
from infra.traffic import Traffic
from infra.upkeep import Upkeep
from infra.watch import Watch


def manifest_fields(
    ground: Ground,
    foundation: Foundation,
    traffic: Traffic,
    application: Application,
    safekeeping: Safekeeping,
    watch: Watch,
    upkeep: Upkeep,
) -> dict[str, Any]:
    """The fields of `runbook.manifest.Manifest`, some of them outputs."""
    environment = ground.environment
    return {
        "environment": environment.name,
        "account_id": ground.account_id,
        "region": environment.location.region,
        "recovery_region": environment.location.recovery_region,
        "url": environment.url,
        "service": {
            "cluster": application.cluster.cluster_name,
            "service": application.service.service_name_output,
            "task_family": application.service.task_family,
            "container": application.service.container_name,
            "log_group": application.cluster.service_log_group_name,
            "bake_minutes": environment.deployment.bake_minutes,
            "approval_required": environment.deployment.approval_required,
            "withdrawn_parameter": application.service.withdrawn_parameter_name,
            "smoke_test_function": application.smoke_test.function_name,
            "version": environment.service.version,
        },
        "traffic": {
            "load_balancer": traffic.load_balancer.arn_suffix,
            "blue": traffic.colours.blue_arn_suffix,
            "green": traffic.colours.green_arn_suffix,
            "production_rule_arn": traffic.colours.production_rule_arn,
            "test_rule_arn": traffic.colours.test_rule_arn,
            "test_header": TEST_HEADER,
            "test_header_secret": traffic.secrets.test_header_secret_name,
        },
        "database": {
            "kind": environment.database.kind,
            "identifier": application.database.rds.identifier if application.database.rds else None,
            "url_secret": application.database.url_secret_name,
            "place": _place(ground, foundation, application),
        },
        "backups": {
            "vault": safekeeping.plan.vault_name,
            "recovery_vault": safekeeping.plan.recovery_vault_name,
            "role_arn": safekeeping.plan.role_arn,
            "restore_test_plan": safekeeping.plan.restore_test_plan_name,
            "objects_bucket": foundation.storage.objects_bucket,
            "configuration_bucket": foundation.storage.configuration_bucket,
            "retention_days": environment.backups.retention_days,
            "database_late_minutes": environment.backups.database_late_minutes,
            "daily_late_minutes": environment.backups.daily_late_minutes,
        },
        "alerts": {
            "critical_topic_arn": foundation.notifications.critical_topic_arn,
            "warning_topic_arn": foundation.notifications.warning_topic_arn,
            "announcement_topic_arn": foundation.notifications.announcement_topic_arn,
            "outside_topic_arn": foundation.notifications.outside_topic_arn,
            "maintenance_alarm": watch.maintenance_alarm.alarm_name,
            "deployment_alarms": list(application.deployment_alarms.names.values()),
            "dashboard": watch.dashboard.dashboard_name,
            "guide_url": environment.notifications.guide_url,
        },
        "maintenance_window": upkeep.window.window_id,
        "scaling": environment.scaling.model_dump(mode="json"),
        "objectives": environment.objectives.model_dump(mode="json"),
        "alert_lines": environment.alerts.model_dump(mode="json"),
        "log_retention_days": environment.logs.retention_days,
        "reports": environment.reports.model_dump(mode="json"),
        "maintenance": environment.maintenance.model_dump(mode="json"),
        "contacts": environment.contacts.model_dump(mode="json"),
    }


def _place(ground: Ground, foundation: Foundation, application: Application) -> dict[str, Any] | None:
    """Where a restored instance has to stand."""
    database, rds = ground.environment.database, application.database.rds
    if rds is None:
        return None
    return {
        "subnet_group": rds.subnet_group_name,
        "security_group_id": foundation.network.database_security_group_id,
        "parameter_group": rds.parameter_group_name,
        "instance_class": database.instance_class,
        "engine_version": database.engine_version,
        "multi_az": database.multi_az,
        "protected": ground.protected,
    }

"""Maintenance: the window, its checklist, and what AWS tells only once."""

from dataclasses import dataclass

from components.events import Events, EventsArgs
from components.maintenance_checklist import MaintenanceChecklist, MaintenanceChecklistArgs
from components.maintenance_window import MaintenanceWindow, MaintenanceWindowArgs
from infra.application import Application
from infra.foundation import Foundation
from infra.ground import Ground
from infra.safekeeping import Safekeeping
from infra.traffic import Traffic
from infra.watch import Watch


@dataclass(frozen=True, kw_only=True)
class Upkeep:
    """What keeps the environment in shape."""

    checklist: MaintenanceChecklist
    window: MaintenanceWindow
    events: Events


def plan_upkeep(
    ground: Ground,
    foundation: Foundation,
    traffic: Traffic,
    application: Application,
    safekeeping: Safekeeping,
    watch: Watch,
) -> Upkeep:
    """Registers it."""
    environment = ground.environment
    notifications, storage, plan = foundation.notifications, foundation.storage, safekeeping.plan
    rds = application.database.rds

    checklist = MaintenanceChecklist(
        "checklist",
        MaintenanceChecklistArgs(
            maintenance=environment.maintenance,
            backups=environment.backups,
            environment_name=environment.name,
            prefix=ground.prefix,
            region=ground.region,
            account_id=ground.account_id,
            url=environment.url,
            guide_url=ground.guide_url,
            announcement_topic_arn=notifications.announcement_topic_arn,
            announcement_topic_key_arn=notifications.announcement_key_arn,
            warning_topic_arn=notifications.warning_topic_arn,
            warning_topic_key_arn=notifications.key_arns["warning"],
            maintenance_alarm_name=watch.maintenance_alarm.alarm_name,
            smoke_test_function_arn=application.smoke_test.function_arn,
            vault_name=plan.vault_name,
            vault_arn=plan.vault_arn,
            backup_role_arn=plan.role_arn,
            objects_bucket_arn=storage.objects_bucket_arn,
            configuration_bucket_arn=storage.configuration_bucket_arn,
            database_arn=rds.instance_arn if rds else None,
            log_retention_days=ground.log_retention_days,
        ),
        ground.opts,
    )

    window = MaintenanceWindow(
        "maintenance",
        MaintenanceWindowArgs(
            maintenance=environment.maintenance,
            prefix=ground.prefix,
            announcement_topic_arn=notifications.announcement_topic_arn,
            announcement_key_arn=notifications.announcement_key_arn,
            url=environment.url,
            checklist_state_machine_arn=checklist.state_machine_arn,
        ),
        ground.opts,
    )

    events = Events(
        "events",
        EventsArgs(
            environment_name=environment.name,
            prefix=ground.prefix,
            region=ground.region,
            account_id=ground.account_id,
            warning_topic_arn=notifications.warning_topic_arn,
            guide_url=ground.guide_url,
            cluster_arn=application.cluster.cluster_arn,
            service_arn=application.service.service_arn,
            vault_arn=plan.vault_arn,
            recovery_vault_arn=plan.recovery_vault_arn,
            restore_test_plan_name=plan.restore_test_plan_name,
            certificate_arn=traffic.load_balancer.certificate_arn,
            checklist_arn=checklist.state_machine_arn,
        ),
        ground.opts,
    )

    return Upkeep(checklist=checklist, window=window, events=events)

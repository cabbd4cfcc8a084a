"""Who watches: alarms, what tells people and what holds it back, the dashboard, the budget."""

from dataclasses import dataclass

import pulumi

from components.alarms import Alarms, AlarmsArgs
from components.alerts import Alerts, AlertsArgs
from components.budget import Budget, BudgetArgs
from components.dashboard import Dashboard, DashboardArgs
from components.log_errors import LogErrors, LogErrorsArgs
from components.maintenance_alarm import MaintenanceAlarm, MaintenanceAlarmArgs
from components.outside_check import OutsideCheck, OutsideCheckArgs
from infra.application import Application, traffic_subjects
from infra.foundation import Foundation
from infra.ground import Ground
from infra.safekeeping import Safekeeping
from infra.traffic import Traffic
from runbook import schedule
from runbook.alarm import Subject, alerts
from runbook.alarms import ERROR_LINES_METRIC, catalogue, own_namespace
from runbook.resource_tags import ENVIRONMENT_TAG


@dataclass(frozen=True, kw_only=True)
class Watch:
    """What sees and what tells."""

    remaining_alarms: Alarms
    log_errors: LogErrors
    outside_check: OutsideCheck
    maintenance_alarm: MaintenanceAlarm
    pages: Alerts
    dashboard: Dashboard
    budget: Budget


def keep_watch(
    ground: Ground, foundation: Foundation, traffic: Traffic, application: Application, safekeeping: Safekeeping
) -> Watch:
    """Registers it."""
    environment, notifications = ground.environment, foundation.notifications
    rows = catalogue(environment)
    subjects: dict[Subject, pulumi.Input[str]] = {
        **traffic_subjects(traffic, application.database),
        "cluster": application.cluster.cluster_name,
        "service": application.service.service_name_output,
        "backup_vault": safekeeping.plan.vault_name,
    }

    remaining_alarms = Alarms(
        "alarms",
        AlarmsArgs(
            rows=[row for row in rows if not row.deployment and not row.outside],
            prefix=ground.prefix,
            subjects=subjects,
            guide_url=ground.guide_url,
        ),
        ground.opts,
    )
    log_errors = LogErrors(
        "log-errors",
        LogErrorsArgs(
            log_group_name=application.cluster.service_log_group_name,
            namespace=own_namespace(environment),
            metric_name=ERROR_LINES_METRIC,
            prefix=ground.prefix,
        ),
        pulumi.ResourceOptions.merge(ground.opts, pulumi.ResourceOptions(depends_on=application.cluster.log_groups)),
    )
    outside_check = OutsideCheck(
        "outside",
        OutsideCheckArgs(
            alerts=environment.alerts,
            host_name=environment.address.host_name,
            rows=[row for row in rows if row.outside],
            prefix=ground.prefix,
            topic_arn=notifications.outside_topic_arn,
            guide_url=ground.guide_url,
        ),
        ground.opts,
    )

    # What tells people is held back while this one says that it is maintenance.
    maintenance_alarm = MaintenanceAlarm(
        "maintenance-alarm",
        MaintenanceAlarmArgs(
            maintenance=environment.maintenance,
            prefix=ground.prefix,
            load_balancer_arn_suffix=traffic.load_balancer.arn_suffix,
        ),
        ground.opts,
    )
    pages = Alerts(
        "alerts",
        AlertsArgs(
            alerts=alerts(rows),
            prefix=ground.prefix,
            alarm_names={**application.deployment_alarms.names, **remaining_alarms.names},
            critical_topic_arn=notifications.critical_topic_arn,
            warning_topic_arn=notifications.warning_topic_arn,
            maintenance_alarm_name=maintenance_alarm.alarm_name,
            guide_url=ground.guide_url,
        ),
        ground.opts,
    )

    dashboard = Dashboard(
        "dashboard",
        DashboardArgs(
            prefix=ground.prefix,
            region=ground.region,
            url=environment.url,
            guide_url=ground.guide_url,
            window=schedule.spell_window(environment.maintenance),
            objectives=environment.objectives,
            alerts=environment.alerts,
            subjects={**subjects, "health_check": outside_check.health_check_id},
            instance_class=environment.database.instance_class if application.database.rds else None,
            log_group_name=application.cluster.service_log_group_name,
            own_namespace=own_namespace(environment),
            alarm_arns=[
                *application.deployment_alarms.arns.values(),
                *remaining_alarms.arns.values(),
                maintenance_alarm.alarm_arn,
            ],
            outside_alarm_arns=list(outside_check.arns.values()),
        ),
        ground.opts,
    )

    budget = Budget(
        "budget",
        BudgetArgs(
            budget=environment.budget,
            prefix=ground.prefix,
            emails=environment.notifications.emails,
            tag_key=ENVIRONMENT_TAG,
            tag_value=environment.name,
        ),
        ground.opts,
    )

    return Watch(
        remaining_alarms=remaining_alarms,
        log_errors=log_errors,
        outside_check=outside_check,
        maintenance_alarm=maintenance_alarm,
        pages=pages,
        dashboard=dashboard,
        budget=budget,
    )

"""The runbook's two lists, a row for each of its lines, in its words and order."""

from operations.reports import (
    access,
    backups,
    compliance,
    cost,
    dashboards,
    log_errors,
    overnight,
    patches,
    retention,
    security,
    tickets,
    traffic,
    trends,
    users,
    utilisation,
)
from operations.reports.gather import Reader, Row


def _row(step: str, title: str, *readers: Reader) -> Row:
    return Row(step=step, title=title, readers=readers)


DASHBOARDS, LOGS, USERS = "Review Dashboards", "Check Logs", "User Activity"
PERFORMANCE, SECURITY, BACKUPS = "Performance Review", "Security Review", "Backup Verification"

MORNING = (
    _row(DASHBOARDS, "Check system health dashboard", dashboards.dashboard),
    _row(DASHBOARDS, "Review error rates", traffic.error_rates),
    _row(DASHBOARDS, "Check resource utilization", utilisation.utilisation),
    _row(DASHBOARDS, "Review overnight alerts", overnight.alarms),
    _row(LOGS, "Review application logs for errors", log_errors.log_errors),
    _row(LOGS, "Check security logs", security.firewall, security.guard_duty, security.trail, security.flow_logs),
    _row(LOGS, "Review access logs", access.access),
    _row(LOGS, "Verify backup completion", backups.completion),
    _row(USERS, "Review new signups", users.sign_ups),
    _row(USERS, "Check active user count", users.active_users),
    _row(USERS, "Review support tickets", tickets.tickets),
    _row(USERS, "Monitor usage trends", users.usage_trends),
)
"""Runbook, "Morning Checklist"."""

WEEKLY = (
    _row(PERFORMANCE, "Analyze metrics trends", trends.trends, traffic.error_rates),
    _row(PERFORMANCE, "Identify optimization opportunities", trends.opportunities, cost.cost),
    _row(PERFORMANCE, "Review capacity planning", trends.capacity, utilisation.utilisation),
    _row(PERFORMANCE, "Update forecasts", trends.forecasts),
    _row(SECURITY, "Review access logs", access.access),
    _row(
        SECURITY,
        "Check for suspicious activity",
        access.suspicious_access,
        security.firewall,
        security.blocked_addresses,
        security.guard_duty,
        security.trail,
    ),
    _row(SECURITY, "Verify security patches", patches.image, patches.database),
    _row(
        SECURITY,
        "Review compliance status",
        compliance.database,
        compliance.buckets,
        compliance.load_balancer,
        compliance.vault_lock,
        security.flow_logs,
        compliance.aws_config,
        compliance.security_hub,
    ),
    _row(BACKUPS, "Test backup restoration", backups.restore_test),
    _row(BACKUPS, "Verify backup integrity", backups.integrity, backups.completion),
    _row(BACKUPS, "Review retention policies", retention.log_groups, retention.log_files, retention.recovery_points),
    _row(BACKUPS, "Document backup status", backups.documentation),
)
"""Runbook, "Weekly Tasks"."""

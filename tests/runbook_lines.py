"""The operations runbook's own lines, typed from it: docs/runbook.md and the numbers are checked against them.

Heading (and step below it) to its lines; markup is left out.
"""

from typing import Final

LINES: Final[dict[str, tuple[str, ...]]] = {
    "Morning Checklist / Review Dashboards": (
        "Check system health dashboard",
        "Review error rates",
        "Check resource utilization",
        "Review overnight alerts",
    ),
    "Morning Checklist / Check Logs": (
        "Review application logs for errors",
        "Check security logs",
        "Review access logs",
        "Verify backup completion",
    ),
    "Morning Checklist / User Activity": (
        "Review new signups",
        "Check active user count",
        "Review support tickets",
        "Monitor usage trends",
    ),
    "Weekly Tasks / Performance Review": (
        "Analyze metrics trends",
        "Identify optimization opportunities",
        "Review capacity planning",
        "Update forecasts",
    ),
    "Weekly Tasks / Security Review": (
        "Review access logs",
        "Check for suspicious activity",
        "Verify security patches",
        "Review compliance status",
    ),
    "Weekly Tasks / Backup Verification": (
        "Test backup restoration",
        "Verify backup integrity",
        "Review retention policies",
        "Document backup status",
    ),
    "Standard Deployment / Pre-Deployment": (
        "Run tests",
        "cargo test",
        "Build artifacts",
        "cargo build --release",
        "Create deployment package",
        "./scripts/create-deployment-package.sh",
    ),
    "Standard Deployment / Staging Deployment": (
        "Deploy to staging",
        "./scripts/deploy-staging.sh",
        "Run smoke tests",
        "./scripts/smoke-tests.sh --environment staging",
        "Verify functionality",
    ),
    "Standard Deployment / Production Deployment": (
        "Create deployment ticket",
        "Get approval",
        "Deploy to production",
        "./scripts/deploy-production.sh",
        "Monitor deployment",
        "Verify health checks",
        "Run smoke tests",
    ),
    "Blue-Green Deployment / Prepare Green Environment": (
        "Deploy new version to green",
        "Run health checks",
        "Verify functionality",
    ),
    "Blue-Green Deployment / Switch Traffic": (
        "Update load balancer",
        "Monitor metrics",
        "Verify no errors",
    ),
    "Blue-Green Deployment / Cleanup": (
        "Keep blue for rollback",
        "Monitor for 1 hour",
        "Decommission blue if stable",
    ),
    "Rollback Procedure / Identify Issue": (
        "Check error rates",
        "Review logs",
        "Assess impact",
    ),
    "Rollback Procedure / Execute Rollback": (
        "Rollback to previous version",
        "./scripts/rollback.sh",
        "Verify rollback",
        "Monitor metrics",
    ),
    "Rollback Procedure / Post-Rollback": (
        "Document incident",
        "Root cause analysis",
        "Fix and retest",
    ),
    "Key Metrics / Availability": (
        "Target: 99.9% uptime",
        "Alert: < 99.5% for 5 minutes",
    ),
    "Key Metrics / Latency": (
        "Target: P95 < 200ms",
        "Alert: P95 > 500ms for 5 minutes",
    ),
    "Key Metrics / Error Rate": (
        "Target: < 0.1%",
        "Alert: > 1% for 5 minutes",
    ),
    "Key Metrics / Resource Usage": (
        "CPU: Alert at 80%",
        "Memory: Alert at 85%",
        "Disk: Alert at 90%",
    ),
    "Alert Response / Critical Alerts": (
        "Immediate response required",
        "On-call engineer notified",
        "Escalate if no response in 15 min",
    ),
    "Alert Response / Warning Alerts": (
        "Review within 1 hour",
        "Investigate and resolve",
        "Document if recurring",
    ),
    "Alert Response / Info Alerts": (
        "Review during daily check",
        "Track trends",
        "Address if needed",
    ),
    "Severity Levels / P0 - Critical": (
        "Service completely down",
        "Data loss or corruption",
        "Security breach",
        "Response: Immediate (< 15 min)",
    ),
    "Severity Levels / P1 - High": (
        "Major feature broken",
        "Performance degradation",
        "Partial outage",
        "Response: < 1 hour",
    ),
    "Severity Levels / P2 - Medium": (
        "Minor feature broken",
        "Non-critical errors",
        "Performance issues",
        "Response: < 4 hours",
    ),
    "Severity Levels / P3 - Low": (
        "Cosmetic issues",
        "Enhancement requests",
        "Documentation updates",
        "Response: < 24 hours",
    ),
    "Incident Procedure / Detection": (
        "Alert received",
        "User report",
        "Monitoring detection",
    ),
    "Incident Procedure / Triage": (
        "Assess severity",
        "Assign owner",
        "Create incident ticket",
        "Notify team",
    ),
    "Incident Procedure / Response": (
        "Investigate root cause",
        "Implement fix",
        "Verify resolution",
        "Monitor stability",
    ),
    "Incident Procedure / Post-Incident": (
        "Document incident",
        "Root cause analysis",
        "Action items",
        "Process improvements",
    ),
    "Backup Schedule": (
        "Database: Hourly incremental, daily full",
        "Object Storage: Daily snapshots",
        "Configuration: Daily backups",
        "Logs: 30-day retention",
    ),
    "Backup Verification": (
        "Weekly backup test",
        "./scripts/test-backup-restore.sh",
        "Verify backup integrity",
        "./scripts/verify-backups.sh",
    ),
    "Recovery Procedures / Database Recovery": (
        "Identify backup point",
        "Restore from backup",
        "Verify data integrity",
        "Resume operations",
    ),
    "Recovery Procedures / Full System Recovery": (
        "Restore infrastructure",
        "Restore database",
        "Restore configuration",
        "Verify functionality",
    ),
    "Auto-Scaling / CPU-Based Scaling": (
        "Scale up: CPU > 70% for 5 min",
        "Scale down: CPU < 30% for 10 min",
    ),
    "Auto-Scaling / Memory-Based Scaling": (
        "Scale up: Memory > 80% for 5 min",
        "Scale down: Memory < 40% for 10 min",
    ),
    "Manual Scaling": (
        "Scale up",
        "./scripts/scale-up.sh --instances 5",
        "Scale down",
        "./scripts/scale-down.sh --instances 2",
        "Verify scaling",
        "./scripts/check-scaling.sh",
    ),
    "Scheduled Maintenance": (
        "Frequency: Monthly (first Sunday, 2-4 AM UTC)",
        "Duration: 2 hours",
        "Notification: 1 week advance notice",
    ),
    "Maintenance Checklist": (
        "Notify users",
        "Create maintenance ticket",
        "Backup all systems",
        "Perform maintenance",
        "Verify functionality",
        "Close maintenance window",
        "Post-maintenance report",
    ),
    "Emergency Contacts": (
        "On-Call Engineer: See PagerDuty",
        "Engineering Lead: [Contact Info]",
        "Infrastructure Team: [Contact Info]",
        "Security Team: [Contact Info]",
    ),
    "Resources": (
        "Incident Response Guide",
        "Launch Checklist",
        "Architecture Documentation",
        "Status Page",
    ),
}

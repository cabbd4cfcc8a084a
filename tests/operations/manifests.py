"""The operations manifest of a made-up production."""

from runbook.manifest import Manifest
from runbook.settings import Alerts, Contact, Contacts, Maintenance, Objectives, Reports, Scaling

ACCOUNT = "123456789012"
REGION = "us-east-1"


def manifest(environment: str = "production", **changes: object) -> Manifest:
    prefix = f"mockforge-{environment}"
    rules = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:listener-rule/app/web-1a2b3c4/5/6"
    someone = Contact(name="Somebody", reach="somebody@mockforge.dev")
    fields = {
        "environment": environment,
        "account_id": ACCOUNT,
        "region": REGION,
        "recovery_region": "us-west-2",
        "url": "https://cloud.mockforge.dev",
        "service": {
            "cluster": prefix,
            "service": prefix,
            "task_family": prefix,
            "container": "app",
            "log_group": f"/mockforge-cloud/{environment}/service",
            "bake_minutes": 60,
            "approval_required": True,
            "withdrawn_parameter": f"/mockforge-cloud/{environment}/withdrawn",
            "smoke_test_function": f"{prefix}-smoke-test",
            "version": "0.3.238",
        },
        "traffic": {
            "load_balancer": "app/web-1a2b3c4/50dc6c495c0c9188",
            "blue": "targetgroup/blue-1a2b3c4/73e2d6bc24d8a067",
            "green": "targetgroup/green-1a2b3c4/943f017f100becff",
            "production_rule_arn": f"{rules}/7",
            "test_rule_arn": f"{rules}/8",
            "test_header": "X-MockForge-Test-Traffic",
            "test_header_secret": f"mockforge-cloud/{environment}/test-header",
        },
        "database": {"kind": "rds", "identifier": prefix, "url_secret": f"mockforge-cloud/{environment}/database-url"},
        "backups": {
            "vault": prefix,
            "recovery_vault": f"{prefix}-recovery",
            "role_arn": f"arn:aws:iam::{ACCOUNT}:role/backup-1a2b3c4",
            "restore_test_plan": f"mockforge_{environment}",
            "objects_bucket": "objects-1a2b3c4",
            "configuration_bucket": "configuration-1a2b3c4",
            "retention_days": 35,
            "database_late_minutes": 60,
            "daily_late_minutes": 1560,
        },
        "alerts": {
            "critical_topic_arn": f"arn:aws:sns:{REGION}:{ACCOUNT}:critical",
            "warning_topic_arn": f"arn:aws:sns:{REGION}:{ACCOUNT}:warning",
            "announcement_topic_arn": f"arn:aws:sns:{REGION}:{ACCOUNT}:announcements",
            "outside_topic_arn": f"arn:aws:sns:us-east-1:{ACCOUNT}:outside",
            "maintenance_alarm": f"{prefix}-maintenance",
            "deployment_alarms": (f"{prefix}-deployment-errors",),
            "dashboard": prefix,
            "guide_url": "https://example.com/incident-response.md",
        },
        "maintenance_window": "mw-0123456789abcdef0",
        "scaling": Scaling(),
        "objectives": Objectives(),
        "alert_lines": Alerts(),
        "log_retention_days": 30,
        "reports": Reports(),
        "maintenance": Maintenance(),
        "contacts": Contacts(
            on_call_engineer=someone, engineering_lead=someone, infrastructure_team=someone, security_team=someone
        ),
    }
    return Manifest.model_validate(fields | changes)

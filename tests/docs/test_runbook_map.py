"""docs/runbook.md against the runbook's lines, against what is registered, and against the settings.

Guards: a line of the runbook nobody took care of, a resource that was renamed, a setting or default that moved on.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from operations.application import COMMANDS, app
from runbook.settings import Environment
from tests.runbook_lines import LINES
from tests.stacks.stack import stack_named

ROOT = Path(__file__).resolve().parent.parent.parent
MAP = ROOT / "docs" / "runbook.md"
GUIDE = ROOT / "docs" / "incident-response.md"

# Heading (and step) of the runbook → line → first cell of the row that says where it lives.
# A text instead of lines: one row for all of them.
ROWS: dict[str, dict[str, str] | str] = {
    "Morning Checklist / Review Dashboards": {
        "Check system health dashboard": "Check system health dashboard",
        "Review error rates": "Review error rates",
        "Check resource utilization": "Check resource utilization",
        "Review overnight alerts": "Review overnight alerts",
    },
    "Morning Checklist / Check Logs": {
        "Review application logs for errors": "Review application logs for errors",
        "Check security logs": "Check security logs",
        "Review access logs": "Review access logs",
        "Verify backup completion": "Verify backup completion",
    },
    "Morning Checklist / User Activity": {
        "Review new signups": "Review new signups, active users, usage trends",
        "Check active user count": "Review new signups, active users, usage trends",
        "Review support tickets": "Review support tickets",
        "Monitor usage trends": "Review new signups, active users, usage trends",
    },
    "Weekly Tasks / Performance Review": {
        "Analyze metrics trends": "Analyze metrics trends, capacity planning, forecasts",
        "Identify optimization opportunities": "Identify optimization opportunities",
        "Review capacity planning": "Analyze metrics trends, capacity planning, forecasts",
        "Update forecasts": "Analyze metrics trends, capacity planning, forecasts",
    },
    "Weekly Tasks / Security Review": {
        "Review access logs": "Review access logs, suspicious activity",
        "Check for suspicious activity": "Review access logs, suspicious activity",
        "Verify security patches": "Verify security patches",
        "Review compliance status": "Review compliance status",
    },
    "Weekly Tasks / Backup Verification": {
        "Test backup restoration": "Test backup restoration",
        "Verify backup integrity": "Verify backup integrity",
        "Review retention policies": "Review retention policies",
        "Document backup status": "Document backup status",
    },
    "Standard Deployment / Pre-Deployment": "Run tests, build, package",
    "Standard Deployment / Staging Deployment": {
        "Deploy to staging": "Deploy to staging",
        "./scripts/deploy-staging.sh": "Deploy to staging",
        "Run smoke tests": "Run smoke tests",
        "./scripts/smoke-tests.sh --environment staging": "Run smoke tests",
        "Verify functionality": "Run smoke tests",
    },
    "Standard Deployment / Production Deployment": {
        "Create deployment ticket": "Create deployment ticket, get approval",
        "Get approval": "Create deployment ticket, get approval",
        "Deploy to production": "Deploy to production",
        "./scripts/deploy-production.sh": "Deploy to production",
        "Monitor deployment": "Monitor deployment, verify health checks",
        "Verify health checks": "Monitor deployment, verify health checks",
        "Run smoke tests": "Run smoke tests",
    },
    "Blue-Green Deployment / Prepare Green Environment": "Prepare green: deploy, health checks",
    "Blue-Green Deployment / Switch Traffic": {
        "Update load balancer": "Switch traffic: update load balancer",
        "Monitor metrics": "Monitor metrics, verify no errors",
        "Verify no errors": "Monitor metrics, verify no errors",
    },
    "Blue-Green Deployment / Cleanup": {
        "Keep blue for rollback": "Keep blue for rollback, monitor for 1 hour",
        "Monitor for 1 hour": "Keep blue for rollback, monitor for 1 hour",
        "Decommission blue if stable": "Decommission blue if stable",
    },
    "Rollback Procedure / Identify Issue": "Rollback: identify issue",
    "Rollback Procedure / Execute Rollback": "Rollback: execute",
    "Rollback Procedure / Post-Rollback": "Rollback: document, root cause, fix",
    "Key Metrics / Availability": {
        "Target: 99.9% uptime": "Availability, target 99.9 %",
        "Alert: < 99.5% for 5 minutes": "Availability, alert < 99.5 % for 5 minutes",
    },
    "Key Metrics / Latency": {
        "Target: P95 < 200ms": "Latency, target P95 < 200 ms",
        "Alert: P95 > 500ms for 5 minutes": "Latency, alert P95 > 500 ms for 5 minutes",
    },
    "Key Metrics / Error Rate": {
        "Target: < 0.1%": "Error rate, target < 0.1 %",
        "Alert: > 1% for 5 minutes": "Error rate, alert > 1 % for 5 minutes",
    },
    "Key Metrics / Resource Usage": {
        "CPU: Alert at 80%": "CPU, alert at 80 %",
        "Memory: Alert at 85%": "Memory, alert at 85 %",
        "Disk: Alert at 90%": "Disk, alert at 90 %",
    },
    "Alert Response / Critical Alerts": {
        "Immediate response required": "Critical alerts: PagerDuty, immediate",
        "On-call engineer notified": "Critical alerts: PagerDuty, immediate",
        "Escalate if no response in 15 min": "Escalate if no response in 15 min",
    },
    "Alert Response / Warning Alerts": "Warning alerts: e-mail, review within 1 hour",
    "Alert Response / Info Alerts": "Info alerts: dashboard",
    "Severity Levels / P0 - Critical": "Severity levels",
    "Severity Levels / P1 - High": "Severity levels",
    "Severity Levels / P2 - Medium": "Severity levels",
    "Severity Levels / P3 - Low": "Severity levels",
    "Incident Procedure / Detection": "Incident procedure: detection, triage, response, post-incident",
    "Incident Procedure / Triage": "Incident procedure: detection, triage, response, post-incident",
    "Incident Procedure / Response": "Incident procedure: detection, triage, response, post-incident",
    "Incident Procedure / Post-Incident": "Incident procedure: detection, triage, response, post-incident",
    "Backup Schedule": {
        "Database: Hourly incremental, daily full": "Database: hourly incremental",
        "Object Storage: Daily snapshots": "Object storage: daily snapshots",
        "Configuration: Daily backups": "Configuration: daily backups",
        "Logs: 30-day retention": "Logs: 30-day retention",
    },
    "Backup Verification": "Weekly backup test, verify integrity",
    "Recovery Procedures / Database Recovery": "Database recovery",
    "Recovery Procedures / Full System Recovery": "Full system recovery",
    "Auto-Scaling / CPU-Based Scaling": {
        "Scale up: CPU > 70% for 5 min": "Scale up: CPU > 70 % for 5 min",
        "Scale down: CPU < 30% for 10 min": "Scale down: CPU < 30 % for 10 min, memory < 40 % for 10 min",
    },
    "Auto-Scaling / Memory-Based Scaling": {
        "Scale up: Memory > 80% for 5 min": "Scale up: memory > 80 % for 5 min",
        "Scale down: Memory < 40% for 10 min": "Scale down: CPU < 30 % for 10 min, memory < 40 % for 10 min",
    },
    "Manual Scaling": "Manual scaling",
    "Scheduled Maintenance": {
        "Frequency: Monthly (first Sunday, 2-4 AM UTC)": "Monthly (first Sunday, 2-4 AM UTC), 2 hours",
        "Duration: 2 hours": "Monthly (first Sunday, 2-4 AM UTC), 2 hours",
        "Notification: 1 week advance notice": "Notification: 1 week advance notice",
    },
    "Maintenance Checklist": (
        "Notify users, create maintenance ticket, backup all systems, perform maintenance, verify functionality, "
        "close the window, report"
    ),
    "Emergency Contacts": "On-call engineer, engineering lead, infrastructure team, security team",
    "Resources": {
        "Incident Response Guide": "Incident response guide",
        "Launch Checklist": "Launch checklist",
        "Architecture Documentation": "Architecture documentation",
        "Status Page": "Status page",
    },
}


def rows() -> dict[str, str]:
    """First cell of each row of the map → the whole row."""
    lines = [line for line in MAP.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return {line.split(" | ")[0].removeprefix("| "): line for line in lines if not line.startswith("| ---")}


def test_every_line_of_the_runbook_has_a_row():
    there, missing = rows(), []
    for heading, lines in LINES.items():
        said = ROWS[heading]
        for line in lines:
            row = said if isinstance(said, str) else said[line]
            if row not in there:
                missing.append(f"{heading}: {line} → {row}")
    assert missing == []


def test_every_row_stands_for_a_line_of_the_runbook():
    used = {row for said in ROWS.values() for row in ([said] if isinstance(said, str) else said.values())}
    second_half = {"Database: daily full"}  # of "Hourly incremental, daily full"
    assert rows().keys() - used == {"runbook"} | second_half


def in_backticks(page: Path) -> Iterator[tuple[str, str]]:
    """What stands in backticks, with the line it stands in; code blocks are left out."""
    text = re.sub(r"^ *```.*?^ *```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for line in text.splitlines():
        for found in re.findall(r"`([^`]+)`", line):
            yield found, line


SECTIONS = {name: field.annotation for name, field in Environment.model_fields.items() if name != "name"}
KEYS = {
    f"{section}.{key}": model.model_fields[key]
    for section, model in SECTIONS.items()
    if isinstance(model, type) and issubclass(model, BaseModel)
    for key in model.model_fields
}
KNOWN_COMMANDS = COMMANDS.keys() | {group.name for group in app.registered_groups}
COMMANDS_OF_OTHERS = ("aws ", "curl ", "list-", "pg_", "select ", "https://<host>/")
OTHER_WORDS = {
    # values, paths, rules of a plan and tags, which are no names of ours
    "ABORTED",
    "EXPIRED",
    "hourly",
    "daily",
    "production",
    "/health/live",
    "Environment",
    "pulumi up",
    "up",
    "main",
    "Pulumi.staging.yaml",
    "Pulumi.production.yaml",
    "runbook/settings.py",
    "runbook/alarms.py",
    "/aws/lambda/",
    "AccessDenied",
    "ThrottlingException",
    "restore-tests/",
}


def registered_names() -> set[str]:
    return {one.name for one in stack_named("production").up.resources}


def physical_names() -> set[str]:
    """Names of log groups, vault, dashboard and so on, with `<environment>` for production's name."""
    program = stack_named("production").up
    found = {
        str(one.outputs[key]) for one in program.resources for key in ("name", "dashboardName") if one.outputs.get(key)
    }
    return found | {name.replace("production", "<environment>") for name in found}


def is_known(word: str, line: str) -> bool:
    """A resource, a settings key (in full, or its last part in a line that names its section), a name, a command."""
    if word.endswith("-*"):
        return any(name.startswith(word[:-1]) for name in registered_names())
    sections = re.findall(r"`(\w+)\.\w+`", line)
    if word.startswith(("./mfcloud ", "mfcloud ")):
        return word.split()[1] in KNOWN_COMMANDS
    return (
        word in registered_names() | physical_names() | OTHER_WORDS | KEYS.keys() | SECTIONS.keys()
        or word in stack_named("production").up.stack_outputs
        or any(f"{section}.{word}" in KEYS for section in sections)
        or word.startswith(COMMANDS_OF_OTHERS)
        or (ROOT / word).exists()
        or word in argument_names()
    )


def argument_names() -> set[str]:
    """Components and their arguments."""
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "components").glob("*.py"))
    return set(re.findall(r"^class (\w+)\(Component\)", source, flags=re.MULTILINE)) | set(
        re.findall(r"^    (\w+_arn): ", source, flags=re.MULTILINE)
    )


@pytest.mark.parametrize("page", [MAP, GUIDE], ids=lambda page: page.name)
def test_every_name_in_backticks_exists(page: Path):
    assert [word for word, line in in_backticks(page) if not is_known(word, line)] == []


def test_defaults_that_the_map_tells_are_the_settings():
    text = MAP.read_text(encoding="utf-8")
    told = dict(re.findall(r"`(\w+\.\w+)` \(([\d:]+)\)", text)) | dict(re.findall(r"\(`(\w+\.\w+)`, ([\d:]+)", text))
    assert told == {
        "backups.retention_days": "35",
        "backups.daily_start": "05:00",
        "deployment.bake_minutes": "60",
        "logs.retention_days": "30",
    }
    assert {key: str(KEYS[key].default) for key in told} == told


@pytest.mark.parametrize(
    "name", ["README.md", "docs/incident-response.md", "docs/prove-in-staging.md", "docs/architecture.md"]
)
def test_settings_keys_elsewhere_exist(name: str):
    page = ROOT / name
    dotted = [word for word, _ in in_backticks(page) if re.fullmatch(r"[a-z_]+\.[a-z_]+", word)]
    ours = [word for word in dotted if word.split(".")[0] in SECTIONS]
    assert [word for word in ours if word not in KEYS] == []


def test_alarms_of_the_incident_guide_and_of_the_program_are_the_same():
    """A section per alarm or event that can call somebody, and no section without one."""
    program = stack_named("production").up
    described: list[Any] = [*program.all("MetricAlarm"), *program.all("CompositeAlarm"), *program.all("EventTarget")]
    linked = {anchor for one in described for anchor in re.findall(r"incident-response\.md#([\w-]+)", str(one.inputs))}
    headings = re.findall(r"^## (.+)$", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    sections = {heading.lower().replace(" ", "-") for heading in headings}
    assert sections - linked == {"severity-levels", "incident-procedure"}
    assert linked - sections == set()


def test_commands_in_the_readme_exist():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    used = set(re.findall(r"\./mfcloud ([a-z][a-z-]*)", text))
    assert used
    assert used - KNOWN_COMMANDS == set()

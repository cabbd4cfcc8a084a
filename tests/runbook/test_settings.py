"""Guards: a default that is not the runbook's number, stack files that do not differ as an operator was promised."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from runbook.key_schema import default_at
from runbook.problems import PATTERN_SENTENCES
from runbook.settings import SECTIONS, Environment
from runbook.stack_file import load

RUNBOOK_NUMBERS: dict[str, Any] = {
    # "Deployment Procedures": "Get approval"; "Blue-Green Deployment": "Monitor for 1 hour"
    "deployment.approval_required": True,
    "deployment.bake_minutes": 60,
    # "Monitoring & Alerts", "Key Metrics"
    "objectives.availability_percent": 99.9,
    "objectives.latency_p95_milliseconds": 200,
    "objectives.error_percent": 0.1,
    "alerts.minutes": 5,
    "alerts.availability_below_percent": 99.5,
    "alerts.latency_p95_above_milliseconds": 500,
    "alerts.error_above_percent": 1,
    "alerts.cpu_percent": 80,
    "alerts.memory_percent": 85,
    "alerts.disk_percent": 90,
    # "Backup & Recovery": hourly database backups, 30 days of logs
    "backups.database_late_minutes": 60,
    "logs.retention_days": 30,
    # "Scaling Procedures", "Auto-Scaling"
    "scaling.scale_out_cpu_percent": 70,
    "scaling.scale_in_cpu_percent": 30,
    "scaling.scale_out_memory_percent": 80,
    "scaling.scale_in_memory_percent": 40,
    "scaling.scale_out_minutes": 5,
    "scaling.scale_in_minutes": 10,
    # "Maintenance Windows": first Sunday, 2-4 AM UTC, 2 hours, 1 week advance notice
    "maintenance.ordinal": 1,
    "maintenance.weekday": "sunday",
    "maintenance.start": "02:00",
    "maintenance.duration_hours": 2,
    "maintenance.notice_weeks": 1,
}

# Where the runbook gives no number, the design does; what the server itself does is from its facts.
CHOSEN_NUMBERS: dict[str, Any] = {
    "backups.retention_days": 35,
    "backups.daily_start": "05:00",
    "backups.vault_locked": True,
    "maintenance.database_window_minutes": 30,
    "scaling.minimum_tasks": 2,
    "scaling.maximum_tasks": 10,
    "service.architecture": "arm64",
    "service.port": 8080,
    "service.database_connections": 20,
    "service.shutdown_seconds": 30,
    "service.stop_timeout_seconds": 60,
    "database.multi_az": True,
    "network.zones": ["a", "b", "c"],
    "network.nat_gateways": "per_zone",
    "protection.protected": True,
    "firewall.enabled": True,
}


@pytest.mark.parametrize(("key", "expected"), [*RUNBOOK_NUMBERS.items(), *CHOSEN_NUMBERS.items()])
def test_what_a_stack_file_leaves_out_is_as_the_runbook_says(key: str, expected: object):
    found = default_at(tuple(key.split(".")))
    assert found == expected
    assert isinstance(found, bool) == isinstance(expected, bool)


@pytest.fixture(scope="module")
def staging(project_root: Path) -> Environment:
    return load(project_root / "Pulumi.staging.yaml", "staging")


@pytest.fixture(scope="module")
def production(project_root: Path) -> Environment:
    return load(project_root / "Pulumi.production.yaml", "production")


DIFFERENCES: dict[str, tuple[Any, Any]] = {  # key: staging, production
    "network.zones": (("a", "b"), ("a", "b", "c")),
    "network.nat_gateways": ("single", "per_zone"),
    "database.multi_az": (False, True),
    "scaling.minimum_tasks": (1, 2),
    "scaling.maximum_tasks": (4, 10),
    "deployment.bake_minutes": (15, 60),
    "deployment.approval_required": (False, True),
    "backups.vault_locked": (False, True),
    "protection.protected": (False, True),
    "location.recovery_region": (None, "us-west-2"),
    "notifications.pagerduty_secret": (None, "mockforge-cloud/production/pagerduty"),
    "firewall.requests_per_address": (None, 2_000),
}


@pytest.mark.parametrize(("key", "expected"), DIFFERENCES.items())
def test_staging_and_production_differ_where_they_should(
    staging: Environment, production: Environment, key: str, expected: tuple[Any, Any]
):
    section, name = key.split(".")
    assert tuple(getattr(getattr(one, section), name) for one in (staging, production)) == expected


def test_what_is_the_runbooks_is_the_same_in_both(staging: Environment, production: Environment):
    for section in ("objectives", "alerts", "maintenance", "logs", "storage"):
        assert getattr(staging, section) == getattr(production, section)


def test_production_runs_an_image_by_its_digest(production: Environment):
    assert re.search(r"@sha256:[0-9a-f]{64}$", production.service.image)


def test_both_files_name_every_contact_of_the_runbook(staging: Environment, production: Environment):
    for environment in (staging, production):
        assert list(type(environment.contacts).model_fields) == [
            "on_call_engineer",
            "engineering_lead",
            "infrastructure_team",
            "security_team",
        ]


def test_both_files_are_short(project_root: Path):
    for name in ("staging", "production"):
        assert len((project_root / f"Pulumi.{name}.yaml").read_text().splitlines()) <= 45


def test_names_and_addresses_come_from_the_environment(staging: Environment, production: Environment):
    assert (staging.prefix, production.prefix) == ("mockforge-staging", "mockforge-production")
    assert (staging.database_identifier, production.url) == ("mockforge-staging", "https://cloud.mockforge.dev")
    assert (staging.scaling.first_tasks, production.scaling.first_tasks) == (1, 2)


def test_settings_cannot_be_changed_afterwards(staging: Environment):
    with pytest.raises(ValidationError, match="frozen"):
        staging.scaling.minimum_tasks = 7  # pyright: ignore[reportAttributeAccessIssue]


def patterns(schema: object) -> set[str]:
    if isinstance(schema, dict):
        own = {schema["pattern"]} if isinstance(schema.get("pattern"), str) else set[str]()
        names = set(schema.get("patternProperties", {}))
        return own.union(names, *(patterns(one) for one in schema.values()))
    return set[str]().union(*(patterns(one) for one in schema)) if isinstance(schema, list) else set()


def test_every_pattern_is_explained_in_words():
    assert patterns(Environment.model_json_schema()) == PATTERN_SENTENCES.keys()


def test_every_key_that_is_not_plain_from_its_name_and_type_is_described():
    schema = Environment.model_json_schema()
    undescribed = [section for section in SECTIONS if not schema["$defs"][_model(schema, section)].get("description")]
    assert undescribed == []


def _model(schema: dict[str, Any], section: str) -> str:
    return schema["properties"][section]["$ref"].rsplit("/", 1)[-1]

"""Guards: two keys that cannot be true together and get through, and a right file that is refused.

Each case changes what stands in a right file, and says which keys are told off and how.
"""

import math
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from runbook.contradictions import RESERVED_VARIABLES
from runbook.settings import ContradictionError, Environment

DIGEST = "@sha256:" + "0123456789abcdef" * 4


def sections(**changes: dict[str, Any]) -> dict[str, Any]:
    """A right production file; `changes` go into its sections: `sections(scaling={"minimum_tasks": 3})`."""
    somebody = {"name": "Somebody", "reach": "by telephone"}
    values: dict[str, Any] = {
        "name": "production",
        "address": {"hosted_zone": "mockforge.dev", "host_name": "cloud.mockforge.dev"},
        "service": {"image": f"registry/mockforge{DIGEST}"},
        "notifications": {"emails": ("ops@mockforge.dev",), "pagerduty_secret": "pagerduty"},
        "contacts": dict.fromkeys(
            ("on_call_engineer", "engineering_lead", "infrastructure_team", "security_team"), somebody
        ),
    }
    for section, keys in changes.items():
        values[section] = keys if section == "name" else {**values.get(section, {}), **keys}
    return values


def found(**changes: Any) -> dict[str, str]:
    """Key to sentence."""
    try:
        Environment.model_validate(sections(**changes))
    except ValidationError as error:
        [one] = error.errors()
        contradiction = one.get("ctx", {}).get("error")
        assert isinstance(contradiction, ContradictionError)
        return dict(contradiction.found)
    return {}


def test_the_runbooks_defaults_do_not_contradict_each_other():
    assert found() == {}
    assert found(name="staging") == {}


CASES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "locked vault in an environment that is to be destroyed": (
        {"name": "staging", "protection": {"protected": False}},
        {
            "backups.vault_locked": "a locked vault cannot be emptied, so an environment with "
            "protection.protected: false could not be destroyed; set it to false"
        },
    ),
    "host outside the zone": (
        {"address": {"host_name": "cloud.mockforge.org"}},
        {"address.host_name": "cloud.mockforge.org does not lie in hosted_zone mockforge.dev"},
    ),
    "host that only ends like the zone": (
        {"address": {"host_name": "evilmockforge.dev"}},
        {"address.host_name": "evilmockforge.dev does not lie in hosted_zone mockforge.dev"},
    ),
    "recovery region that is the region": (
        {"location": {"recovery_region": "us-east-1"}},
        {"location.recovery_region": "must be another region than location.region (us-east-1)"},
    ),
    "zone twice": ({"network": {"zones": ("a", "b", "a")}}, {"network.zones": "names a zone twice"}),
    "memory that Fargate does not sell": (
        {"service": {"cpu_units": 1024, "memory_mib": 1024}},
        {
            "service.memory_mib": (
                "Fargate has no 1024 MiB with 1024 cpu_units; allowed: 2048, 3072, 4096, 5120, 6144, 7168, 8192"
            )
        },
    ),
    "SIGKILL while requests finish": (
        {"service": {"stop_timeout_seconds": 30}},
        {"service.stop_timeout_seconds": "must be above shutdown_seconds (30), or requests are cut off"},
    ),
    "load balancer leaves first": (
        {"service": {"deregistration_seconds": 29}},
        {"service.deregistration_seconds": "must be at least shutdown_seconds (30), or the load balancer leaves first"},
    ),
    # 3 zones x 6 a minute, and 16 checkers x 2 a minute
    "probes that use up the request limit": (
        {"service": {"requests_per_minute": 499}},
        {
            "service.requests_per_minute": (
                "health probes alone use 50 of one task's 499 requests a minute; must be 500 or more"
            )
        },
    ),
    "variable in both maps": (
        {"service": {"environment": {"SENTRY_DSN": "x"}, "secrets": {"SENTRY_DSN": "y"}}},
        {"service.secrets.SENTRY_DSN": "is set in service.environment too; keep one"},
    ),
    "minimum above maximum": (
        {"scaling": {"minimum_tasks": 11}},
        {"scaling.minimum_tasks": "minimum_tasks (11) is above maximum_tasks (10)"},
    ),
    "first start below the minimum": (
        {"scaling": {"desired_tasks": 1}},
        {"scaling.desired_tasks": "must lie between minimum_tasks (2) and maximum_tasks (10)"},
    ),
    # 2 to 1 tasks doubles the load
    "scale-in that flips back": (
        {"scaling": {"minimum_tasks": 1, "scale_in_cpu_percent": 36}},
        {
            "scaling.scale_in_cpu_percent": (
                "one step in from 2 tasks lifts cpu to 72 %, above scale_out_cpu_percent (70)"
            )
        },
    ),
    "large breach that never comes": (
        {"scaling": {"large_breach_percent": 20}},
        {"scaling.large_breach_percent": ("scale_out_memory_percent (80) plus 20 is never exceeded; must be below 20")},
    ),
    "large breach that adds less": (
        {"scaling": {"scale_out_tasks": 3}},
        {"scaling.large_breach_tasks": "must be at least scale_out_tasks (3): a larger breach never adds less"},
    ),
    "external database without a secret": (
        {"database": {"kind": "external"}},
        {"database.external_url_secret": "is needed with kind: external; name the secret that holds DATABASE_URL"},
    ),
    "secret of an external database with rds": (
        {"database": {"external_url_secret": "x"}},
        {"database.external_url_secret": "is only for kind: external; leave it out with kind: rds"},
    ),
    "disk that cannot grow": (
        {"database": {"storage_gib": 160}},
        {
            "database.maximum_storage_gib": (
                "must be at least 26 % above storage_gib (160), or the disk cannot grow in time"
            )
        },
    ),
    # 2 colours x 10 tasks x 20 connections + 15
    "more connections than the database opens": (
        {"database": {"instance_class": "db.t4g.medium"}},
        {
            "database.instance_class": (
                "db.t4g.medium opens about 383 connections; a deployment at maximum_tasks may need 415 "
                "(2 colours x 10 tasks x 20 database_connections, 15 spare)"
            )
        },
    ),
    "backups that do not outlive the weekly test": (
        {"backups": {"retention_days": 7}},
        {"backups.retention_days": "must be 8 or more: a recovery point has to outlive the weekly restore test"},
    ),
    "daily backup in the window": (
        {"backups": {"daily_start": "02:30"}},
        {
            "backups.daily_start": (
                "may start within an hour of the maintenance window (first Sunday 02:00–04:00 UTC): "
                "AWS Backup starts up to an hour late, and refuses database backups there"
            )
        },
    ),
    "restore test just after the window": (
        {"backups": {"restore_test_start": "04:59"}},
        {
            "backups.restore_test_start": (
                "may start within an hour of the maintenance window (first Sunday 02:00–04:00 UTC): "
                "AWS Backup starts up to an hour late, and refuses database backups there"
            )
        },
    ),
    "window that leaves no hourly backup": (
        {"maintenance": {"start": "00:00", "duration_hours": 21}, "backups": {"daily_start": "22:00"}},
        {
            "maintenance.duration_hours": (
                "leaves no hour for hourly backups, which keep an hour away from it and from backups.daily_start"
            ),
            "backups.restore_test_start": (
                "may start within an hour of the maintenance window (first Sunday 00:00–21:00 UTC): "
                "AWS Backup starts up to an hour late, and refuses database backups there"
            ),
        },
    ),
    "somebody is called while the promise is kept": (
        {"alerts": {"availability_below_percent": 99.95}},
        {
            "alerts.availability_below_percent": (
                "must not be above objectives.availability_percent (99.9): nobody is called while the promise is kept"
            )
        },
    ),
    "slow, says the alert, where the promise is slower": (
        {"alerts": {"latency_p95_above_milliseconds": 150}},
        {"alerts.latency_p95_above_milliseconds": "must not be below objectives.latency_p95_milliseconds (200)"},
    ),
    "errors, says the alert, where the promise allows more": (
        {"alerts": {"error_above_percent": 0.05}},
        {"alerts.error_above_percent": "must not be below objectives.error_percent (0.1)"},
    ),
    "window over midnight": (
        {"maintenance": {"start": "22:30"}},
        {"maintenance.duration_hours": "22:30 plus 2 hours crosses midnight UTC; end it by 24:00"},
    ),
    "notice further back than a month's start": (
        {"maintenance": {"ordinal": 2, "notice_weeks": 3}},
        {"maintenance.notice_weeks": ("no schedule can express 3 weeks before the month's second Sunday; at most 2")},
    ),
    "database window longer than the window": (
        {"maintenance": {"database_window_minutes": 121}},
        {"maintenance.database_window_minutes": "does not fit into the maintenance window of 2 hours"},
    ),
    "production with an image that may change": (
        {"service": {"image": "registry/mockforge:1"}},
        {"service.image": "production runs a pinned image: end it with @sha256: and its digest"},
    ),
    "production without approval": (
        {"deployment": {"approval_required": False}},
        {"deployment.approval_required": "production needs a person's approval before traffic moves"},
    ),
    "production without pages": (
        {"notifications": {"pagerduty_secret": None}},
        {"notifications.pagerduty_secret": "production pages through PagerDuty; name the secret that holds its key"},
    ),
    "production without protection": (
        {"protection": {"protected": False}, "backups": {"vault_locked": False}},
        {"protection.protected": "production is protected against deletion"},
    ),
}


@pytest.mark.parametrize(("changes", "expected"), CASES.values(), ids=CASES)
def test_a_contradiction_is_told_at_its_key(changes: dict[str, Any], expected: dict[str, str]):
    assert found(**changes) == expected


STILL_RIGHT: dict[str, dict[str, Any]] = {
    "the zone itself as host": {"address": {"host_name": "mockforge.dev"}},
    "probes that use a tenth": {"service": {"requests_per_minute": 500}},
    "as many tasks at the start as at most": {"scaling": {"desired_tasks": 10}},
    "scale-in to just the threshold": {"scaling": {"minimum_tasks": 1, "scale_in_cpu_percent": 35}},
    "a disk that may grow by 26 %": {"database": {"storage_gib": 100, "maximum_storage_gib": 126}},
    "a class for the connections of fewer tasks": {
        "database": {"instance_class": "db.t4g.medium"},
        "scaling": {"maximum_tasks": 9},
    },
    "8 days of backups": {"backups": {"retention_days": 8}},
    "an external database": {"database": {"kind": "external", "external_url_secret": "x"}},
    "a window up to midnight": {"maintenance": {"start": "22:00"}, "backups": {"restore_test_start": "08:00"}},
    "a notice of as many weeks as the ordinal": {"maintenance": {"ordinal": 4, "notice_weeks": 4}},
    "a database window as long as the window": {"maintenance": {"database_window_minutes": 120}},
    "an alert where the promise ends": {"alerts": {"availability_below_percent": 99.9, "error_above_percent": 0.1}},
}


@pytest.mark.parametrize("changes", STILL_RIGHT.values(), ids=STILL_RIGHT)
def test_what_lies_just_within_the_limit_is_right(changes: dict[str, Any]):
    assert found(**changes) == {}


@pytest.mark.parametrize("name", RESERVED_VARIABLES)
@pytest.mark.parametrize("kind", ["environment", "secrets"])
def test_what_the_program_sets_itself_cannot_be_set_in_a_stack_file(name: str, kind: str):
    assert found(service={kind: {name: "x"}}) == {
        f"service.{kind}.{name}": f"must not be set here: {RESERVED_VARIABLES[name]}"
    }


def test_all_contradictions_are_told_at_once():
    told = found(scaling={"minimum_tasks": 11}, backups={"retention_days": 5}, maintenance={"notice_weeks": 2})
    assert list(told) == ["scaling.minimum_tasks", "backups.retention_days", "maintenance.notice_weeks"]


def test_staging_may_do_without_what_production_needs():
    assert not found(
        name="staging",
        service={"image": "registry/mockforge:1"},
        deployment={"approval_required": False},
        notifications={"pagerduty_secret": None},
        backups={"vault_locked": False},
        protection={"protected": False},
    )


@given(
    minimum=st.integers(1, 20),
    step=st.integers(1, 5),
    low=st.floats(1, 60),
    high=st.floats(40, 80),
    running=st.integers(2, 60),
)
def test_one_step_in_never_calls_for_a_step_out(minimum: int, step: int, low: float, high: float, running: int):
    assume(running > minimum)
    told = found(
        scaling={
            "minimum_tasks": minimum,
            "maximum_tasks": 60,
            "scale_in_tasks": step,
            "scale_in_cpu_percent": low,
            "scale_out_cpu_percent": high,
        },
        service={"database_connections": 1},
    )
    assume("scaling.scale_in_cpu_percent" not in told)
    left = max(running - step, minimum)
    assert low * running / left <= high * (1 + 1e-9)
    assert math.isfinite(left)

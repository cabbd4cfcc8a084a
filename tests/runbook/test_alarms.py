import re
from dataclasses import replace
from pathlib import Path

import pytest

from runbook.alarm import Alarm, Severity, alerts
from runbook.alarms import catalogue
from tests.environments import environment
from tests.metric_math import evaluate

OF_AN_EVENT = {"deployment-failed", "restore-test-failed", "certificate", "maintenance-checklist"}
"""Sections that an event leads to, and no alarm."""
NOT_OF_AN_ALARM = {"severity-levels", "incident-procedure", *OF_AN_EVENT}
"""Sections of the guide that hold whatever the alarm is."""
GUIDE = Path(__file__).parents[2] / "docs" / "incident-response.md"


def rows(**sections: object) -> dict[str, Alarm]:
    return {row.id: row for row in catalogue(environment(**sections))}


@pytest.mark.parametrize(
    ("alarm", "comparison", "threshold", "severity"),
    [
        ("availability", "LessThanThreshold", 99.5, "critical"),
        ("error-rate", "GreaterThanThreshold", 1, "critical"),
        ("latency", "GreaterThanThreshold", 500, "warning"),
        ("target-availability", "LessThanThreshold", 99.9, "info"),
        ("target-latency", "GreaterThanOrEqualToThreshold", 200, "info"),
        ("target-errors", "GreaterThanOrEqualToThreshold", 0.1, "info"),
        ("task-cpu", "GreaterThanThreshold", 80, "warning"),
        ("task-memory", "GreaterThanThreshold", 85, "warning"),
        ("task-disk", "GreaterThanThreshold", 90, "warning"),
        ("database-disk", "GreaterThanThreshold", 90, "critical"),
        ("database-cpu", "GreaterThanThreshold", 80, "warning"),
        ("database-memory", "GreaterThanThreshold", 85, "warning"),
        ("database-connections", "GreaterThanThreshold", 80, "warning"),
        ("no-healthy-target", "LessThanThreshold", 1, "critical"),
        ("outside-check", "LessThanThreshold", 1, "critical"),
        ("backup-database-primary-late", "GreaterThanThreshold", 60, "warning"),
        ("backup-database-primary-too-late", "GreaterThanThreshold", 120, "critical"),
    ],
)
def test_numbers_and_severities_are_the_runbooks(alarm: str, comparison: str, threshold: float, severity: str):
    row = rows()[alarm]
    assert (row.comparison, row.threshold, row.severity) == (comparison, threshold, severity)


@pytest.mark.parametrize("alarm", ["availability", "error-rate", "latency", "client-errors"])
def test_ratios_and_percentiles_are_taken_over_five_minutes_as_a_whole(alarm: str):
    row = rows()[alarm]
    assert (row.periods, row.period_seconds) == (1, 300)


@pytest.mark.parametrize("alarm", ["task-cpu", "task-memory", "task-disk", "database-disk", "database-cpu"])
def test_utilisation_has_to_be_high_in_each_of_five_minutes(alarm: str):
    row = rows()[alarm]
    assert (row.periods, row.period_seconds) == (5, 60)


def test_other_minutes_change_every_alert_that_the_runbook_gives_five():
    changed = rows(alerts={"minutes": 7})
    assert changed["availability"].period_seconds == changed["latency"].period_seconds == 420
    assert changed["task-cpu"].periods == changed["database-disk"].periods == 7
    assert "7 minutes" in changed["error-rate"].says


def test_availability_and_errors_make_one_page():
    [page] = [alert for alert in alerts(tuple(rows().values())) if alert.id == "requests-failing"]
    assert page.alarms == ("availability", "error-rate")
    assert page.severity is Severity.CRITICAL


def test_alarms_of_one_page_agree_on_severity_runbook_and_maintenance():
    told = tuple(rows().values())
    for alert in alerts(told):
        members = [row for row in told if row.id in alert.alarms]
        assert len({(row.severity, row.runbook, row.suppressed_in_maintenance) for row in members}) == 1, alert.id


def test_every_critical_and_warning_row_is_told_once_and_no_info_row_is():
    told = [row_id for alert in alerts(tuple(rows().values())) for row_id in alert.alarms]
    expected = [row.id for row in rows().values() if row.severity != "info" and row.id != "outside-check"]
    assert sorted(told) == sorted(expected)


def test_maintenance_excuses_everything_but_a_full_disk_missing_backups_and_functions_that_fail():
    loud = {alert.id for alert in alerts(tuple(rows().values())) if not alert.suppressed_in_maintenance}
    assert loud == {"database-disk", "backup-failed", "backups-late", "backups-too-late", "functions"}


def test_a_deployment_is_rolled_back_by_what_the_load_balancer_alone_can_tell():
    deployment = [row for row in rows().values() if row.deployment]
    assert [row.id for row in deployment] == ["availability", "error-rate", "latency"]
    assert {subject for row in deployment for subject in row.subjects} == {"load_balancer"}


def test_missing_data_never_rolls_a_deployment_back():
    assert {row.no_data for row in rows().values() if row.deployment} == {"notBreaching"}


def test_every_row_leads_to_a_heading_of_the_incident_guide():
    headings = re.findall(r"^## (.+)$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    anchors = {heading.lower().replace(" ", "-") for heading in headings}
    assert {row.runbook for row in rows().values()} == anchors - NOT_OF_AN_ALARM


def test_every_section_of_the_guide_says_what_it_means_where_to_look_and_what_to_do():
    for section in GUIDE.read_text(encoding="utf-8").split("\n## ")[1:]:
        if section.splitlines()[0].lower().replace(" ", "-") in NOT_OF_AN_ALARM:
            continue
        assert re.findall(r"\*\*(.+?)\.\*\*", section) == ["Means", "Look first", "Do"], section.splitlines()[0]


def test_ids_are_unique():
    ids = [row.id for row in catalogue(environment())]
    assert len(ids) == len(set(ids))


def test_an_external_database_has_no_alarms_on_rds():
    database = {"kind": "external", "external_url_secret": "mockforge/database-url"}
    assert not [row for row in rows(database=database) if row.startswith("database-")]


def test_the_backup_of_an_external_database_is_nobodys_here_to_watch():
    database = {"kind": "external", "external_url_secret": "mockforge/database-url"}
    watched = rows(database=database, location={"recovery_region": "us-west-2"})
    assert not [row for row in watched if row.startswith("backup-database-")]
    assert "backup-objects-recovery-late" in watched


def test_the_age_of_every_kind_of_backup_is_watched():
    assert {row for row in rows() if row.startswith("backup-") and row.endswith("late")} == {
        f"backup-{kind}-primary-{late}"
        for kind in ("database", "objects", "configuration")
        for late in ("late", "too-late")
    }


def test_copies_in_the_recovery_region_are_watched_where_there_is_one():
    copied = rows(location={"recovery_region": "us-west-2"})
    assert copied["backup-database-recovery-late"].threshold == 1560
    assert "backup-database-recovery-late" not in rows()


def test_a_backup_that_nobody_measures_is_late():
    assert {row.no_data for row in rows().values() if row.runbook == "backup-late"} == {"breaching"}


def test_a_daily_backup_has_its_first_day_before_its_absence_alarms():
    """A day and two hours; what CloudWatch allows is two days. All else warms up within the hour."""
    day = {row_id for row_id, row in rows().items() if row.warm_up_minutes == 1560}
    assert day == {
        f"backup-{kind}-primary-{late}" for kind in ("objects", "configuration") for late in ("late", "too-late")
    }
    assert {row.warm_up_minutes for row_id, row in rows().items() if row_id not in day} == {60}
    slow = rows(backups={"daily_late_minutes": 10_080}, alerts={"warm_up_minutes": 2000})
    assert slow["backup-objects-primary-late"].warm_up_minutes == 2880
    assert slow["backup-database-primary-late"].warm_up_minutes == slow["task-cpu"].warm_up_minutes == 2000


def test_each_function_has_a_warning_for_runs_that_failed_or_never_started():
    row = rows()["function-smoke-test"]
    assert (row.severity, row.runbook) == ("warning", "function-failed")
    assert {(metric.namespace, metric.name, metric.statistic) for metric in row.metrics.values()} == {
        ("AWS/Lambda", "Errors", "Sum"),
        ("AWS/Lambda", "Throttles", "Sum"),
        ("AWS/Lambda", "DestinationDeliveryFailures", "Sum"),
    }
    assert {metric.fixed["FunctionName"] for metric in row.metrics.values()} == {"mockforge-staging-smoke-test"}
    assert (row.comparison, row.threshold, row.periods, row.period_seconds) == ("GreaterThanThreshold", 0, 1, 3600)
    assert row.no_data == "notBreaching"


def test_each_function_is_watched_and_all_of_them_make_one_mail():
    watched = [row for row in rows().values() if row.id.startswith("function-")]
    assert [row.id.removeprefix("function-") for row in watched] == [
        "smoke-test",
        "configuration-backup",
        "backup-freshness",
        "restore-validation",
        "maintenance-checklist",
    ]
    assert {row.alert_id for row in watched} == {"functions"}


def test_when_nothing_is_measured_any_more_late_backups_make_one_page_and_one_mail():
    late = {alert.id: alert.severity for alert in alerts(tuple(rows().values())) if alert.runbook == "backup-late"}
    assert late == {"backups-late": "warning", "backups-too-late": "critical"}


@pytest.mark.parametrize(
    ("points", "failed"),
    [
        ({"errors": 1.0, "throttled": None, "untold": None}, 1),
        ({"errors": 0.0, "throttled": 2.0, "untold": 1.0}, 3),
        ({"errors": 0.0, "throttled": 0.0, "untold": None}, 0),
    ],
)
def test_whatever_went_wrong_with_a_function_counts(points: dict[str, float | None], failed: float):
    row = rows()["function-smoke-test"]
    assert evaluate(row.expressions["value"], points) == failed


def test_alarms_stay_within_what_cloudwatch_evaluates():
    for row in rows().values():
        assert len(row.metrics) <= 10, row.id
        assert len(row.expressions) <= 10, row.id
        assert row.periods * row.period_seconds <= 86_400, row.id
        assert row.period_seconds % 60 == 0, row.id
        assert all(re.fullmatch(r"[a-z][A-Za-z0-9_]*", query) for query in (*row.metrics, *row.expressions)), row.id


def test_adding_an_alarm_is_adding_a_row():
    another = replace(rows()["task-cpu"], id="task-heat", says="It is hot")
    [alert] = alerts((another,))
    assert (alert.id, alert.says, alert.alarms) == ("task-heat", "It is hot", ("task-heat",))

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.alarms import Alarms, AlarmsArgs
from components.alerts import Alerts, AlertsArgs
from components.log_errors import LogErrors, LogErrorsArgs
from components.maintenance_alarm import MaintenanceAlarm, MaintenanceAlarmArgs
from components.outside_check import OutsideCheck, OutsideCheckArgs
from runbook.alarm import Alarm, Subject, alerts
from runbook.alarms import ERROR_LINES_METRIC, catalogue, own_namespace
from runbook.settings import Environment
from tests.environments import environment
from tests.harness import Program
from tests.harness import registered as run
from tests.metric_math import alarm_state, alarm_value

Inputs = dict[str, dict[str, Any]]
Points = dict[str, float | None]

SUBJECTS: dict[Subject, str] = {
    "backup_vault": "mockforge-staging",
    "blue_target_group": "targetgroup/blue/1",
    "cluster": "mockforge-staging",
    "database": "mockforge-staging",
    "database_resource": "db-ABCDEFGHIJKL",
    "green_target_group": "targetgroup/green/2",
    "load_balancer": "app/web/3",
    "service": "mockforge-staging",
}
GUIDE = "https://docs.example/incident-response"
CRITICAL, WARNING, OUTSIDE = (
    f"arn:aws:sns:us-east-1:123456789012:{name}" for name in ("critical", "warning", "outside")
)
# Route 53's 16 checkers ask every 30 seconds, all day long.
PROBES = 160


def alarms_args(wanted: Environment, rows: Sequence[Alarm]) -> AlarmsArgs:
    return AlarmsArgs(rows=rows, prefix=wanted.prefix, subjects=SUBJECTS, guide_url=GUIDE)


def everything(wanted: Environment) -> Callable[[], None]:
    """As an environment composes it: deployment alarms before the service, the rest after it."""

    def program() -> None:
        rows = catalogue(wanted)
        before = [row for row in rows if row.deployment]
        after = [row for row in rows if not row.deployment and not row.outside]
        first = Alarms("deployment", alarms_args(wanted, before))
        rest = Alarms("alarms", alarms_args(wanted, after))
        maintenance = MaintenanceAlarm(
            "maintenance",
            MaintenanceAlarmArgs(
                maintenance=wanted.maintenance,
                prefix=wanted.prefix,
                load_balancer_arn_suffix=SUBJECTS["load_balancer"],
            ),
        )
        Alerts(
            "alerts",
            AlertsArgs(
                alerts=alerts(rows),
                prefix=wanted.prefix,
                alarm_names={**first.names, **rest.names},
                critical_topic_arn=CRITICAL,
                warning_topic_arn=WARNING,
                maintenance_alarm_name=maintenance.alarm_name,
                guide_url=GUIDE,
            ),
        )
        OutsideCheck(
            "outside",
            OutsideCheckArgs(
                alerts=wanted.alerts,
                host_name=wanted.address.host_name,
                rows=[row for row in rows if row.outside],
                prefix=wanted.prefix,
                topic_arn=OUTSIDE,
                guide_url=GUIDE,
            ),
        )
        LogErrors(
            "log-errors",
            LogErrorsArgs(
                log_group_name="/mockforge-cloud/staging/service",
                namespace=own_namespace(wanted),
                metric_name=ERROR_LINES_METRIC,
                prefix=wanted.prefix,
            ),
        )

    return program


@pytest.fixture(scope="module")
def updated() -> Program:
    return run(everything(environment()))


@pytest.fixture(scope="module")
def alarms(updated: Program) -> Inputs:
    """Registered inputs of the metric alarms by name, without the environment's prefix."""
    return {alarm["name"].removeprefix("mockforge-staging-"): alarm.inputs for alarm in updated.all("MetricAlarm")}


def requests(*, total: int = 0, failed: int = 0, elb_failed: int = 0) -> Points:
    """What the load balancer publishes: a count that is zero is not published."""
    return {"requests": total or None, "target_5xx": failed or None, "elb_5xx": elb_failed or None}


# --- nobody is woken for nothing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("alarm", ["availability", "error-rate"])
@pytest.mark.parametrize(
    ("happened", "state"),
    [
        (requests(total=PROBES + 3, failed=1), "OK"),
        (requests(), "OK"),
        (requests(total=PROBES), "OK"),
        (requests(total=3, failed=3), "OK"),
        (requests(total=PROBES, failed=PROBES), "OK"),
        (requests(total=10_000, failed=200), "ALARM"),
        (requests(elb_failed=PROBES + 40), "ALARM"),
        (requests(total=PROBES + 40, failed=40), "ALARM"),
    ],
    ids=[
        "at night three requests come and one fails, while probes run",
        "no traffic and no data",
        "only probes",
        "three requests and all of them fail",
        "only probes, and all of them fail: that is the outside check's",
        "2 percent of 10,000 requests fail",
        "no target is left: the load balancer answers 503 by itself",
        "few users, and every one of them fails",
    ],
)
def test_failed_requests_page_when_they_matter(alarms: Inputs, alarm: str, happened: Points, state: str):
    assert alarm_state(alarms[alarm], happened) == state


@pytest.mark.parametrize(("failed", "state"), [(60, "ALARM"), (40, "OK"), (50, "OK")])
def test_availability_pages_below_99_5_percent(alarms: Inputs, failed: int, state: str):
    assert alarm_state(alarms["availability"], requests(total=10_000, failed=failed)) == state


@pytest.mark.parametrize(("failed", "state"), [(101, "ALARM"), (100, "OK")])
def test_errors_page_above_1_percent(alarms: Inputs, failed: int, state: str):
    assert alarm_state(alarms["error-rate"], requests(total=10_000, failed=failed)) == state


def test_what_found_no_target_counts_on_both_sides_of_the_ratio(alarms: Inputs):
    assert alarm_value(alarms["error-rate"], requests(total=900, elb_failed=100)) == pytest.approx(10)
    assert alarm_value(alarms["availability"], requests(total=900, elb_failed=100)) == pytest.approx(90)


@cache
def ratio(alarm: str) -> dict[str, Any]:
    """One alarm, registered once for all examples."""
    return run(everything(environment())).one("MetricAlarm", f"deployment-{alarm}").inputs


@settings(deadline=None)  # the first example registers the alarms
@given(
    total=st.integers(0, 100_000), failed=st.integers(0, 100_000), more=st.integers(0, 1000), elb=st.integers(0, 5000)
)
def test_more_failures_never_end_an_alarm(total: int, failed: int, more: int, elb: int):
    failed = min(failed, total)
    worse = min(failed + more, total)
    for alarm in (ratio("availability"), ratio("error-rate")):
        before = alarm_state(alarm, requests(total=total, failed=failed, elb_failed=elb))
        after = alarm_state(alarm, requests(total=total, failed=worse, elb_failed=elb))
        assert (before, after) != ("ALARM", "OK")


@settings(deadline=None)  # the first example registers the alarms
@given(total=st.integers(0, 1_000_000), failed=st.integers(0, 4))
def test_fewer_than_five_failures_never_page(total: int, failed: int):
    happened = requests(total=total, failed=min(failed, total))
    assert alarm_state(ratio("availability"), happened) == alarm_state(ratio("error-rate"), happened) == "OK"


@settings(deadline=None)  # the first example registers the alarms
@given(total=st.integers(1, 1_000_000), failed=st.integers(0, 1_000_000), elb=st.integers(0, 1_000_000))
def test_availability_and_errors_are_percentages_that_add_up(total: int, failed: int, elb: int):
    happened = requests(total=total, failed=min(failed, total), elb_failed=elb)
    availability, errors = (alarm_value(ratio(alarm), happened) for alarm in ("availability", "error-rate"))
    assert availability is not None
    assert errors is not None
    assert availability + errors == pytest.approx(100)
    assert 0 <= errors <= 100


# --- the other rows --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("requests_seen", "p95_seconds", "state"),
    [(1000, 0.501, "ALARM"), (1000, 0.5, "OK"), (20, 4.0, "OK"), (PROBES, 4.0, "OK"), (None, None, "OK")],
)
def test_latency_warns_above_500_ms_once_more_than_probes_come(
    alarms: Inputs, requests_seen: int | None, p95_seconds: float | None, state: str
):
    assert alarm_state(alarms["latency"], {"requests": requests_seen, "seconds": p95_seconds}) == state


def test_latency_is_judged_with_few_samples_too(alarms: Inputs):
    assert alarms["latency"]["evaluateLowSampleCountPercentiles"] == "evaluate"
    assert alarms["latency"]["metricQueries"][0]["metric"]["stat"] == "p95"


@pytest.mark.parametrize(
    ("blue", "green", "state"),
    [(2, None, "OK"), (None, 2, "OK"), (1, 1, "OK"), (0, None, "ALARM"), (0, 0, "ALARM"), (None, None, "ALARM")],
)
def test_one_healthy_target_of_either_colour_is_enough(alarms: Inputs, blue: int | None, green: int | None, state: str):
    assert alarm_state(alarms["no-healthy-target"], {"blue": blue, "green": green}) == state


def test_a_flood_of_refusals_warns_and_a_few_do_not(alarms: Inputs):
    flood = alarms["client-errors"]
    assert alarm_state(flood, {"requests": 1000, "refused": 201}) == "ALARM"
    assert alarm_state(flood, {"requests": 1000, "refused": 200}) == "OK"
    assert alarm_state(flood, {"requests": 10, "refused": 10}) == "OK"
    assert alarm_state(flood, {"requests": None, "refused": None}) == "OK"


@pytest.mark.parametrize(
    ("alarm", "point", "state"),
    [
        ("task-cpu", {"measured": 80.1}, "ALARM"),
        ("task-cpu", {"measured": 80}, "OK"),
        ("task-memory", {"measured": 85.1}, "ALARM"),
        ("task-memory", {"measured": 85}, "OK"),
        ("task-disk", {"measured": 90.1}, "ALARM"),
        ("task-disk", {"measured": 90}, "OK"),
        ("database-cpu", {"measured": 80.1}, "ALARM"),
        ("database-disk", {"os.fileSys.usedPercent.avg": 90.1}, "ALARM"),
        ("database-disk", {"os.fileSys.usedPercent.avg": 90}, "OK"),
        ("database-memory", {"measured": 0.14 * 8 * 1024**3}, "ALARM"),
        ("database-memory", {"measured": 0.16 * 8 * 1024**3}, "OK"),
        ("database-silent", {"reports": None}, "ALARM"),
        ("database-silent", {"reports": 1}, "OK"),
        ("log-errors", {"measured": 51}, "ALARM"),
        ("log-errors", {"measured": 50}, "OK"),
        ("log-errors", {"measured": None}, "OK"),
        ("backup-failed", {"failed": None, "expired": None, "aborted": None, "copies": 1}, "ALARM"),
        ("backup-failed", {"failed": None, "expired": None, "aborted": None, "copies": None}, "OK"),
    ],
)
def test_each_row_is_on_exactly_beyond_its_line(alarms: Inputs, alarm: str, point: Points, state: str):
    assert alarm_state(alarms[alarm], point) == state


@pytest.mark.parametrize("alarm", ["task-cpu", "task-memory", "database-cpu"])
def test_one_good_minute_in_five_keeps_utilisation_quiet(alarms: Inputs, alarm: str):
    high, good = {"measured": 99}, {"measured": 10}
    assert alarm_state(alarms[alarm], high, high, good, high, high) == "OK"


def test_database_connections_warn_at_80_percent_of_what_the_class_opens(alarms: Inputs):
    value = alarm_value(alarms["database-connections"], {"measured": 383})
    assert value == pytest.approx(50, abs=0.1)  # db.m7g.large: 0.85 x 8 GiB / 9,531,392 bytes = 766 connections


def test_a_measurement_of_the_database_disk_alone_carries_its_own_period(alarms: Inputs):
    [query] = alarms["database-disk"]["metricQueries"]
    assert query["period"] == 60
    assert query["expression"] == "DB_PERF_INSIGHTS('RDS', 'db-ABCDEFGHIJKL', 'os.fileSys.usedPercent.avg')"


@pytest.mark.parametrize(
    ("alarm", "rule"),
    [
        ("outside-check", "breaching"),
        ("no-healthy-target", "breaching"),
        ("database-silent", "breaching"),
        ("availability", "notBreaching"),
        ("error-rate", "notBreaching"),
        ("latency", "notBreaching"),
        ("client-errors", "notBreaching"),
        ("log-errors", "notBreaching"),
        ("backup-failed", "notBreaching"),
        ("task-cpu", "ignore"),
        ("task-memory", "ignore"),
        ("task-disk", "ignore"),
        ("database-disk", "ignore"),
        ("database-connections", "ignore"),
    ],
)
def test_silence_is_an_outage_nothing_or_no_news_never_zero(alarms: Inputs, alarm: str, rule: str):
    assert alarms[alarm]["treatMissingData"] == rule


# --- what CloudWatch wants -------------------------------------------------------------------------------------------


def test_every_metric_alarm_returns_one_query_and_names_its_dimensions(alarms: Inputs):
    for name, alarm in alarms.items():
        queries = alarm["metricQueries"]
        assert [query.get("returnData") for query in queries].count(True) == 1, name
        assert len({query["metric"]["period"] for query in queries if "metric" in query}) <= 1, name
        for query in queries:
            assert ("metric" in query) != ("expression" in query), name
            assert len(query.get("expression", "")) <= 2048, name
            assert (
                query.get("metric", {}).get("dimensions")
                or "MockForgeCloud/staging" in str(query)
                or "metric" not in query
            )


def test_dimensions_are_those_that_aws_publishes(alarms: Inputs):
    dimensions = {
        (query["metric"]["namespace"], *sorted(query["metric"].get("dimensions", {})))
        for alarm in alarms.values()
        for query in alarm["metricQueries"]
        if "metric" in query
    }
    assert dimensions == {
        ("AWS/ApplicationELB", "LoadBalancer"),
        ("AWS/ApplicationELB", "LoadBalancer", "TargetGroup"),
        ("AWS/Backup", "BackupVaultName"),
        ("AWS/ECS", "ClusterName", "ServiceName"),
        ("AWS/Lambda", "FunctionName"),
        ("AWS/RDS", "DBInstanceIdentifier"),
        ("AWS/Route53", "HealthCheckId"),
        ("ECS/ContainerInsights", "ClusterName", "ServiceName"),
        ("MockForgeCloud/staging",),
        ("MockForgeCloud/staging", "Kind", "Place"),
    }


def test_new_alarms_stay_quiet_for_an_hour_but_the_maintenance_alarm_works_at_once(alarms: Inputs):
    for name, alarm in alarms.items():
        if name == "maintenance":
            assert "warmUpConfiguration" not in alarm
        else:
            warm_up = alarm["warmUpConfiguration"]
            # the first backup of its kind has to have had its time
            minutes = {"backup-database": 60, "backup-objects": 1560, "backup-configuration": 1560}
            expected = next((late for kind, late in minutes.items() if name.startswith(kind) and "late" in name), 60)
            assert warm_up["warmUpPeriodDurationInMinutes"] in {expected, min(2 * expected, 2880)}
            assert warm_up["onlyStartEvaluatingAfterWarmUpPeriodEnds"] is True


def test_a_row_that_watches_something_unknown_is_refused_by_name():
    row = next(row for row in catalogue(environment()) if row.id == "task-cpu")

    def program() -> None:
        args = AlarmsArgs(rows=[row], prefix="p", subjects={"cluster": "c"}, guide_url=GUIDE)
        Alarms("alarms", args)

    with pytest.raises(ValueError, match="alarm task-cpu watches service, which nobody gave a dimension value for"):
        run(program)


# --- who is told -----------------------------------------------------------------------------------------------------


def test_metric_alarms_tell_nobody_but_the_outside_check(alarms: Inputs):
    assert [name for name, alarm in alarms.items() if "alarmActions" in alarm or "okActions" in alarm] == [
        "outside-check"
    ]


@pytest.mark.parametrize(
    ("alert", "topic"),
    [
        ("no-healthy-target", CRITICAL),
        ("requests-failing", CRITICAL),
        ("database-disk", CRITICAL),
        ("database-silent", CRITICAL),
        ("latency", WARNING),
        ("client-errors", WARNING),
        ("task-cpu", WARNING),
        ("task-memory", WARNING),
        ("task-disk", WARNING),
        ("database-cpu", WARNING),
        ("database-memory", WARNING),
        ("database-connections", WARNING),
        ("log-errors", WARNING),
        ("backup-failed", WARNING),
    ],
)
def test_each_alert_and_its_recovery_go_to_one_topic(updated: Program, alert: str, topic: str):
    composite = updated.one("CompositeAlarm", f"alerts-{alert}")
    assert composite["alarmActions"] == composite["okActions"] == [topic]
    assert composite["alarmName"] == f"mockforge-staging-{alert}-alert"


def test_targets_missed_are_told_to_nobody(updated: Program):
    assert not [alarm for alarm in updated.all("CompositeAlarm") if "target-" in alarm["alarmRule"]]


def test_requests_failing_is_one_page_over_two_alarms(updated: Program):
    composite = updated.one("CompositeAlarm", "alerts-requests-failing")
    assert composite["alarmRule"] == 'ALARM("mockforge-staging-availability") OR ALARM("mockforge-staging-error-rate")'


def test_an_alert_waits_for_its_children_and_for_the_maintenance_alarm(updated: Program):
    composite = updated.one("CompositeAlarm", "alerts-requests-failing")
    for name in ("deployment-availability", "deployment-error-rate", "maintenance-window"):
        assert updated.waits_for(composite, updated.one("MetricAlarm", name))


def test_the_maintenance_alarm_holds_back_everything_but_disk_and_backups(updated: Program):
    loud = set()
    for composite in updated.all("CompositeAlarm"):
        if "actionsSuppressor" not in composite:
            loud.add(composite["alarmName"])
        else:
            assert composite["actionsSuppressor"] == {
                "alarm": "mockforge-staging-maintenance",
                "waitPeriod": 60,
                "extensionPeriod": 60,
            }
    excused_by_nothing = ("database-disk", "backup-failed", "backups-late", "backups-too-late", "functions")
    assert loud == {f"mockforge-staging-{alert}-alert" for alert in excused_by_nothing}


def test_every_description_says_what_is_wrong_and_links_to_what_to_do(updated: Program):
    for alarm in (*updated.all("MetricAlarm"), *updated.all("CompositeAlarm")):
        if alarm.name != "maintenance-window":
            first, link = alarm["alarmDescription"].split("\n\n")
            assert first
            assert link.startswith(f"Runbook: {GUIDE}#")
            assert len(alarm["alarmDescription"]) <= 1024


def test_names_are_unique_and_begin_with_the_environment(updated: Program):
    names = [alarm["name"] for alarm in updated.all("MetricAlarm")]
    names += [alarm["alarmName"] for alarm in updated.all("CompositeAlarm")]
    assert len(set(names)) == len(names)
    assert all(name.startswith("mockforge-staging-") for name in names)


# --- from outside, and maintenance -----------------------------------------------------------------------------------


def test_route_53_asks_the_liveness_path_over_https_every_30_seconds(updated: Program):
    check = updated.one("HealthCheck")
    asked = {key: check[key] for key in ("type", "fqdn", "port", "resourcePath", "enableSni")}
    assert asked == {
        "type": "HTTPS",
        "fqdn": "cloud.mockforge.dev",
        "port": 443,
        "resourcePath": "/health/live",
        "enableSni": True,
    }
    assert (check["requestInterval"], check["failureThreshold"]) == (30, 3)


def test_the_outside_alarm_its_topic_and_route_53s_metrics_share_a_region(updated: Program):
    alarm = updated.one("MetricAlarm", "outside-outside-check")
    assert alarm.region == "us-east-1"
    assert alarm["alarmActions"] == alarm["okActions"] == [OUTSIDE]
    assert [one.name for one in updated.resources if one.region] == ["outside-outside-check"]


def test_outside_nobody_is_paged_within_the_window(alarms: Inputs):
    outside = alarms["outside-check"]
    in_window, after = datetime(2026, 12, 6, 3, 59, tzinfo=UTC), datetime(2026, 12, 6, 4, 0, tzinfo=UTC)
    assert alarm_state(outside, {"checked": 0}, at=in_window) == "OK"
    assert alarm_state(outside, {"checked": 0}, at=after) == "ALARM"
    assert alarm_state(outside, {"checked": 1}, at=after) == "OK"
    assert alarm_state(outside, {"checked": None}, at=after) == "ALARM"


def test_the_maintenance_alarm_is_on_from_two_to_four_on_the_first_sunday(alarms: Inputs):
    alarm = alarms["maintenance"]
    states = {
        (day, hour, minute): alarm_state(alarm, {"clock": 0.3}, at=datetime(2026, 12, day, hour, minute, tzinfo=UTC))
        for day in (5, 6, 7, 13)
        for hour in range(24)
        for minute in (0, 59)
    }
    assert {when for when, state in states.items() if state == "ALARM"} == {(6, h, m) for h in (2, 3) for m in (0, 59)}


def test_without_data_about_time_people_are_told(alarms: Inputs):
    assert alarms["maintenance"]["treatMissingData"] == "notBreaching"
    assert "alarmActions" not in alarms["maintenance"]


def test_error_lines_of_the_application_are_counted(updated: Program):
    filter_ = updated.one("LogMetricFilter")
    assert filter_["pattern"] == '" ERROR "'
    assert filter_["logGroupName"] == "/mockforge-cloud/staging/service"
    transformation = filter_["metricTransformation"]
    counted = (transformation["namespace"], transformation["name"])
    watched = next(one for one in updated.all("MetricAlarm") if one.name == "alarms-log-errors")["metricQueries"][0]
    assert counted == (watched["metric"]["namespace"], watched["metric"]["metricName"])


def test_a_preview_registers_the_same_alarms():
    def names(program: Program) -> list[str]:
        return sorted(f"{one.type} {one.name}" for one in program.resources)

    assert names(run(everything(environment()), preview=True)) == names(run(everything(environment())))


def test_two_environments_fit_into_one_account():
    def both() -> None:
        for name in ("staging", "testing"):
            wanted = environment(name=name)
            args = alarms_args(wanted, [row for row in catalogue(wanted) if not row.outside])
            Alarms(f"{name}-alarms", args)

    names = [alarm["name"] for alarm in run(both).all("MetricAlarm")]
    assert len(set(names)) == len(names)

import json
import re
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pulumi_aws as aws
import pytest

from components.component import Component
from components.dashboard import Dashboard, DashboardArgs
from runbook.alarm import Subject
from runbook.schedule import spell_window
from tests.environments import environment
from tests.harness import UNKNOWN, Program
from tests.harness import registered as run
from tests.metric_math import evaluate

SUBJECTS: dict[Subject, str] = {
    "backup_vault": "mockforge-staging",
    "blue_target_group": "targetgroup/blue/1",
    "cluster": "mockforge-staging",
    "database": "mockforge-staging",
    "database_resource": "db-ABCDEFGHIJKL",
    "green_target_group": "targetgroup/green/2",
    "health_check": "11111111-2222-3333-4444-555555555555",
    "load_balancer": "app/web/3",
    "service": "mockforge-staging",
}
ALARM = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:mockforge-staging-latency-alert"
OUTSIDE_ALARM = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:mockforge-staging-outside-check"
LOG_GROUP = "/mockforge-cloud/staging/service"
# CloudWatch API reference, "Dashboard body structure and syntax".
METRIC_VIEWS = {"timeSeries", "singleValue", "gauge", "bar", "pie", "table"}
LOG_VIEWS = {"timeSeries", "table", "bar", "pie"}


def dashboard(*, external: bool = False) -> Callable[[], None]:
    def program() -> None:
        wanted = environment()
        subjects: dict[Subject, str] = {
            key: value for key, value in SUBJECTS.items() if not (external and key.startswith("database"))
        }
        args = DashboardArgs(
            prefix=wanted.prefix,
            region="eu-central-1",
            url=wanted.url,
            guide_url="https://docs.example/incident-response",
            window=spell_window(wanted.maintenance),
            objectives=wanted.objectives,
            alerts=wanted.alerts,
            subjects=subjects,
            instance_class=None if external else wanted.database.instance_class,
            log_group_name=LOG_GROUP,
            own_namespace="MockForgeCloud/staging",
            alarm_arns=[ALARM],
            outside_alarm_arns=[OUTSIDE_ALARM],
        )
        Dashboard("dashboard", args)

    return program


def widgets_of(program: Program) -> list[dict[str, Any]]:
    return json.loads(program.one("Dashboard", "dashboard-health")["dashboardBody"])["widgets"]


@pytest.fixture(scope="module")
def updated() -> Program:
    return run(dashboard())


@pytest.fixture(scope="module")
def widgets(updated: Program) -> list[dict[str, Any]]:
    return widgets_of(updated)


@pytest.fixture(scope="module")
def graphs(widgets: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {one["properties"]["title"]: one["properties"] for one in widgets if one["type"] == "metric"}


def lines(graph: dict[str, Any]) -> list[float]:
    return [line["value"] for line in graph["annotations"]["horizontal"]]


def test_it_is_named_after_the_environment_and_has_a_link(updated: Program):
    assert updated.one("Dashboard", "dashboard-health")["dashboardName"] == "mockforge-staging"
    component = updated.one("mockforge:cloud:Dashboard")
    assert component.outputs["url"] == (
        "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1"
        "#dashboards/dashboard/mockforge-staging"
    )


def test_widgets_lie_on_the_grid_of_24_columns_and_fill_its_rows(widgets: list[dict[str, Any]]):
    cells = [(x, y) for one in widgets for x in range(one["x"], one["x"] + one["width"]) for y in _rows(one)]
    assert len(set(cells)) == len(cells), "two widgets overlap"
    assert {x for x, _ in cells} == set(range(24))
    assert len(cells) == 24 * (1 + max(y for _, y in cells)), "a gap between widgets"


def _rows(widget: dict[str, Any]) -> range:
    return range(widget["y"], widget["y"] + widget["height"])


def test_every_widget_has_what_cloudwatch_asks_of_its_type(widgets: list[dict[str, Any]]):
    asked = {
        "text": {"markdown"},
        "alarm": {"title", "alarms"},
        "metric": {"title", "region", "metrics", "view", "period"},
        "log": {"title", "region", "query", "view"},
    }
    for one in widgets:
        assert asked[one["type"]] <= one["properties"].keys(), one
        if one["type"] == "metric":
            assert one["properties"]["view"] in METRIC_VIEWS
            assert one["properties"]["period"] % 60 == 0
        if one["type"] == "log":
            assert one["properties"]["view"] in LOG_VIEWS
            assert one["properties"]["query"].startswith(f"SOURCE '{LOG_GROUP}' | ")
    assert len(widgets) <= 500


def test_every_curve_is_a_metric_with_whole_dimensions_or_an_expression(graphs: dict[str, dict[str, Any]]):
    for title, graph in graphs.items():
        for curve in graph["metrics"]:
            *named, rendering = curve
            if "expression" in rendering:
                assert named == [], title
            else:
                assert len(named) % 2 == 0, title  # namespace, name, then pairs
                assert all(isinstance(part, str) and part for part in named), title
                assert rendering["stat"], title


def test_expressions_use_ids_of_their_own_graph_that_are_unique(graphs: dict[str, dict[str, Any]]):
    for title, graph in graphs.items():
        renderings = [curve[-1] for curve in graph["metrics"]]
        ids = [one["id"] for one in renderings if "id" in one]
        assert len(set(ids)) == len(ids), title
        known: dict[str, float | None] = {"os.fileSys.usedPercent.avg": 1.0}
        for one in renderings:
            if "expression" in one:
                known[one["id"]] = evaluate(one["expression"], known)  # an id from nowhere is a KeyError
            elif "id" in one:
                known[one["id"]] = 1.0
            assert re.fullmatch(r"[a-z]\w*", one.get("id", "a")), title


@pytest.mark.parametrize(
    ("title", "drawn"),
    [
        ("Availability, %", [99.5, 99.9]),
        ("Failed requests, %", [1, 0.1]),
        ("Latency, ms (lines are for P95)", [500, 200]),
        ("CPU of tasks, %", [80]),
        ("Memory of tasks, %", [85]),
        ("Scratch disk of the fullest task, %", [90]),
        ("CPU of the database, %", [80]),
        ("Memory of the database, %", [85]),
        ("Connections, % of 766", [80]),
        ("Disk of the database, %", [90]),
    ],
)
def test_the_runbooks_alert_lines_and_targets_are_drawn_in(
    graphs: dict[str, dict[str, Any]], title: str, drawn: list[float]
):
    assert lines(graphs[title]) == drawn


@pytest.mark.parametrize(
    "word",
    [
        "Checkers",
        "Availability",
        "Failed requests",
        "Latency",
        "CPU",
        "Memory",
        "Deployments",
        "Backups",
        "log",
        "Users",
    ],
)
def test_every_line_of_the_morning_checklist_has_a_widget(widgets: list[dict[str, Any]], word: str):
    assert [one for one in widgets if word in one["properties"].get("title", "")]


def test_alarm_states_are_shown_each_region_by_itself(widgets: list[dict[str, Any]]):
    shown = [one["properties"]["alarms"] for one in widgets if one["type"] == "alarm"]
    assert shown == [[ALARM], [OUTSIDE_ALARM]]


def test_twenty_alarms_get_more_room_than_the_one_from_outside(widgets: list[dict[str, Any]]):
    assert [one["width"] for one in widgets if one["type"] == "alarm"] == [18, 6]


def test_errors_of_the_log_are_put_together_by_pattern(widgets: list[dict[str, Any]]):
    [query] = [one["properties"]["query"] for one in widgets if one["properties"].get("title") == "Errors in the log"]
    assert 'filter @message like " ERROR " | pattern @message' in query


@pytest.mark.parametrize("path", ["/api/v1/auth/register", "/api/v1/auth/login", "/api/v1/plugins/search"])
def test_user_activity_counts_requests_by_path_an_hour(widgets: list[dict[str, Any]], path: str):
    [query] = [one["properties"]["query"] for one in widgets if path in one["properties"].get("query", "")]
    assert query.endswith("| stats count(*) as requests by bin(1h)")


def test_only_what_route_53_measures_is_read_from_us_east_1(graphs: dict[str, dict[str, Any]]):
    elsewhere = {title for title, graph in graphs.items() if graph["region"] != "eu-central-1"}
    assert elsewhere == {"Checkers outside that get an answer, %"}
    [curve] = graphs["Checkers outside that get an answer, %"]["metrics"]
    assert curve[:2] == ["AWS/Route53", "HealthCheckPercentageHealthy"]


def test_both_colours_are_told_apart(graphs: dict[str, dict[str, Any]]):
    for title in ("Deployments: healthy targets", "Deployments: unhealthy targets", "Deployments: requests"):
        blue, green = graphs[title]["metrics"]
        assert "targetgroup/blue/1" in blue
        assert "targetgroup/green/2" in green
        assert [blue[-1]["label"], green[-1]["label"]] == ["blue", "green"]


def test_the_header_leads_to_the_service_and_to_what_to_do(widgets: list[dict[str, Any]]):
    text = widgets[0]["properties"]["markdown"]
    assert "https://cloud.mockforge.dev" in text
    assert "(https://docs.example/incident-response)" in text
    assert "first Sunday 02:00–04:00 UTC" in text


def test_availability_is_that_of_the_alarm(graphs: dict[str, dict[str, Any]]):
    values: dict[str, float | None] = {"requests": 900.0, "target_5xx": None, "elb_5xx": 100.0}
    for curve in graphs["Availability, %"]["metrics"]:
        if "expression" in curve[-1]:
            values[curve[-1]["id"]] = evaluate(curve[-1]["expression"], values)
    assert values["available"] == pytest.approx(90)


def test_an_external_database_has_no_row_of_rds():
    titles = [one["properties"].get("title", "") for one in widgets_of(run(dashboard(external=True)))]
    assert not [title for title in titles if "database" in title or "Connections" in title]


def test_ages_of_backups_are_shown(widgets: list[dict[str, Any]]):
    assert any(one["properties"].get("title", "").startswith("Age of the newest") for one in widgets)


def test_every_variant_fills_the_grid_without_overlap():
    for external in (False, True):
        placed = widgets_of(run(dashboard(external=external)))
        for one, other in combinations(placed, 2):
            apart = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
            assert apart or set(_rows(one)).isdisjoint(_rows(other))


def test_a_preview_does_not_need_the_alarms_to_exist():
    def program() -> None:
        class Holder(Component):
            def __init__(self) -> None:
                super().__init__("holder")
                check = aws.route53.HealthCheck("holder-check", type="HTTPS", opts=self.child())
                self.check_id = check.id
                self.register_outputs({})

        wanted = environment()
        args = DashboardArgs(
            prefix=wanted.prefix,
            region="us-east-1",
            url=wanted.url,
            guide_url="https://docs.example",
            window="",
            objectives=wanted.objectives,
            alerts=wanted.alerts,
            subjects={**SUBJECTS, "health_check": Holder().check_id},
            instance_class="db.t4g.small",
            log_group_name=LOG_GROUP,
            own_namespace="MockForgeCloud/staging",
            alarm_arns=[],
            outside_alarm_arns=[],
        )
        Dashboard("dashboard", args)

    body = run(program, preview=True).one("Dashboard", "dashboard-health")["dashboardBody"]
    assert body == UNKNOWN

"""What the dashboard shows, as the JSON that CloudWatch takes. Pure: plain values in, a dictionary out."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.dashboard_widgets import (
    PERCENT,
    PERIOD_SECONDS,
    DashboardValues,
    Series,
    Widget,
    expression,
    graph,
    laid_out,
    lines_at,
    log_graph,
    percent_graph,
    series,
)
from runbook.alarm import Metric, metric
from runbook.alarms import (
    BACKUP_AGE_METRIC,
    BACKUP_KINDS,
    ERROR_LINES_METRIC,
    REQUEST_METRICS,
    REQUEST_SUMS,
)
from runbook.database_classes import DATABASE_CLASS_MEMORY_GIB, max_connections

HOUR_SECONDS = 3600
# As deep as it falls: from 0, nobody could tell 99.5 from 99.9.
AVAILABILITY_AXIS = (None, 100.0)
# Route 53 keeps its metrics there, whatever the environment's region.
OUTSIDE_REGION = "us-east-1"
BLUE_COLOUR, GREEN_COLOUR = "#1f77b4", "#2ca02c"


def dashboard_body(values: DashboardValues) -> dict[str, Any]:
    """The whole dashboard: from "does it work" at the top to "who uses it" at the bottom."""
    database = [] if values.instance_class is None else [(6, _evenly(_database(values, values.instance_class)))]
    rows = [
        (2, _evenly(_header(values))),
        (6, _alarm_states(values)),
        (6, _evenly(_health(values))),
        (6, _evenly(_errors(values))),
        (6, _evenly(_latency(values))),
        (6, _evenly(_utilisation(values))),
        (6, _evenly(_deployments(values))),
        *database,
        (6, _evenly(_backups(values))),
        (6, _log_errors(values)),
        (6, _evenly(_user_activity(values))),
    ]
    return {"periodOverride": "inherit", "widgets": laid_out(rows)}


def _evenly(widgets: Sequence[Widget]) -> list[tuple[int, Widget]]:
    return [(1, widget) for widget in widgets]


# --- the rows --------------------------------------------------------------------------------------------------------


def _header(values: DashboardValues) -> list[Widget]:
    markdown = (
        f"# {values.title}\n"
        f"[{values.url}]({values.url}) · [What each alarm means, and what to do]({values.guide_url}) · "
        f"maintenance: {values.window} · red lines: somebody is told; green lines: what we promise"
    )
    return [{"type": "text", "properties": {"markdown": markdown}}]


def _alarm_states(values: DashboardValues) -> list[tuple[int, Widget]]:
    def states(title: str, arns: Sequence[str]) -> Widget:
        return {
            "type": "alarm",
            "properties": {"title": title, "alarms": list(arns), "sortBy": "stateUpdatedTimestamp"},
        }

    return [(3, states("Alarms", values.alarm_arns)), (1, states("Alarm from outside", values.outside_alarm_arns))]


def _health(values: DashboardValues) -> list[Widget]:
    answering = series(
        values, metric("AWS/Route53", "HealthCheckPercentageHealthy", "Average", "health_check"), label="Checkers"
    )
    tasks = [
        series(values, metric("ECS/ContainerInsights", name, "Average", "service"), label=label)
        for name, label in (("DesiredTaskCount", "wanted"), ("RunningTaskCount", "running"))
    ]
    return [
        graph(values, "Checkers outside that get an answer, %", [answering], axis=PERCENT, region=OUTSIDE_REGION),
        graph(values, "Tasks", tasks),
        graph(
            values,
            "Requests a minute",
            [series(values, REQUEST_METRICS["requests"], label="Requests", period=60)],
            period_seconds=60,
        ),
    ]


def _errors(values: DashboardValues) -> list[Widget]:
    alerts, objectives = values.alerts, values.objectives
    counted = [series(values, one, id=query, visible=False) for query, one in REQUEST_METRICS.items()]
    sums = [expression(text, id=query, visible=False) for query, text in REQUEST_SUMS.items()]
    refused = metric("AWS/ApplicationELB", "HTTPCode_Target_4XX_Count", "Sum", "load_balancer")
    return [
        graph(
            values,
            "Availability, %",
            [*counted, *sums, expression("100 * (1 - failed / total)", id="available", label="Availability")],
            lines=lines_at(alerts.availability_below_percent, objectives.availability_percent),
            axis=AVAILABILITY_AXIS,
        ),
        graph(
            values,
            "Failed requests, %",
            [*counted, *sums, expression("100 * failed / total", id="errors", label="Failed")],
            lines=lines_at(alerts.error_above_percent, objectives.error_percent),
        ),
        graph(
            values,
            "Answers that are errors",
            [
                series(values, REQUEST_METRICS["target_5xx"], label="5xx of tasks"),
                series(values, REQUEST_METRICS["elb_5xx"], label="5xx of the load balancer"),
                series(values, refused, label="4xx of tasks"),
            ],
        ),
    ]


def _latency(values: DashboardValues) -> list[Widget]:
    percentiles = ("p50", "p95", "p99")
    seconds = [
        series(
            values,
            metric("AWS/ApplicationELB", "TargetResponseTime", percentile, "load_balancer"),
            id=percentile,
            visible=False,
        )
        for percentile in percentiles
    ]
    milliseconds = [
        expression(f"1000 * {percentile}", id=f"{percentile}_ms", label=percentile.upper())
        for percentile in percentiles
    ]
    lines = lines_at(values.alerts.latency_p95_above_milliseconds, values.objectives.latency_p95_milliseconds)
    return [graph(values, "Latency, ms (lines are for P95)", [*seconds, *milliseconds], lines=lines)]


def _utilisation(values: DashboardValues) -> list[Widget]:
    alerts = values.alerts
    return [
        percent_graph(
            values, "CPU of tasks, %", metric("AWS/ECS", "CPUUtilization", "Average", "service"), alerts.cpu_percent
        ),
        percent_graph(
            values,
            "Memory of tasks, %",
            metric("AWS/ECS", "MemoryUtilization", "Average", "service"),
            alerts.memory_percent,
        ),
        percent_graph(
            values,
            "Scratch disk of the fullest task, %",
            metric("ECS/ContainerInsights", "TaskEphemeralStorageUtilization", "Maximum", "service"),
            alerts.disk_percent,
        ),
    ]


def _deployments(values: DashboardValues) -> list[Widget]:
    def both(name: str, statistic: str) -> list[Series]:
        return [
            series(values, metric("AWS/ApplicationELB", name, statistic, "blue"), label="blue", color=BLUE_COLOUR),
            series(values, metric("AWS/ApplicationELB", name, statistic, "green"), label="green", color=GREEN_COLOUR),
        ]

    return [
        graph(values, "Deployments: healthy targets", both("HealthyHostCount", "Maximum")),
        graph(values, "Deployments: unhealthy targets", both("UnHealthyHostCount", "Maximum")),
        graph(values, "Deployments: requests", both("RequestCount", "Sum")),
    ]


def _database(values: DashboardValues, instance_class: str) -> list[Widget]:
    alerts = values.alerts
    memory_bytes = DATABASE_CLASS_MEMORY_GIB[instance_class] * 1024**3
    connections = max_connections(instance_class)
    disk = f"DB_PERF_INSIGHTS('RDS', '{values.subjects['database_resource']}', 'os.fileSys.usedPercent.avg')"
    return [
        percent_graph(
            values,
            "CPU of the database, %",
            metric("AWS/RDS", "CPUUtilization", "Average", "database"),
            alerts.cpu_percent,
        ),
        percent_graph(
            values,
            "Memory of the database, %",
            metric("AWS/RDS", "FreeableMemory", "Average", "database"),
            alerts.memory_percent,
            f"100 * (1 - measured / {memory_bytes})",
        ),
        percent_graph(
            values,
            f"Connections, % of {connections}",
            metric("AWS/RDS", "DatabaseConnections", "Average", "database"),
            alerts.database_connections_percent,
            f"100 * measured / {connections}",
        ),
        graph(
            values,
            "Disk of the database, %",
            [expression(disk, id="disk", label="used", period=PERIOD_SECONDS)],
            lines=lines_at(alerts.disk_percent),
            axis=PERCENT,
        ),
    ]


def _backups(values: DashboardValues) -> list[Widget]:
    def jobs(title: str, names: Mapping[str, str]) -> Widget:
        counted = [
            series(values, metric("AWS/Backup", name, "Sum", "backup_vault"), label=label, period_seconds=HOUR_SECONDS)
            for name, label in names.items()
        ]
        return graph(values, title, counted, period_seconds=HOUR_SECONDS)

    widgets = [
        jobs(
            "Backups completed, an hour",
            {"NumberOfBackupJobsCompleted": "backups", "NumberOfCopyJobsCompleted": "copies"},
        ),
        jobs(
            "Backups that failed, an hour",
            {
                "NumberOfBackupJobsFailed": "failed",
                "NumberOfBackupJobsExpired": "expired",
                "NumberOfBackupJobsAborted": "aborted",
                "NumberOfCopyJobsFailed": "copies failed",
            },
        ),
    ]
    ages = [
        series(
            values,
            Metric(
                namespace=values.own_namespace,
                name=BACKUP_AGE_METRIC,
                statistic="Maximum",
                of="environment",
                fixed={"Kind": kind, "Place": "primary"},
            ),
            label=kind,
        )
        for kind in BACKUP_KINDS
    ]
    widgets.append(graph(values, "Age of the newest restorable point, minutes", ages, period_seconds=HOUR_SECONDS))
    return widgets


def _log_errors(values: DashboardValues) -> list[tuple[int, Widget]]:
    lines = series(values, metric(values.own_namespace, ERROR_LINES_METRIC, "Sum", "environment"), label="error lines")
    # `pattern` puts lines together that differ only in times, ids and numbers
    grouped = 'filter @message like " ERROR " | pattern @message | sort @sampleCount desc | limit 20'
    return [
        (1, graph(values, "Error lines in the log", [lines])),
        (2, log_graph(values, "Errors in the log", grouped)),
    ]


def _user_activity(values: DashboardValues) -> list[Widget]:
    """The server logs every request with method and path; that both stand in one line is all that is assumed here."""

    def per_hour(title: str, path: str) -> Widget:
        query = f'filter @message like "POST" and @message like "{path}" | stats count(*) as requests by bin(1h)'
        return log_graph(values, title, query, view="timeSeries")

    return [
        per_hour("Users: sign-ups tried, an hour", "/api/v1/auth/register"),
        per_hour("Users: log-ins tried, an hour", "/api/v1/auth/login"),
        per_hour("Users: plugin searches, an hour", "/api/v1/plugins/search"),
    ]

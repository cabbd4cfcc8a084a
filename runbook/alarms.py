"""The alarm catalogue: what is watched, when it is wrong, who hears of it. Adding an alarm is adding a row.

Numbers come from the settings (`alerts`, `objectives`), whose defaults are the runbook's "Key Metrics". Facts about
metrics come from the CloudWatch chapters of the Elastic Load Balancing, ECS, RDS, Route 53 and AWS Backup guides.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from runbook.alarm import Alarm, Metric, Severity, metric
from runbook.database_classes import DATABASE_CLASS_MEMORY_GIB, max_connections
from runbook.probes import OUTSIDE_CHECKERS, outside_probes_per_minute
from runbook.schedule import suppression_expression

if TYPE_CHECKING:
    from runbook.settings import Environment

MINUTE_SECONDS = 60
# CloudWatch keeps a new alarm from being looked at for at most two days.
LONGEST_WARM_UP_MINUTES = 2880
HOUR_SECONDS = 3600
# Of a target, one failure in a whole hour says something; over five minutes it is noise.
OBJECTIVE_MINUTES = 60
# Two looks a minute apart: a single lost measurement calls nobody, a real outage waits one minute more.
OUTAGE_PERIODS = 2
# A failover leaves RDS silent for a minute or two.
SILENCE_MINUTES = 10
# The server logs an ERROR now and then (one at every start without row security rights); ten a minute is a flood.
LOG_ERRORS_PER_MINUTE = 10
# Measured hourly: half an hour of grace, so that a run that is a little late is not a missing one.
BACKUP_AGE_SECONDS = HOUR_SECONDS + HOUR_SECONDS // 2
# Our Lambda functions, without `mockforge-<environment>-` before.
FUNCTIONS = ("smoke-test", "configuration-backup", "backup-freshness", "restore-validation", "maintenance-checklist")
BACKUP_KINDS = ("database", "objects", "configuration")
ERROR_LINES_METRIC = "ErrorLines"
BACKUP_AGE_METRIC = "NewestRestorablePointAgeMinutes"


def own_namespace(environment: "Environment") -> str:
    """Namespace of the metrics that we make; a log metric filter on text lines cannot add a dimension."""
    return f"MockForgeCloud/{environment.name}"


def request_floor(environment: "Environment", minutes: int) -> int:
    """More requests than this in `minutes` cannot all be probes: a window may catch one more of each checker."""
    return outside_probes_per_minute(environment) * minutes + OUTSIDE_CHECKERS


def catalogue(environment: "Environment") -> tuple[Alarm, ...]:
    """Every alarm of an environment."""
    rows = [
        *_outage(environment),
        *_requests(environment),
        *_tasks(environment),
        *(_database(environment) if environment.database.kind == "rds" else ()),
        _log_errors(environment),
        _backup_failed(),
        *_functions(environment),
        *_objectives(environment),
    ]
    warm_up_minutes = environment.alerts.warm_up_minutes
    warmed_up = [replace(row, warm_up_minutes=warm_up_minutes) for row in rows]
    return (*warmed_up, *_backup_ages(environment))


# --- is anybody home -------------------------------------------------------------------------------------------------


def _outage(environment: "Environment") -> Iterator[Alarm]:
    window = suppression_expression(environment.maintenance, "checked")
    yield Alarm(
        id="outside-check",
        severity=Severity.CRITICAL,
        says="The service does not answer from outside",
        runbook="outside-check",
        metrics={"checked": metric("AWS/Route53", "HealthCheckStatus", "Minimum", "health_check")},
        expressions={"in_window": window, "value": "IF(in_window == 1, 1, checked)"},
        comparison="LessThanThreshold",
        threshold=1,
        period_seconds=MINUTE_SECONDS,
        periods=OUTAGE_PERIODS,
        no_data="breaching",  # Route 53 reports every minute; when even that is silent, nobody watches
        suppressed_in_maintenance=False,  # by the window in its own expression
        outside=True,
    )
    yield Alarm(
        id="no-healthy-target",
        severity=Severity.CRITICAL,
        says="Not one task is healthy, neither blue nor green",
        runbook="no-healthy-target",
        metrics={
            "blue": metric("AWS/ApplicationELB", "HealthyHostCount", "Maximum", "blue"),
            "green": metric("AWS/ApplicationELB", "HealthyHostCount", "Maximum", "green"),
        },
        expressions={"value": "FILL(blue, 0) + FILL(green, 0)"},  # the idle colour reports nothing
        comparison="LessThanThreshold",
        threshold=1,
        period_seconds=MINUTE_SECONDS,
        periods=OUTAGE_PERIODS,
        no_data="breaching",  # a load balancer without any registered target reports nothing at all
    )


# --- requests --------------------------------------------------------------------------------------------------------

# ELB 5xx only exist for the whole load balancer, and what found no target is not in RequestCount: so both are counted
# on both sides. FILL, because a count that is zero is not published.
REQUEST_METRICS: dict[str, Metric] = {
    "target_5xx": metric("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "Sum", "load_balancer"),
    "elb_5xx": metric("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "Sum", "load_balancer"),
    "requests": metric("AWS/ApplicationELB", "RequestCount", "Sum", "load_balancer"),
}
REQUEST_SUMS: dict[str, str] = {
    "failed": "FILL(target_5xx, 0) + FILL(elb_5xx, 0)",
    "total": "FILL(requests, 0) + FILL(elb_5xx, 0)",
}


def _requests(environment: "Environment") -> Iterator[Alarm]:
    alerts, minutes = environment.alerts, environment.alerts.minutes
    gate = _gate(environment, minutes)
    yield Alarm(
        id="availability",
        severity=Severity.CRITICAL,
        says=f"Availability is below {alerts.availability_below_percent:g} % over {_spell(minutes)}",
        runbook="requests-failing",
        metrics=REQUEST_METRICS,
        expressions={**REQUEST_SUMS, "value": _availability(gate)},
        comparison="LessThanThreshold",
        threshold=alerts.availability_below_percent,
        period_seconds=minutes * MINUTE_SECONDS,
        no_data="notBreaching",  # without requests nothing fails; silence is for the outside check
        alert="requests-failing",
        deployment=True,
    )
    yield Alarm(
        id="error-rate",
        severity=Severity.CRITICAL,
        says=f"More than {alerts.error_above_percent:g} % of requests failed over {_spell(minutes)}",
        runbook="requests-failing",
        metrics=REQUEST_METRICS,
        expressions={**REQUEST_SUMS, "value": _error_rate(gate)},
        threshold=alerts.error_above_percent,
        period_seconds=minutes * MINUTE_SECONDS,
        no_data="notBreaching",
        alert="requests-failing",
        deployment=True,
    )
    yield Alarm(
        id="latency",
        severity=Severity.WARNING,
        says=f"P95 latency is above {alerts.latency_p95_above_milliseconds} ms over {_spell(minutes)}",
        runbook="latency",
        metrics=_LATENCY_METRICS,
        expressions={"value": _latency(environment, minutes)},
        threshold=alerts.latency_p95_above_milliseconds,
        period_seconds=minutes * MINUTE_SECONDS,
        no_data="notBreaching",
        deployment=True,
    )
    yield Alarm(
        id="client-errors",
        severity=Severity.WARNING,
        says=f"More than {alerts.client_error_above_percent:g} % of answers are 4xx over {_spell(minutes)}: "
        "429 means that the server's own request limit is used up",
        runbook="client-errors",
        metrics={
            # what the firewall refuses is an ELB 4xx; only the server's own refusals hurt everybody
            "refused": metric("AWS/ApplicationELB", "HTTPCode_Target_4XX_Count", "Sum", "load_balancer"),
            "requests": REQUEST_METRICS["requests"],
        },
        expressions={
            "failed": "FILL(refused, 0)",
            "total": "FILL(requests, 0)",
            "value": _error_rate(gate),
        },
        threshold=alerts.client_error_above_percent,
        period_seconds=minutes * MINUTE_SECONDS,
        no_data="notBreaching",
    )


_LATENCY_METRICS: dict[str, Metric] = {
    "seconds": metric("AWS/ApplicationELB", "TargetResponseTime", "p95", "load_balancer"),
    "requests": REQUEST_METRICS["requests"],
}


def _gate(environment: "Environment", minutes: int) -> str:
    """Whether a ratio means anything: enough failures, and more requests than the probes make by themselves."""
    return f"failed >= {environment.alerts.minimum_failures} AND total > {request_floor(environment, minutes)}"


def _availability(gate: str) -> str:
    return f"IF({gate}, 100 * (1 - failed / total), 100)"


def _error_rate(gate: str) -> str:
    return f"IF({gate}, 100 * failed / total, 0)"


def _latency(environment: "Environment", minutes: int) -> str:
    return f"IF(requests > {request_floor(environment, minutes)}, 1000 * seconds, 0)"


# --- tasks -----------------------------------------------------------------------------------------------------------


def _tasks(environment: "Environment") -> Iterator[Alarm]:
    alerts = environment.alerts
    minutes = _spell(alerts.minutes)
    yield _utilisation(
        environment,
        id="task-cpu",
        says=f"The tasks' CPU is above {alerts.cpu_percent:g} % for {minutes}",
        measured=metric("AWS/ECS", "CPUUtilization", "Average", "service"),
        threshold=alerts.cpu_percent,
    )
    yield _utilisation(
        environment,
        id="task-memory",
        says=f"The tasks' memory is above {alerts.memory_percent:g} % for {minutes}",
        measured=metric("AWS/ECS", "MemoryUtilization", "Average", "service"),
        threshold=alerts.memory_percent,
    )
    yield _utilisation(
        environment,
        id="task-disk",
        says=f"The scratch disk of a task is above {alerts.disk_percent:g} % for {minutes}",
        # each task has a disk of its own: the fullest one counts
        measured=metric("ECS/ContainerInsights", "TaskEphemeralStorageUtilization", "Maximum", "service"),
        threshold=alerts.disk_percent,
    )


# --- database --------------------------------------------------------------------------------------------------------


def _database(environment: "Environment") -> Iterator[Alarm]:
    alerts, instance_class = environment.alerts, environment.database.instance_class
    minutes = _spell(alerts.minutes)
    memory_bytes = DATABASE_CLASS_MEMORY_GIB[instance_class] * 1024**3
    connections = max_connections(instance_class)
    yield Alarm(
        id="database-disk",
        severity=Severity.CRITICAL,
        says=f"The database's disk is above {alerts.disk_percent:g} % for {minutes}",
        runbook="database-disk",
        metrics={},
        # percent of what the disk is now: FreeStorageSpace against the declared size is wrong after it has grown
        expressions={"value": "DB_PERF_INSIGHTS('RDS', '{database_resource}', 'os.fileSys.usedPercent.avg')"},
        threshold=alerts.disk_percent,
        period_seconds=MINUTE_SECONDS,
        periods=alerts.minutes,
        no_data="ignore",  # a full disk may silence the database: that is not a recovery
        suppressed_in_maintenance=False,  # no maintenance fills a disk and means well
    )
    yield Alarm(
        id="database-silent",
        severity=Severity.CRITICAL,
        says=f"The database has reported nothing for {_spell(SILENCE_MINUTES)}: stopped, failed or gone",
        runbook="database-silent",
        metrics={"reports": metric("AWS/RDS", "CPUUtilization", "SampleCount", "database")},
        comparison="LessThanThreshold",
        threshold=1,
        period_seconds=MINUTE_SECONDS,
        periods=SILENCE_MINUTES,
        no_data="breaching",
    )
    yield _utilisation(
        environment,
        id="database-cpu",
        says=f"The database's CPU is above {alerts.cpu_percent:g} % for {minutes}",
        measured=metric("AWS/RDS", "CPUUtilization", "Average", "database"),
        threshold=alerts.cpu_percent,
    )
    yield _utilisation(
        environment,
        id="database-memory",
        says=f"The database uses more than {alerts.memory_percent:g} % of its memory for {minutes}",
        measured=metric("AWS/RDS", "FreeableMemory", "Average", "database"),
        expression=f"100 * (1 - measured / {memory_bytes})",
        threshold=alerts.memory_percent,
    )
    yield _utilisation(
        environment,
        id="database-connections",
        says=f"The database's connections are above {alerts.database_connections_percent:g} % for {minutes}",
        measured=metric("AWS/RDS", "DatabaseConnections", "Average", "database"),
        expression=f"100 * measured / {connections}",
        threshold=alerts.database_connections_percent,
    )


def _utilisation(
    environment: "Environment",
    *,
    id: str,  # noqa: A002 - the column's name
    says: str,
    measured: Metric,
    threshold: float,
    expression: str | None = None,
) -> Alarm:
    """Every minute of the last `alerts.minutes` is above; one good minute resets."""
    return Alarm(
        id=id,
        severity=Severity.WARNING,
        says=says,
        runbook=id,
        metrics={"measured": measured},
        expressions={} if expression is None else {"value": expression},
        threshold=threshold,
        period_seconds=MINUTE_SECONDS,
        periods=environment.alerts.minutes,
        no_data="ignore",  # silence is neither high nor a recovery; other alarms tell of silence
    )


# --- logs, backups ---------------------------------------------------------------------------------------------------


def _log_errors(environment: "Environment") -> Alarm:
    minutes = environment.alerts.minutes
    return Alarm(
        id="log-errors",
        severity=Severity.WARNING,
        says=f"The application logged more than {LOG_ERRORS_PER_MINUTE * minutes} errors in {_spell(minutes)}",
        runbook="log-errors",
        metrics={"measured": metric(own_namespace(environment), ERROR_LINES_METRIC, "Sum", "environment")},
        threshold=LOG_ERRORS_PER_MINUTE * minutes,
        period_seconds=minutes * MINUTE_SECONDS,
        no_data="notBreaching",  # no line, no error
    )


def _backup_failed() -> Alarm:
    failures = {
        "failed": "NumberOfBackupJobsFailed",
        "expired": "NumberOfBackupJobsExpired",
        "aborted": "NumberOfBackupJobsAborted",
        "copies": "NumberOfCopyJobsFailed",
    }
    return Alarm(
        id="backup-failed",
        severity=Severity.WARNING,
        says="A backup or copy job failed, expired or was aborted within the last hour",
        runbook="backup-failed",
        metrics={key: metric("AWS/Backup", name, "Sum", "backup_vault") for key, name in failures.items()},
        expressions={"value": " + ".join(f"FILL({key}, 0)" for key in failures)},
        threshold=0,
        period_seconds=HOUR_SECONDS,
        no_data="notBreaching",  # these counts are published only when they are not zero
        suppressed_in_maintenance=False,  # "Backup all systems" is a line of the maintenance checklist
    )


def _backup_ages(environment: "Environment") -> Iterator[Alarm]:
    backups = environment.backups
    for kind in BACKUP_KINDS:
        if kind == "database" and environment.database.kind == "external":
            continue  # whoever runs it backs it up, and nothing of ours can measure that
        late_minutes = backups.database_late_minutes if kind == "database" else backups.daily_late_minutes
        yield from _backup_age(environment, kind=kind, place="primary", late_minutes=late_minutes)
        if environment.location.recovery_region is not None:  # copies follow the daily rule
            yield from _backup_age(environment, kind=kind, place="recovery", late_minutes=backups.daily_late_minutes)


def _backup_age(environment: "Environment", *, kind: str, place: str, late_minutes: int) -> Iterator[Alarm]:
    where = "" if place == "primary" else " in the recovery region"
    for severity, limit in ((Severity.WARNING, late_minutes), (Severity.CRITICAL, 2 * late_minutes)):
        yield Alarm(
            id=f"backup-{kind}-{place}-{'late' if severity is Severity.WARNING else 'too-late'}",
            severity=severity,
            says=f"The newest restorable point of the {kind}{where} is older than {_spell(limit)}, or was not measured",
            runbook="backup-late",
            # when the measuring fails, all are late at once: that is one page
            alert="backups-late" if severity is Severity.WARNING else "backups-too-late",
            metrics={
                "measured": Metric(
                    namespace=own_namespace(environment),
                    name=BACKUP_AGE_METRIC,
                    statistic="Maximum",
                    of="environment",
                    fixed={"Kind": kind, "Place": place},
                )
            },
            threshold=limit,
            period_seconds=BACKUP_AGE_SECONDS,
            no_data="breaching",
            # The first point is made within `late_minutes`; until then its absence is nobody's fault.
            warm_up_minutes=min(max(environment.alerts.warm_up_minutes, late_minutes), LONGEST_WARM_UP_MINUTES),
            suppressed_in_maintenance=False,
        )


# --- our own functions -----------------------------------------------------------------------------------------------


def _functions(environment: "Environment") -> Iterator[Alarm]:
    """A run that failed, that Lambda did not let start, or whose failure could not be told.

    A run that did not happen at all leaves no trace here. It shows where its work is missed: the ages of backups.
    """
    troubles = {"errors": "Errors", "throttled": "Throttles", "untold": "DestinationDeliveryFailures"}
    for function in FUNCTIONS:
        yield Alarm(
            id=f"function-{function}",
            severity=Severity.WARNING,
            says=f"The function {function} failed, was throttled, or could not tell of a failure within the last hour",
            runbook="function-failed",
            alert="functions",  # what ails one often ails all
            metrics={
                key: Metric(
                    namespace="AWS/Lambda",
                    name=name,
                    statistic="Sum",
                    of="function",
                    fixed={"FunctionName": f"{environment.prefix}-{function}"},
                )
                for key, name in troubles.items()
            },
            expressions={"value": " + ".join(f"FILL({key}, 0)" for key in troubles)},
            threshold=0,
            period_seconds=HOUR_SECONDS,
            no_data="notBreaching",  # a function that was not called reports nothing
            suppressed_in_maintenance=False,  # the maintenance checklist is made of them
        )


# --- targets ---------------------------------------------------------------------------------------------------------


def _objectives(environment: "Environment") -> Iterator[Alarm]:
    objectives, gate = environment.objectives, _gate(environment, OBJECTIVE_MINUTES)
    hour = _spell(OBJECTIVE_MINUTES)
    yield Alarm(
        id="target-availability",
        severity=Severity.INFO,
        says=f"Target missed: availability below {objectives.availability_percent:g} % over {hour}",
        runbook="targets-missed",
        metrics=REQUEST_METRICS,
        expressions={**REQUEST_SUMS, "value": _availability(gate)},
        comparison="LessThanThreshold",
        threshold=objectives.availability_percent,
        period_seconds=OBJECTIVE_MINUTES * MINUTE_SECONDS,
        no_data="notBreaching",
    )
    yield Alarm(
        id="target-latency",
        severity=Severity.INFO,
        says=f"Target missed: P95 latency not below {objectives.latency_p95_milliseconds} ms over {hour}",
        runbook="targets-missed",
        metrics=_LATENCY_METRICS,
        expressions={"value": _latency(environment, OBJECTIVE_MINUTES)},
        comparison="GreaterThanOrEqualToThreshold",  # the target is "< 200 ms"
        threshold=objectives.latency_p95_milliseconds,
        period_seconds=OBJECTIVE_MINUTES * MINUTE_SECONDS,
        no_data="notBreaching",
    )
    yield Alarm(
        id="target-errors",
        severity=Severity.INFO,
        says=f"Target missed: {objectives.error_percent:g} % or more of requests failed over {hour}",
        runbook="targets-missed",
        metrics=REQUEST_METRICS,
        expressions={**REQUEST_SUMS, "value": _error_rate(gate)},
        comparison="GreaterThanOrEqualToThreshold",  # the target is "< 0.1 %"
        threshold=objectives.error_percent,
        period_seconds=OBJECTIVE_MINUTES * MINUTE_SECONDS,
        no_data="notBreaching",
    )


def _spell(minutes: int) -> str:
    if minutes >= 2 * 60 and minutes % 60 == 0:
        return f"{minutes // 60} hours"
    return {1: "1 minute", 60: "1 hour"}.get(minutes, f"{minutes} minutes")

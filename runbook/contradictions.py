"""What the keys of a stack file mean together, and where they cannot all be true.

One small function per section; each yields `(path of the key within the file, sentence)`.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from runbook import schedule
from runbook.database_classes import max_connections
from runbook.fargate import FARGATE_MEMORY_MIB
from runbook.probes import probes_per_minute

if TYPE_CHECKING:
    from runbook.settings import Environment

Contradiction = tuple[str, str]

# Both colours run during a deployment, each up to the maximum.
COLOURS = 2
# PostgreSQL and RDS keep some connections for themselves, and an operator needs one at three at night.
SPARE_CONNECTIONS = 15
# Probes may use up a tenth of a task's request budget; the rest belongs to users.
PROBE_SHARE_DIVISOR = 10
ALL_PERCENT = 100

# Set by the program itself, or wrong whatever the value.
RESERVED_VARIABLES: dict[str, str] = {
    "ANALYTICS_DB_PATH": "the program points it to scratch space",
    "APP_BASE_URL": "the program derives it from address.host_name",
    "APP_DATABASE_URL": "name its secret in database.app_url_secret",
    "DATABASE_MAX_CONNECTIONS": "set service.database_connections",
    "DATABASE_URL": "the program keeps it as a secret",
    "ENVIRONMENT": "the program sets it to the environment's name",
    "JWT_SECRET": "the program keeps it as a secret",
    "NO_COLOR": "the program sets it, or logs carry colour codes",
    "PORT": "set service.port",
    "PROMETHEUS_SCRAPE_TOKEN": "the program keeps it as a secret",
    "RATE_LIMIT_PER_MINUTE": "set service.requests_per_minute",
    "S3_BUCKET": "the program names its own bucket",
    "S3_ENDPOINT": "with it the server wants static keys instead of the task's role",
    "S3_REGION": "the program sets it",
    "SHUTDOWN_TIMEOUT_SECS": "set service.shutdown_seconds",
    "STORAGE_REQUIRE_S3": "without it uploads vanish with the task",
    "TRUSTED_PROXIES": "the default covers every network that this program makes",
}


def contradictions(environment: "Environment") -> Iterator[Contradiction]:
    """All of them, in the order of the file."""
    yield from _address(environment)
    yield from _network(environment)
    yield from _service(environment)
    yield from _scaling(environment)
    yield from _database(environment)
    yield from _backups(environment)
    yield from _objectives(environment)
    yield from _maintenance(environment)
    if environment.name == "production":
        yield from _production(environment)


def _address(environment: "Environment") -> Iterator[Contradiction]:
    address = environment.address
    if address.host_name != address.hosted_zone and not address.host_name.endswith(f".{address.hosted_zone}"):
        yield "address.host_name", f"{address.host_name} does not lie in hosted_zone {address.hosted_zone}"
    if environment.location.recovery_region == environment.location.region:
        yield "location.recovery_region", f"must be another region than location.region ({environment.location.region})"


def _network(environment: "Environment") -> Iterator[Contradiction]:
    zones = environment.network.zones
    if len(set(zones)) < len(zones):
        yield "network.zones", "names a zone twice"


def _service(environment: "Environment") -> Iterator[Contradiction]:
    service = environment.service
    allowed = FARGATE_MEMORY_MIB[service.cpu_units]
    if service.memory_mib not in allowed:
        yield (
            "service.memory_mib",
            (
                f"Fargate has no {service.memory_mib} MiB with {service.cpu_units} cpu_units; "
                f"allowed: {', '.join(map(str, allowed))}"
            ),
        )
    if service.stop_timeout_seconds <= service.shutdown_seconds:
        yield (
            "service.stop_timeout_seconds",
            f"must be above shutdown_seconds ({service.shutdown_seconds}), or requests are cut off",
        )
    if service.deregistration_seconds < service.shutdown_seconds:
        yield (
            "service.deregistration_seconds",
            f"must be at least shutdown_seconds ({service.shutdown_seconds}), or the load balancer leaves first",
        )
    probes = probes_per_minute(environment)
    if service.requests_per_minute < PROBE_SHARE_DIVISOR * probes:
        yield (
            "service.requests_per_minute",
            (
                f"health probes alone use {probes} of one task's {service.requests_per_minute} requests a minute; "
                f"must be {PROBE_SHARE_DIVISOR * probes} or more"
            ),
        )
    for kind, names in (("environment", service.environment), ("secrets", service.secrets)):
        for name in names:
            if reason := RESERVED_VARIABLES.get(name):
                yield f"service.{kind}.{name}", f"must not be set here: {reason}"
    for name in sorted(service.environment.keys() & service.secrets.keys()):
        yield f"service.secrets.{name}", "is set in service.environment too; keep one"


def _scaling(environment: "Environment") -> Iterator[Contradiction]:
    scaling = environment.scaling
    if scaling.minimum_tasks > scaling.maximum_tasks:
        yield (
            "scaling.minimum_tasks",
            f"minimum_tasks ({scaling.minimum_tasks}) is above maximum_tasks ({scaling.maximum_tasks})",
        )
    elif not scaling.minimum_tasks <= scaling.first_tasks <= scaling.maximum_tasks:
        yield (
            "scaling.desired_tasks",
            f"must lie between minimum_tasks ({scaling.minimum_tasks}) and maximum_tasks ({scaling.maximum_tasks})",
        )
    # The last step down concentrates the load most; if that reaches the upper threshold, the service flaps.
    growth = (scaling.minimum_tasks + scaling.scale_in_tasks) / scaling.minimum_tasks
    for kind, low, high in (
        ("cpu", scaling.scale_in_cpu_percent, scaling.scale_out_cpu_percent),
        ("memory", scaling.scale_in_memory_percent, scaling.scale_out_memory_percent),
    ):
        if (after := low * growth) > high:
            yield (
                f"scaling.scale_in_{kind}_percent",
                (
                    f"one step in from {scaling.minimum_tasks + scaling.scale_in_tasks} tasks "
                    f"lifts {kind} to {after:.0f} %, above scale_out_{kind}_percent ({high:g})"
                ),
            )
        if high + scaling.large_breach_percent >= ALL_PERCENT:
            yield (
                "scaling.large_breach_percent",
                (
                    f"scale_out_{kind}_percent ({high:g}) plus {scaling.large_breach_percent:g} is never exceeded; "
                    f"must be below {ALL_PERCENT - high:g}"
                ),
            )
    if scaling.large_breach_tasks < scaling.scale_out_tasks:
        yield (
            "scaling.large_breach_tasks",
            f"must be at least scale_out_tasks ({scaling.scale_out_tasks}): a larger breach never adds less",
        )


def _database(environment: "Environment") -> Iterator[Contradiction]:
    database = environment.database
    if database.kind == "external":
        if database.external_url_secret is None:
            yield (
                "database.external_url_secret",
                "is needed with kind: external; name the secret that holds DATABASE_URL",
            )
        return
    if database.external_url_secret is not None:
        yield "database.external_url_secret", "is only for kind: external; leave it out with kind: rds"
    if database.maximum_storage_gib * 100 < database.storage_gib * 126:
        yield (
            "database.maximum_storage_gib",
            f"must be at least 26 % above storage_gib ({database.storage_gib}), or the disk cannot grow in time",
        )
    tasks, connections = environment.scaling.maximum_tasks, environment.service.database_connections
    needed = COLOURS * tasks * connections + SPARE_CONNECTIONS
    if needed > (offered := max_connections(database.instance_class)):
        yield (
            "database.instance_class",
            (
                f"{database.instance_class} opens about {offered} connections; "
                f"a deployment at maximum_tasks may need {needed} "
                f"({COLOURS} colours x {tasks} tasks x {connections} database_connections, {SPARE_CONNECTIONS} spare)"
            ),
        )


def _backups(environment: "Environment") -> Iterator[Contradiction]:
    backups = environment.backups
    if backups.retention_days <= schedule.RESTORE_TEST_INTERVAL_DAYS:
        yield (
            "backups.retention_days",
            (
                f"must be {schedule.RESTORE_TEST_INTERVAL_DAYS + 1} or more: "
                "a recovery point has to outlive the weekly restore test"
            ),
        )
    window = schedule.window_of_day(environment.maintenance)
    window_text = schedule.spell_window(environment.maintenance)
    for key, start in (("daily_start", backups.daily_start), ("restore_test_start", backups.restore_test_start)):
        if not schedule.is_clear_of(schedule.minute_of_day(start), window):
            yield (
                f"backups.{key}",
                (
                    f"may start within an hour of the maintenance window ({window_text}): "
                    "AWS Backup starts up to an hour late, and refuses database backups there"
                ),
            )
    if not schedule.hourly_backup_hours(backups, environment.maintenance):
        yield (
            "maintenance.duration_hours",
            "leaves no hour for hourly backups, which keep an hour away from it and from backups.daily_start",
        )
    if backups.vault_locked and not environment.protection.protected:
        yield (
            "backups.vault_locked",
            (
                "a locked vault cannot be emptied, so an environment with protection.protected: false could not be "
                "destroyed; set it to false"
            ),
        )


def _objectives(environment: "Environment") -> Iterator[Contradiction]:
    objectives, alerts = environment.objectives, environment.alerts
    if alerts.availability_below_percent > objectives.availability_percent:
        yield (
            "alerts.availability_below_percent",
            (
                f"must not be above objectives.availability_percent ({objectives.availability_percent:g}): "
                "nobody is called while the promise is kept"
            ),
        )
    if alerts.latency_p95_above_milliseconds < objectives.latency_p95_milliseconds:
        yield (
            "alerts.latency_p95_above_milliseconds",
            f"must not be below objectives.latency_p95_milliseconds ({objectives.latency_p95_milliseconds})",
        )
    if alerts.error_above_percent < objectives.error_percent:
        yield (
            "alerts.error_above_percent",
            f"must not be below objectives.error_percent ({objectives.error_percent:g})",
        )


def _maintenance(environment: "Environment") -> Iterator[Contradiction]:
    maintenance = environment.maintenance
    if schedule.window_of_day(maintenance).end > schedule.MINUTES_PER_DAY:
        yield (
            "maintenance.duration_hours",
            f"{maintenance.start} plus {maintenance.duration_hours} hours crosses midnight UTC; end it by 24:00",
        )
    if maintenance.notice_weeks > maintenance.ordinal:
        yield (
            "maintenance.notice_weeks",
            (
                f"no schedule can express {maintenance.notice_weeks} weeks before the month's "
                f"{schedule.ORDINALS[maintenance.ordinal]} {maintenance.weekday.capitalize()}; "
                f"at most {maintenance.ordinal}"
            ),
        )
    if maintenance.database_window_minutes > 60 * maintenance.duration_hours:
        yield (
            "maintenance.database_window_minutes",
            f"does not fit into the maintenance window of {maintenance.duration_hours} hours",
        )


def _production(environment: "Environment") -> Iterator[Contradiction]:
    if "@sha256:" not in environment.service.image:
        yield "service.image", "production runs a pinned image: end it with @sha256: and its digest"
    if not environment.deployment.approval_required:
        yield "deployment.approval_required", "production needs a person's approval before traffic moves"
    if environment.notifications.pagerduty_secret is None:
        yield "notifications.pagerduty_secret", "production pages through PagerDuty; name the secret that holds its key"
    if not environment.protection.protected:
        yield "protection.protected", "production is protected against deletion"

"""Everything an environment can say, one class per section of `Pulumi.<environment>.yaml`.

Defaults are the runbook's numbers, or the careful choice where it gives none: a stack file says only what differs.
What several keys mean together is checked in `contradictions.py`.
"""

from ipaddress import IPv4Network
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from runbook.contradictions import contradictions
from runbook.database_classes import DATABASE_CLASS_MEMORY_GIB
from runbook.section import ClockTime, Email, Percent, Region, SecretName, Section
from runbook.whereabouts import DEFAULT_REGION, prefix

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
# AWS allows a VPC of /16 at most; below /20 three tiers of subnets in four zones get too small.
LARGEST_PREFIX, SMALLEST_PREFIX = 16, 20
LogRetentionDays = Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731]  # what CloudWatch Logs offers
VariableName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$", examples=["SENTRY_DSN"])]


class Location(Section):
    """Where the environment stands."""

    region: Region = DEFAULT_REGION
    recovery_region: Region | None = None
    """Backups are copied and secrets replicated to this second region. Unset: neither happens."""
    account_id: Annotated[str, Field(pattern=r"^\d{12}$")] | None = None
    """Refuse to touch any other AWS account. Quote it: it may begin with a zero."""


class Address(Section):
    """Where users reach the service."""

    hosted_zone: Annotated[str, Field(pattern=r"^[a-z0-9.-]+\.[a-z]+$")]
    """An existing public Route 53 zone; the certificate is validated in it."""
    host_name: Annotated[str, Field(pattern=r"^[a-z0-9.-]+\.[a-z]+$")]
    """The service's name; it lies in the hosted zone."""


class Network(Section):
    """The private network."""

    cidr: str = "10.20.0.0/16"
    """A private range (RFC 1918): the application trusts `X-Forwarded-For` only from there. /16 to /20."""
    zones: Annotated[tuple[Annotated[str, Field(pattern=r"^[a-f]$")], ...], Field(min_length=2, max_length=4)] = (
        "a",
        "b",
        "c",
    )
    """Letters of the availability zones. Named, so that a zone opened by AWS never moves a subnet."""
    nat_gateways: Literal["per_zone", "single"] = "per_zone"
    """`single` costs a third, and takes outgoing traffic down with its zone."""
    outgoing_ports: Annotated[tuple[Annotated[int, Field(ge=1, le=65_535)], ...], Field(max_length=10)] = ()
    """TCP ports that tasks may reach anywhere, beside HTTPS and the database: 587 for mail, 6379 for Redis."""

    @field_validator("cidr")
    @classmethod
    def _private_and_large_enough(cls, cidr: str) -> str:
        try:
            network = IPv4Network(cidr)
        except ValueError:  # its text would repeat the value, which may be anything
            raise ValueError("must be a network whose host bits are zero, as in 10.20.0.0/16") from None
        private = (IPv4Network("10.0.0.0/8"), IPv4Network("172.16.0.0/12"), IPv4Network("192.168.0.0/16"))
        if not any(network.subnet_of(one) for one in private):
            raise ValueError("must lie in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16")
        if not LARGEST_PREFIX <= network.prefixlen <= SMALLEST_PREFIX:
            raise ValueError("must be between /16 and /20, so that three tiers of subnets fit")
        return cidr


class Service(Section):
    """The application and the size of one task. Facts: MockForge registry server 0.3."""

    image: Annotated[
        str, Field(pattern=r"^[a-z0-9][a-z0-9./_-]*(:\d+/[a-z0-9./_-]+)?(:[A-Za-z0-9._-]+)?(@sha256:[0-9a-f]{64})?$")
    ]
    """Container image. Pinned by `@sha256:` in production: a tag may mean something else tomorrow."""
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+([.+-].+)?$")] | None = None
    """What `/health/live` of this image answers; smoke tests compare it. Quote it."""
    architecture: Literal["arm64", "x86_64"] = "arm64"
    """Fargate on ARM costs about a fifth less."""
    cpu_units: Literal[256, 512, 1024, 2048, 4096, 8192, 16384] = 512
    """1024 units are one vCPU."""
    memory_mib: Annotated[int, Field(ge=512, le=122_880)] = 1024
    disk_gib: Annotated[int, Field(ge=21, le=200)] = 21
    """Scratch space of one task (Fargate: 21 to 200)."""
    port: Annotated[int, Field(ge=1024, le=65_535)] = 8080
    requests_per_minute: Annotated[int, Field(ge=60, le=10_000_000)] = 6_000
    """The server's own limit for one task, all clients and health probes together (`RATE_LIMIT_PER_MINUTE`)."""
    database_connections: Annotated[int, Field(ge=1, le=200)] = 20
    """Connections one task may open (`DATABASE_MAX_CONNECTIONS`)."""
    shutdown_seconds: Annotated[int, Field(ge=1, le=90)] = 30
    """How long the server finishes requests after SIGTERM (`SHUTDOWN_TIMEOUT_SECS`)."""
    stop_timeout_seconds: Annotated[int, Field(ge=2, le=120)] = 60
    """SIGKILL comes this long after SIGTERM (Fargate: at most 120)."""
    deregistration_seconds: Annotated[int, Field(ge=0, le=3600)] = 60
    """The load balancer lets open requests finish this long before SIGTERM."""
    health_grace_seconds: Annotated[int, Field(ge=0, le=7200)] = 300
    """Failed health checks are forgiven this long after a start: migrations run then."""
    environment: dict[VariableName, str] = Field(default_factory=dict[str, str])
    """Further plain environment variables, for instance `SENTRY_DSN`."""
    secrets: dict[VariableName, SecretName] = Field(default_factory=dict[str, str])
    """Further variables whose value stands in Secrets Manager: variable to secret name."""
    exec_enabled: bool = False
    """ECS Exec, a shell in a running task. When on, every session is logged."""


class Deployment(Section):
    """Blue/green deployment. Defaults: runbook, "Blue-Green Deployment"."""

    bake_minutes: Annotated[int, Field(ge=0, le=1440)] = 60
    """Both colours stay up this long after the shift. Runbook: "Monitor for 1 hour"."""
    approval_required: bool = True
    """A person answers before production traffic moves. Runbook: "Get approval"."""
    approval_timeout_minutes: Annotated[int, Field(ge=1, le=1440)] = 1440
    """Without an answer the deployment is rolled back (ECS: a stage lasts at most 24 hours)."""


class Scaling(Section):
    """How many tasks run and when that changes. Defaults: runbook, "Auto-Scaling"."""

    minimum_tasks: Annotated[int, Field(ge=1, le=200)] = 2
    maximum_tasks: Annotated[int, Field(ge=1, le=200)] = 10
    desired_tasks: Annotated[int, Field(ge=1, le=200)] | None = None
    """Tasks at the very first start; later autoscaling decides. Unset: `minimum_tasks`."""
    scale_out_cpu_percent: Percent = 70
    scale_in_cpu_percent: Percent = 30
    scale_out_memory_percent: Percent = 80
    scale_in_memory_percent: Percent = 40
    scale_out_minutes: Annotated[int, Field(ge=1, le=60)] = 5
    scale_in_minutes: Annotated[int, Field(ge=1, le=60)] = 10
    scale_out_tasks: Annotated[int, Field(ge=1, le=20)] = 1
    large_breach_percent: Annotated[float, Field(gt=0, lt=100)] = 15
    """So far above the threshold, `large_breach_tasks` are added at once."""
    large_breach_tasks: Annotated[int, Field(ge=1, le=20)] = 2
    scale_in_tasks: Annotated[int, Field(ge=1, le=20)] = 1
    scale_out_cooldown_seconds: Annotated[int, Field(ge=0, le=3600)] = 180
    """A new task needs about this long to take load; only a larger step acts in between."""
    scale_in_cooldown_seconds: Annotated[int, Field(ge=0, le=3600)] = 600

    @property
    def first_tasks(self) -> int:
        """Tasks at the very first start."""
        return self.minimum_tasks if self.desired_tasks is None else self.desired_tasks


class Database(Section):
    """PostgreSQL: on RDS, or a server elsewhere that is reached through a named secret."""

    kind: Literal["rds", "external"] = "rds"
    external_url_secret: SecretName | None = None
    """With `kind: external`: the secret that holds the complete `DATABASE_URL`."""
    app_url_secret: SecretName | None = None
    """A secret with `APP_DATABASE_URL`: a role that row security applies to. Unset: the owner serves requests too."""
    instance_class: str = "db.m7g.large"
    engine_version: Annotated[str, Field(pattern=r"^1[4-9](\.\d+)?$")] = "16.10"
    """Quote it. Minor upgrades are ours to start: none happens by itself."""
    identifier: Annotated[str, Field(pattern=r"^[a-z](-?[a-z0-9])*$", max_length=50)] | None = None
    """Name of the instance; changes when a restored instance takes over. Unset: `mockforge-<environment>`."""
    multi_az: bool = True
    storage_gib: Annotated[int, Field(ge=20, le=399)] = 50
    """gp3 below 400 GiB: 3,000 IOPS come with it, and none can be bought."""
    maximum_storage_gib: Annotated[int, Field(ge=22, le=65_536)] = 200
    """RDS grows the disk up to here."""

    @field_validator("instance_class")
    @classmethod
    def _known_class(cls, instance_class: str) -> str:
        if instance_class not in DATABASE_CLASS_MEMORY_GIB:
            known = ", ".join(DATABASE_CLASS_MEMORY_GIB)
            raise ValueError(f"must be one of {known} (another class is added as a row in runbook/database_classes.py)")
        return instance_class


class Storage(Section):
    """The bucket for application objects."""

    previous_version_days: Annotated[int, Field(ge=1, le=365)] = 35
    """Overwritten and deleted objects can be brought back this long."""


class Backups(Section):
    """Backup schedule, retention and tests. Defaults: runbook, "Backup Schedule" and "Backup Verification"."""

    retention_days: Annotated[int, Field(ge=1, le=35)] = 35
    """A continuous backup reaches back at most 35 days (AWS Backup)."""
    daily_start: ClockTime = "05:00"
    """Daily full backup of database, object storage and configuration."""
    vault_locked: bool = True
    """Governance lock: recovery points cannot be deleted before their time without a special right."""
    restore_test_weekday: Weekday = "monday"
    restore_test_start: ClockTime = "08:00"
    """Once a week a recovery point is restored and thrown away. Runbook: "Weekly backup test"."""
    database_late_minutes: Annotated[int, Field(ge=10, le=10_080)] = 60
    """Warn when the newest restorable point is older (critical at twice). Runbook: hourly."""
    daily_late_minutes: Annotated[int, Field(ge=60, le=10_080)] = 1_560
    """The same for what is backed up daily: a day and two hours."""


class Logs(Section):
    """Logs of every kind: CloudWatch log groups and log buckets."""

    retention_days: LogRetentionDays = 30
    """Runbook: "30-day retention"."""


class Objectives(Section):
    """What we promise. Defaults: runbook, "Key Metrics", targets. Missing one is information, not an alarm."""

    availability_percent: Percent = 99.9
    latency_p95_milliseconds: Annotated[int, Field(ge=1, le=60_000)] = 200
    error_percent: Percent = 0.1


class Alerts(Section):
    """When somebody is told. Defaults: runbook, "Key Metrics", alerts."""

    minutes: Annotated[int, Field(ge=1, le=60)] = 5
    availability_below_percent: Percent = 99.5
    latency_p95_above_milliseconds: Annotated[int, Field(ge=1, le=60_000)] = 500
    error_above_percent: Percent = 1
    cpu_percent: Percent = 80
    memory_percent: Percent = 85
    disk_percent: Percent = 90
    database_connections_percent: Percent = 80
    client_error_above_percent: Percent = 20
    """A flood of 4xx: the server's own limit answers 429 to everybody once it is used up."""
    minimum_failures: Annotated[int, Field(ge=1, le=1000)] = 5
    """Fewer failed requests page nobody: at night one of three is a third."""
    outside_check_seconds: Literal[10, 30] = 30
    """How often each of Route 53's checkers asks from outside."""
    outside_check_failures: Annotated[int, Field(ge=1, le=10)] = 3
    warm_up_minutes: Annotated[int, Field(ge=1, le=2880)] = 60
    """A new alarm stays quiet this long, so that the first `up` pages nobody."""


class Notifications(Section):
    """Who is told. Critical: PagerDuty; warning: e-mail; info: dashboard only (runbook, "Alert Response")."""

    emails: Annotated[tuple[Email, ...], Field(min_length=1, max_length=10)]
    pagerduty_secret: SecretName | None = None
    """The secret that holds the key of PagerDuty's CloudWatch integration. Unset: critical goes by e-mail."""
    announce_to: Annotated[tuple[Email, ...], Field(max_length=20)] = ()
    """Who is told of maintenance a week ahead, for instance a mailing list of the customers."""
    guide_url: Annotated[str, Field(pattern=r"^https://[^\s#]+$")] = (
        "https://github.com/mockforge/cloud-operations/blob/main/docs/incident-response.md"
    )
    """Where `docs/incident-response.md` is read: every alert links to its section there."""


class Maintenance(Section):
    """The maintenance window, UTC. Defaults: runbook, "Scheduled Maintenance"."""

    ordinal: Annotated[int, Field(ge=1, le=4)] = 1
    """Which of the month's: 1 is the first. A fifth does not exist every month."""
    weekday: Weekday = "sunday"
    start: ClockTime = "02:00"
    duration_hours: Annotated[int, Field(ge=1, le=23)] = 2
    notice_weeks: Annotated[int, Field(ge=1, le=4)] = 1
    database_window_minutes: Annotated[int, Field(ge=30, le=240)] = 30
    """The end of the window, in which RDS may work (RDS: at least 30). Weekly: RDS knows no months."""


class Contact(Section):
    """A person or a rota."""

    name: Annotated[str, Field(min_length=1)]
    reach: Annotated[str, Field(min_length=1)]
    """How: telephone, e-mail, or the name of a rota."""


class Contacts(Section):
    """Runbook, "Emergency Contacts". Printed by the commands that need them."""

    on_call_engineer: Contact
    engineering_lead: Contact
    infrastructure_team: Contact
    security_team: Contact


class Firewall(Section):
    """The web application firewall before the load balancer."""

    enabled: bool = True
    requests_per_address: Annotated[int, Field(ge=10, le=2_000_000_000)] | None = 2_000
    """In 5 minutes, from one address; more is blocked. The server's own limit is one bucket for all. Unset: off."""


class Budget(Section):
    """A warning before the bill."""

    monthly_usd: Annotated[int, Field(ge=1)] = 1_420
    """MockForge's own plan for this service: 420 to 1,420 a month."""


class Reports(Section):
    """What the daily and weekly reports look up outside AWS. Runbook: "Review support tickets"."""

    tickets_url: Annotated[str, Field(pattern=r"^https://[^\s#]+$")] | None = None
    """Where the open support tickets are read."""
    tickets_command: Annotated[tuple[str, ...], Field(max_length=20)] = ()
    """Program and arguments that print them. Run without a shell, and only from a checkout that names it too."""


class Protection(Section):
    """What keeps data and traffic safe from a slip."""

    protected: bool = True
    """Pulumi and AWS refuse to delete or replace what holds data or traffic; `destroy` is refused as a whole."""
    roles_boundary: Annotated[str, Field(pattern=r"^[A-Za-z0-9+=,.@_-]{1,128}$")] | None = None
    """IAM policy of this account that bounds every role of the program, as `mfcloud bootstrap` makes one.

    GitHub's deploy role may make no other roles. Unset: none.
    """


class Environment(Section):
    """One environment: what a stack file says, over the runbook's defaults."""

    name: Annotated[
        str,
        Field(pattern=r"^[a-z](-?[a-z0-9])*$", min_length=2, max_length=15, examples=["staging", "production"]),
    ]
    """The stack's name."""
    location: Location = Location()
    address: Address
    network: Network = Network()
    service: Service
    deployment: Deployment = Deployment()
    scaling: Scaling = Scaling()
    database: Database = Database()
    storage: Storage = Storage()
    backups: Backups = Backups()
    logs: Logs = Logs()
    objectives: Objectives = Objectives()
    alerts: Alerts = Alerts()
    notifications: Notifications
    maintenance: Maintenance = Maintenance()
    contacts: Contacts
    firewall: Firewall = Firewall()
    budget: Budget = Budget()
    reports: Reports = Reports()
    protection: Protection = Protection()

    @property
    def prefix(self) -> str:
        """Start of every fixed name in this environment."""
        return prefix(self.name)

    @property
    def database_identifier(self) -> str:
        """Name of the RDS instance."""
        return self.database.identifier or self.prefix

    @property
    def url(self) -> str:
        """Where users reach the service."""
        return f"https://{self.address.host_name}"

    @model_validator(mode="after")
    def _keys_do_not_contradict_each_other(self) -> Self:
        if found := list(contradictions(self)):
            raise ContradictionError(found)  # all of them: nobody wants to repair a file in instalments
        return self


class ContradictionError(ValueError):
    """Keys that cannot be true together; `found` holds pairs of the key's path within the file and a sentence."""

    def __init__(self, found: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{path}: {sentence}" for path, sentence in found))
        self.found = found


SECTIONS: tuple[str, ...] = tuple(name for name in Environment.model_fields if name != "name")
"""The top-level keys of a stack file, in the order in which people read them."""

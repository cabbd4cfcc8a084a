"""Deployments of the service as ECS tells them, and what can be said of one without asking further. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from runbook.deployments import UNFINISHED_STATUSES

# Amazon ECS developer guide, "blue-green-deployment-how-it-works", in their order.
STAGES = (
    "RECONCILE_SERVICE",
    "PRE_SCALE_UP",
    "SCALE_UP",
    "POST_SCALE_UP",
    "TEST_TRAFFIC_SHIFT",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
    "BAKE_TIME",
    "CLEAN_UP",
)
APPROVAL_STAGE = "PRE_PRODUCTION_TRAFFIC_SHIFT"
BAKE_STAGE = "BAKE_TIME"
ROLLING_BACK = ("ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS")
DIGEST_CHARACTERS = len("sha256:") + 12  # as much as people compare


@dataclass(frozen=True, kw_only=True)
class Image:
    """A container image as a service revision names it."""

    reference: str
    digest: str | None

    @property
    def identity(self) -> str:
        """As `runbook.deployments.Withdrawal.image` wants it: the digest, or the whole reference without one."""
        return self.digest or self.reference

    @property
    def short(self) -> str:
        """For a line on the screen."""
        return self.digest[:DIGEST_CHARACTERS] if self.digest else self.reference


@dataclass(frozen=True, kw_only=True)
class Version:
    """What a service revision runs."""

    revision_arn: str
    task_definition: str
    """Family and number: `mockforge-production:41`."""
    image: Image | None
    """None where ECS does not say it."""
    target_group_arn: str | None = None
    """Where its tasks are registered: which colour it is."""

    def __str__(self) -> str:
        """For people: `mockforge-production:41 (image sha256:4f53cda18c2b)`."""
        return f"{self.task_definition} (image {self.image.short if self.image else 'unknown'})"

    def as_json(self) -> dict[str, str | None]:
        """For scripts, as every command writes it."""
        return {
            "task_definition": self.task_definition,
            "image": self.image.reference if self.image else None,
            "digest": self.image.digest if self.image else None,
        }


@dataclass(frozen=True, kw_only=True)
class Side:
    """One service revision's part in a deployment. None: ECS does not say."""

    revision_arn: str
    requested_tasks: int | None
    running_tasks: int | None
    test_percent: float | None
    production_percent: float | None


@dataclass(frozen=True, kw_only=True)
class Hook:
    """A lifecycle hook that has been called."""

    id: str
    kind: str
    """PAUSE or AWS_LAMBDA."""
    status: str
    """AWAITING_ACTION, IN_PROGRESS, SUCCEEDED, FAILED or TIMED_OUT."""
    expires_at: datetime | None
    timeout_action: str | None


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A service deployment (DescribeServiceDeployments)."""

    arn: str
    status: str
    reason: str
    stage: str | None
    created_at: datetime
    updated_at: datetime | None
    finished_at: datetime | None
    sources: tuple[Side, ...]
    target: Side | None
    hooks: tuple[Hook, ...]
    bake_minutes: int | None
    alarms_status: str | None
    triggered_alarms: tuple[str, ...]
    rollback_reason: str
    rollback_revision_arn: str | None

    @property
    def id(self) -> str:
        """Last part of the ARN, enough to find it in the console."""
        return self.arn.rpartition("/")[2]

    @property
    def unfinished(self) -> bool:
        """It, or its bake, goes on."""
        return self.status in UNFINISHED_STATUSES

    @property
    def rolling_back(self) -> bool:
        """It goes on, backwards."""
        return self.status in ROLLING_BACK

    @property
    def waiting_hook(self) -> Hook | None:
        """The pause that a person has to answer."""
        waiting = [one for one in self.pauses if one.status == "AWAITING_ACTION"]
        return waiting[0] if waiting and self.unfinished else None

    @property
    def pauses(self) -> tuple[Hook, ...]:
        """Hooks that ask a person."""
        return tuple(one for one in self.hooks if one.kind == "PAUSE")

    def has_passed(self, stage: str) -> bool:
        """Whether it stands in a later stage; False where its own is not known."""
        if self.stage not in STAGES:
            return False
        return STAGES.index(self.stage) > STAGES.index(stage)

    def bake_left_minutes(self, now: datetime) -> int | None:
        """At most so many. ECS does not say when a bake began, only when the deployment was last updated."""
        baking = self.unfinished and not self.rolling_back and self.stage == BAKE_STAGE
        if not baking or self.updated_at is None or self.bake_minutes is None:
            return None
        left = self.updated_at + timedelta(minutes=self.bake_minutes) - now
        return max(0, ceil(left.total_seconds() / 60))


def newest(deployments: Sequence[Deployment]) -> Deployment | None:
    """The one made last: while one runs, those before it are being stopped."""
    return max(deployments, key=lambda one: one.created_at, default=None)


def spell(deployment: Deployment, now: datetime) -> str:
    """Where it stands, in a few words; what changes most comes first, for a narrow terminal shows the beginning."""
    words = [deployment.status]
    if deployment.stage and deployment.unfinished:
        words.append(f"stage {deployment.stage}")
    if (left := deployment.bake_left_minutes(now)) is not None:
        words.append(f"at most {left} min of the bake left")
    if (target := deployment.target) is not None and deployment.unfinished:
        words.append(f"new {spell_number(target.running_tasks)} of {spell_number(target.requested_tasks)} tasks")
        words.append(f"{spell_number(target.production_percent)} % of the traffic")
    if deployment.waiting_hook is not None:
        words.append("waits for an approval")
    if deployment.triggered_alarms:
        words.append(f"alarm {', '.join(deployment.triggered_alarms)}")
    return ", ".join(words)


def spell_number(number: float | None) -> str:
    """A number, or `unknown`: never zero for what is not known."""
    return "unknown" if number is None else f"{number:g}"

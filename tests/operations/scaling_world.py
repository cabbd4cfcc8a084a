"""Application Auto Scaling and the service's task count, as far as `scale` asks, on a clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.operations.aws_world import AwsWorld
from tests.operations.ecs_world import Refusal

RESOURCE = "service/mockforge-production/mockforge-production"
TARGET = {"ServiceNamespace": "ecs", "ResourceId": RESOURCE, "ScalableDimension": "ecs:service:DesiredCount"}
SECONDS_TO_START = 90


@dataclass
class ScalingWorld:
    """Three tasks run; autoscaling moves between 2 and 10."""

    aws: AwsWorld
    desired: int = 3
    running: int = 3
    registered: bool = True
    minimum: int = 2
    maximum: int = 10
    suspended: dict[str, bool] = field(default_factory=dict)
    actions: dict[str, dict[str, Any]] = field(default_factory=dict)
    activities: list[dict[str, Any]] = field(default_factory=list)
    stuck: bool = False
    """New tasks do not start."""
    _since: datetime | None = None

    def __post_init__(self) -> None:
        for operation in (
            "DescribeScalableTargets",
            "DescribeScheduledActions",
            "PutScheduledAction",
            "DeleteScheduledAction",
            "RegisterScalableTarget",
            "DescribeScalingActivities",
        ):
            self.aws.handlers["application-autoscaling", operation] = getattr(self, operation)
        for operation in ("DescribeServices", "UpdateService"):
            self.aws.handlers["ecs", operation] = getattr(self, operation)

    def measure(self, metric: str, percents: Mapping[int, float]) -> None:
        """Minutes ago to percent."""
        now = self.aws.clock.now()
        self.aws.client("cloudwatch").put_metric_data(
            Namespace="AWS/ECS",
            MetricData=[
                {
                    "MetricName": metric,
                    "Dimensions": [
                        {"Name": "ClusterName", "Value": "mockforge-production"},
                        {"Name": "ServiceName", "Value": "mockforge-production"},
                    ],
                    "Timestamp": now - timedelta(minutes=ago),
                    "Value": percent,
                }
                for ago, percent in percents.items()
            ],
        )
        self.aws.calls.clear()

    # --- Amazon ECS

    def DescribeServices(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        now = self.aws.clock.now()
        if self._since and not self.stuck and now >= self._since + timedelta(seconds=SECONDS_TO_START):
            self.running = self.desired
        service = {
            "serviceName": "mockforge-production",
            "desiredCount": self.desired,
            "runningCount": self.running,
            "pendingCount": max(0, self.desired - self.running),
        }
        return {"services": [service], "failures": []}

    def UpdateService(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        assert set(asked) == {"cluster", "service", "desiredCount"}, "anything else would start a deployment"
        self.desired, self._since = asked["desiredCount"], self.aws.clock.now()
        return {"service": {"serviceName": asked["service"]}}

    # --- Application Auto Scaling

    def DescribeScalableTargets(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        assert asked["ResourceIds"] == [RESOURCE]
        target = {
            **TARGET,
            "MinCapacity": self.minimum,
            "MaxCapacity": self.maximum,
            "RoleARN": "arn:aws:iam::123456789012:role/scaling",
            "CreationTime": datetime(2026, 1, 1, tzinfo=UTC),
            "SuspendedState": self.suspended,
        }
        return {"ScalableTargets": [target] if self.registered else []}

    def DescribeScheduledActions(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        found = [self.actions[name] for name in asked["ScheduledActionNames"] if name in self.actions]
        made = {"ScheduledActionARN": "arn:made-up", "CreationTime": datetime(2026, 1, 1, tzinfo=UTC)}
        return {"ScheduledActions": [{**one, **made} for one in found]}

    def PutScheduledAction(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self.actions[asked["ScheduledActionName"]] = asked
        return {}

    def DeleteScheduledAction(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        if self.actions.pop(asked["ScheduledActionName"], None) is None:
            raise Refusal("ObjectNotFoundException", "No scheduled action found.")
        return {}

    def RegisterScalableTarget(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self.minimum = asked.get("MinCapacity", self.minimum)
        return {}

    def DescribeScalingActivities(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"ScalingActivities": self.activities[: asked["MaxResults"]]}

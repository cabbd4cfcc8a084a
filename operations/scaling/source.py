"""Asks ECS, Application Auto Scaling and CloudWatch about the number of tasks, and changes it."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from operations.deployments.asking import EcsDeployments
from operations.scaling.change import Bounds, Hold, Tasks
from operations.scaling.forecast import Utilisation
from operations.session import Session

DIMENSION = "ecs:service:DesiredCount"
LOOK_BACK_MINUTES = 20  # the longest streak that decides is ten minutes, and measurements come late
PERIOD_SECONDS = 60
SCHEDULE_FORMAT = "at(%Y-%m-%dT%H:%M:%S)"
_SUSPENDED = {
    "DynamicScalingInSuspended": "in",
    "DynamicScalingOutSuspended": "out",
    "ScheduledScalingSuspended": "scheduled",
}


class ScaledService:
    """Everything raises botocore's errors."""

    def __init__(self, session: Session) -> None:
        self._session = session
        names = session.manifest.service
        self._service = {"cluster": names.cluster, "service": names.service}
        self._target = {
            "ServiceNamespace": "ecs",
            "ResourceId": f"service/{names.cluster}/{names.service}",
            "ScalableDimension": DIMENSION,
        }
        self.hold_name = f"{names.service}-hold"

    def tasks(self) -> Tasks:
        """What ECS counts."""
        service = EcsDeployments(self._session).service()
        return Tasks(
            desired=service["desiredCount"], running=service["runningCount"], pending=service.get("pendingCount", 0)
        )

    def bounds(self) -> Bounds:
        """What is in force, beside what the settings of the last `mfcloud up` said."""
        scaling = self._session.manifest.scaling
        targets = self._autoscaling().describe_scalable_targets(
            ServiceNamespace="ecs", ResourceIds=[self._target["ResourceId"]], ScalableDimension=DIMENSION
        )["ScalableTargets"]
        as_set = Bounds(
            minimum=scaling.minimum_tasks,
            maximum=scaling.maximum_tasks,
            settings_minimum=scaling.minimum_tasks,
            settings_maximum=scaling.maximum_tasks,
            registered=False,
        )
        if not targets:
            return as_set
        suspended = targets[0].get("SuspendedState", {})
        return replace(
            as_set,
            minimum=targets[0]["MinCapacity"],
            maximum=targets[0]["MaxCapacity"],
            registered=True,
            suspended=tuple(word for key, word in _SUSPENDED.items() if suspended.get(key)),
            hold=self._hold(),
        )

    def set_desired(self, tasks: int) -> None:
        """Starts no deployment: UpdateService does not for this number."""
        self._session.clients.client("ecs").update_service(**self._service, desiredCount=tasks)

    def hold(self, tasks: int, until: datetime) -> None:
        """Raise the floor. Its end is arranged first: what is interrupted in between leaves nothing raised for ever."""
        minimum = self._session.manifest.scaling.minimum_tasks
        self._autoscaling().put_scheduled_action(
            **self._target,
            ScheduledActionName=self.hold_name,
            Schedule=until.astimezone(UTC).strftime(SCHEDULE_FORMAT),
            Timezone="UTC",
            ScalableTargetAction={"MinCapacity": minimum},
        )
        self._autoscaling().register_scalable_target(**self._target, MinCapacity=tasks)

    def release(self, hold: Hold | None) -> None:
        """Lower the floor to the settings' and forget its planned end, in the order that never leaves it raised."""
        minimum = self._session.manifest.scaling.minimum_tasks
        self._autoscaling().register_scalable_target(**self._target, MinCapacity=minimum)
        if hold is not None:
            self._autoscaling().delete_scheduled_action(**self._target, ScheduledActionName=hold.name)

    def utilisation(self) -> Utilisation:
        """The last minutes that CloudWatch has; a minute without measurement is absent."""
        now = self._session.clock.now()
        names = self._session.manifest.service
        dimensions = [
            {"Name": "ClusterName", "Value": names.cluster},
            {"Name": "ServiceName", "Value": names.service},
        ]
        queries = [
            {
                "Id": key,
                "MetricStat": {
                    "Metric": {"Namespace": "AWS/ECS", "MetricName": metric, "Dimensions": dimensions},
                    "Period": PERIOD_SECONDS,
                    "Stat": "Average",
                },
            }
            for key, metric in (("cpu", "CPUUtilization"), ("memory", "MemoryUtilization"))
        ]
        answer = self._session.clients.client("cloudwatch").get_metric_data(
            MetricDataQueries=queries, StartTime=now - timedelta(minutes=LOOK_BACK_MINUTES), EndTime=now
        )
        series: dict[str, dict[datetime, float]] = {
            one["Id"]: dict(zip(one["Timestamps"], one["Values"], strict=True)) for one in answer["MetricDataResults"]
        }
        return Utilisation(cpu=series.get("cpu", {}), memory=series.get("memory", {}))

    def last_change(self) -> str | None:
        """What autoscaling did last, in its own words; None where it remembers nothing (it does for six weeks)."""
        found = self._autoscaling().describe_scaling_activities(**self._target, MaxResults=1)["ScalingActivities"]
        if not found:
            return None
        one = found[0]
        return f"{one['StartTime'].astimezone(UTC):%Y-%m-%d %H:%M} UTC: {one['Description']} ({one['StatusCode']})"

    def _hold(self) -> Hold | None:
        actions = self._autoscaling().describe_scheduled_actions(**self._target, ScheduledActionNames=[self.hold_name])[
            "ScheduledActions"
        ]
        for one in actions:
            until = _moment(one["Schedule"])
            minimum = one.get("ScalableTargetAction", {}).get("MinCapacity")
            if until is not None and minimum is not None and until > self._session.clock.now():
                return Hold(name=one["ScheduledActionName"], until=until, minimum_afterwards=minimum)
        return None

    def _autoscaling(self) -> Any:
        return self._session.clients.client("application-autoscaling")


def _moment(schedule: str) -> datetime | None:
    """Of `at(2026-11-24T05:00:00)`; None for what is no single moment."""
    found = re.fullmatch(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)", schedule)
    return datetime.fromisoformat(found[1]).replace(tzinfo=UTC) if found else None

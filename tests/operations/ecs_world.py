"""Amazon ECS as far as deployments go: stages that take time, hooks that wait, alarms that roll back, on a clock.

Spelled as the API spells it; `aws_world` checks every question and answer against botocore's model.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.operations.manifests import ACCOUNT, REGION
from tests.operations.virtual_clock import VirtualClock

UNFINISHED = {"PENDING", "IN_PROGRESS", "STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"}
BEFORE_APPROVAL = (("SCALE_UP", 2), ("TEST_TRAFFIC_SHIFT", 1), ("POST_TEST_TRAFFIC_SHIFT", 1))
ROLLBACK_MINUTES = 3


class Refusal(Exception):
    """AWS says no: code and message."""


@dataclass
class EcsWorld:
    clock: VirtualClock
    cluster: str
    approval: bool = True
    bake_minutes: int = 60
    deployments: list[dict[str, Any]] = field(default_factory=list)
    images: dict[int, str] = field(default_factory=dict)
    """Task definition number to image."""
    live: int | None = None
    """Task definition number that users reach."""
    colours: dict[int, int] = field(default_factory=dict)
    """Task definition number to 0 (blue) or 1 (green)."""
    tasks: int = 3
    rollback_fails: bool = False
    smoke_test_fails: bool = False
    """The hook after the test-traffic shift answers FAILED."""
    tasks_start: bool = True
    """False: new tasks stop again, and the circuit breaker opens."""

    # --- what a test arranges

    def register(self, number: int, digit: str) -> None:
        self.images[number] = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/mockforge-cloud@sha256:{digit * 64}"

    def deployed(self, number: int, *, days_ago: float, status: str = "SUCCESSFUL") -> dict[str, Any]:
        """A deployment that is over."""
        at = self.clock.now() - timedelta(days=days_ago)
        made = self._new(number, at)
        made |= {"status": status, "finishedAt": at + timedelta(minutes=70), "lifecycleStage": "CLEAN_UP"}
        if status == "SUCCESSFUL":
            self.live = number
        elif status == "ROLLBACK_SUCCESSFUL":
            made["rollback"] = {"reason": "Service deployment rolled back because of alarm", "startedAt": at}
            if self.live is not None:
                made["rollback"]["serviceRevisionArn"] = self.revision_arn(self.live)
        return made

    def start(self, number: int) -> dict[str, Any]:
        """A deployment begins now."""
        return self._new(number, self.clock.now())

    def raise_alarm(self, name: str) -> None:
        """A deployment alarm goes off: what runs is rolled back."""
        running = self._running()
        running["alarms"] = {"status": "TRIGGERED", "alarmNames": [name], "triggeredAlarmNames": [name]}
        self._begin_rollback(running, f"Service deployment rolled back because of alarm {name}")

    # --- what ECS answers

    def ListServiceDeployments(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._there(asked["service"], asked.get("cluster"))
        self.advance()
        first, size = int(asked.get("nextToken", 0)), min(asked.get("maxResults", 20), 7)
        wanted = [one for one in self.deployments if not asked.get("status") or one["status"] in asked["status"]]
        brief = {"serviceDeploymentArn", "serviceArn", "clusterArn", "createdAt", "startedAt", "finishedAt", "status"}
        page = [
            {key: one[key] for key in brief & one.keys()}
            | {"targetServiceRevisionArn": one["targetServiceRevision"]["arn"]}
            for one in wanted[first : first + size]
        ]
        more = {"nextToken": str(first + size)} if first + size < len(wanted) else {}
        return {"serviceDeployments": page} | more

    def DescribeServiceDeployments(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self.advance()
        assert len(asked["serviceDeploymentArns"]) <= 20
        found = [one for one in self.deployments if one["serviceDeploymentArn"] in asked["serviceDeploymentArns"]]
        return {"serviceDeployments": [{k: v for k, v in one.items() if not k.startswith("_")} for one in found]}

    def DescribeServiceRevisions(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        assert len(asked["serviceRevisionArns"]) <= 20
        revisions = []
        for arn in asked["serviceRevisionArns"]:
            number = int(arn.rpartition("/")[2])
            reference = self.images[number]
            image = {"containerName": "app", "image": reference, "imageDigest": reference.partition("@")[2]}
            revisions.append(
                {
                    "serviceRevisionArn": arn,
                    "taskDefinition": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/{self.cluster}:{number}",
                    "containerImages": [image] if "@" in reference else [{"containerName": "app", "image": reference}],
                    "resolvedConfiguration": {"loadBalancers": [{"targetGroupArn": self.target_group_arn(number)}]},
                }
            )
        return {"serviceRevisions": revisions, "failures": []}

    def DescribeServices(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._there(asked["services"][0], asked["cluster"])
        self.advance()
        service = {
            "serviceName": self.cluster,
            "status": "ACTIVE",
            "desiredCount": self.tasks,
            "runningCount": self.tasks,
            "pendingCount": 0,
            "taskDefinition": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/{self.cluster}:{self.live}",
        }
        return {"services": [service], "failures": []}

    def ContinueServiceDeployment(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self.advance()
        one = self._of(asked["serviceDeploymentArn"])
        waiting = [hook for hook in one["lifecycleHookDetails"] if hook["status"] == "AWAITING_ACTION"]
        if not waiting or waiting[0]["hookId"] != asked["hookId"] or one["status"] != "IN_PROGRESS":
            raise Refusal("InvalidParameterException", "The hook is not awaiting an action.")
        if asked["action"] == "ROLLBACK":
            waiting[0]["status"] = "FAILED"
            self._begin_rollback(one, "Lifecycle hook was answered with ROLLBACK")
        else:
            waiting[0]["status"] = "SUCCEEDED"
            self._enter(one, "PRODUCTION_TRAFFIC_SHIFT", self.clock.now())
        return {"serviceDeploymentArn": asked["serviceDeploymentArn"]}

    def StopServiceDeployment(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self.advance()
        assert asked["stopType"] == "ROLLBACK"
        one = self._of(asked["serviceDeploymentArn"])
        if one["status"] not in UNFINISHED:
            raise Refusal("ConflictException", "The service deployment can't be stopped in its current state.")
        self._begin_rollback(one, "Stopped by a person")
        return {"serviceDeploymentArn": asked["serviceDeploymentArn"]}

    def UpdateService(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._there(asked["service"], asked["cluster"])
        self.advance()
        number = int(asked["taskDefinition"].rpartition(":")[2])
        if number != self.live or asked.get("forceNewDeployment"):
            self.start(number)
        return {"service": {"serviceName": self.cluster}}

    # --- how time goes by

    def advance(self) -> None:
        """Every unfinished deployment goes as far as the clock says."""
        for one in self.deployments:
            while one["status"] in UNFINISHED and self.clock.now() >= one["_until"]:
                self._next(one)

    def _next(self, one: dict[str, Any]) -> None:
        at = one["_until"]
        if one["status"] != "IN_PROGRESS":
            one["status"] = "ROLLBACK_FAILED" if self.rollback_fails else "ROLLBACK_SUCCESSFUL"
            one["finishedAt"] = at
            if one["sourceServiceRevisions"]:
                self.live = int(one["sourceServiceRevisions"][0]["arn"].rpartition("/")[2])
            return
        stages = [name for name, _minutes in BEFORE_APPROVAL]
        stage = one.get("lifecycleStage", "BAKE_TIME")
        if (reason := self._goes_wrong(one, stage)) is not None:
            self._begin_rollback(one, reason, at)
        elif stage in stages[:-1]:
            self._enter(one, stages[stages.index(stage) + 1], at)
        elif stage == stages[-1]:
            self._enter(one, "PRE_PRODUCTION_TRAFFIC_SHIFT" if self.approval else "PRODUCTION_TRAFFIC_SHIFT", at)
        elif stage == "PRE_PRODUCTION_TRAFFIC_SHIFT":
            one["lifecycleHookDetails"][0]["status"] = "TIMED_OUT"
            self._begin_rollback(one, "Lifecycle hook timed out", at)
        elif stage == "PRODUCTION_TRAFFIC_SHIFT":
            self.live = int(one["targetServiceRevision"]["arn"].rpartition("/")[2])
            one["targetServiceRevision"]["requestedProductionTrafficWeight"] = 100.0
            for source in one["sourceServiceRevisions"]:
                source["requestedProductionTrafficWeight"] = 0.0
            self._enter(one, "BAKE_TIME", at)
        elif stage == "BAKE_TIME":
            self._enter(one, "CLEAN_UP", at)
        else:
            one |= {"status": "SUCCESSFUL", "finishedAt": at}

    def _goes_wrong(self, one: dict[str, Any], stage: str) -> str | None:
        """ECS's reason, where a test has arranged that this stage fails."""
        if stage == "SCALE_UP" and not self.tasks_start:
            return "Service deployment rolled back because the circuit breaker was triggered"
        if stage == "POST_TEST_TRAFFIC_SHIFT" and self.smoke_test_fails:
            one["lifecycleHookDetails"] = [{"hookId": "hook-1", "targetType": "AWS_LAMBDA", "status": "FAILED"}]
            return "Lifecycle hook failed"
        return None

    def _enter(self, one: dict[str, Any], stage: str, at: datetime) -> None:
        lasts: dict[str, int] = {**dict(BEFORE_APPROVAL), "PRODUCTION_TRAFFIC_SHIFT": 1, "CLEAN_UP": 1}
        lasts |= {"PRE_PRODUCTION_TRAFFIC_SHIFT": 1440, "BAKE_TIME": self.bake_minutes}
        one |= {"lifecycleStage": stage, "updatedAt": at, "_until": at + timedelta(minutes=lasts[stage])}
        one["targetServiceRevision"]["runningTaskCount"] = 0 if stage == "SCALE_UP" else self.tasks
        if stage == "PRE_PRODUCTION_TRAFFIC_SHIFT":
            one["lifecycleHookDetails"] = [
                {
                    "hookId": f"ecs-pause-{len(self.deployments)}",
                    "targetType": "PAUSE",
                    "status": "AWAITING_ACTION",
                    "expiresAt": one["_until"],
                    "timeoutAction": "ROLLBACK",
                }
            ]

    def _begin_rollback(self, one: dict[str, Any], reason: str, at: datetime | None = None) -> None:
        if one["status"].startswith("ROLLBACK"):
            return
        at = at or self.clock.now()
        one |= {"status": "ROLLBACK_IN_PROGRESS", "updatedAt": at, "_until": at + timedelta(minutes=ROLLBACK_MINUTES)}
        one["rollback"] = {"reason": reason, "startedAt": at}
        if one["sourceServiceRevisions"]:
            one["rollback"]["serviceRevisionArn"] = one["sourceServiceRevisions"][0]["arn"]

    def _new(self, number: int, at: datetime) -> dict[str, Any]:
        for one in self.deployments:
            if one["status"] in UNFINISHED:
                one |= {"status": "STOPPED", "finishedAt": at}
        self.colours[number] = 0 if self.live is None else 1 - self.colours.get(self.live, 0)
        service = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/{self.cluster}/{self.cluster}"
        made: dict[str, Any] = {
            "serviceDeploymentArn": service.replace(":service/", ":service-deployment/")
            + f"/deployment{len(self.deployments) + 1}",
            "serviceArn": service,
            "clusterArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/{self.cluster}",
            "createdAt": at,
            "startedAt": at,
            "updatedAt": at,
            "status": "IN_PROGRESS",
            "sourceServiceRevisions": [] if self.live is None else [self._side(self.live, 100.0)],
            "targetServiceRevision": self._side(number, 0.0),
            "lifecycleHookDetails": [],
            "deploymentConfiguration": {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": self.bake_minutes},
            "alarms": {"status": "MONITORING", "alarmNames": [f"{self.cluster}-deployment-errors"]},
        }
        self._enter(made, "SCALE_UP", at)
        self.deployments.append(made)
        return made

    def _side(self, number: int, production: float) -> dict[str, Any]:
        return {
            "arn": self.revision_arn(number),
            "requestedTaskCount": self.tasks,
            "runningTaskCount": self.tasks,
            "pendingTaskCount": 0,
            "requestedTestTrafficWeight": 100.0 - production,
            "requestedProductionTrafficWeight": production,
        }

    def target_group_arn(self, number: int) -> str:
        """Colours take turns."""
        colour = ("blue-1a2b3c4/73e2d6bc24d8a067", "green-1a2b3c4/943f017f100becff")[self.colours.get(number, 0)]
        return f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/{colour}"

    def revision_arn(self, number: int) -> str:
        return f"arn:aws:ecs:{REGION}:{ACCOUNT}:service-revision/{self.cluster}/{self.cluster}/{number}"

    def _running(self) -> dict[str, Any]:
        self.advance()
        return next(one for one in self.deployments if one["status"] in UNFINISHED)

    def _of(self, arn: str) -> dict[str, Any]:
        for one in self.deployments:
            if one["serviceDeploymentArn"] == arn:
                return one
        raise Refusal("ServiceDeploymentNotFoundException", "The service deployment was not found.")

    def _there(self, service: str, cluster: str | None) -> None:
        if (service, cluster) != (self.cluster, self.cluster):
            raise Refusal("ServiceNotFoundException", "Service not found.")

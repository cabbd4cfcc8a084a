"""Asks ECS about deployments and revisions of the environment's service."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from operations.deployments.told import Deployment, Hook, Image, Side, Version
from operations.errors import CommandStopped
from operations.session import Session

AT_ONCE = 20  # ECS describes so many deployments or revisions in one answer
PAGE = 100


@dataclass(frozen=True, kw_only=True)
class Listed:
    """What the list says of a deployment."""

    arn: str
    status: str
    created_at: datetime
    target_revision_arn: str | None


class EcsDeployments:
    """Everything raises botocore's errors; what ECS should know and does not stops the command."""

    def __init__(self, session: Session) -> None:
        self._names = session.manifest.service
        self._ecs: Any = session.clients.client("ecs")

    def listed(self) -> list[Listed]:
        """Every deployment ECS remembers (90 days), the newest first."""
        found = [
            Listed(
                arn=one["serviceDeploymentArn"],
                status=one["status"],
                created_at=one["createdAt"],
                target_revision_arn=one.get("targetServiceRevisionArn"),
            )
            for one in self._pages()
        ]
        return sorted(found, key=lambda one: one.created_at, reverse=True)

    def newest(self) -> Deployment | None:
        """The deployment made last, running or not."""
        listed = self.listed()
        return self.described([listed[0].arn])[0] if listed else None

    def described(self, arns: Sequence[str]) -> list[Deployment]:
        """In the order asked for."""
        found: dict[str, Deployment] = {}
        for some in _batches(arns):
            answer = self._ecs.describe_service_deployments(serviceDeploymentArns=some)
            found |= {one["serviceDeploymentArn"]: _deployment(one) for one in answer["serviceDeployments"]}
        if missing := [arn for arn in arns if arn not in found]:
            raise CommandStopped(f"ECS listed a deployment that it does not describe: {missing[0]}")
        return [found[arn] for arn in arns]

    def versions(self, revision_arns: Iterable[str]) -> dict[str, Version]:
        """What each revision runs; a revision that ECS has forgotten is absent."""
        versions: dict[str, Version] = {}
        for some in _batches(list(dict.fromkeys(revision_arns))):
            answer = self._ecs.describe_service_revisions(serviceRevisionArns=some)
            for one in answer.get("serviceRevisions", []):
                versions[one["serviceRevisionArn"]] = self._version(one)
        return versions

    def service(self) -> dict[str, Any]:
        """The service itself (DescribeServices)."""
        answer = self._ecs.describe_services(cluster=self._names.cluster, services=[self._names.service])
        if not answer["services"]:
            raise CommandStopped(
                f"ECS has no service {self._names.service} in cluster {self._names.cluster}",
                hint="the manifest names it: `mfcloud up` makes it anew",
            )
        return answer["services"][0]

    def answer(self, deployment: Deployment, hook: Hook, action: str) -> None:
        """CONTINUE or ROLLBACK a deployment that waits."""
        self._ecs.continue_service_deployment(serviceDeploymentArn=deployment.arn, hookId=hook.id, action=action)

    def roll_back(self, deployment: Deployment) -> None:
        """Stop an unfinished deployment; ECS returns to the revision before it."""
        self._ecs.stop_service_deployment(serviceDeploymentArn=deployment.arn, stopType="ROLLBACK")

    def deploy(self, task_definition: str, *, forced: bool) -> None:
        """Start a deployment of a task definition; `forced` also where the service names it already."""
        force: dict[str, bool] = {"forceNewDeployment": True} if forced else {}
        self._ecs.update_service(
            cluster=self._names.cluster, service=self._names.service, taskDefinition=task_definition, **force
        )

    def _pages(self) -> Iterator[dict[str, Any]]:
        asked: dict[str, Any] = {
            "cluster": self._names.cluster,
            "service": self._names.service,
            "maxResults": PAGE,
        }
        while True:  # botocore knows no paginator for this call
            page = self._ecs.list_service_deployments(**asked)
            yield from page["serviceDeployments"]
            if not (token := page.get("nextToken")):
                return
            asked["nextToken"] = token

    def _version(self, revision: dict[str, Any]) -> Version:
        images = {one.get("containerName"): one for one in revision.get("containerImages", [])}
        return Version(
            revision_arn=revision["serviceRevisionArn"],
            task_definition=str(revision.get("taskDefinition", "")).rpartition("/")[2],
            image=_image(images.get(self._names.container)),
            target_group_arn=_target_group(revision),
        )


def _target_group(revision: dict[str, Any]) -> str | None:
    balancers = revision.get("resolvedConfiguration", {}).get("loadBalancers", [])
    return balancers[0].get("targetGroupArn") if balancers else None


def _image(container: dict[str, Any] | None) -> Image | None:
    if container is None or not container.get("image"):
        return None
    reference = str(container["image"])
    return Image(reference=reference, digest=container.get("imageDigest") or reference.partition("@")[2] or None)


def _deployment(one: dict[str, Any]) -> Deployment:
    alarms, rollback = one.get("alarms", {}), one.get("rollback", {})
    return Deployment(
        arn=one["serviceDeploymentArn"],
        status=one["status"],
        reason=one.get("statusReason", ""),
        stage=one.get("lifecycleStage"),
        created_at=one["createdAt"],
        updated_at=one.get("updatedAt"),
        finished_at=one.get("finishedAt"),
        sources=tuple(_side(side) for side in one.get("sourceServiceRevisions", [])),
        target=_side(one["targetServiceRevision"]) if one.get("targetServiceRevision") else None,
        hooks=tuple(_hook(hook) for hook in one.get("lifecycleHookDetails", [])),
        bake_minutes=one.get("deploymentConfiguration", {}).get("bakeTimeInMinutes"),
        alarms_status=alarms.get("status"),
        triggered_alarms=tuple(alarms.get("triggeredAlarmNames", [])),
        rollback_reason=rollback.get("reason", ""),
        rollback_revision_arn=rollback.get("serviceRevisionArn"),
    )


def _side(one: dict[str, Any]) -> Side:
    return Side(
        revision_arn=one["arn"],
        requested_tasks=one.get("requestedTaskCount"),
        running_tasks=one.get("runningTaskCount"),
        test_percent=one.get("requestedTestTrafficWeight"),
        production_percent=one.get("requestedProductionTrafficWeight"),
    )


def _hook(one: dict[str, Any]) -> Hook:
    return Hook(
        id=one["hookId"],
        kind=one.get("targetType", ""),
        status=one.get("status", ""),
        expires_at=one.get("expiresAt"),
        timeout_action=one.get("timeoutAction"),
    )


def _batches(arns: Sequence[str]) -> Iterator[list[str]]:
    for first in range(0, len(arns), AT_ONCE):
        yield list(arns[first : first + AT_ONCE])

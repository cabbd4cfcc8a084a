"""Deployments in the offline cloud. It finishes each at once; whoever plays AWS may leave one running.

They stand on the ECS service's row as `serviceDeployments`, spelled as ECS's ListServiceDeployments spells them, and
go with the service.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from offline.provider.store import Store
from offline.provider.wire import Value, is_list, is_object

SERVICE: Final = "ecs/service:Service"
PARAMETER: Final = "ssm/parameter:Parameter"
_DEPLOYMENTS: Final = "serviceDeployments"


class Unreadable(Exception):
    """The offline cloud does not hold what was asked for. The message says what is missing."""


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A deployment as it stands in the cloud."""

    arn: str
    status: str
    since: datetime


def deployments(cloud: Store, service: str) -> list[Deployment]:
    """All that are remembered of the ECS service of this name, the newest last; none without the service."""
    found: list[Any] = []
    for row in cloud.all(SERVICE):
        kept: Value = row.outputs.get(_DEPLOYMENTS)
        if row.outputs.get("name") == service and is_list(kept):
            found += [one for one in kept if is_object(one)]
    made = [
        Deployment(
            arn=str(one["serviceDeploymentArn"]),
            status=str(one["status"]),
            since=datetime.fromisoformat(str(one["createdAt"])),
        )
        for one in found
    ]
    return sorted(made, key=lambda one: one.since)


def start(cloud: Store, service: str, *, at: datetime, status: str = "IN_PROGRESS") -> Deployment:
    """Play ECS: a deployment of this service begins at `at` (with a time zone) and goes on until `finish`.

    Raises `Unreadable` when there is no such service.
    """
    name = _logical_name(cloud, SERVICE, service)
    number = len(deployments(cloud, service)) + 1
    arn = ""

    def begin(properties: dict[str, Value]) -> None:
        nonlocal arn
        arn = str(properties["arn"]).replace(":service/", ":service-deployment/") + f"/offline{number}"
        made = {"serviceDeploymentArn": arn, "status": status, "createdAt": at.isoformat()}
        properties[_DEPLOYMENTS] = [*properties.get(_DEPLOYMENTS, []), made]

    cloud.change(SERVICE, name, begin)
    return Deployment(arn=arn, status=status, since=at)


def finish(cloud: Store, service: str, *, unfinished: Collection[str], status: str = "SUCCESSFUL") -> None:
    """Play ECS: whatever is in one of the `unfinished` statuses ends with `status`."""

    def end(properties: dict[str, Value]) -> None:
        for one in properties.get(_DEPLOYMENTS, []):
            if one["status"] in unfinished:
                one["status"] = status

    cloud.change(SERVICE, _logical_name(cloud, SERVICE, service), end)


def parameter(cloud: Store, name: str) -> str:
    """The text of an SSM parameter of type String. Raises `Unreadable` when there is none."""
    for row in cloud.all(PARAMETER):
        if row.outputs.get("name") == name and isinstance(text := row.outputs.get("insecureValue"), str):
            return text
    raise Unreadable(f"the offline cloud has no SSM parameter {name}")


def set_parameter(cloud: Store, name: str, text: str) -> None:
    """Play whoever writes an SSM parameter, a rollback for instance. Raises `Unreadable` when there is none."""
    logical = _logical_name(cloud, PARAMETER, name)
    cloud.change(PARAMETER, logical, lambda properties: properties.update(insecureValue=text))


def _logical_name(cloud: Store, type_tail: str, name: str) -> str:
    """What the program calls the resource whose physical name this is."""
    for row in cloud.all(type_tail):
        if row.outputs.get("name") == name:
            return row.urn.rsplit("::", 1)[-1]
    raise Unreadable(f"the offline cloud has no {type_tail} {name}")

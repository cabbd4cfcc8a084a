"""The account that is read, as far as several sections need the same answer."""

from functools import cached_property
from typing import Any

from functions.common.aws import Clients, MakeClient, client
from functions.configuration_backup.settings import Settings


class NotFoundError(Exception):
    """AWS answered, and did not know what the environment is made of."""


class Source:
    """One run's view of the account. Everything raises botocore's errors."""

    def __init__(self, settings: Settings, make_client: MakeClient = client) -> None:
        self.settings = settings
        self.client = Clients(make_client)
        self.all = self.client.all

    @cached_property
    def service(self) -> dict[str, Any]:
        """The ECS service as it stands. Raises `NotFoundError`."""
        settings = self.settings
        answer = self.client("ecs").describe_services(cluster=settings.cluster, services=[settings.service])
        active = [one for one in answer["services"] if one.get("status") == "ACTIVE"]
        if len(active) != 1 or answer.get("failures"):
            raise NotFoundError(f"the service {settings.service} in the cluster {settings.cluster}")
        return active[0]

    @cached_property
    def task_definition(self) -> dict[str, Any]:
        """What the service runs."""
        answer = self.client("ecs").describe_task_definition(taskDefinition=self.service["taskDefinition"])
        return answer["taskDefinition"]

    @property
    def scalable_resource(self) -> str:
        """How Application Auto Scaling names the service."""
        return f"service/{self.settings.cluster}/{self.settings.service}"

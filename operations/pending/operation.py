"""Operations that the state calls pending: begun, and nobody wrote down how they ended. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from operations.engine.plan import name_of, short_type

Deployment = dict[str, Any]
"""What `pulumi stack export` calls `deployment`: resources, pending operations."""


class Doing(StrEnum):
    """The engine's own words."""

    CREATING = "creating"
    UPDATING = "updating"
    DELETING = "deleting"
    READING = "reading"
    IMPORTING = "importing"


@dataclass(frozen=True, kw_only=True)
class Pending:
    """One operation. `resource` is the state's own record of it: inputs as the program gave them, no outputs."""

    doing: Doing
    urn: str
    type: str
    resource: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The name that the program gave it."""
        return name_of(self.urn)

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Secrets are ciphers in it."""
        return self.resource.get("inputs") or {}

    def __str__(self) -> str:
        """`aws:ec2:Vpc network-vpc`."""
        return f"{short_type(self.type)} {self.name}"


def pending_in(deployment: Deployment) -> tuple[Pending, ...]:
    """In the state's order; a stack that was never updated has none."""
    return tuple(
        Pending(
            doing=Doing(one["type"]),
            urn=one["resource"]["urn"],
            type=one["resource"]["type"],
            resource=one["resource"],
        )
        for one in deployment.get("pending_operations") or ()
    )

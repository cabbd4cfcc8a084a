"""What the checks look at: settings, clients, and the manifest where the environment stands already."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from operations.aws.clients import Clients
from operations.project import PROJECT_ROOT

if TYPE_CHECKING:
    from runbook.manifest import Manifest
    from runbook.settings import Environment

ANSWER_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class Outside:
    """Ways to others than AWS's interfaces. Each raises `Unanswered` with the reason when nobody answers."""

    name_servers: Callable[[str], frozenset[str]]
    """Who the world thinks answers for a domain; none where it is not delegated."""
    fetch: Callable[[str], bytes]
    """What lies under an https address."""
    role_of: Callable[[str], Mapping[str, bool]]
    """A `DATABASE_URL` → whether its role is a superuser, whether it bypasses row security."""


class Unanswered(Exception):
    """Nobody answered, or not so that it could be understood."""


@dataclass(frozen=True, kw_only=True)
class Patient:
    """One environment."""

    settings: "Environment"
    account_id: str
    """Of the credentials in use."""
    who: str
    clients: Clients
    manifest: "Manifest | None"
    """None: the environment does not stand yet, or its manifest cannot be read (`manifest_unread` says why)."""
    manifest_unread: str
    outside: Outside
    root: Path = PROJECT_ROOT

    @property
    def name(self) -> str:
        """The environment's."""
        return self.settings.name

    @property
    def region(self) -> str:
        """Its region."""
        return self.settings.location.region

    def client(self, service: str, region: str | None = None) -> Any:
        """As `Clients.client`."""
        return self.clients.client(service, region=region)

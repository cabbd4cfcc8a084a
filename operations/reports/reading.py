"""What a reader of a report is given: the session, the time that is looked at, and what others have read already."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from operations.aws.known import Unknown, known
from operations.errors import CommandStopped
from operations.reports.finding import Span
from operations.session import Session
from operations.terminal import say
from runbook.whereabouts import prefix

Thing = TypeVar("Thing")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One report in the making."""

    session: Session
    span: Span
    tell: Callable[[str], None] = say
    """Says how long work goes on."""
    _read: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def manifest(self) -> Any:
        """The operations manifest (`runbook.manifest.Manifest`)."""
        return self.session.manifest

    @property
    def prefix(self) -> str:
        """Start of every fixed name in the environment."""
        return prefix(self.session.manifest.environment)

    @property
    def partition(self) -> str:
        """`aws`, or another partition's name."""
        return self.session.manifest.traffic.production_rule_arn.split(":")[1]

    @property
    def load_balancer_arn(self) -> str:
        """From the rule's ARN, because the manifest names the load balancer as CloudWatch does."""
        start = ":".join(self.session.manifest.traffic.production_rule_arn.split(":")[:5])
        return f"{start}:loadbalancer/{self.session.manifest.traffic.load_balancer}"

    @property
    def console(self) -> str:
        """Start of a link into the region's console."""
        region = self.session.manifest.region
        return f"https://{region}.console.aws.amazon.com"

    def client(self, service: str, *, region: str | None = None) -> Any:
        """As `operations.aws.clients.Clients.client`."""
        return self.session.clients.client(service, region=region)

    def once(self, name: str, ask: Callable[[], Thing]) -> Thing:
        """What several sections need is read once; its failure is told to each of them."""
        if name not in self._read:
            self._read[name] = known(ask)
        outcome = self._read[name]
        if isinstance(outcome, Unknown):
            raise CommandStopped(outcome.reason)
        return cast("Thing", outcome.thing)

"""What a command on a running environment begins with: manifest, clients, clock. Nothing of Pulumi."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations.aws_errors import in_one_sentence
from operations.clients import Clients
from operations.clock import Clock, SystemClock
from operations.manifest_source import read_manifest
from operations.region import region_of

if TYPE_CHECKING:
    from runbook.manifest import Manifest


@dataclass(frozen=True, kw_only=True)
class Session:
    """One environment, as a command meets it."""

    manifest: "Manifest"
    clients: Clients
    clock: Clock


@contextmanager
def operating(environment: str, region: str | None) -> Generator[Session]:
    """A session; whatever AWS refuses inside stops the command with one sentence."""
    with in_one_sentence():
        clients = Clients(region=region_of(environment, region))
        yield Session(manifest=read_manifest(environment, clients), clients=clients, clock=SystemClock())

"""What a command on a running environment begins with: manifest, clients, clock. Nothing of Pulumi."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations.aws.clients import Clients
from operations.aws.errors import in_one_sentence
from operations.aws.manifest_source import read_manifest
from operations.aws.region import region_of
from operations.clock import Clock, SystemClock

if TYPE_CHECKING:
    from functions.smoke_test.exchange import Ask
    from runbook.manifest import Manifest


@dataclass(frozen=True, kw_only=True)
class Session:
    """One environment, as a command meets it."""

    manifest: "Manifest"
    clients: Clients
    clock: Clock
    ask: "Ask | None" = None
    """Asks the service's public name in place of the network."""


@contextmanager
def operating(environment: str, region: str | None, *, offline: bool = False) -> Generator[Session]:
    """A session; whatever AWS refuses inside stops the command with one sentence.

    `offline`: over the cloud that `mfcloud up --offline` filled on this machine, without credentials or network, and
    by a clock that flies while a deployment goes on.
    """
    if offline:
        with _operating_offline(environment, region) as session:
            yield session
        return
    with in_one_sentence():
        clients = Clients(region=region_of(environment, region))
        yield Session(manifest=read_manifest(environment, clients), clients=clients, clock=SystemClock())


@contextmanager
def _operating_offline(environment: str, region: str | None) -> Generator[Session]:
    from offline.clock import OfflineClock
    from operations.errors import CommandStopped
    from operations.offline_session import OfflineClients, asking, offline_cloud, to_be_run_offline

    try:
        with in_one_sentence(), offline_cloud(environment) as cloud:
            clock = OfflineClock(cloud)
            clients = OfflineClients(region=region_of(environment, region), cloud=cloud, clock=clock)
            manifest = read_manifest(environment, clients)
            yield Session(manifest=manifest, clients=clients, clock=clock, ask=asking(cloud, clock))
    except CommandStopped as stopped:
        stopped.hint = to_be_run_offline(stopped.hint)
        raise

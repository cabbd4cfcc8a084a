"""The ground floor: the network, who is told, and where things are kept. Nothing here knows the application."""

from dataclasses import dataclass

from components.network import Network, NetworkArgs
from components.notifications import Notifications, NotificationsArgs
from components.object_storage import ObjectStorage, ObjectStorageArgs
from infra.ground import Ground


@dataclass(frozen=True, kw_only=True)
class Foundation:
    """What the rest stands on."""

    network: Network
    notifications: Notifications
    storage: ObjectStorage


def lay_foundation(ground: Ground) -> Foundation:
    """Registers it."""
    environment = ground.environment
    network = Network(
        "network",
        NetworkArgs(
            network=environment.network,
            prefix=ground.prefix,
            region=ground.region,
            account_id=ground.account_id,
            service_port=environment.service.port,
            external_database=environment.database.kind == "external",
            log_retention_days=ground.log_retention_days,
            protected=ground.protected,
        ),
        ground.opts,
    )

    notifications = Notifications(
        "notifications",
        NotificationsArgs(
            notifications=environment.notifications,
            prefix=ground.prefix,
            region=ground.region,
            account_id=ground.account_id,
            pagerduty_key=ground.lookups.pagerduty_key,
            protected=ground.protected,
        ),
        ground.opts,
    )

    # Before the load balancer, which writes its access logs into a bucket of these.
    storage = ObjectStorage(
        "storage",
        ObjectStorageArgs(
            storage=environment.storage,
            prefix=ground.prefix,
            region=ground.region,
            account_id=ground.account_id,
            log_retention_days=ground.log_retention_days,
            protected=ground.protected,
        ),
        ground.opts,
    )

    return Foundation(network=network, notifications=notifications, storage=storage)

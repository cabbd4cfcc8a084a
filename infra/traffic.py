"""The way in: the load balancer, the two colours behind it, and the application's own secrets."""

from dataclasses import dataclass

from components.application_secrets import ApplicationSecrets, ApplicationSecretsArgs
from components.blue_green import BlueGreenTargetGroups, BlueGreenTargetGroupsArgs
from components.load_balancer import LoadBalancer, LoadBalancerArgs
from infra.foundation import Foundation
from infra.ground import Ground


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """What stands between users and tasks."""

    load_balancer: LoadBalancer
    secrets: ApplicationSecrets
    colours: BlueGreenTargetGroups


def open_the_way_in(ground: Ground, foundation: Foundation) -> Traffic:
    """Registers it."""
    environment, network, storage = ground.environment, foundation.network, foundation.storage
    load_balancer = LoadBalancer(
        "web",
        LoadBalancerArgs(
            address=environment.address,
            firewall=environment.firewall,
            hosted_zone_id=ground.lookups.hosted_zone_id,
            subnet_ids=network.public_subnet_ids,
            public_routes=network.public_routes,
            security_group_id=network.load_balancer_security_group_id,
            logs_bucket=storage.logs_bucket,
            logs_bucket_policy=storage.logs_bucket_policy,
            prefix=ground.prefix,
            region=ground.region,
            account_id=ground.account_id,
            log_retention_days=ground.log_retention_days,
            protected=ground.protected,
        ),
        ground.opts,
    )

    secrets = ApplicationSecrets(
        "secrets",
        ApplicationSecretsArgs(
            environment_name=environment.name, recovery_region=ground.recovery_region, protected=ground.protected
        ),
        ground.opts,
    )

    colours = BlueGreenTargetGroups(
        "colours",
        BlueGreenTargetGroupsArgs(
            service=environment.service,
            address=environment.address,
            vpc_id=network.vpc_id,
            listener_arn=load_balancer.listener_arn,
            test_header_value=secrets.test_header_value,
            protected=ground.protected,
        ),
        ground.opts,
    )

    return Traffic(load_balancer=load_balancer, secrets=secrets, colours=colours)

"""The private network of an environment: three tiers of subnets over its zones.

Only the load balancer's tier has IPv6, from the internet to the load balancer: it speaks IPv4 to the tasks, so neither
they nor the database have an address that the world could reach.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.flow_logs import FlowLogs, FlowLogsArgs
from components.routes import Routes, RoutesArgs
from components.security_groups import SecurityGroups, SecurityGroupsArgs
from components.subnets import Tier, ipv6_cidr, subnet_cidrs
from runbook import settings

POSTGRESQL_PORT = 5432


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """Our section of the stack file, and the ports that pass between the security groups."""

    network: settings.Network
    prefix: str
    region: str
    account_id: pulumi.Input[str]
    service_port: int
    database_port: int = POSTGRESQL_PORT
    external_database: bool = False
    """The database stands outside the network: tasks may reach `database_port` anywhere."""
    log_retention_days: int
    protected: bool


class Network(Component):
    """Subnet IDs come in the order of `network.zones`.

    What needs the internet as soon as it exists depends on `public_routes` (the load balancer) or `private_routes`
    (tasks, which pull their image) and `security_rules`: a subnet's ID is there before its way out is, a security
    group's before anything may pass. `outgoing_addresses` are those under which tasks appear outside, for the
    allow-list of an external database.
    """

    vpc_id: pulumi.Output[str]
    public_subnet_ids: list[pulumi.Output[str]]
    private_subnet_ids: list[pulumi.Output[str]]
    isolated_subnet_ids: list[pulumi.Output[str]]
    load_balancer_security_group_id: pulumi.Output[str]
    service_security_group_id: pulumi.Output[str]
    database_security_group_id: pulumi.Output[str]
    restore_check_security_group_id: pulumi.Output[str] | None
    public_routes: list[pulumi.Resource]
    private_routes: list[pulumi.Resource]
    security_rules: list[pulumi.Resource]
    outgoing_addresses: list[pulumi.Output[str]]

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        # Everything else lies in these: replacing one would replace all that is in it.
        self._kept = self.child(protect=args.protected)

        self._vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=args.network.cidr,
            assign_generated_ipv6_cidr_block=True,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": args.prefix},
            opts=self._kept,
        )
        public, private, isolated = (self._subnets(tier) for tier in (Tier.PUBLIC, Tier.PRIVATE, Tier.ISOLATED))
        routes = Routes(
            f"{name}-routes",
            RoutesArgs(
                vpc_id=self._vpc.id,
                prefix=args.prefix,
                region=args.region,
                account_id=args.account_id,
                nat_gateways=args.network.nat_gateways,
                public=public,
                private=private,
                isolated=isolated,
                protected=args.protected,
            ),
            self.child(),
        )
        groups = SecurityGroups(
            f"{name}-groups",
            SecurityGroupsArgs(
                vpc_id=self._vpc.id,
                prefix=args.prefix,
                service_port=args.service_port,
                database_port=args.database_port,
                external_database=args.external_database,
                outgoing_ports=args.network.outgoing_ports,
            ),
            self.child(),
        )
        FlowLogs(
            f"{name}-flow-logs",
            FlowLogsArgs(
                vpc_id=self._vpc.id,
                log_group_name=f"{args.prefix}-{name}-flow-logs",
                region=args.region,
                account_id=args.account_id,
                log_retention_days=args.log_retention_days,
            ),
            self.child(),
        )

        self.vpc_id = self._vpc.id
        self.public_subnet_ids = list(public.values())
        self.private_subnet_ids = list(private.values())
        self.isolated_subnet_ids = list(isolated.values())
        self.load_balancer_security_group_id = groups.load_balancer_id
        self.service_security_group_id = groups.service_id
        self.database_security_group_id = groups.database_id
        self.restore_check_security_group_id = groups.restore_check_id
        self.public_routes, self.private_routes = routes.public_routes, routes.private_routes
        self.security_rules = groups.rules
        self.outgoing_addresses = routes.outgoing_addresses
        self.register_outputs(
            {
                "vpc_id": self.vpc_id,
                "public_subnet_ids": self.public_subnet_ids,
                "private_subnet_ids": self.private_subnet_ids,
                "isolated_subnet_ids": self.isolated_subnet_ids,
                "outgoing_addresses": self.outgoing_addresses,
            }
        )

    def _subnets(self, tier: Tier) -> dict[str, pulumi.Output[str]]:
        """ID by zone letter."""
        cidrs = subnet_cidrs(self._args.network.cidr, self._args.network.zones)[tier]
        return {
            zone: aws.ec2.Subnet(
                f"{self._name}-{tier}-{zone}",
                vpc_id=self._vpc.id,
                availability_zone=f"{self._args.region}{zone}",
                cidr_block=cidr,
                ipv6_cidr_block=self._ipv6_cidr(zone) if tier is Tier.PUBLIC else None,
                map_public_ip_on_launch=False,
                tags={"Name": f"{self._args.prefix}-{tier}-{zone}"},
                opts=self._kept,
            ).id
            for zone, cidr in cidrs.items()
        }

    def _ipv6_cidr(self, zone: str) -> pulumi.Output[str]:
        """A load balancer that speaks IPv6 wants a range in each of its subnets; AWS chooses the network's."""
        return self._vpc.ipv6_cidr_block.apply(lambda cidr: ipv6_cidr(cidr, zone))

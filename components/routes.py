"""The ways in and out of the network: internet gateway, NAT gateways, the short way to S3, and one route table each.

Every private subnet has a table of its own, also with a single NAT gateway: changing to one per zone changes a route in
place and moves nothing. Isolated subnets share a table without any route; only the network itself is in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.policy import policy
from components.security_groups import EVERYWHERE_IPV4, EVERYWHERE_IPV6

SubnetIds = Mapping[str, pulumi.Output[str]]
"""Subnet ID by zone letter."""


@dataclass(frozen=True, kw_only=True)
class RoutesArgs:
    """The subnets of each tier, all over the same zones."""

    vpc_id: pulumi.Input[str]
    prefix: str
    region: str
    account_id: pulumi.Input[str]
    nat_gateways: Literal["per_zone", "single"]
    public: SubnetIds
    private: SubnetIds
    isolated: SubnetIds
    protected: bool


class Routes(Component):
    """Outputs: what to wait for before something in a subnet reaches the internet, and the addresses it then has.

    `public_routes` and `private_routes` hold routes and associations: a subnet without its association still uses the
    network's main table, which leads nowhere.
    """

    public_routes: list[pulumi.Resource]
    private_routes: list[pulumi.Resource]
    outgoing_addresses: list[pulumi.Output[str]]

    def __init__(self, name: str, args: RoutesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        # A refused removal of a subnet must not have cut its tasks off already: the engine deletes what it may.
        self._kept = self.child(protect=args.protected)

        gateway = aws.ec2.InternetGateway(
            f"{name}-internet", vpc_id=args.vpc_id, tags={"Name": args.prefix}, opts=self._kept
        )
        self.public_routes = self._to_the_internet(gateway)
        self.outgoing_addresses = []
        nat_gateways = self._nat_gateways()
        private_tables: list[aws.ec2.RouteTable] = []
        self.private_routes = []
        for zone, subnet_id in args.private.items():
            table = self._table(f"private-{zone}")
            nat_gateway = nat_gateways.get(zone) or next(iter(nat_gateways.values()))
            route = self._route(f"private-{zone}", table, nat_gateway_id=nat_gateway.id)
            private_tables.append(table)
            self.private_routes += [route, self._association(f"private-{zone}", table, subnet_id)]
        isolated_table = self._table("isolated")
        for zone, subnet_id in args.isolated.items():
            self._association(f"isolated-{zone}", isolated_table, subnet_id)
        self._s3_endpoint(private_tables)

        self.register_outputs({"outgoing_addresses": self.outgoing_addresses})

    def _to_the_internet(self, gateway: aws.ec2.InternetGateway) -> list[pulumi.Resource]:
        table = self._table("public")
        routes: list[pulumi.Resource] = [
            self._route("public-ipv4", table, gateway_id=gateway.id),
            aws.ec2.Route(
                f"{self._name}-public-ipv6",
                route_table_id=table.id,
                destination_ipv6_cidr_block=EVERYWHERE_IPV6,
                gateway_id=gateway.id,
                opts=self._kept,
            ),
        ]
        associations = [self._association(f"public-{zone}", table, one) for zone, one in self._args.public.items()]
        return [*routes, *associations]

    def _nat_gateways(self) -> dict[str, aws.ec2.NatGateway]:
        """By zone letter. `single` stands in the first zone of the alphabet: the order of the list moves nothing."""
        zones = sorted(self._args.public)
        gateways: dict[str, aws.ec2.NatGateway] = {}
        for zone in zones if self._args.nat_gateways == "per_zone" else zones[:1]:
            address = aws.ec2.Eip(
                f"{self._name}-nat-{zone}",
                domain="vpc",
                tags=self._tags(f"nat-{zone}"),
                # The gateway comes after it, so both wait: a gateway without its own way out drops what tasks send. And
                # others let us in by this address (an external database); a released one never comes back.
                opts=self.child(protect=self._args.protected, depends_on=self.public_routes),
            )
            gateways[zone] = aws.ec2.NatGateway(
                f"{self._name}-nat-{zone}",
                allocation_id=address.id,
                subnet_id=self._args.public[zone],
                tags=self._tags(f"nat-{zone}"),
                opts=self._kept,
            )
            self.outgoing_addresses.append(address.public_ip)
        return gateways

    def _s3_endpoint(self, tables: list[aws.ec2.RouteTable]) -> None:
        """Traffic to S3 past the NAT gateways: they cost by the gigabyte, and image layers are gigabytes."""
        aws.ec2.VpcEndpoint(
            f"{self._name}-s3",
            vpc_id=self._args.vpc_id,
            vpc_endpoint_type="Gateway",
            service_name=f"com.amazonaws.{self._args.region}.s3",
            route_table_ids=[table.id for table in tables],
            policy=_own_buckets_and_reading(self._args.account_id),
            tags=self._tags("s3"),
            opts=self.child(),
        )

    def _table(self, suffix: str) -> aws.ec2.RouteTable:
        return aws.ec2.RouteTable(
            f"{self._name}-{suffix}", vpc_id=self._args.vpc_id, tags=self._tags(suffix), opts=self._kept
        )

    def _route(
        self,
        suffix: str,
        table: aws.ec2.RouteTable,
        *,
        gateway_id: pulumi.Input[str] | None = None,
        nat_gateway_id: pulumi.Input[str] | None = None,
    ) -> aws.ec2.Route:
        return aws.ec2.Route(
            f"{self._name}-{suffix}",
            route_table_id=table.id,
            destination_cidr_block=EVERYWHERE_IPV4,
            gateway_id=gateway_id,
            nat_gateway_id=nat_gateway_id,
            opts=self._kept,
        )

    def _association(
        self, suffix: str, table: aws.ec2.RouteTable, subnet_id: pulumi.Input[str]
    ) -> aws.ec2.RouteTableAssociation:
        return aws.ec2.RouteTableAssociation(
            f"{self._name}-{suffix}", route_table_id=table.id, subnet_id=subnet_id, opts=self._kept
        )

    def _tags(self, suffix: str) -> dict[str, str]:
        """These resources have no name of their own; the console shows this tag."""
        return {"Name": f"{self._args.prefix}-{suffix}"}


def _own_buckets_and_reading(account_id: pulumi.Input[str]) -> pulumi.Output[str]:
    """Everything with buckets of this account, reading from any other, writing to none of them.

    Reading stays open because image layers come from S3: Amazon's registry keeps them in buckets of Amazon's own, and
    other registries do the same in theirs. Closed is the way by which stolen data would leave unseen.
    """
    own = {"StringEquals": {"aws:ResourceAccount": account_id}}
    return policy(
        [
            {"Sid": "OwnBuckets", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": own},
            {"Sid": "ReadAnywhere", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"},
        ]
    )

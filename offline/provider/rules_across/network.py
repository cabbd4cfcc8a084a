"""The VPC's parts fit together: zones, one VPC for what belongs together, address ranges, a way out."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

from offline.provider.naming import Refusal
from offline.provider.rules_across.world import AcrossRule, Case, Refusals, World, known_texts, logical, wholly_known
from offline.provider.store import Row
from offline.provider.wire import Value

GROUPS: Final = {
    "rds.SubnetGroup": "subnetIds",
    "lb.LoadBalancer": "subnets",
}
"""What needs two zones, and where its subnets stand."""
SUBNETS: Final = {
    **GROUPS,
    "ecs.Service": "networkConfiguration.subnets",
    "lambda.Function": "vpcConfig.subnetIds",
}
SECURITY_GROUPS: Final = {
    "lb.LoadBalancer": "securityGroups",
    "ecs.Service": "networkConfiguration.securityGroups",
    "lambda.Function": "vpcConfig.securityGroupIds",
}


def subnets_of(world: World, ids: Value) -> list[Row]:
    """The subnets among the ids that can be found."""
    found = (world.by_id("ec2.Subnet", one) for one in known_texts(ids))
    return [row for row in found if row is not None]


def vpc_of(row: Row | None) -> str | None:
    """The VPC that something says it is in."""
    vpc = row.inputs.get("vpcId") if row else None
    return vpc if isinstance(vpc, str) else None


def in_two_zones(case: Case) -> Refusals:
    """A DB subnet group and an application load balancer span at least two Availability Zones.

    Source: RDS guide, "Working with a DB instance in a VPC" (DBSubnetGroupDoesNotCoverEnoughAZs); Elastic Load
    Balancing guide, "Application Load Balancers", subnets.
    """
    path = GROUPS[case.kind]
    ids = case.get(path)
    found = subnets_of(case.world, ids)
    if not wholly_known(ids) or len(found) < len(known_texts(ids)):
        return
    zones = sorted({str(row.inputs.get("availabilityZone")) for row in found})
    if len(zones) == 1:
        yield Refusal(
            property=path, reason=f"subnets in at least 2 Availability Zones are needed, these are in {zones}"
        )
    elif case.kind == "lb.LoadBalancer" and len(zones) < len(found):
        yield Refusal(property=path, reason=f"one subnet per Availability Zone: {len(found)} subnets are in {zones}")


def in_one_vpc(case: Case) -> Refusals:
    """Subnets that are used together belong to one VPC.

    Source: RDS API CreateDBSubnetGroup (InvalidSubnet); ELB API CreateLoadBalancer (InvalidConfigurationRequest);
    ECS API NetworkConfiguration.
    """
    path = SUBNETS[case.kind]
    vpcs = sorted({vpc for row in subnets_of(case.world, case.get(path)) if (vpc := vpc_of(row))})
    if len(vpcs) > 1:
        yield Refusal(property=path, reason=f"these subnets belong to {len(vpcs)} VPCs ({', '.join(vpcs)}): take one's")


def security_groups_of_the_vpc(case: Case) -> Refusals:
    """A security group is used in its own VPC only.

    Source: EC2 guide, "Security groups" (InvalidGroup.NotFound: "You have specified two resources that belong to
    different networks").
    """
    path = SECURITY_GROUPS[case.kind]
    vpcs = {vpc for row in subnets_of(case.world, case.get(SUBNETS[case.kind])) if (vpc := vpc_of(row))}
    yield from _strangers(case, path, vpcs)


def security_groups_of_the_database(case: Case) -> Refusals:
    """A database's security groups are of the VPC of its subnet group.

    Source: RDS API CreateDBInstance (InvalidVPCNetworkStateFault, "DB instance and EC2 security group are in
    different VPCs").
    """
    group = case.world.named("rds.SubnetGroup", case.get("dbSubnetGroupName"), case.region)
    subnets = subnets_of(case.world, group.inputs.get("subnetIds")) if group else []
    yield from _strangers(case, "vpcSecurityGroupIds", {vpc for row in subnets if (vpc := vpc_of(row))})


def _strangers(case: Case, path: str, vpcs: set[str]) -> Iterator[Refusal]:
    for at, id_ in case.found(f"{path}[*]"):
        vpc = vpc_of(case.world.by_id("ec2.SecurityGroup", id_))
        if vpc is not None and vpcs and vpc not in vpcs:
            yield Refusal(
                property=at,
                reason=f"security group {id_} belongs to {vpc}, the subnets to {', '.join(sorted(vpcs))}: "
                "a security group works in its own VPC only",
            )


def referenced_group_of_the_same_vpc(case: Case) -> Refusals:
    """A rule names a security group of its own group's VPC.

    Source: EC2 API AuthorizeSecurityGroupIngress (InvalidGroup.NotFound for a group of another, unpeered VPC).
    """
    own, other = (
        vpc_of(case.world.by_id("ec2.SecurityGroup", case.get(path)))
        for path in ("securityGroupId", "referencedSecurityGroupId")
    )
    if own and other and own != other:
        yield Refusal(
            property="referencedSecurityGroupId", reason=f"the group is in {other}, the rule's own group in {own}"
        )


def no_second_equal_rule(case: Case) -> Refusals:
    """The same rule twice in a security group is refused.

    Source: EC2 API error codes, InvalidPermission.Duplicate.
    """
    said = _permission(case.inputs)
    if case.text("securityGroupId"):
        for row in case.others(case.kind):
            if _permission(row.inputs) == said:
                yield Refusal(property="", reason=f"the same rule exists in the group already: {logical(row.urn)}")


def _permission(inputs: Mapping[str, Value]) -> tuple[Value, ...]:
    keys = ("securityGroupId", "ipProtocol", "fromPort", "toPort", "cidrIpv4", "cidrIpv6")
    more = ("referencedSecurityGroupId", "prefixListId")
    return tuple(inputs.get(key) for key in (*keys, *more))


def subnet_inside_its_vpc(case: Case) -> Refusals:
    """A subnet's addresses are the VPC's, and no other subnet's.

    Source: EC2 API error codes, InvalidSubnet.Range and InvalidSubnet.Conflict.
    """
    vpc = case.world.by_id("ec2.Vpc", case.get("vpcId"))
    for path, of_vpc in (("cidrBlock", "cidrBlock"), ("ipv6CidrBlock", "ipv6CidrBlock")):
        block = _network(case.get(path))
        if block is None:
            continue
        around = _network(vpc.outputs.get(of_vpc)) if vpc else None
        if around is not None and not _inside(block, around):
            yield Refusal(property=path, reason=f"{block} is not inside the VPC's {around}")
        for row in case.others("ec2.Subnet"):
            other = _network(row.inputs.get(path))
            if other is not None and vpc_of(row) == case.get("vpcId") and block.overlaps(other):
                yield Refusal(property=path, reason=f"{block} overlaps {other} of subnet {logical(row.urn)}")


def _network(text: Value) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _inside(block: IPv4Network | IPv6Network, around: IPv4Network | IPv6Network) -> bool:
    first, last = int(block.network_address), int(block.broadcast_address)
    within = int(around.network_address) <= first and last <= int(around.broadcast_address)
    return block.version == around.version and within


def zone_of_the_region(case: Case) -> Refusals:
    """A subnet's zone is one of its region's.

    Source: EC2 API CreateSubnet (InvalidParameterValue, "Value (…) for parameter availabilityZone is invalid").
    """
    zone = case.text("availabilityZone")
    if zone and not zone.startswith(case.region):
        yield Refusal(property="availabilityZone", reason=f"{zone} is not a zone of {case.region}")


def gateway_of_the_vpc(case: Case) -> Refusals:
    """A route leads to a gateway of the route table's VPC, once per destination.

    Source: EC2 API CreateRoute (InvalidParameterValue "belong to different networks", RouteAlreadyExists).
    """
    table = case.world.by_id("ec2.RouteTable", case.get("routeTableId"))
    gateway = case.world.by_id("ec2.InternetGateway", case.get("gatewayId"))
    nat = case.world.by_id("ec2.NatGateway", case.get("natGatewayId"))
    of_nat = case.world.by_id("ec2.Subnet", nat.inputs.get("subnetId")) if nat else None
    for path, found in (("gatewayId", gateway), ("natGatewayId", of_nat)):
        if vpc_of(table) and vpc_of(found) and vpc_of(table) != vpc_of(found):
            yield Refusal(
                property=path, reason=f"the gateway is in {vpc_of(found)}, the route table in {vpc_of(table)}"
            )
    for path in ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"):
        for row in case.others("ec2.Route"):
            same = row.inputs.get("routeTableId") == case.text("routeTableId") != ""
            if same and case.text(path) and row.inputs.get(path) == case.text(path):
                yield Refusal(
                    property=path,
                    reason=f"the table has a route to {case.text(path)} already ({logical(row.urn)})",
                )


def one_table_per_subnet(case: Case) -> Refusals:
    """A subnet has one route table, of its own VPC.

    Source: EC2 API AssociateRouteTable (Resource.AlreadyAssociated, InvalidParameterValue).
    """
    subnet, table = case.text("subnetId"), case.world.by_id("ec2.RouteTable", case.get("routeTableId"))
    vpc = vpc_of(case.world.by_id("ec2.Subnet", subnet))
    if vpc and vpc_of(table) and vpc != vpc_of(table):
        yield Refusal(property="routeTableId", reason=f"the route table is in {vpc_of(table)}, the subnet in {vpc}")
    for row in case.others("ec2.RouteTableAssociation"):
        if subnet and row.inputs.get("subnetId") == subnet:
            yield Refusal(property="subnetId", reason=f"{subnet} has a route table already ({logical(row.urn)})")


def internet_gateway_there(case: Case) -> Refusals:
    """A public NAT gateway and an internet-facing load balancer need the VPC's internet gateway.

    Source: EC2 API CreateNatGateway (Gateway.NotAttached); ELB API CreateLoadBalancer (InvalidSubnet, "VPC … has no
    internet gateway").
    """
    if not case.world.complete or case.get("internal") is True or case.get("connectivityType") == "private":
        return
    path = "subnetId" if case.kind == "ec2.NatGateway" else "subnets"
    ids = case.get(path)
    for vpc in {vpc_of(row) for row in subnets_of(case.world, [ids] if isinstance(ids, str) else ids)}:
        if vpc and not any(vpc_of(row) == vpc for row in case.world.all("ec2.InternetGateway")):
            yield Refusal(property=path, reason=f"{vpc} has no internet gateway (yet): wait for ec2.InternetGateway")


def facing_subnets_reach_the_internet(case: Case) -> Refusals:
    """The subnets of an internet-facing load balancer, and of a public NAT gateway, have a route to the gateway.

    Source: Elastic Load Balancing guide, "Troubleshoot", clients cannot connect to an internet-facing load balancer;
    VPC guide, "NAT gateways": a public subnet.
    """
    if not case.world.complete or case.get("internal") is True or case.get("connectivityType") == "private":
        return
    path = "subnetId" if case.kind == "ec2.NatGateway" else "subnets"
    ids = case.get(path)
    for subnet in subnets_of(case.world, [ids] if isinstance(ids, str) else ids):
        routes = routes_of(case.world, subnet.id)
        if not any(str(row.inputs.get("gatewayId", "")).startswith("igw-") for row in routes):
            yield Refusal(
                property=path,
                reason=f"subnet {logical(subnet.urn)} has no route to an internet gateway (yet): nobody reaches it",
            )


def routes_of(world: World, subnet: str) -> list[Row]:
    """The routes that a subnet's own table has."""
    tables = {
        row.inputs.get("routeTableId")
        for row in world.all("ec2.RouteTableAssociation")
        if row.inputs.get("subnetId") == subnet
    }
    return [row for row in world.all("ec2.Route") if row.inputs.get("routeTableId") in tables]


def route_tables_of_the_vpc(case: Case) -> Refusals:
    """A gateway endpoint's route tables are its VPC's.

    Source: EC2 API CreateVpcEndpoint (InvalidRouteTableId.NotFound, InvalidParameter).
    """
    vpc = case.text("vpcId")
    for path, id_ in case.found("routeTableIds[*]"):
        of_table = vpc_of(case.world.by_id("ec2.RouteTable", id_))
        if vpc and of_table and of_table != vpc:
            yield Refusal(property=path, reason=f"route table {id_} is in {of_table}, the endpoint in {vpc}")


RULES: Final = (
    AcrossRule(judge=in_two_zones, kinds=tuple(GROUPS)),
    AcrossRule(judge=in_one_vpc, kinds=tuple(SUBNETS)),
    AcrossRule(judge=security_groups_of_the_vpc, kinds=tuple(SECURITY_GROUPS)),
    AcrossRule(judge=security_groups_of_the_database, kinds=("rds.Instance",)),
    AcrossRule(
        judge=referenced_group_of_the_same_vpc, kinds=("vpc.SecurityGroupIngressRule", "vpc.SecurityGroupEgressRule")
    ),
    AcrossRule(judge=no_second_equal_rule, kinds=("vpc.SecurityGroupIngressRule", "vpc.SecurityGroupEgressRule")),
    AcrossRule(judge=subnet_inside_its_vpc, kinds=("ec2.Subnet",)),
    AcrossRule(judge=zone_of_the_region, kinds=("ec2.Subnet",), early=True),
    AcrossRule(judge=gateway_of_the_vpc, kinds=("ec2.Route",)),
    AcrossRule(judge=one_table_per_subnet, kinds=("ec2.RouteTableAssociation",)),
    AcrossRule(judge=internet_gateway_there, kinds=("ec2.NatGateway", "lb.LoadBalancer")),
    AcrossRule(judge=facing_subnets_reach_the_internet, kinds=("ec2.NatGateway", "lb.LoadBalancer")),
    AcrossRule(judge=route_tables_of_the_vpc, kinds=("ec2.VpcEndpoint",)),
)

"""VPC, subnets, routes, security groups, endpoints, flow logs."""

from typing import Final

from offline.provider.catalog import Name, ResourceType, empty_list, row
from offline.provider.facts import ACCOUNT, Facts
from offline.provider.wire import Value

_EC2: Final = "arn:aws:ec2:{region}:{account}:"
_OWNER: Final = {"ownerId": "{account}"}
_RULE_REPLACES: Final = (
    "securityGroupId",
    # A rule is known by what it admits: the provider changes description and tags in place, nothing else.
    "protocol",
    "fromPort",
    "toPort",
    "cidrBlocks",
    "ipv6CidrBlocks",
    "prefixListIds",
    "sourceSecurityGroupId",
    "self",
    "type",
)


def _zone_id(facts: Facts) -> Value:
    zone = str(facts.inputs.get("availabilityZone", ""))
    return f"use1-az{ord(zone[-1]) - ord('a') + 1}" if zone else "use1-az1"


def _address(facts: Facts) -> Value:
    return "198.51.100." + str(int(facts.hex(4), 16) % 254 + 1)  # a range kept for documentation (RFC 5737)


def _private_address(facts: Facts) -> Value:
    return "10.0.0." + str(int(facts.hex(4, "private"), 16) % 250 + 4)


def _ipv6_range(facts: Facts) -> Value:
    """The /56 that AWS chooses when asked for one; a network without IPv6 has an empty text here."""
    if not facts.inputs.get("assignGeneratedIpv6CidrBlock"):
        return ""
    return f"2600:1f18:{facts.hex(4, 'ipv6')}:{facts.hex(2, 'ipv6 end')}00::/56"


TYPES: Final[tuple[ResourceType, ...]] = (
    row(
        "ec2/vpc:Vpc",
        id="vpc-0{hex16}",
        arn=_EC2 + "vpc/vpc-0{hex16}",
        computed={
            **_OWNER,
            "ipv6CidrBlock": _ipv6_range,
            "ipv6AssociationId": lambda facts: f"vpc-cidr-assoc-0{facts.hex(16, 'ipv6')}" if _ipv6_range(facts) else "",
            "defaultSecurityGroupId": lambda facts: f"sg-0{facts.hex(16, 'default')}",
            "defaultNetworkAclId": lambda facts: f"acl-0{facts.hex(16, 'default')}",
            "defaultRouteTableId": lambda facts: f"rtb-0{facts.hex(16, 'default')}",
            "mainRouteTableId": lambda facts: f"rtb-0{facts.hex(16, 'default')}",
            "dhcpOptionsId": lambda facts: f"dopt-0{facts.hex(16, 'default')}",
        },
        replaces=("cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength"),
    ),
    row(
        "ec2/subnet:Subnet",
        id="subnet-0{hex16}",
        arn=_EC2 + "subnet/subnet-0{hex16}",
        computed={
            **_OWNER,
            "availabilityZoneId": _zone_id,
            "ipv6CidrBlockAssociationId": lambda facts: (
                f"subnet-cidr-assoc-0{facts.hex(16, 'ipv6')}" if facts.inputs.get("ipv6CidrBlock") else ""
            ),
        },
        replaces=("vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId", "ipv6Native"),
    ),
    row(
        "ec2/internetGateway:InternetGateway",
        id="igw-0{hex16}",
        arn=_EC2 + "internet-gateway/igw-0{hex16}",
        computed=_OWNER,
    ),
    row(
        "ec2/natGateway:NatGateway",
        id="nat-0{hex16}",
        computed={
            "networkInterfaceId": "eni-0{hex16}",
            "publicIp": _address,
            "privateIp": _private_address,
            "associationId": "eipassoc-0{hex16}",
            "autoProvisionZones": "disabled",
            "autoScalingIps": "disabled",
            "regionalNatGatewayAddresses": empty_list,
            "regionalNatGatewayAutoMode": "disabled",
            "routeTableId": "",
        },
        replaces=("allocationId", "connectivityType", "subnetId", "privateIp", "vpcId"),
    ),
    row(
        "ec2/eip:Eip",
        id="eipalloc-0{hex16}",
        arn=_EC2 + "elastic-ip/eipalloc-0{hex16}",
        computed={
            "allocationId": "eipalloc-0{hex16}",
            "publicIp": _address,
            # of an address that nothing has taken yet
            **dict.fromkeys(
                ("associationId", "carrierIp", "customerOwnedIp", "privateDns", "privateIp", "ptrRecord"), ""
            ),
            "publicDns": lambda facts: f"ec2-{str(_address(facts)).replace('.', '-')}.compute-1.amazonaws.com",
        },
        replaces=("domain", "publicIpv4Pool", "networkBorderGroup"),
    ),
    row(
        "ec2/routeTable:RouteTable",
        id="rtb-0{hex16}",
        arn=_EC2 + "route-table/rtb-0{hex16}",
        computed=_OWNER,
        replaces=("vpcId",),
    ),
    row(
        "ec2/route:Route",
        id="r-{in[routeTableId]}{digits10}",
        computed={"origin": "CreateRoute", "state": "active", "instanceId": "", "instanceOwnerId": ""},
        replaces=("routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"),
        tagged=False,
    ),
    row(
        "ec2/routeTableAssociation:RouteTableAssociation",
        id="rtbassoc-0{hex16}",
        replaces=("subnetId", "gatewayId"),
        tagged=False,
    ),
    row(
        "ec2/mainRouteTableAssociation:MainRouteTableAssociation",
        id="rtbassoc-0{hex16}",
        computed={"originalRouteTableId": lambda facts: f"rtb-0{facts.hex(16, 'original')}"},
        tagged=False,
    ),
    row(
        "ec2/securityGroup:SecurityGroup",
        id="sg-0{hex16}",
        arn=_EC2 + "security-group/sg-0{hex16}",
        name=Name(),
        computed=_OWNER,
        replaces=("vpcId", "description"),
        sets=("ingress", "egress"),
    ),
    row(
        "ec2/securityGroupRule:SecurityGroupRule",
        id="sgrule-{digits10}",
        computed={"securityGroupRuleId": "sgr-0{hex16}"},
        replaces=_RULE_REPLACES,
        tagged=False,
    ),
    *(
        row(
            f"vpc/securityGroup{way}Rule:SecurityGroup{way}Rule",
            id="sgr-0{hex16}",
            arn=_EC2 + "security-group-rule/sgr-0{hex16}",
            computed={"securityGroupRuleId": "sgr-0{hex16}"},
            replaces=("securityGroupId",),
        )
        for way in ("Ingress", "Egress")
    ),
    row(
        "ec2/defaultSecurityGroup:DefaultSecurityGroup",
        id="sg-0{hex16}",
        arn=_EC2 + "security-group/sg-0{hex16}",
        computed={**_OWNER, "name": "default", "namePrefix": "", "description": "default VPC security group"},
        replaces=("vpcId",),
        sets=("ingress", "egress"),
    ),
    row(
        "ec2/defaultNetworkAcl:DefaultNetworkAcl",
        id="{in[defaultNetworkAclId]}",
        arn=_EC2 + "network-acl/{in[defaultNetworkAclId]}",
        computed={**_OWNER, "vpcId": "vpc-0{hex16}"},
        replaces=("defaultNetworkAclId",),
    ),
    row(
        "ec2/defaultRouteTable:DefaultRouteTable",
        id="{in[defaultRouteTableId]}",
        arn=_EC2 + "route-table/{in[defaultRouteTableId]}",
        computed={**_OWNER, "vpcId": "vpc-0{hex16}"},
        replaces=("defaultRouteTableId",),
    ),
    row(
        "ec2/networkAcl:NetworkAcl",
        id="acl-0{hex16}",
        arn=_EC2 + "network-acl/acl-0{hex16}",
        computed=_OWNER,
        replaces=("vpcId",),
    ),
    row(
        "ec2/vpcEndpoint:VpcEndpoint",
        id="vpce-0{hex16}",
        arn=_EC2 + "vpc-endpoint/vpce-0{hex16}",
        computed={
            **_OWNER,
            "prefixListId": "pl-{hex8}",
            "cidrBlocks": ["3.5.0.0/19"],
            "state": "available",
            "requesterManaged": False,
            "networkInterfaceIds": empty_list,
            "dnsEntries": lambda facts: [
                {"dnsName": f"vpce-0{facts.hex(16)}.{facts.region}.vpce.amazonaws.com", "hostedZoneId": "Z7HUB22UULQXV"}
            ],
        },
        replaces=("vpcId", "serviceName", "vpcEndpointType"),
        sets=("routeTableIds", "subnetIds", "securityGroupIds"),
    ),
    row(
        "ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation",
        id="a-{in[vpcEndpointId]}{digits10}",
        replaces=("vpcEndpointId", "routeTableId"),
        tagged=False,
    ),
    row(
        "ec2/flowLog:FlowLog",
        id="fl-0{hex16}",
        arn=_EC2 + "vpc-flow-log/fl-0{hex16}",
        replaces=(
            "vpcId",
            "subnetId",
            "eniId",
            "trafficType",
            "logDestination",
            "logDestinationType",
            "logFormat",
            "iamRoleArn",
            "maxAggregationInterval",
            "destinationOptions",
        ),
    ),
    row(
        "servicediscovery/privateDnsNamespace:PrivateDnsNamespace",
        id="ns-{hex16}",
        arn="arn:aws:servicediscovery:{region}:" + ACCOUNT + ":namespace/ns-{hex16}",
        name=Name(required=True),
        computed={"hostedZone": "Z{upper13}"},
        replaces=("vpc",),
    ),
)

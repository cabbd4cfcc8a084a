"""Parts of the VPC that do not fit together."""

from tests.offline.across.mistake import OTHER_VPC, Mistake, changed, elsewhere, gone

SERVICE = "ecs.Service service"
BALANCER = "lb.LoadBalancer web-alb"
DATABASE = "rds.Instance database"
SUBNETS = "rds.SubnetGroup database-subnets"
PRIVATE = "ec2.Subnet network-private-a"


MISTAKES = (
    Mistake(
        done="a database in one zone",
        at=SUBNETS,
        rule="in_two_zones",
        refused="at least 2 Availability Zones are needed, these are in ['us-east-1a']",
        by=lambda draft: draft[SUBNETS].update(subnetIds=draft[SUBNETS]["subnetIds"][:1]),
    ),
    Mistake(
        done="a load balancer with two subnets of a zone",
        at=BALANCER,
        rule="in_two_zones",
        refused="one subnet per Availability Zone: 3 subnets are in ['us-east-1a', 'us-east-1b']",
        by=lambda draft: draft["ec2.Subnet network-public-c"].update(availabilityZone="us-east-1b"),
    ),
    Mistake(
        done="a subnet of another VPC in the group",
        at=SUBNETS,
        rule="in_one_vpc",
        refused="these subnets belong to 2 VPCs",
        by=elsewhere("ec2.Subnet network-isolated-a"),
    ),
    Mistake(
        done="the service's security group in another VPC",
        at=SERVICE,
        rule="security_groups_of_the_vpc",
        refused=f"belongs to {OTHER_VPC}, the subnets to vpc-",
        by=elsewhere("ec2.SecurityGroup network-groups-service"),
    ),
    Mistake(
        done="the database's security group in another VPC",
        at=DATABASE,
        rule="security_groups_of_the_database",
        refused=f"belongs to {OTHER_VPC}, the subnets to vpc-",
        by=elsewhere("ec2.SecurityGroup network-groups-database"),
    ),
    Mistake(
        done="a rule that names a group of another VPC",
        at="vpc.SecurityGroupIngressRule network-groups-database-from-service",
        rule="referenced_group_of_the_same_vpc",
        refused=f"the group is in {OTHER_VPC}",
        by=elsewhere("ec2.SecurityGroup network-groups-service"),
    ),
    Mistake(
        done="the same way in twice",
        at="vpc.SecurityGroupIngressRule network-groups-database-from-service",
        rule="no_second_equal_rule",
        refused="the same rule exists in the group already: twin",
        by=lambda draft: draft.twin(
            "vpc.SecurityGroupIngressRule network-groups-database-from-service", "twin", "sgr-0aaaaaaaaaaaaaaaa"
        ),
    ),
    Mistake(
        done="a subnet outside the VPC's addresses",
        at=PRIVATE,
        rule="subnet_inside_its_vpc",
        refused="10.99.0.0/20 is not inside the VPC's 10.20.0.0/16",
        by=changed(PRIVATE, cidrBlock="10.99.0.0/20"),
    ),
    Mistake(
        done="two subnets with the same addresses",
        at=PRIVATE,
        rule="subnet_inside_its_vpc",
        refused="10.20.16.0/24 overlaps 10.20.16.0/20 of subnet network-private-b",
        by=changed(PRIVATE, cidrBlock="10.20.16.0/24"),
    ),
    Mistake(
        done="a zone of another region",
        at=PRIVATE,
        rule="zone_of_the_region",
        refused="us-west-2a is not a zone of us-east-1",
        by=changed(PRIVATE, availabilityZone="us-west-2a"),
    ),
    Mistake(
        done="a route through another VPC's gateway",
        at="ec2.Route network-routes-public-ipv4",
        rule="gateway_of_the_vpc",
        refused=f"the gateway is in {OTHER_VPC}",
        by=elsewhere("ec2.InternetGateway network-routes-internet"),
    ),
    Mistake(
        done="a second default route in a table",
        at="ec2.Route network-routes-private-a",
        rule="gateway_of_the_vpc",
        refused="the table has a route to 0.0.0.0/0 already (twin)",
        by=lambda draft: draft.twin("ec2.Route network-routes-private-a", "twin", "r-twin"),
    ),
    Mistake(
        done="a subnet with two route tables",
        at="ec2.RouteTableAssociation network-routes-private-a",
        rule="one_table_per_subnet",
        refused="has a route table already (twin)",
        by=lambda draft: draft.twin("ec2.RouteTableAssociation network-routes-private-a", "twin", "rtbassoc-twin"),
    ),
    Mistake(
        done="a NAT gateway before the internet gateway",
        at="ec2.NatGateway network-routes-nat-a",
        rule="internet_gateway_there",
        refused="has no internet gateway (yet)",
        by=gone("ec2.InternetGateway network-routes-internet"),
    ),
    Mistake(
        done="a public load balancer in subnets without a way out",
        at=BALANCER,
        rule="facing_subnets_reach_the_internet",
        refused="subnet network-public-a has no route to an internet gateway (yet)",
        by=gone("ec2.RouteTableAssociation network-routes-public-a"),
    ),
    Mistake(
        done="an endpoint for the route tables of another VPC",
        at="ec2.VpcEndpoint network-routes-s3",
        rule="route_tables_of_the_vpc",
        refused=f"is in {OTHER_VPC}, the endpoint in vpc-",
        by=elsewhere("ec2.RouteTable network-routes-private-a"),
    ),
    Mistake(
        done="a subnet in the route table of another VPC",
        at="ec2.RouteTableAssociation network-routes-private-a",
        rule="one_table_per_subnet",
        refused=f"the route table is in {OTHER_VPC}, the subnet in vpc-",
        by=elsewhere("ec2.RouteTable network-routes-private-a"),
    ),
    Mistake(
        done="a route through a NAT gateway of another VPC",
        at="ec2.Route network-routes-private-a",
        rule="gateway_of_the_vpc",
        refused=f"the gateway is in {OTHER_VPC}",
        by=elsewhere("ec2.Subnet network-public-a"),
    ),
)

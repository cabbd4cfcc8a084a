"""What may reach what, read from what is registered: routes and security groups as a reviewer would follow them."""

import json

import pytest

from tests.components.traffic_programs import load_balancer, network
from tests.harness import registered


@pytest.fixture(scope="module")
def program():
    return registered(network)


def routes_of(program, tier, zone):
    """Destination and way of each route that a subnet has beyond the network itself."""
    subnet = program.one("Subnet", f"network-{tier}-{zone}")
    [association] = [one for one in program.all("RouteTableAssociation") if one["subnetId"] == subnet.outputs["id"]]
    return {
        one.get("destinationCidrBlock") or one.get("destinationIpv6CidrBlock"): one
        for one in program.all("Route")
        if one["routeTableId"] == association["routeTableId"]
    }


def rules_of(program, kind, group):
    """(port, peer) of each rule: a peer is an address range or the tail of a group's name."""
    named = {one.outputs["id"]: one.name.removeprefix("network-groups-") for one in program.all("SecurityGroup")}
    found = set()
    for one in program.all(f"SecurityGroup{kind}Rule"):
        if named[one["securityGroupId"]] == group:
            assert one["fromPort"] == one["toPort"]
            assert one["ipProtocol"] == "tcp"
            peer = one.get("cidrIpv4") or one.get("cidrIpv6") or named[one["referencedSecurityGroupId"]]
            found.add((one["fromPort"], peer))
    return found


def test_each_tier_has_a_subnet_in_each_named_zone():
    program = registered(lambda: network(zones=("b", "a", "d")))
    zones = [
        (one.name, one["availabilityZone"]) for one in program.all("Subnet") if one.name.startswith("network-private")
    ]
    assert zones == [
        ("network-private-b", "us-east-1b"),
        ("network-private-a", "us-east-1a"),
        ("network-private-d", "us-east-1d"),
    ]
    assert len(program.all("Subnet")) == 9


def test_subnet_ids_come_in_the_order_of_the_zones():
    program = registered(lambda: network(zones=("b", "a")))
    outputs = program.one("Network").outputs
    for tier in ("public", "private", "isolated"):
        expected = [program.one("Subnet", f"network-{tier}-{zone}").outputs["id"] for zone in ("b", "a")]
        assert outputs[f"{tier}_subnet_ids"] == expected


def test_names_resolve_inside_the_network(program):
    vpc = program.one("Vpc")
    assert (vpc["cidrBlock"], vpc["enableDnsSupport"], vpc["enableDnsHostnames"]) == ("10.20.0.0/16", True, True)


def test_public_subnets_reach_the_internet_by_both_families(program):
    gateway = program.one("InternetGateway").outputs["id"]
    for zone in "abc":
        routes = routes_of(program, "public", zone)
        assert {to: one["gatewayId"] for to, one in routes.items()} == {"0.0.0.0/0": gateway, "::/0": gateway}


def test_private_subnets_go_out_through_the_nat_gateway_of_their_own_zone(program):
    for zone in "abc":
        [(destination, route)] = routes_of(program, "private", zone).items()
        assert destination == "0.0.0.0/0"
        nat = program.by_id(route["natGatewayId"])
        assert nat["subnetId"] == program.one("Subnet", f"network-public-{zone}").outputs["id"]


def test_a_single_nat_gateway_serves_every_zone_and_each_keeps_its_own_table():
    program = registered(lambda: network(zones=("b", "a"), nat_gateways="single"))
    nat = program.one("NatGateway", "network-routes-nat-a").outputs["id"]
    routes = [routes_of(program, "private", zone)["0.0.0.0/0"] for zone in "ab"]
    assert [one["natGatewayId"] for one in routes] == [nat, nat]
    assert len({one["routeTableId"] for one in routes}) == 2


def test_going_from_one_nat_gateway_to_one_per_zone_adds_and_replaces_nothing():
    single = registered(lambda: network(nat_gateways="single"))
    each = registered(lambda: network(nat_gateways="per_zone"))
    before, after = ({(one.type, one.name) for one in program.resources} for program in (single, each))
    assert before < after
    assert {name for _, name in after - before} == {"network-routes-nat-b", "network-routes-nat-c"}


def test_isolated_subnets_have_no_way_out(program):
    for zone in "abc":
        assert routes_of(program, "isolated", zone) == {}
    isolated = program.one("RouteTable", "network-routes-isolated").outputs["id"]
    assert isolated not in program.one("VpcEndpoint")["routeTableIds"]


def test_no_subnet_hands_out_public_addresses(program):
    assert {one["mapPublicIpOnLaunch"] for one in program.all("Subnet")} == {False}


def test_only_public_subnets_have_ipv6(program):
    with_ipv6 = {one.name for one in program.all("Subnet") if "ipv6CidrBlock" in one}
    assert with_ipv6 == {"network-public-a", "network-public-b", "network-public-c"}


def test_s3_is_reached_past_the_nat_gateways(program):
    endpoint = program.one("VpcEndpoint")
    assert (endpoint["vpcEndpointType"], endpoint["serviceName"]) == ("Gateway", "com.amazonaws.us-east-1.s3")
    private = {program.one("RouteTable", f"network-routes-private-{zone}").outputs["id"] for zone in "abc"}
    assert set(endpoint["routeTableIds"]) == private


def test_nothing_can_be_written_to_a_bucket_of_another_account(program):
    statements = json.loads(program.one("VpcEndpoint")["policy"])["Statement"]
    anywhere = [one for one in statements if "Condition" not in one]
    assert [one["Action"] for one in anywhere] == ["s3:GetObject"]
    [own] = [one for one in statements if "Condition" in one]
    assert own["Condition"] == {"StringEquals": {"aws:ResourceAccount": "123456789012"}}


def test_the_internet_reaches_the_load_balancer_only(program):
    assert rules_of(program, "Ingress", "load-balancer") == {
        (80, "0.0.0.0/0"),
        (80, "::/0"),
        (443, "0.0.0.0/0"),
        (443, "::/0"),
    }
    assert rules_of(program, "Ingress", "service") == {(8080, "load-balancer")}
    assert rules_of(program, "Ingress", "database") == {(5432, "service"), (5432, "restore-check")}
    assert rules_of(program, "Ingress", "restore-check") == set()
    assert rules_of(program, "Egress", "restore-check") == {(5432, "database"), (443, "0.0.0.0/0")}


def test_each_group_goes_out_where_it_must_and_nowhere_else(program):
    assert rules_of(program, "Egress", "load-balancer") == {(8080, "service")}
    assert rules_of(program, "Egress", "service") == {(443, "0.0.0.0/0"), (5432, "database")}
    assert rules_of(program, "Egress", "database") == set()


def test_tasks_reach_further_ports_only_when_the_stack_file_names_them():
    program = registered(lambda: network(outgoing_ports=(587, 6379)))
    anywhere = {(port, "0.0.0.0/0") for port in (443, 587, 6379)}
    assert rules_of(program, "Egress", "service") == {*anywhere, (5432, "database")}


def test_an_external_database_is_reached_outside_and_the_inner_group_stays_closed():
    program = registered(lambda: network(external_database=True))
    assert rules_of(program, "Egress", "service") == {(443, "0.0.0.0/0"), (5432, "0.0.0.0/0")}
    assert rules_of(program, "Ingress", "database") == set()


def test_groups_hold_no_rules_of_their_own_which_would_fight_with_the_separate_ones(program):
    for one in program.all("SecurityGroup"):
        assert "ingress" not in one
        assert "egress" not in one


def test_descriptions_use_only_what_aws_accepts(program):
    allowed = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ._-:/()#,@[]+=&;{}!$*")
    kinds = ("SecurityGroup", "SecurityGroupIngressRule", "SecurityGroupEgressRule")
    texts = [one["description"] for kind in kinds for one in program.all(kind)]
    assert len(texts) == 16
    assert [text for text in texts if not set(text) <= allowed or len(text) > 255] == []


def test_the_default_security_group_is_closed(program):
    default = program.one("DefaultSecurityGroup")
    assert default["vpcId"] == program.one("Vpc").outputs["id"]
    assert "ingress" not in default
    assert "egress" not in default


def test_flow_logs_are_kept_30_days_and_written_to_no_other_group(program):
    flow, group = program.one("FlowLog"), program.one("LogGroup")
    assert (flow["trafficType"], flow["logDestination"]) == ("ALL", group.outputs["arn"])
    assert group["retentionInDays"] == 30
    [statement] = json.loads(program.one("RolePolicy")["policy"])["Statement"]
    assert statement["Resource"] == group.outputs["arn"] + ":*"
    assert "logs:CreateLogGroup" not in statement["Action"]
    assert program.waits_for(flow, program.one("RolePolicy"))


def test_only_flow_logs_of_this_account_take_their_role(program):
    [statement] = json.loads(program.one("Role")["assumeRolePolicy"])["Statement"]
    assert statement["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": "arn:aws:ec2:us-east-1:123456789012:vpc-flow-log/*"},
    }


def test_nat_gateways_wait_for_the_way_to_the_internet(program):
    internet = program.one("Route", "network-routes-public-ipv4")
    for one in program.all("NatGateway"):
        assert program.waits_for(one, internet)


@pytest.mark.parametrize("protected", [True, False])
def test_subnets_and_their_ways_are_protected_in_production_only(protected):
    program = registered(lambda: network(protected=protected))
    for kind, count in {
        "Vpc": 1,
        "Subnet": 9,
        "InternetGateway": 1,
        "Eip": 3,
        "NatGateway": 3,
        "RouteTable": 5,
        "Route": 5,
        "RouteTableAssociation": 9,
    }.items():
        assert [one.options["protect"] for one in program.all(kind)] == [protected] * count


def test_two_networks_stand_side_by_side():
    def program():
        network("first")
        network("second")

    names = [one.get("name") for one in registered(program).all("LogGroup")]
    assert len(set(names)) == 2


def test_a_preview_knows_the_addresses_and_leaves_the_rest_to_aws():
    program = registered(network, preview=True)
    assert program.one("Subnet", "network-private-a")["cidrBlock"] == "10.20.0.0/20"
    assert len(program.resources) == len(registered(network).resources)


def test_the_load_balancer_waits_for_the_way_to_the_internet():
    program = registered(load_balancer)
    internet = program.one("Route", "web-network-routes-public-ipv4")
    assert program.waits_for(program.one("LoadBalancer", "web-alb"), internet)

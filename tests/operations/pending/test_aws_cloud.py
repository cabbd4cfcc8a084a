"""The same questions to AWS, answered by moto."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from operations.aws.clients import Clients
from operations.pending.aws_cloud import AwsCloud
from operations.pending.finding import Found, Wanted
from operations.pending.identities import IDENTITIES

SCOPE = {"Service": "mockforge-cloud", "Environment": "staging"}
REGION = "us-east-1"


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsCloud]:
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "made-up")
    with mock_aws():
        yield AwsCloud(Clients(region=REGION), SCOPE, regions=[REGION, "us-west-2"])


def wanted(type_: str, logical_name: str, /, *, recorded: bool = True, **inputs: Any) -> Wanted:
    return Wanted(
        urn=f"urn:pulumi:staging::p::{type_}::{logical_name}",
        type=type_,
        name=logical_name,
        inputs=inputs,
        identity=IDENTITIES[type_],
        recorded=recorded,
    )


def tags(name: str, **more: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in {**SCOPE, "PulumiName": name, **more}.items()]


def vpc(name: str, region: str = REGION, **more: str) -> str:
    made = boto3.client("ec2", region).create_vpc(
        CidrBlock="10.0.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": tags(name, **more)}]
    )
    return made["Vpc"]["VpcId"]


def test_what_has_an_id_of_awss_is_found_by_the_programs_name_and_never_another_environments(cloud: AwsCloud):
    id_ = vpc("network-vpc")
    vpc("network-vpc", Environment="production")
    vpc("other")
    assert [one.id for one in cloud.find(wanted("aws:ec2/vpc:Vpc", "network-vpc"))] == [id_]
    assert cloud.find(wanted("aws:ec2/subnet:Subnet", "network-vpc")) == []


def test_what_lies_in_the_second_region_is_found_with_its_region(cloud: AwsCloud):
    id_ = vpc("there", "us-west-2")
    assert [(one.id, one.region) for one in cloud.find(wanted("aws:ec2/vpc:Vpc", "there"))] == [(id_, "us-west-2")]


def test_where_the_id_is_the_arn_the_arn_is_given(cloud: AwsCloud):
    arn = boto3.client("sns", REGION).create_topic(Name="t-0a1b2c3", Tags=tags("t"))["TopicArn"]
    assert cloud.find(wanted("aws:sns/topic:Topic", "t")) == [Found(id=arn, arn=arn)]


def test_an_id_made_of_recorded_inputs_is_handed_on_for_the_engine_to_look(cloud: AwsCloud):
    policy = "aws:iam/rolePolicy:RolePolicy"
    found = cloud.find(wanted(policy, "rights", role="r-0a1b2c3", name="rights-0a1b2c3"))
    assert found == [Found(id="r-0a1b2c3:rights-0a1b2c3", sure=False)]


def test_without_a_record_a_policy_is_known_by_its_role_and_a_name_that_was_made_up_for_it(cloud: AwsCloud):
    iam = boto3.client("iam")
    iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}")
    right = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [right]})
    for name in ("rights-0a1b2c3", "other-0a1b2c3", "by-hand"):
        iam.put_role_policy(RoleName="r", PolicyName=name, PolicyDocument=document)
    policy = "aws:iam/rolePolicy:RolePolicy"
    found = cloud.find(wanted(policy, "rights", recorded=False, role="r", name="rights-fffffff"))
    assert [one.id for one in found] == ["r:rights-0a1b2c3"]


def test_what_hangs_on_a_route_table_is_found_there(cloud: AwsCloud):
    ec2 = boto3.client("ec2", REGION)
    network = vpc("n")
    table = ec2.create_route_table(VpcId=network)["RouteTable"]["RouteTableId"]
    subnet = ec2.create_subnet(VpcId=network, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    made = ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)["AssociationId"]
    association = "aws:ec2/routeTableAssociation:RouteTableAssociation"
    assert cloud.find(wanted(association, "a", routeTableId=table, subnetId=subnet)) == [Found(id=made)]
    assert cloud.find(wanted(association, "b", routeTableId=table, subnetId="subnet-other")) == []

    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=network)
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    route = wanted("aws:ec2/route:Route", "out", routeTableId=table, destinationCidrBlock="0.0.0.0/0")
    assert cloud.find(route) == [Found(id=f"r-{table}1080289494")]  # the hash that Terraform's provider appends


def test_a_target_is_known_by_its_rule_and_what_it_calls(cloud: AwsCloud):
    events = boto3.client("events", REGION)
    events.put_rule(Name="r", EventPattern='{"source": ["aws.ecs"]}')
    events.put_targets(Rule="r", Targets=[{"Id": "terraform-1", "Arn": "arn:aws:sns:us-east-1:123456789012:t"}])
    target = "aws:cloudwatch/eventTarget:EventTarget"
    found = cloud.find(wanted(target, "x", rule="r", arn="arn:aws:sns:us-east-1:123456789012:t"))
    assert found == [Found(id="r-terraform-1")]


def test_what_is_not_known_yet_is_not_asked_for(cloud: AwsCloud):
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    target = "aws:cloudwatch/eventTarget:EventTarget"
    assert cloud.find(wanted(target, "x", recorded=False, rule=unknown, arn=unknown)) == []

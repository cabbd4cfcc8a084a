"""AWS keeps what is used, filled or protected."""

from pathlib import Path
from typing import Any

import pytest

from offline.provider.catalog import catalog
from offline.provider.cloud import Cloud, Settings, known_type, outputs_of
from offline.provider.in_use import CONTENTS, PROTECTIONS, USES, InUse, put_into
from offline.provider.store import Row, Store

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
TARGETS = "aws:lb/targetGroup:TargetGroup"
RULE = "aws:lb/listenerRule:ListenerRule"
BUCKET = "aws:s3/bucket:Bucket"
VAULT = "aws:backup/vault:Vault"
DATABASE = "aws:rds/instance:Instance"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"


class Played:
    """A cloud in which stands whatever is put there: here nobody asks whether it could have been made."""

    def __init__(self, folder: Path) -> None:
        self.cloud = Cloud(store=Store(folder / "cloud.sqlite3"), settings=Settings())

    def make(self, token: str, logical_name: str, /, **inputs: Any) -> dict[str, Any]:
        urn = f"urn:pulumi:dev::shop::{token}::{logical_name}"
        type_ = known_type(token)
        made = outputs_of(type_, urn, inputs)
        region = "global" if type_.is_global else "us-east-1"
        row = Row(type=token, region=region, key=made.id, id=made.id, urn=urn, inputs=inputs, outputs=made.outputs)
        self.cloud.store.create(row)
        return {**made.outputs, "id": made.id}

    def delete(self, token: str, outputs: dict[str, Any]) -> None:
        self.cloud.delete(token, outputs["id"], outputs)


@pytest.fixture
def played(tmp_path: Path) -> Played:
    return Played(tmp_path)


def test_a_network_goes_after_its_subnets(played: Played):
    vpc = played.make(VPC, "net", cidrBlock="10.0.0.0/16")
    subnet = played.make(SUBNET, "net-a", vpcId=vpc["id"], cidrBlock="10.0.0.0/24")
    with pytest.raises(InUse, match=rf"^DependencyViolation: {vpc['id']} has dependencies .*\(used by Subnet net-a\)$"):
        played.delete(VPC, vpc)
    played.delete(SUBNET, subnet)
    played.delete(VPC, vpc)
    assert played.cloud.store.all() == []


def test_a_subnet_with_interfaces_stays_and_the_service_that_has_them_is_named(played: Played):
    subnet = played.make(SUBNET, "net-a", vpcId="vpc-1", cidrBlock="10.0.0.0/24")
    service = played.make(
        "aws:ecs/service:Service", "web", name="web", networkConfiguration={"subnets": [subnet["id"]]}
    )
    with pytest.raises(InUse, match="used by Service web"):
        played.delete(SUBNET, subnet)
    played.delete("aws:ecs/service:Service", service)
    played.delete(SUBNET, subnet)


def test_a_security_group_that_another_ones_rule_names_stays(played: Played):
    group = played.make(GROUP, "service", name="service", vpcId="vpc-1")
    rule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
    played.make(rule, "database-from-service", securityGroupId="sg-2", referencedSecurityGroupId=group["id"])
    with pytest.raises(InUse, match=r"has a dependent object .*database-from-service"):
        played.delete(GROUP, group)


def test_a_target_group_in_a_rules_actions_stays_whatever_its_weight(played: Played):
    blue = played.make(TARGETS, "blue", name="blue", port=80)
    forward = {"targetGroups": [{"arn": blue["arn"], "weight": 0}]}
    played.make(RULE, "rule", listenerArn="arn:l", actions=[{"type": "forward", "forward": forward}])
    with pytest.raises(InUse, match="currently in use by a listener or a rule"):
        played.delete(TARGETS, blue)


def test_an_alarm_in_a_composite_stays_and_one_whose_name_only_begins_alike_goes(played: Played):
    kept = played.make(ALARM, "cpu-high", name="cpu-high")
    other = played.make(ALARM, "cpu", name="cpu")
    played.make(COMPOSITE, "alert", alarmName="alert", alarmRule='ALARM("cpu-high")')
    with pytest.raises(InUse, match="Cannot delete cpu-high as there are composite"):
        played.delete(ALARM, kept)
    played.delete(ALARM, other)


@pytest.mark.parametrize(
    ("token", "inputs", "said"),
    [
        (BUCKET, {"bucket": "files"}, r"BucketNotEmpty: The bucket files .*\(3 objects\)"),
        (VAULT, {"name": "files"}, r"vault files cannot be deleted because it contains recovery points .*\(3 rec"),
    ],
)
def test_what_is_not_empty_stays_until_it_is_or_the_provider_empties_it(played: Played, token, inputs, said):
    made = played.make(token, "files", **inputs)
    put_into(played.cloud.store, token, made["id"], 3)
    with pytest.raises(InUse, match=said):
        played.delete(token, made)
    put_into(played.cloud.store, token, made["id"], 0)
    played.delete(token, made)

    forced = played.make(token, "files", **inputs, forceDestroy=True)
    put_into(played.cloud.store, token, forced["id"], 3)
    played.delete(token, forced)
    played.delete(token, played.make(token, "files", **inputs))  # a new one of that name begins empty


def test_a_protected_database_goes_only_once_the_protection_is_lifted(played: Played):
    made = played.make(DATABASE, "db", identifier="db", engine="postgres", deletionProtection=True)
    with pytest.raises(InUse, match="Cannot delete protected DB Instance"):
        played.delete(DATABASE, made)
    played.cloud.store.change("Instance", "db", lambda database: database.update(deletionProtection=False))
    played.delete(DATABASE, made)
    assert played.cloud.store.all() == []


def test_what_is_gone_already_counts_as_deleted(played: Played):
    vpc = played.make(VPC, "net", cidrBlock="10.0.0.0/16")
    played.delete(VPC, vpc)
    played.delete(VPC, vpc)


def test_every_row_speaks_of_types_that_the_offline_cloud_knows_and_has_a_source():
    known = catalog().keys()
    for row in (*USES, *PROTECTIONS, *CONTENTS):
        assert row.of in known
        assert row.source
        assert "{what}" in row.error
    assert {row.by for row in USES} - known == set()

"""The rows of the catalogue: lifelike, complete, and spelt as the provider spells."""

import importlib
import re

import pytest

from offline.provider.catalog import catalog
from offline.provider.cloud import Settings, known_type, outputs_of
from offline.provider.wire import Secret

ARN = re.compile(r"arn:aws:[a-z0-9-]+:([a-z]{2}-[a-z]+-\d)?:(\d{12})?:.+")


def outputs(token: str, name: str = "web", *, region: str = "us-east-1", generation: int = 0, **inputs: object):
    urn = f"urn:pulumi:dev::shop::{token}::{name}"
    return outputs_of(known_type(token), urn, inputs, Settings(region=region), generation)


def python_class(token: str):
    """`aws:lb/loadBalancer:LoadBalancer` → pulumi_aws.lb.LoadBalancer."""
    package, path, name = token.split(":")
    module = path.partition("/")[0]
    module = {"lambda": "lambda_", "index": ""}.get(module, module)
    return getattr(importlib.import_module(f"pulumi_{package}.{module}".rstrip(".")), name)


def wire_names(token: str) -> set[str]:
    """Every property that the Python class has, in the wire's spelling."""
    found = python_class(token)
    getters = [value.fget for value in vars(found).values() if isinstance(value, property)]
    return {str(name) for getter in getters if (name := getattr(getter, "_pulumi_name", None))}


@pytest.mark.parametrize("token", sorted(catalog()))
def test_every_type_of_the_catalogue_is_one_of_the_providers_and_so_is_every_property_that_a_row_names(token):
    row = catalog()[token]
    known = wire_names(token)
    named = {*row.computed, *row.secrets, *row.sets}
    assert named <= known, f"not properties of {token}"
    optional = {f"{row.name.property}Prefix", f"-{row.name.property}"} if row.name else set()
    assert {one for one in row.replaces if not token.startswith("random")} - optional - {"region"} <= known


@pytest.mark.parametrize("token", sorted(token for token, row in catalog().items() if row.arn is not None))
def test_every_arn_has_the_form_of_an_arn(token):
    made = outputs(
        token, topic="arn:aws:sns:us-east-1:123456789012:t", loadBalancerArn="arn:aws:x:y:z:loadbalancer/app/a/b"
    )
    assert ARN.fullmatch(made.outputs["arn"])


def test_ids_differ_between_names_and_between_a_resource_and_its_replacement():
    ids = {outputs("aws:ec2/vpc:Vpc", name, generation=at).id for name in ("a", "b") for at in (0, 1)}
    assert len(ids) == 4


# passwords are random on purpose
@pytest.mark.parametrize("token", sorted({*catalog()} - {"random:index/randomPassword:RandomPassword"}))
def test_what_is_computed_is_the_same_each_time(token):
    assert outputs(token) == outputs(token)


@pytest.mark.parametrize(
    ("token", "inputs", "property_", "form"),
    [
        (
            "aws:lb/loadBalancer:LoadBalancer",
            {},
            "arn",
            r"arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/[0-9a-f]{16}",
        ),
        ("aws:lb/loadBalancer:LoadBalancer", {}, "arnSuffix", r"app/web/[0-9a-f]{16}"),
        ("aws:lb/loadBalancer:LoadBalancer", {}, "dnsName", r"web-\d{10}\.us-east-1\.elb\.amazonaws\.com"),
        ("aws:lb/loadBalancer:LoadBalancer", {}, "zoneId", "Z35SXDOTRQ7X7K"),
        ("aws:lb/targetGroup:TargetGroup", {}, "arnSuffix", r"targetgroup/web/[0-9a-f]{16}"),
        (
            "aws:rds/instance:Instance",
            {"engine": "postgres"},
            "endpoint",
            r"web\.c[0-9a-f]{11}\.us-east-1\.rds\.amazonaws\.com:5432",
        ),
        ("aws:rds/instance:Instance", {}, "resourceId", r"db-[A-Z2-7]{26}"),
        ("aws:ecs/taskDefinition:TaskDefinition", {"family": "web"}, "arn", r".*:task-definition/web:1"),
        ("aws:ecs/service:Service", {"cluster": "arn:aws:ecs:r:a:cluster/main"}, "arn", r".*:service/main/web"),
        ("aws:s3/bucket:Bucket", {"bucket": "b"}, "bucketRegionalDomainName", r"b\.s3\.us-east-1\.amazonaws\.com"),
        ("aws:kms/key:Key", {}, "keyId", r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
        (
            "aws:cloudwatch/logGroup:LogGroup",
            {"name": "/app"},
            "arn",
            r"arn:aws:logs:us-east-1:123456789012:log-group:/app",
        ),
        ("aws:iam/role:Role", {}, "uniqueId", r"AROA[A-Z2-7]{17}"),
        ("aws:ssm/parameter:Parameter", {"name": "/a/b"}, "arn", r"arn:aws:ssm:us-east-1:123456789012:parameter/a/b"),
        (
            "aws:secretsmanager/secret:Secret",
            {"name": "s"},
            "arn",
            r"arn:aws:secretsmanager:us-east-1:123456789012:secret:s-[A-Z2-7]{6}",
        ),
    ],
)
def test_computed_outputs_look_as_at_aws(token, inputs, property_, form):
    assert re.fullmatch(form, str(outputs(token, **inputs).outputs[property_]))


def test_an_arn_follows_the_resources_own_region_before_the_providers():
    assert ":eu-west-1:" in outputs("aws:sns/topic:Topic", region="eu-west-1").outputs["arn"]
    made = outputs_of(
        known_type("aws:sns/topic:Topic"),
        "urn:pulumi:dev::shop::aws:sns/topic:Topic::web",
        {"region": "us-west-2"},
        Settings(region="eu-west-1"),
    )
    assert ":us-west-2:" in made.outputs["arn"]
    assert made.outputs["region"] == "us-west-2"


def test_a_listener_and_its_rule_repeat_the_load_balancer_in_their_arns():
    balancer = outputs("aws:lb/loadBalancer:LoadBalancer").outputs
    listener = outputs("aws:lb/listener:Listener", loadBalancerArn=balancer["arn"]).outputs
    rule = outputs("aws:lb/listenerRule:ListenerRule", listenerArn=listener["arn"]).outputs
    assert f":listener/{balancer['arnSuffix']}/" in listener["arn"]
    assert f":listener-rule/{balancer['arnSuffix']}/" in rule["arn"]


def test_a_certificate_asks_for_one_record_per_domain_and_a_wildcard_shares_its_domains():
    [first, wildcard] = outputs(
        "aws:acm/certificate:Certificate", domainName="a.dev", subjectAlternativeNames=["*.a.dev"]
    ).outputs["domainValidationOptions"]
    assert first["resourceRecordName"] == wildcard["resourceRecordName"]
    assert first["resourceRecordType"] == "CNAME"


def test_a_password_has_the_length_and_kinds_that_were_asked_and_is_secret():
    made = outputs("random:index/randomPassword:RandomPassword", length=40, special=False, minNumeric=3)
    result = made.outputs["result"]
    assert isinstance(result, Secret)
    assert re.fullmatch(r"[A-Za-z0-9]{40}", result.value)
    assert len(re.findall(r"\d", result.value)) >= 3

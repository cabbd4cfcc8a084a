"""What a stack file may also say composes too, and moves nothing that stands already."""

import json
from typing import Any

import pytest

from tests.harness import Program
from tests.stacks.stack import Stack, composed

OTHER_SETTINGS: dict[str, dict[str, Any]] = {
    "external database": {"database": {"kind": "external", "external_url_secret": "elsewhere/database-url"}},
    "one zone more": {"network": {"zones": ["a", "b", "c", "d"]}},
    "firewall off": {"firewall": {"enabled": False}},
    "no recovery region": {"location": {"recovery_region": None}},
    "named secrets and a shell": {
        "service": {"secrets": {"STRIPE_SECRET_KEY": "mockforge-cloud/production/stripe"}, "exec_enabled": True},
        "database": {"app_url_secret": "mockforge-cloud/production/app-database-url"},
    },
    "another region": {"location": {"region": "eu-central-1", "recovery_region": "eu-west-1"}},
}


@pytest.fixture(scope="module")
def other() -> dict[str, Program]:
    return {}


def with_settings(other: dict[str, Program], what: str) -> Program:
    if what not in other:
        other[what] = composed("production", **OTHER_SETTINGS[what])
    return other[what]


@pytest.mark.parametrize("what", OTHER_SETTINGS)
def test_it_composes(other: dict[str, Program], what: str):
    program = with_settings(other, what)
    assert sum(one.custom for one in program.resources) > 180
    assert [text for level, text in program.logs if level in ("warning", "error")] == []


@pytest.mark.parametrize("what", ["external database"])
def test_a_preview_of_it_composes(what: str):
    assert sum(one.custom for one in composed("production", preview=True, **OTHER_SETTINGS[what]).resources) > 180


def test_an_external_database_leaves_nothing_of_rds_behind(other: dict[str, Program]):
    program = with_settings(other, "external database")
    # the key of a topic lets RDS publish where there is a database; here nothing may speak of one
    assert [str(one) for one in program.resources if one.type.startswith("aws:rds/")] == []
    assert [str(one) for one in program.resources if one.name.startswith(("database", "alarms-database"))] == []
    assert [one.name for one in program.all("Selection")] == [
        "backups-storage-of-objects",
        "backups-storage-of-configuration",
    ]
    manifest = json.loads(program.one("Parameter", "operations-parameter")["insecureValue"])
    assert manifest["database"] == {
        "kind": "external",
        "identifier": None,
        "url_secret": "elsewhere/database-url",
        "place": None,
    }
    assert ("aws:secretsmanager/getSecret:getSecret", {"name": "elsewhere/database-url"}) in program.lookups


def test_tasks_reach_an_external_database(other: dict[str, Program]):
    program = with_settings(other, "external database")
    ways = {
        (one["fromPort"], one.get("cidrIpv4")) for one in program.all("SecurityGroupEgressRule") if "cidrIpv4" in one
    }
    assert (5432, "0.0.0.0/0") in ways


def subnets(program: Program) -> dict[str, tuple[str, str]]:
    return {one.name: (one["cidrBlock"], one["availabilityZone"]) for one in program.all("Subnet")}


def test_a_zone_more_changes_no_subnet_that_stands(production: Stack, other: dict[str, Program]):
    before, after = subnets(production.up), subnets(with_settings(other, "one zone more"))
    assert {name: after[name] for name in before} == before
    assert sorted(after.keys() - before.keys()) == ["network-isolated-d", "network-private-d", "network-public-d"]


def test_a_zone_more_changes_no_input_of_what_stands_in_the_network(production: Stack, other: dict[str, Program]):
    def inputs(program: Program) -> dict[str, dict[str, Any]]:
        return {one.urn: one.inputs for one in program.resources if one.name.startswith("network-")}

    before, after = inputs(production.up), inputs(with_settings(other, "one zone more"))
    assert {urn.rsplit("::", 1)[-1] for urn, values in before.items() if after[urn] != values} <= {
        "network-routes-s3"
    }  # the endpoint serves one route table more


def test_firewall_off_leaves_no_firewall(other: dict[str, Program]):
    program = with_settings(other, "firewall off")
    assert [str(one) for one in program.resources if "firewall" in one.name or one.type.startswith("aws:wafv2/")] == []


def test_without_a_recovery_region_everything_stays_in_one_region(other: dict[str, Program]):
    program = with_settings(other, "no recovery region")
    assert {one.region for one in program.resources} <= {None, "us-east-1"}
    assert "us-west-2" not in json.dumps([one.inputs for one in program.resources], default=str)


def test_in_another_region_only_the_outside_check_and_the_copies_are_elsewhere(other: dict[str, Program]):
    program = with_settings(other, "another region")
    elsewhere = {one.name: one.region for one in program.resources if one.region not in (None, "eu-central-1")}
    assert {region for name, region in elsewhere.items() if name.startswith("backups-recovery-vault")} == {"eu-west-1"}
    rest = {name: region for name, region in elsewhere.items() if not name.startswith("backups-recovery-vault")}
    assert set(rest.values()) == {"us-east-1"}
    assert "us-west-2" not in json.dumps([one.inputs for one in program.resources], default=str)
    assert [name for name in rest if not name.startswith(("outside-outside-check", "notifications-outside"))] == []
    assert "us-east-1" not in program.one("ecs/taskDefinition:TaskDefinition")["containerDefinitions"].replace(
        "123456789012.dkr.ecr.us-east-1.amazonaws.com", ""
    )


def test_named_secrets_reach_the_task_and_its_role(other: dict[str, Program]):
    program = with_settings(other, "named secrets and a shell")
    (container,) = json.loads(program.one("ecs/taskDefinition:TaskDefinition")["containerDefinitions"])
    by_name = {one["name"]: one["valueFrom"] for one in container["secrets"]}
    policy = program.one("RolePolicy", "service-tasks-execution-policy")["policy"]
    for variable, secret in (("STRIPE_SECRET_KEY", "stripe"), ("APP_DATABASE_URL", "app-database-url")):
        assert f"secret:mockforge-cloud/production/{secret}" in by_name[variable]
        assert by_name[variable] in policy
    assert program.one("ecs/service:Service")["enableExecuteCommand"] is True

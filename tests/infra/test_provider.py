"""One explicit provider for everything on AWS: its region, its account and no other, its tags."""

import json

from tests.harness import Program, Registered
from tests.stacks.stack import Stack, composed, stack_named


def provider(program: Program) -> Registered:
    return program.one("pulumi:providers:aws")


def test_everything_is_tagged_with_service_environment_and_maker():
    for name in ("staging", "production"):
        stack: Stack = stack_named(name)
        assert json.loads(provider(stack.up)["defaultTags"]) == {
            "tags": {"Service": "mockforge-cloud", "Environment": name, "ManagedBy": "pulumi"}
        }


def test_the_budget_counts_by_the_tag_that_the_provider_sets():
    program = stack_named("production").up
    (costs,) = program.one("budgets/budget:Budget")["costFilters"]
    assert costs == {"name": "TagKeyValue", "values": ["user:Environment$production"]}


def test_every_aws_resource_goes_through_it():
    program = stack_named("production").up
    ours = [one for one in program.resources if one.type.startswith("aws:")]
    assert len(ours) > 200
    assert [str(one) for one in ours if one.provider != "aws"] == []
    assert len([one for one in program.resources if one.type.startswith("pulumi:providers:")]) == 1


def test_another_account_is_refused_where_the_file_names_one():
    # quoted: it begins with a zero
    program = composed("staging", preview=True, location={"account_id": "012345678901"})
    assert json.loads(provider(program)["allowedAccountIds"]) == ["012345678901"]


def test_without_a_named_account_any_is_accepted():
    assert "allowedAccountIds" not in provider(stack_named("staging").preview)


def test_its_region_is_that_of_the_file():
    program = composed("staging", preview=True, location={"region": "eu-central-1"})
    assert provider(program)["region"] == "eu-central-1"

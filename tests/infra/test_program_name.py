"""Every resource that AWS can tag says which of the program's resources it is."""

import pulumi
import pulumi_aws as aws
import pytest

from components.component import Component
from infra.program_name import with_program_name
from tests.harness import registered
from tests.stacks.stack import STACKS, stack_named


@pytest.mark.parametrize("stack", STACKS)
def test_whatever_the_provider_tags_carries_its_name_in_the_program(stack):
    update, preview = stack_named(stack).runs
    taggable = [one for one in update.all() if "tagsAll" in one.outputs]  # a preview does not know that yet
    assert len(taggable) > 120
    for run in (update, preview):
        assert [str(one) for one in taggable if run.by_urn(one.urn)["tags"]["PulumiName"] != one.name] == []


def test_a_name_stands_beside_the_tags_that_the_component_gives_known_or_not_and_what_has_no_tags_gets_none():
    def program() -> None:
        above = Component("above", pulumi.ResourceOptions(transformations=[with_program_name]))
        opts = above.child()
        aws.ec2.Vpc("plain", opts=opts)
        vpc = aws.ec2.Vpc("known", tags={"Name": "mine"}, opts=opts)
        aws.ec2.Vpc("later", tags={"Other": vpc.arn}, opts=opts)
        aws.ec2.Vpc("all-later", tags=vpc.arn.apply(lambda arn: {"Other": arn}), opts=opts)
        aws.ec2.RouteTableAssociation("untagged", route_table_id="rtb-1", subnet_id="subnet-1", opts=opts)
        above.register_outputs({})

    done = registered(program)
    arn = done.one("Vpc", "known").outputs["arn"]
    assert {one.name: one.inputs.get("tags") for one in done.resources if one.type.startswith("aws:ec2")} == {
        "plain": {"PulumiName": "plain"},
        "known": {"Name": "mine", "PulumiName": "known"},
        "later": {"Other": arn, "PulumiName": "later"},
        "all-later": {"Other": arn, "PulumiName": "all-later"},
        "untagged": None,
    }

"""Every type that the program registers can be known again when nobody wrote down what became of its creation."""

import re

import pytest

from operations.pending.aws_listing import LISTINGS
from operations.pending.finding import Wanted
from operations.pending.identities import IDENTITIES, NOWHERE, identity_of
from tests.harness import Registered
from tests.stacks.stack import STACKS, Stack, stack_named

ACCOUNT = "123456789012"


@pytest.fixture(scope="module", params=STACKS)
def stack(request: pytest.FixtureRequest) -> Stack:
    return stack_named(request.param)


def of_aws(stack: Stack) -> list[Registered]:
    return [one for one in stack.up.resources if one.custom and one.type.startswith("aws:")]


def test_every_registered_type_has_a_row(stack: Stack):
    assert {one.type for one in of_aws(stack)} - IDENTITIES.keys() == set()


def test_an_id_made_of_inputs_is_the_id_that_the_provider_gives(stack: Stack):
    wrong = []
    for one in of_aws(stack):
        identity = IDENTITIES[one.type]
        recorded = {**one.outputs, **one.inputs}  # with the names that were made up
        wanted = Wanted(urn=one.urn, type=one.type, name=one.name, inputs=recorded, identity=identity, recorded=True)
        if identity.id and wanted.id_by_inputs(ACCOUNT) != one.outputs["id"]:
            wrong.append((str(one), wanted.id_by_inputs(ACCOUNT), one.outputs["id"]))
    assert wrong == []


def test_a_label_is_how_the_arn_begins_and_its_tail_or_all_of_it_the_id(stack: Stack):
    wrong = []
    for one in of_aws(stack):
        identity, arn = IDENTITIES[one.type], one.outputs.get("arn")
        if not identity.label or not arn:
            continue
        _, _, service, _, _, resource = str(arn).split(":", 5)
        tail = re.split(r"[/:]", str(arn))[-1]
        is_id = bool(identity.id) or one.outputs["id"] == (arn if identity.id_is_arn else tail)
        # a database is imported by its identifier, which the ARN ends with, and kept under another id
        if not f"{service}:{resource}".startswith(identity.label) or not (is_id or one.type.startswith("aws:rds/")):
            wrong.append((str(one), identity.label, arn, one.outputs["id"]))
    assert wrong == []


def test_what_keeps_no_tags_and_has_no_id_of_its_inputs_can_be_listed_in_aws():
    assert LISTINGS.keys() == {type_ for type_, identity in IDENTITIES.items() if identity.among}


def test_what_is_nowhere_is_simply_made_again_and_an_unknown_type_has_no_row():
    assert identity_of("random:index/randomPassword:RandomPassword") is NOWHERE
    assert identity_of("pulumi:providers:aws") is NOWHERE
    assert identity_of("aws:odd/thing:Thing") is None

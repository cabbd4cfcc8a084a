"""What replaces a resource: every entry has a source, and every difference to CloudFormation a reason."""

from collections import Counter

import pytest

from offline.provider.catalog import ResourceType, catalog
from offline.provider.comparing import compare
from offline.provider.schema.published import published
from offline.provider.schema.replacing import DIFFERENCES, NO_CALL, READ, Source, change_in_place, source_of

ROWS = [row for token, row in sorted(catalog().items()) if token.startswith("aws:")]


def entries(row: ResourceType) -> list[str]:
    content = published(row.token)
    assert content is not None
    inputs = content["definitions"][content["root"]]["properties"]
    return sorted((row.replaces & set(inputs)) - {"region"})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.token)
def test_every_entry_of_a_row_has_a_source(row):
    assert [name for name in entries(row) if source_of(row, name) is None] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.token)
def test_what_cloudformation_would_replace_and_the_row_would_not_is_listed_with_its_reason(row):
    assert change_in_place(row) == set(DIFFERENCES.get(row.token.removeprefix("aws:"), {}))


@pytest.mark.parametrize("token", sorted(READ))
def test_what_the_providers_source_marks_the_row_has(token):
    row = catalog()[f"aws:{token}"]
    assert set(READ[token].properties) <= row.replaces


def test_the_tables_name_types_and_entries_that_there_are():
    known = {row.token.removeprefix("aws:"): row for row in ROWS}
    assert {*READ, *NO_CALL, *DIFFERENCES} <= set(known)
    assert [
        (token, name) for token, names in NO_CALL.items() for name in names if name not in known[token].replaces
    ] == []


def test_how_many_entries_come_from_which_source(capsys):
    count = Counter(source_of(row, name) for row in ROWS for name in entries(row))
    with capsys.disabled():
        print("\n" + ", ".join(f"{count[source]}: {source}" for source in Source))  # noqa: T201
    assert count[Source.PROVIDER] + count[Source.CREATE_ONLY] > 0.5 * count.total()


@pytest.mark.parametrize(
    ("token", "property_", "replaces"),
    [
        ("aws:ecs/service:Service", "enableEcsManagedTags", False),
        ("aws:ecs/service:Service", "deploymentController", True),
        ("aws:ecs/service:Service", "launchType", True),
        ("aws:ssm/parameter:Parameter", "keyId", False),
        ("aws:ssm/parameter:Parameter", "dataType", True),
        ("aws:rds/instance:Instance", "dbSubnetGroupName", False),
        ("aws:rds/instance:Instance", "storageEncrypted", True),
        ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "fromPort", False),
    ],
)
def test_a_change_replaces_as_the_providers_source_says(token, property_, replaces):
    changes = compare(catalog()[token], {property_: "a"}, {property_: "b"})
    assert bool(changes.replacing) is replaces

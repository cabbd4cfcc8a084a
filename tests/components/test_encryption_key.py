import json
from collections.abc import Callable
from typing import Any

import pytest

from components.encryption_key import EncryptionKey, EncryptionKeyArgs
from tests.harness import Program

Run = Callable[..., Program]


def a_key(name: str = "key", **changes: Any):
    args: dict[str, Any] = {
        "alias": "mockforge-staging-objects",
        "description": "for a test",
        "account_id": "123456789012",
        "protected": True,
    }
    return lambda: EncryptionKey(name, EncryptionKeyArgs(**(args | changes)))


def statements(program: Program):
    return json.loads(program.one("kms/key:Key")["policy"])["Statement"]


@pytest.mark.parametrize("preview", [True, False])
def test_a_key_rotates_and_leaves_its_use_to_the_account(registered: Run, preview: bool):
    program = registered(a_key(), preview=preview)
    assert program.one("kms/key:Key")["enableKeyRotation"] is True
    [only] = statements(program)
    assert (only["Principal"], only["Action"]) == ({"AWS": "arn:aws:iam::123456789012:root"}, "kms:*")


def test_services_that_act_in_their_own_name_may_encrypt_without_conditions_they_could_not_meet(registered: Run):
    services = ["cloudwatch.amazonaws.com", "events.amazonaws.com"]
    granted = statements(registered(a_key(services=services)))[1]
    assert granted["Principal"] == {"Service": services}
    assert granted["Action"] == ["kms:GenerateDataKey*", "kms:Decrypt"]
    assert "Condition" not in granted


def test_a_protected_key_can_be_brought_back_for_30_days_and_another_for_7(registered: Run):
    kept = registered(a_key(protected=True)).one("kms/key:Key")
    assert (kept["deletionWindowInDays"], kept.options["protect"]) == (30, True)
    other = registered(a_key(protected=False)).one("kms/key:Key")
    assert other["deletionWindowInDays"] == 7
    assert not other.options.get("protect")


def test_key_and_alias_stand_in_the_region_that_is_asked_for(registered: Run):
    program = registered(a_key(region="us-west-2"))
    assert [one.region for one in (program.one("kms/key:Key"), program.one("Alias"))] == ["us-west-2", "us-west-2"]


def test_two_keys_stand_side_by_side(registered: Run):
    program = registered(lambda: (a_key("one", alias="a")(), a_key("two", alias="b")()))
    assert {alias["name"] for alias in program.all("Alias")} == {"alias/a", "alias/b"}

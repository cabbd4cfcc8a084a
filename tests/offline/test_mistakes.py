"""Every seeded mistake of one resource is refused with its sentence, and what it changes is accepted without it."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline.provider.cloud import Cloud
from offline.provider.schema import rule
from offline.provider.store import Store
from offline.provider.wire import UNKNOWN, Secret
from tests.offline.mistakes import ACCEPTED, DATABASE, GROUP, MISTAKES, SERVICE, Mistake


def changed(inputs: Any, at: str, value: Any) -> Any:
    inputs = copy.deepcopy(dict(inputs))
    *way, last = [int(one) if one.isdigit() else one for one in re.split(r"[.\[\]]+", at) if one]
    place = inputs
    for step in way:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return inputs


def reasons(tmp_path: Path, token: str, inputs: dict[str, Any]) -> list[str]:
    cloud = Cloud(store=Store(tmp_path / "cloud.sqlite3"))
    _, refusals = cloud.check(token, f"urn:pulumi:dev::shop::{token}::web", inputs, {})
    return [one.reason for one in refusals]


@pytest.mark.parametrize("token", sorted(ACCEPTED))
def test_the_inputs_that_mistakes_are_made_in_are_accepted(token):
    assert rule.refusals(token, ACCEPTED[token]) == []


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_the_mistake_is_refused_with_its_sentence(mistake: Mistake, tmp_path):
    found = reasons(tmp_path, mistake.type, changed(ACCEPTED[mistake.type], mistake.at, mistake.value))
    assert any(mistake.says in one for one in found), found


def test_there_are_many_kinds_of_mistakes_in_many_types():
    assert len(MISTAKES) >= 60
    assert len({(one.type, one.at) for one in MISTAKES}) >= 50
    assert len({one.type for one in MISTAKES}) >= 20


NAME_IS_ENOUGH = ("is no property", "did you mean", "is read-only", "may not be given", "storageEncrypted: is required")


@pytest.mark.parametrize(
    "mistake", [one for one in MISTAKES if not any(words in one.says for words in NAME_IS_ENOUGH)], ids=str
)
def test_what_is_not_known_before_an_update_is_not_judged(mistake: Mistake):
    assert rule.refusals(mistake.type, changed(ACCEPTED[mistake.type], mistake.at, UNKNOWN)) == []


@given(st.text(min_size=129, max_size=400, alphabet=st.characters(categories=["L", "N"])))
def test_a_refused_secret_is_never_shown(secret: str):
    [refusal] = rule.refusals(DATABASE, changed(ACCEPTED[DATABASE], "password", Secret(secret)))
    assert secret not in refusal.reason
    assert "the secret value" in refusal.reason


def test_a_secret_inside_a_text_is_judged_and_not_shown():
    inputs = changed(ACCEPTED[SERVICE], "deploymentConfiguration.strategy", Secret("hush"))
    [refusal] = rule.refusals(SERVICE, inputs)
    assert "hush" not in refusal.reason
    assert "BLUE_GREEN" in refusal.reason


@pytest.mark.parametrize(("given_as", "means"), [("8080", 8080), (8080, 8080), (8080.0, 8080)])
def test_what_the_provider_converts_is_accepted(given_as, means):
    assert rule.refusals(GROUP, changed(ACCEPTED[GROUP], "port", given_as)) == []
    assert int(given_as) == means


def test_one_mistake_is_refused_once_though_two_sources_forbid_it():
    assert len(rule.refusals(GROUP, changed(ACCEPTED[GROUP], "protocol", "HTPP"))) == 1


def test_every_mistake_of_a_resource_is_told_at_once():
    inputs = changed(changed(ACCEPTED[GROUP], "port", 0), "healthCheck.interval", 3)
    assert sorted(one.property for one in rule.refusals(GROUP, inputs)) == ["healthCheck.interval", "port"]

"""Mistakes that one resource's own schema cannot show, each put into production as its stack file describes it.

A row: what was done, at which resource it must be refused, by which rule, with which sentence. The environment as it
stands is refused nowhere, and no rule is without a mistake that it catches.
"""

import pytest

from offline.provider.catalog import catalog
from offline.provider.rules_across import table
from offline.provider.rules_across.judging import objections
from tests.offline.across import (
    of_alarms,
    of_backups,
    of_network,
    of_publishing,
    of_references,
    of_roles,
    of_services,
    of_starting,
    of_time,
    of_traffic,
)
from tests.offline.across.accepted import FINE, Fine
from tests.offline.across.mistake import Mistake
from tests.offline.neighbourhood import Draft, rows_of

AREAS = (
    of_references,
    of_network,
    of_traffic,
    of_services,
    of_starting,
    of_roles,
    of_publishing,
    of_alarms,
    of_time,
    of_backups,
)
MISTAKES: tuple[Mistake, ...] = tuple(row for area in AREAS for row in area.MISTAKES)


@pytest.mark.parametrize("mistake", MISTAKES, ids=[row.done for row in MISTAKES])
def test_it_is_refused_with_its_sentence(mistake: Mistake):
    draft = Draft.of("production")
    mistake.by(draft)
    said = [refusal.reason for rule, refusal in draft.refusals(mistake.at) if rule == mistake.rule]
    assert any(mistake.refused in reason for reason in said), said or draft.refusals(mistake.at)


@pytest.mark.parametrize("fine", FINE, ids=[row.done for row in FINE])
def test_what_aws_takes_is_not_refused(fine: Fine):
    draft = Draft.of("production")
    fine.by(draft)
    assert draft.refusals(fine.at) == []


@pytest.mark.parametrize("stack", ["staging", "production"])
def test_our_own_environments_are_refused_nowhere(stack: str):
    assert objections(rows_of(stack), catalog()) == []


def test_no_rule_is_without_a_mistake_that_it_catches():
    assert {rule.judge.__name__ for rule in table.ALL} == {row.rule for row in MISTAKES}


def test_no_mistake_stands_twice():
    assert len({row.done for row in MISTAKES}) == len(MISTAKES) >= 140

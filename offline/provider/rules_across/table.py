"""All rules across resources, by the kind they judge."""

from collections.abc import Iterator, Mapping
from functools import cache
from types import ModuleType
from typing import Final

from offline.provider.naming import Refusal
from offline.provider.rules_across import (
    alarms,
    backups,
    events,
    load_balancing,
    names,
    network,
    publishing,
    references,
    rights,
    roles,
    schedules,
    services,
    starting,
)
from offline.provider.rules_across.world import AcrossRule, Case

AREAS: Final[tuple[ModuleType, ...]] = (
    references,
    names,
    network,
    load_balancing,
    services,
    starting,
    roles,
    rights,
    events,
    publishing,
    alarms,
    schedules,
    backups,
)
ALL: Final[tuple[AcrossRule, ...]] = tuple(rule for area in AREAS for rule in area.RULES)


@cache
def _by_kind() -> Mapping[tuple[str, bool], tuple[AcrossRule, ...]]:
    kinds = {kind for rule in ALL for kind in rule.kinds}
    return {
        (kind, early): tuple(
            rule for rule in ALL if rule.early is early and not rule.finished and (not rule.kinds or kind in rule.kinds)
        )
        for kind in (*kinds, "")
        for early in (True, False)
    }


def rules_for(kind: str, *, early: bool) -> tuple[AcrossRule, ...]:
    """The rules that judge this kind."""
    table = _by_kind()
    return table.get((kind, early), table["", early])


def refusals(case: Case, *, early: bool) -> Iterator[Refusal]:
    """Every objection, in the rules' order."""
    for rule in rules_for(case.kind, early=early):
        yield from rule.judge(case)


def refusals_at_the_end(case: Case) -> Iterator[Refusal]:
    """Every objection once nothing more is to come."""
    for rule in ALL:
        if not rule.kinds or case.kind in rule.kinds:
            yield from rule.judge(case)

"""Reports, whole or a single section of them, taken apart for assertions."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from operations.reports.checklists import MORNING, WEEKLY
from operations.reports.finding import Span
from operations.reports.gather import gather
from operations.reports.reading import Reading
from operations.session import operating
from tests.operations.reports.report_world import ReportWorld

ROWS = {"morning": (MORNING, timedelta(days=1)), "weekly": (WEEKLY, timedelta(days=7))}


@dataclass(frozen=True, kw_only=True)
class Found:
    """One section."""

    verdict: str
    sentences: list[str]
    lines: list[str]


def section(world: ReportWorld, command: str, title: str) -> Found:
    """That section alone: a whole report asks fifteen services."""
    rows, length = ROWS[command]
    with operating("production", None) as session:
        now = session.clock.now()
        reading = Reading(session=session, span=Span(begins=now - length, ends=now), tell=lambda _line: None)
        [one] = gather(command, [row for row in rows if row.title == title], reading).sections
    return Found(
        verdict=one.verdict,
        sentences=[f"{finding.verdict}: {finding.sentence}" for finding in one.findings],
        lines=[line for finding in one.findings for line in finding.lines],
    )


def read(world: ReportWorld, command: str) -> dict[str, Any]:
    """The whole report, as `--json` gives it."""
    answer = world.aws(command, "production", "--json")
    assert answer.code in (0, 5), answer.err
    return json.loads(answer.out)

"""What the doctor says: for people in lines, for scripts as JSON."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from operations.doctoring.check import Result, State
from operations.doctoring.patient import Patient

if TYPE_CHECKING:
    from rich.text import Text

STYLES = {State.OK: "green", State.WRONG: "bold red", State.UNKNOWN: "yellow"}
WORDS = {State.OK: "ok", State.WRONG: "WRONG", State.UNKNOWN: "unknown"}
STATE_WIDTH = max(len(word) for word in WORDS.values())


def lines(patient: Patient, results: Sequence[Result]) -> "Iterator[Text]":
    """What is well in one line; below everything else the way out."""
    from rich.text import Text

    width = max(len(result.name) for result in results)
    stands = "it stands" if patient.manifest else "it does not stand yet"
    if patient.manifest_unread:
        stands = "whether it stands is unknown"
    yield Text(f"{patient.name} in account {patient.account_id}, {patient.region}; {stands}", style="bold")
    for result in results:
        name = result.name
        for finding in sorted(result.findings, key=lambda one: list(State).index(one.state)):
            word = f"{WORDS[finding.state]:<{STATE_WIDTH}}"
            yield Text.assemble((word, STYLES[finding.state]), f"  {name:<{width}}  {finding.says}")
            if finding.way_out:
                yield Text(f"{'':<{STATE_WIDTH + width + 4}}→ {finding.way_out}", style="cyan")
            name = ""
    yield Text(summary(results), style="bold")


def summary(results: Sequence[Result]) -> str:
    """How many checks there are of each state."""
    counts = {state: sum(result.state is state for result in results) for state in State}
    return f"{counts[State.OK]} ok, {counts[State.WRONG]} wrong, {counts[State.UNKNOWN]} unknown"


def as_json(patient: Patient, results: Sequence[Result]) -> str:
    """One object; `checks` in the order of the table."""
    content = {
        "environment": patient.name,
        "account_id": patient.account_id,
        "region": patient.region,
        "stands": None if patient.manifest_unread else patient.manifest is not None,
        "checks": [
            {"name": one.name, "state": one.state, "findings": [asdict(finding) for finding in one.findings]}
            for one in results
        ],
    }
    return json.dumps(content, indent=2)

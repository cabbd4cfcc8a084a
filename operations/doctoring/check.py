"""A check and what it finds. What could not be looked at is unknown, never well."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from operations.doctoring.patient import Patient


class State(StrEnum):
    """In the order in which a person wants to read them."""

    WRONG = "wrong"
    UNKNOWN = "unknown"
    OK = "ok"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One sentence about one thing."""

    state: State
    says: str
    way_out: str = ""
    """What to do, as a sentence or a command; always there unless the state is ok."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One row: a name, and a function that looks and asks only."""

    name: str
    look: "Callable[[Patient], Iterable[Finding]]"


@dataclass(frozen=True, kw_only=True)
class Result:
    """A check with what it found; at least one finding."""

    name: str
    findings: tuple[Finding, ...]

    @property
    def state(self) -> State:
        """The worst of them."""
        states = {one.state for one in self.findings}
        return next(state for state in State if state in states)


def well(says: str) -> Finding:
    """Looked at, and as it shall be."""
    return Finding(state=State.OK, says=says)


def wrong(says: str, way_out: str) -> Finding:
    """Looked at, and not as it shall be."""
    return Finding(state=State.WRONG, says=says, way_out=way_out)


def unknown(says: str, way_out: str) -> Finding:
    """Could not be looked at; `way_out` says how a person can."""
    return Finding(state=State.UNKNOWN, says=says, way_out=way_out)

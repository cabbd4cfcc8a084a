"""What a report says: findings with a verdict each, gathered line by line of the runbook. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Verdict(StrEnum):
    """How a finding is to be taken. The spelling stands in every form of the report."""

    GOOD = "good"
    LOOK = "LOOK"
    """Somebody has to look."""
    UNKNOWN = "unknown"
    """AWS did not say, or has no data: that is neither good nor zero."""
    NOT_ENABLED = "not enabled"
    """The account does not have it on, so there is nothing to read."""
    PERSON = "yours"
    """Only a person can judge it; the report brings what is needed."""

    @property
    def needs_attention(self) -> bool:
        """Whether the report as a whole cannot be said to be good."""
        return self in (Verdict.LOOK, Verdict.UNKNOWN)


# What is off hides nothing of what is on, so a section is "not enabled" only where all of it is.
_WORST_FIRST = (Verdict.LOOK, Verdict.UNKNOWN, Verdict.PERSON, Verdict.GOOD, Verdict.NOT_ENABLED)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One sentence, with lines below it where there is more to see."""

    verdict: Verdict
    sentence: str
    lines: tuple[str, ...] = ()
    link: str | None = None


@dataclass(frozen=True, kw_only=True)
class Section:
    """One line of the runbook and what was found."""

    title: str
    """The runbook's own words."""
    step: str
    """The step of the runbook that the line belongs to."""
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst; nothing found at all is unknown."""
        return worst(one.verdict for one in self.findings)


@dataclass(frozen=True, kw_only=True)
class Span:
    """The time that is looked at, UTC, and the one of the same length before it."""

    begins: datetime
    ends: datetime

    @property
    def length(self) -> timedelta:
        """From begin to end."""
        return self.ends - self.begins

    @property
    def before(self) -> "Span":
        """To compare with."""
        return Span(begins=self.begins - self.length, ends=self.begins)


@dataclass(frozen=True, kw_only=True)
class Report:
    """All of it."""

    name: str
    """`Morning checklist` or `Weekly tasks`."""
    environment: str
    region: str
    account_id: str
    span: Span
    sections: tuple[Section, ...]

    @property
    def needs_attention(self) -> bool:
        """Something is to be looked at, or could not be read."""
        return any(one.verdict.needs_attention for one in self.sections)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The first of LOOK, unknown, yours, good, not enabled; of none at all: unknown."""
    found = set(verdicts)
    return next((one for one in _WORST_FIRST if one in found), Verdict.UNKNOWN)


def good(sentence: str, *lines: str, link: str | None = None) -> Finding:
    """As it should be."""
    return Finding(verdict=Verdict.GOOD, sentence=sentence, lines=lines, link=link)


def look(sentence: str, *lines: str, link: str | None = None) -> Finding:
    """Somebody has to look."""
    return Finding(verdict=Verdict.LOOK, sentence=sentence, lines=lines, link=link)


def unknown(sentence: str, *lines: str) -> Finding:
    """AWS did not say."""
    return Finding(verdict=Verdict.UNKNOWN, sentence=sentence, lines=lines)


def not_enabled(sentence: str) -> Finding:
    """There is nothing to read."""
    return Finding(verdict=Verdict.NOT_ENABLED, sentence=sentence)


def yours(sentence: str, *lines: str, link: str | None = None) -> Finding:
    """For a person."""
    return Finding(verdict=Verdict.PERSON, sentence=sentence, lines=lines, link=link)


def judged(sentence: str, *lines: str, bad: bool, link: str | None = None) -> Finding:
    """LOOK where it is `bad`, good otherwise."""
    return (look if bad else good)(sentence, *lines, link=link)

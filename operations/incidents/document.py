"""The file of an incident, one format for all of them: head, timeline, what was found, post-incident. Pure.

People write in it while it is open, so it is changed line by line and never written anew: a field is `- name: value`,
what nobody has filled in yet is `___`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

OPEN, CLOSED = "open", "closed"
BLANK = "___"
TIME_FORMAT = "%Y-%m-%d %H:%M"
TIMELINE_HEAD = ("## Timeline (UTC)", "", "| when | what |", "| --- | --- |")
POST_INCIDENT = "## Post-incident"
# Runbook, "Post-Incident": document, root cause analysis, action items, process improvements.
POST_INCIDENT_LINES = (
    POST_INCIDENT,
    "",
    f"- impact on users: {BLANK}",
    f"- root cause: {BLANK}",
    f"- what would have caught it earlier: {BLANK}",
    "",
    "| action item | owner | by |",
    "| --- | --- | --- |",
    f"| {BLANK} | {BLANK} | {BLANK} |",
    "",
    f"- process improvements: {BLANK}",
    "",
    "A new way to fail becomes a row in `runbook/alarms.py` and a section in `docs/incident-response.md`.",
    "",
)
_FIELD = re.compile(r"^- (?P<name>[a-z][a-z ]*): (?P<value>.*)$")
_TIMED_ROW = re.compile(r"^\| (?P<at>\d{4}-\d\d-\d\d \d\d:\d\d) \|")


@dataclass(frozen=True, kw_only=True)
class Head:
    """What stands at the top."""

    title: str
    environment: str
    severity: str = BLANK
    """`P1`; blank where nobody has judged it yet."""
    began: datetime
    ended: datetime | None = None
    owner: str = BLANK
    ticket: str = BLANK


class NotAnIncidentError(ValueError):
    """The text is not such a file; the message says what is missing."""


def head_lines(head: Head) -> list[str]:
    """Markdown, an empty line at its end."""
    return [
        f"# {_one_line(head.title)}",
        "",
        f"- environment: {head.environment}",
        f"- severity: {head.severity}",
        f"- status: {OPEN}",
        f"- began: {spell(head.began)}",
        f"- ended: {spell(head.ended) if head.ended else BLANK}",
        f"- lasted: {BLANK}",
        f"- owner: {_one_line(head.owner)}",
        f"- ticket: {_one_line(head.ticket)}",
        "",
    ]


def timeline_lines(rows: Iterable[tuple[datetime | None, str]]) -> list[str]:
    """Markdown, an empty line at its end. A time of None is to be filled in."""
    return [*TIMELINE_HEAD, *(_row(at, what) for at, what in rows), ""]


def spell(at: datetime) -> str:
    """As times stand in the file, UTC."""
    return at.astimezone(UTC).strftime(TIME_FORMAT)


def read_time(text: str) -> datetime:
    """The inverse; raises ValueError."""
    return datetime.strptime(text.strip(), TIME_FORMAT).replace(tzinfo=UTC)


def fields(text: str) -> dict[str, str]:
    """Those of the head."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("## "):
            break
        if match := _FIELD.match(line):
            found[match["name"]] = match["value"].strip()
    if missing := [name for name in ("environment", "severity", "status", "began", "ended") if name not in found]:
        raise NotAnIncidentError(f"it has no line `- {missing[0]}: …` at its top")
    return found


def blanks(text: str) -> list[str]:
    """Names of the fields that nobody has filled in, wherever they stand."""
    matches = (_FIELD.match(line) for line in text.splitlines())
    return [match["name"] for match in matches if match and match["value"].strip() == BLANK]


def with_event(text: str, at: datetime, what: str) -> str:
    """The timeline with one more row, where it belongs by its time."""
    lines = text.splitlines()
    try:
        place = lines.index(TIMELINE_HEAD[-1], lines.index(TIMELINE_HEAD[0])) + 1
    except ValueError:
        raise NotAnIncidentError(f"it has no table below `{TIMELINE_HEAD[0]}`") from None
    for number in range(place, len(lines)):
        if not lines[number].startswith("|"):
            break
        if (row := _TIMED_ROW.match(lines[number])) and row["at"] <= spell(at):
            place = number + 1
    return "\n".join([*lines[:place], _row(at, what), *lines[place:]]) + "\n"


def closed(text: str, at: datetime | None, now: datetime) -> str:
    """Its end and length filled in, and what is to be done afterwards below it.

    `at` is the end where somebody says it; otherwise the one in the file, otherwise now. Raises NotAnIncidentError,
    also where it would end before it began.
    """
    head = fields(text)
    began = _time(head, "began")
    ended = at or (now if head["ended"] == BLANK else _time(head, "ended"))
    if ended < began:
        raise NotAnIncidentError(f"it would end at {spell(ended)}, before it began at {spell(began)}")
    for name, value in (("status", CLOSED), ("ended", spell(ended)), ("lasted", spell_length(began, ended))):
        text = _with_field(text, name, value)
    text = with_event(text, ended, "the incident is over")
    if POST_INCIDENT not in text.splitlines():
        text = text.rstrip("\n") + "\n\n" + "\n".join(POST_INCIDENT_LINES)
    return text


def spell_length(began: datetime, ended: datetime) -> str:
    """`1 h 05 min`, `3 d 02 h 00 min`."""
    minutes = int((ended - began).total_seconds() // 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours:02d} h {minutes:02d} min"
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"


def _time(head: dict[str, str], name: str) -> datetime:
    try:
        return read_time(head[name].removesuffix("UTC"))
    except ValueError:
        raise NotAnIncidentError(f"`- {name}: {head[name]}` is no time such as 2026-11-24 03:05") from None


def _with_field(text: str, name: str, value: str) -> str:
    lines = text.splitlines()
    place = next((number for number, line in enumerate(lines) if line.startswith(f"- {name}: ")), None)
    if place is None:
        ended = next(number for number, line in enumerate(lines) if line.startswith("- ended: "))
        lines.insert(ended + 1, f"- {name}: {value}")
    else:
        lines[place] = f"- {name}: {value}"
    return "\n".join(lines) + "\n"


def _row(at: datetime | None, what: str) -> str:
    return f"| {spell(at) if at else BLANK} | {_one_line(what).replace('|', chr(92) + '|')} |"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def document(parts: Sequence[Sequence[str]]) -> str:
    """The whole file from its parts."""
    return "\n".join(line for part in parts for line in part)

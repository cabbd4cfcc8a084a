"""The maintenance windows as an iCalendar file (RFC 5545), one recurring event per environment. Pure.

A rule rather than a list of dates: "the n-th weekday of the month" is exactly what RRULE says, so the file never ends.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from runbook.schedule import next_window, spell_window
from runbook.settings import Environment

LINE_OCTETS = 75  # RFC 5545, 3.1: longer lines are folded
PRODUCT = "-//MockForge//MockForge Cloud operations//EN"
STAMP = "%Y%m%dT%H%M%SZ"


def calendar(environments: Iterable[Environment], now: datetime) -> str:
    """The whole file. Lines end with CRLF, as the RFC has it."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    for environment in environments:
        lines.extend(_event(environment, now))
    lines.append("END:VCALENDAR")
    return "".join(f"{piece}\r\n" for line in lines for piece in _folded(line))


def _event(environment: Environment, now: datetime) -> Iterator[str]:
    maintenance = environment.maintenance
    start = next_window(maintenance, now)
    weeks = maintenance.notice_weeks
    yield "BEGIN:VEVENT"
    # the same in every file, so that importing the next one moves the event instead of adding another
    yield f"UID:maintenance-{environment.name}@{environment.address.host_name}"
    yield f"DTSTAMP:{now.strftime(STAMP)}"
    yield f"DTSTART:{start.strftime(STAMP)}"
    yield f"DURATION:PT{maintenance.duration_hours}H"
    yield f"RRULE:FREQ=MONTHLY;BYDAY={maintenance.ordinal}{maintenance.weekday[:2].upper()}"
    yield f"SUMMARY:{_text(f'Maintenance of MockForge Cloud ({environment.name})')}"
    yield f"DESCRIPTION:{_text(f'{environment.url}: {spell_window(maintenance)}')}"
    yield "TRANSP:TRANSPARENT"
    yield "BEGIN:VALARM"
    yield "ACTION:DISPLAY"
    yield f"DESCRIPTION:{_text(f'Users are told of the maintenance of {environment.name}')}"
    yield f"TRIGGER:-P{weeks}W"
    yield "END:VALARM"
    yield "END:VEVENT"


def _text(text: str) -> str:
    """RFC 5545, 3.3.11."""
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Pieces of at most 75 octets, each but the first begun by a blank; no character is torn."""
    piece = ""
    for character in line:
        if len((piece + character).encode()) > LINE_OCTETS:
            yield piece
            piece = " "
        piece += character
    yield piece

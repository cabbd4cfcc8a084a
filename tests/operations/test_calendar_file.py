"""The calendar file against a parser and an expansion of its own, written from RFC 5545."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from operations.maintenance.calendar_file import calendar
from runbook.schedule import window_starts
from runbook.settings import Environment
from tests.environments import environment as plain_environment

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def parsed(text: str) -> list[tuple[str, str]]:
    """Name and value of every line; checks the form of the file."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    lines = text.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")
    pairs = [(name, value) for name, _, value in (line.partition(":") for line in lines)]
    depth: list[str] = []
    for name, value in pairs:
        if name == "BEGIN":
            depth.append(value)
        elif name == "END":
            assert depth.pop() == value
    assert depth == []
    assert all(name.isupper() for name, _ in pairs)
    return pairs


def the(pairs: list[tuple[str, str]], wanted: str) -> str:
    return next(value for name, value in pairs if name == wanted)


def occurrences(start: datetime, byday: str, count: int) -> list[datetime]:
    """FREQ=MONTHLY;BYDAY=<n><weekday>: the n-th such weekday of each month, by walking day by day."""
    ordinal, weekday = int(byday[0]), ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].index(byday[1:])
    found: list[datetime] = []
    at = start
    while len(found) < count:
        if at.weekday() == weekday and (at.day - 1) // 7 + 1 == ordinal:
            found.append(at)
        at += timedelta(days=1)
    return found


def environment(**maintenance: object) -> Environment:
    plain = plain_environment()
    return plain.model_copy(update={"maintenance": plain.maintenance.model_copy(update=maintenance)})


@settings(max_examples=40)
@given(
    st.integers(1, 4),
    st.sampled_from(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]),
    st.integers(0, 5 * 365 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes)),
)
def test_two_years_of_its_rule_are_the_windows_of_the_schedule(ordinal: int, weekday: str, now: datetime):
    made = environment(ordinal=ordinal, weekday=weekday)
    pairs = parsed(calendar([made], now))
    start = datetime.strptime(the(pairs, "DTSTART"), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    rule = the(pairs, "RRULE")
    assert rule.startswith("FREQ=MONTHLY;BYDAY=")
    expected = window_starts(made.maintenance, now)
    assert occurrences(start, rule.rpartition("=")[2], 24) == [next(expected) for _ in range(24)]


def test_an_event_has_what_calendars_need_and_the_runbooks_two_hours_and_week():
    pairs = parsed(calendar([environment()], NOW))
    assert [value for name, value in pairs if name == "BEGIN"] == ["VCALENDAR", "VEVENT", "VALARM"]
    wanted = {"VERSION", "PRODID", "UID", "DTSTAMP", "DTSTART", "DURATION", "RRULE", "SUMMARY", "TRIGGER"}
    assert wanted <= {name for name, _ in pairs}
    assert (the(pairs, "VERSION"), the(pairs, "DTSTART"), the(pairs, "DURATION")) == ("2.0", "20261206T020000Z", "PT2H")
    assert (the(pairs, "RRULE"), the(pairs, "TRIGGER")) == ("FREQ=MONTHLY;BYDAY=1SU", "-P1W")


def test_importing_a_later_file_moves_the_event():
    files = [parsed(calendar([environment()], NOW + timedelta(days=days))) for days in (0, 30, 300)]
    assert all(the(one, "UID") == the(other, "UID") for one, other in pairwise(files))
    assert the(files[0], "DTSTART") < the(files[1], "DTSTART") < the(files[2], "DTSTART")


def test_long_lines_are_folded_without_tearing_a_character():
    named = environment()
    named = named.model_copy(update={"name": "ü" * 60})
    pairs = parsed(calendar([named], NOW))
    assert the(pairs, "SUMMARY") == f"Maintenance of MockForge Cloud ({'ü' * 60})"

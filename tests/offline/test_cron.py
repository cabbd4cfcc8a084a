"""Schedule expressions as AWS documents them, windows, and IAM's wildcards."""

import fnmatch
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline.provider.rules_across import schedules
from offline.provider.rules_across.cron import BadSchedule, Cron, Dialect, read
from offline.provider.rules_across.documents import matches

DAY = 24 * 60


def cron(expression: str, dialect: Dialect = Dialect.SCHEDULER) -> Cron:
    found = read(expression, dialect)
    assert found is not None
    return found


def days(expression: str, first: date, last: date) -> list[str]:
    known = cron(expression)
    return [
        str(day) for number in range((last - first).days + 1) if known.fires_on(day := first + timedelta(days=number))
    ]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("cron(0 2 ? * SUN#1 *)", ["2027-01-03", "2027-02-07", "2027-03-07"]),
        ("cron(0 2 ? * 1#1 *)", ["2027-01-03", "2027-02-07", "2027-03-07"]),
        ("cron(0 2 ? * 1L *)", ["2027-01-31", "2027-02-28", "2027-03-28"]),
        ("cron(0 2 ? * 6L *)", ["2027-01-29", "2027-02-26", "2027-03-26"]),
        ("cron(0 2 L * ? *)", ["2027-01-31", "2027-02-28", "2027-03-31"]),
        ("cron(0 2 1W * ? *)", ["2027-01-01", "2027-02-01", "2027-03-01"]),
        ("cron(0 2 31W 1 ? *)", ["2027-01-29"]),
        ("cron(0 2 3 JAN,MAR ? 2027)", ["2027-01-03", "2027-03-03"]),
        ("cron(0 2 1/15 FEB ? *)", ["2027-02-01", "2027-02-16"]),
    ],
)
def test_the_days_are_those_of_the_guide(expression: str, expected: list[str]):
    assert days(expression, date(2027, 1, 1), date(2027, 3, 31)) == expected


def test_a_week_that_runs_over_its_end_is_read():
    assert days("cron(0 2 ? * SAT-MON *)", date(2027, 1, 1), date(2027, 1, 8)) == [
        "2027-01-02",
        "2027-01-03",
        "2027-01-04",
    ]


@pytest.mark.parametrize(
    ("expression", "dialect", "says"),
    [
        ("0 2 * * *", Dialect.SCHEDULER, "takes cron(…) or rate(…) or at(…)"),
        ("cron(0 2 * * 0)", Dialect.EVENTS, "takes 6 fields"),
        ("cron(0 2 * * * *)", Dialect.BACKUP, "exactly one of day of month and day of week is ?"),
        ("cron(0 2 ? * ? *)", Dialect.BACKUP, "exactly one of day of month and day of week is ?"),
        ("cron(60 2 ? * * *)", Dialect.SCHEDULER, "'60' is none of 0-59"),
        ("cron(0 24 ? * * *)", Dialect.SCHEDULER, "'24' is none of 0-23"),
        ("cron(0 2 ? 13 * *)", Dialect.SCHEDULER, "'13' is none of 1-12"),
        ("cron(0 2 ? * 0 *)", Dialect.SCHEDULER, "'0' is none of 1-7"),
        ("cron(0 2 32 * ? *)", Dialect.SCHEDULER, "'32' is none of 1-31"),
        ("cron(0 5-3 ? * * *)", Dialect.SCHEDULER, "'5-3' runs backwards"),
        ("cron(0/0 2 ? * * *)", Dialect.SCHEDULER, "has no step of at least 1"),
        ("rate(1 hours)", Dialect.EVENTS, "1 goes with the singular"),
        ("rate(5 minute)", Dialect.EVENTS, "more with the plural"),
        ("rate(0 minutes)", Dialect.EVENTS, "a number from 1"),
        ("rate(5 minutes)", Dialect.BACKUP, "AWS Backup takes cron(…)"),
        ("at(2027-01-01)", Dialect.SCHEDULER, "at takes yyyy-mm-ddThh:mm:ss"),
        ("at(2027-01-01T02:00:00)", Dialect.EVENTS, "EventBridge rules takes cron(…) or rate(…)"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_is_right(expression: str, dialect: Dialect, says: str):
    with pytest.raises(BadSchedule) as refused:
        read(expression, dialect)
    assert says in str(refused.value)


@given(st.integers(0, 59), st.integers(0, 23), st.integers(1, 28), st.integers(1, 12), st.integers(1970, 2199))
def test_a_cron_of_plain_numbers_fires_at_that_minute_of_that_day_only(
    minute: int, hour: int, day: int, month: int, year: int
):
    known = cron(f"cron({minute} {hour} {day} {month} ? {year})")
    at = date(year, month, day)
    assert known.minutes_of_day() == [hour * 60 + minute]
    assert known.fires_on(at)
    assert not known.fires_on(at + timedelta(days=1))


@given(st.integers(1, 30), st.integers(0, 59))
def test_steps_begin_where_they_say(step: int, start: int):
    assert cron(f"cron({start}/{step} 0 ? * * *)").minutes_of_day() == list(range(start, 60, step))


@given(st.integers(0, DAY - 1), st.integers(1, 300), st.integers(0, DAY - 1), st.integers(1, 300))
def test_two_windows_meet_when_they_share_a_minute(first: int, length: int, second: int, other: int):
    shared = {(first + at) % DAY for at in range(length)} & {(second + at) % DAY for at in range(other)}
    assert schedules._meet((first, length), (second, other), DAY) is bool(shared)


@given(st.lists(st.integers(0, 23), min_size=1, max_size=4), st.integers(0, 59), st.integers(60, 180))
def test_a_plan_overlaps_with_itself_and_not_with_what_starts_when_it_has_ended(
    hours: list[int], minute: int, window: int
):
    listed = ",".join(map(str, sorted(set(hours))))
    one = schedules._starts({"schedule": f"cron({minute} {listed} ? * * *)", "startWindow": window})
    assert one is not None
    assert schedules._overlap(one, one)
    free = next((at for at in range(DAY) if all(_apart(at, hour * 60 + minute, window) for hour in hours)), None)
    if free is not None:
        other = schedules._starts({"schedule": f"cron({free % 60} {free // 60} ? * * *)", "startWindow": window})
        assert other is not None
        assert not schedules._overlap(one, other)
        assert not schedules._overlap(other, one)


def _apart(at: int, start: int, window: int) -> bool:
    return (at - start) % DAY >= window and (start - at) % DAY >= window


@given(st.text("ab*?:/-", max_size=8), st.text("ab:/-", max_size=8))
def test_wildcards_of_policies_are_those_of_file_names(pattern: str, text: str):
    assert matches(pattern, text) is fnmatch.fnmatchcase(text, pattern)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("03:30-04:00", (210, 30)),
        ("23:45-00:15", (1425, 30)),
        ("24:00-24:30", None),
        ("03:30", None),
    ],
)
def test_backup_windows_are_read(said: str, expected: tuple[int, int] | None):
    assert schedules.backup_window(said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("mon:00:00-mon:00:30", (0, 30)),
        ("sun:23:45-mon:00:15", (6 * DAY + 1425, 30)),
        ("Sun:03:30-Sun:04:00", (6 * DAY + 210, 30)),
        ("sunday:03:30-sunday:04:00", None),
    ],
)
def test_maintenance_windows_are_read(said: str, expected: tuple[int, int] | None):
    assert schedules.maintenance_window(said) == expected

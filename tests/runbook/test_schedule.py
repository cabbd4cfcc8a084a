"""Guards: a window or notice on the wrong day, a suppressor that silences alerts outside it, a backup that AWS refuses.

The calendar is read a second time, with the standard library's `calendar`, and expressions by evaluators of ours.
"""

import ast
import calendar
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from runbook import schedule
from runbook.settings import Backups, Maintenance, Weekday
from tests.metric_math import evaluate
from tests.runbook.aws_cron import fires_at
from tests.runbook.maintenances import WEEKDAYS, maintenances

RUNBOOK = Maintenance()
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2060, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive limits


def start_by_calendar(maintenance: Maintenance, year: int, month: int) -> datetime:
    weekday = WEEKDAYS.index(maintenance.weekday)
    days = [week[weekday] for week in calendar.monthcalendar(year, month) if week[weekday]]
    hour, minute = map(int, maintenance.start.split(":"))
    return datetime(year, month, days[maintenance.ordinal - 1], hour, minute, tzinfo=UTC)


def starts_by_calendar(maintenance: Maintenance, first_year: int, last_year: int) -> list[datetime]:
    years = range(first_year, last_year + 1)
    return [start_by_calendar(maintenance, year, month) for year in years for month in range(1, 13)]


# --- the runbook's own window ----------------------------------------------------------------------------------------


def test_the_window_is_the_first_sunday_from_2_to_4_utc():
    assert schedule.spell_window(RUNBOOK) == "first Sunday 02:00–04:00 UTC"
    assert schedule.ssm_window_schedule(RUNBOOK) == "cron(0 2 ? * SUN#1 *)"
    assert schedule.next_window(RUNBOOK, datetime(2026, 11, 24, tzinfo=UTC)) == datetime(2026, 12, 6, 2, tzinfo=UTC)


def test_after_a_window_has_begun_the_next_is_next_months():
    begun = datetime(2026, 12, 6, 2, tzinfo=UTC)
    assert schedule.next_window(RUNBOOK, begun) == datetime(2027, 1, 3, 2, tzinfo=UTC)
    assert schedule.next_window(RUNBOOK, begun - timedelta(seconds=1)) == begun


def test_the_notice_is_a_week_before_which_is_the_last_sunday_of_the_month_before():
    assert schedule.notice_schedule(RUNBOOK) == "cron(0 2 ? * 1L *)"
    window = datetime(2026, 12, 6, 2, tzinfo=UTC)
    assert schedule.notice_time(RUNBOOK, window) == datetime(2026, 11, 29, 2, tzinfo=UTC)


def test_the_database_has_the_last_half_hour_of_the_window():
    assert schedule.database_window(RUNBOOK) == "sun:03:30-sun:04:00"


def test_hourly_backups_leave_out_the_window_an_hour_around_it_and_the_daily_backup():
    assert schedule.hourly_backup_schedule(Backups(), RUNBOOK) == "cron(0 0,6-23 ? * * *)"


def test_the_daily_backup_and_the_weekly_restore_test_have_six_field_schedules():
    assert schedule.daily_backup_schedule(Backups()) == "cron(0 5 ? * * *)"
    assert schedule.restore_test_schedule(Backups()) == "cron(0 8 ? * MON *)"


def test_alerts_are_held_back_by_metric_math_over_time_itself():
    assert schedule.suppression_expression(RUNBOOK, "m1") == (
        "IF(DAY(m1)==7 AND DATE(m1)>=1 AND DATE(m1)<=7 AND HOUR(m1)>=2 AND HOUR(m1)<4, 1, 0)"
    )


# --- the calendar ----------------------------------------------------------------------------------------------------


def test_the_runbooks_windows_of_forty_years_are_the_calendars():
    windows = schedule.window_starts(RUNBOOK, datetime(2019, 12, 31, tzinfo=UTC))
    assert [next(windows) for _ in range(40 * 12)] == starts_by_calendar(RUNBOOK, 2020, 2059)


@given(maintenance=maintenances(), after=MOMENTS)
def test_windows_are_the_calendars_later_ones_without_a_gap(maintenance: Maintenance, after: datetime):
    windows = schedule.window_starts(maintenance, after)
    expected = [one for one in starts_by_calendar(maintenance, after.year, after.year + 2) if one > after]
    assert [next(windows) for _ in range(12)] == expected[:12]
    assert schedule.next_window(maintenance, after) == expected[0]


@given(maintenance=maintenances(), after=MOMENTS, hours=st.integers(-12, 14))
def test_the_time_zone_of_the_question_does_not_matter(maintenance: Maintenance, after: datetime, hours: int):
    elsewhere = after.astimezone(timezone(timedelta(hours=hours)))
    assert schedule.next_window(maintenance, elsewhere) == schedule.next_window(maintenance, after)
    assert schedule.is_maintenance(elsewhere, maintenance) == schedule.is_maintenance(after, maintenance)


def test_a_time_without_a_zone_is_refused():
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - the mistake itself
    with pytest.raises(ValueError, match="needs a time with a time zone"):
        schedule.next_window(RUNBOOK, naive)
    with pytest.raises(ValueError, match="needs a time with a time zone"):
        schedule.is_maintenance(naive, RUNBOOK)


@given(maintenance=maintenances(), after=MOMENTS)
def test_maintenance_begins_with_its_first_minute_and_is_over_at_its_end(maintenance: Maintenance, after: datetime):
    start = schedule.next_window(maintenance, after)
    end = start + timedelta(hours=maintenance.duration_hours)
    second = timedelta(seconds=1)
    moments = (start - second, start, end - second, end)
    assert [schedule.is_maintenance(at, maintenance) for at in moments] == [False, True, True, False]


@given(maintenance=maintenances(), at=MOMENTS)
def test_maintenance_is_only_in_the_calendars_window(maintenance: Maintenance, at: datetime):
    start = start_by_calendar(maintenance, at.year, at.month)
    assert schedule.is_maintenance(at, maintenance) == (
        0 <= (at - start).total_seconds() < 3600 * maintenance.duration_hours
    )


# --- cron ------------------------------------------------------------------------------------------------------------


@given(maintenance=maintenances(), after=MOMENTS)
def test_systems_manager_opens_the_window_when_the_calendar_says_so(maintenance: Maintenance, after: datetime):
    window = schedule.next_window(maintenance, after)
    expression = schedule.ssm_window_schedule(maintenance)
    assert re.fullmatch(r"cron\(\d+ \d+ \? \* (SUN|MON|TUE|WED|THU|FRI|SAT)#[1-4] \*\)", expression)
    assert fires_at(expression, window)


@given(maintenance=maintenances(), month=st.integers(1, 12), year=st.integers(2020, 2060))
def test_systems_manager_opens_one_window_a_month(maintenance: Maintenance, month: int, year: int):
    days = range(1, calendar.monthrange(year, month)[1] + 1)
    hour, minute = map(int, maintenance.start.split(":"))
    opened = [
        day
        for day in days
        if fires_at(schedule.ssm_window_schedule(maintenance), datetime(year, month, day, hour, minute, tzinfo=UTC))
    ]
    assert opened == [start_by_calendar(maintenance, year, month).day]


@settings(max_examples=50)
@given(maintenance=maintenances(), year=st.integers(2020, 2060))
def test_the_scheduler_sends_each_notice_exactly_the_promised_weeks_before_and_no_other(
    maintenance: Maintenance, year: int
):
    weeks = timedelta(weeks=maintenance.notice_weeks)
    promised = {one - weeks for one in starts_by_calendar(maintenance, year, year + 1)}
    hour, minute = map(int, maintenance.start.split(":"))
    days = [datetime(year, 2, 1, hour, minute, tzinfo=UTC) + timedelta(days=day) for day in range(365)]
    sent = [day for day in days if fires_at(schedule.notice_schedule(maintenance), day)]
    assert sent == sorted(day for day in promised if days[0] <= day <= days[-1])
    windows = [day + weeks for day in sent]
    assert [schedule.notice_time(maintenance, window) for window in windows] == sent


@given(maintenance=maintenances(), more=st.integers(1, 3))
def test_a_notice_that_no_expression_can_say_is_refused(maintenance: Maintenance, more: int):
    weeks = maintenance.ordinal + more
    assume(weeks <= 4)
    too_early = maintenance.model_copy(update={"notice_weeks": weeks})
    with pytest.raises(ValueError, match=f"no schedule is {weeks} weeks before"):
        schedule.notice_schedule(too_early)


# --- the database's weekly window ------------------------------------------------------------------------------------


def minute_of_week(text: str) -> int:
    day, hour, minute = text.split(":")
    return ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].index(day) * 1440 + int(hour) * 60 + int(minute)


@given(maintenance=maintenances())
@example(maintenance=Maintenance(start="22:00", weekday="sunday"))
def test_the_database_works_only_inside_the_window(maintenance: Maintenance):
    window = schedule.database_window(maintenance)
    assert re.fullmatch(r"[a-z]{3}:([01]\d|2[0-3]):[0-5]\d-[a-z]{3}:([01]\d|2[0-3]):[0-5]\d", window)
    start, end = map(minute_of_week, window.split("-"))
    our_start = minute_of_week(f"{maintenance.weekday[:3]}:{maintenance.start}")
    our_end = (our_start + 60 * maintenance.duration_hours) % (7 * 1440)
    assert (end - start) % (7 * 1440) == maintenance.database_window_minutes >= 30
    assert end == our_end
    assert (start - our_start) % (7 * 1440) < 60 * maintenance.duration_hours


def test_a_window_that_ends_at_midnight_ends_with_the_next_day_as_rds_spells_it():
    assert schedule.database_window(Maintenance(start="22:00")) == "sun:23:30-mon:00:00"
    assert schedule.spell_window(Maintenance(start="22:00", ordinal=3)) == "third Sunday 22:00–24:00 UTC"


# --- backups ---------------------------------------------------------------------------------------------------------


CLOCK_TIMES = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.integers(0, 59))


@given(maintenance=maintenances(), minute=st.integers(0, 1439), late=st.integers(0, 59))
def test_a_backup_is_clear_when_however_late_it_starts_it_keeps_an_hour_away(
    maintenance: Maintenance, minute: int, late: int
):
    hour, of_hour = map(int, maintenance.start.split(":"))
    start = hour * 60 + of_hour
    end = start + 60 * maintenance.duration_hours
    if schedule.is_clear_of(minute, schedule.window_of_day(maintenance)):
        for day in (-1440, 0, 1440):
            assert not start - 60 < minute + late + day < end + 60


@pytest.mark.parametrize(
    ("due", "is_clear"),
    [("00:00", True), ("00:01", False), ("03:00", False), ("04:59", False), ("05:00", True), ("23:59", True)],
)
def test_around_2_to_4_a_backup_may_be_due_up_to_midnight_and_from_5(due: str, is_clear: bool):
    window = schedule.window_of_day(RUNBOOK)
    assert schedule.is_clear_of(schedule.minute_of_day(due), window) is is_clear


def test_a_late_backup_of_the_evening_meets_the_window_after_midnight():
    window = schedule.window_of_day(Maintenance(start="00:00"))
    assert schedule.is_clear_of(schedule.minute_of_day("22:00"), window)
    assert not schedule.is_clear_of(schedule.minute_of_day("22:30"), window)


@given(maintenance=maintenances(), daily_start=CLOCK_TIMES)
def test_hourly_backups_run_in_every_hour_that_is_clear_and_in_no_other(maintenance: Maintenance, daily_start: str):
    backups = Backups(daily_start=daily_start)
    daily = int(daily_start[:2]) * 60 + int(daily_start[3:])
    window = schedule.window_of_day(maintenance)
    clear = [
        hour
        for hour in range(24)
        # the daily's start window is an hour as well; on the circle of a day they must not overlap
        if schedule.is_clear_of(hour * 60, window) and 60 <= (hour * 60 - daily) % 1440 <= 1440 - 60
    ]
    if not clear:
        with pytest.raises(ValueError, match="no hour keeps clear"):
            schedule.hourly_backup_schedule(backups, maintenance)
        return
    expression = schedule.hourly_backup_schedule(backups, maintenance)
    day = datetime(2026, 3, 4, tzinfo=UTC)
    minutes = (day + timedelta(minutes=minute) for minute in range(0, 1440, 15))
    assert [at.hour for at in minutes if fires_at(expression, at)] == clear


def test_a_daily_backup_between_two_hours_takes_the_place_of_both():
    assert schedule.hourly_backup_schedule(Backups(daily_start="05:30"), RUNBOOK) == "cron(0 0,7-23 ? * * *)"


@given(weekday=st.sampled_from(WEEKDAYS), start=CLOCK_TIMES, at=MOMENTS)
def test_the_restore_test_runs_once_a_week(weekday: Weekday, start: str, at: datetime):
    expression = schedule.restore_test_schedule(Backups(restore_test_weekday=weekday, restore_test_start=start))
    week = (at.replace(hour=int(start[:2]), minute=int(start[3:])) + timedelta(days=day) for day in range(7))
    assert [WEEKDAYS[day.weekday()] for day in week if fires_at(expression, day)] == [weekday]


# --- holding alerts back ---------------------------------------------------------------------------------------------


def compiled(expression: str) -> Callable[[datetime], int]:
    """The expression as a function of time. Only what this project writes is understood; anything else fails."""
    assert re.fullmatch(r"IF\((?:(?:DAY|DATE|HOUR|MINUTE)\(clock\)|[0-9]+|==|>=|<=|<|\*|\+|,|\s|AND)+\)", expression)
    tree = ast.parse(expression.replace(" AND ", " and "), mode="eval")  # the same precedence as metric math
    code = compile(tree, "suppression", "eval")
    functions = {
        "IF": lambda condition, then, otherwise: then if condition else otherwise,
        "DAY": lambda at: at.isoweekday(),  # 1 is Monday
        "DATE": lambda at: at.day,
        "HOUR": lambda at: at.hour,
        "MINUTE": lambda at: at.minute,
    }
    return lambda at: eval(code, {"__builtins__": {}, **functions}, {"clock": at})  # noqa: S307 - see the first line


def test_alerts_are_quiet_exactly_in_the_window_in_every_5_minutes_around_it_for_20_years():
    quiet = compiled(schedule.suppression_expression(RUNBOOK, "clock"))
    for window in starts_by_calendar(RUNBOOK, 2025, 2044):
        midnight = window.replace(hour=0) - timedelta(days=1)
        end = window + timedelta(hours=2)
        wrong = [at for at in periods(midnight, days=3) if quiet(at) != (window <= at < end)]
        assert wrong == []


def periods(start: datetime, days: int) -> list[datetime]:
    return [start + timedelta(minutes=minute) for minute in range(0, days * 1440, 5)]


@given(maintenance=maintenances(), day=st.dates(datetime(2025, 1, 1).date(), datetime(2044, 12, 31).date()))  # noqa: DTZ001
def test_alerts_are_quiet_exactly_in_the_window_on_any_day(maintenance: Maintenance, day: datetime):
    quiet = compiled(schedule.suppression_expression(maintenance, "clock"))
    start = start_by_calendar(maintenance, day.year, day.month)
    end = start + timedelta(hours=maintenance.duration_hours)
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert [at for at in periods(midnight, days=1) if quiet(at) != (start <= at < end)] == []


@settings(max_examples=30)
@given(maintenance=maintenances(), year=st.integers(2025, 2044), month=st.integers(1, 12))
def test_alerts_are_quiet_in_any_window_and_loud_in_the_days_around_it(maintenance: Maintenance, year: int, month: int):
    quiet = compiled(schedule.suppression_expression(maintenance, "clock"))
    start = start_by_calendar(maintenance, year, month)
    end = start + timedelta(hours=maintenance.duration_hours)
    first = start.replace(hour=0, minute=0) - timedelta(days=7)
    assert [at for at in periods(first, days=15) if quiet(at) != (start <= at < end)] == []


@given(maintenance=maintenances(), at=MOMENTS)
def test_both_evaluators_of_metric_math_agree(maintenance: Maintenance, at: datetime):
    expression = schedule.suppression_expression(maintenance, "clock")
    assert evaluate(expression, {"clock": 0.3}, at) == compiled(expression)(at)

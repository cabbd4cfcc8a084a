"""When things happen, UTC: the maintenance window, its notice, and what keeps clear of it. Pure; no clock is read.

Calendar arithmetic and every schedule expression stand side by side, because they have to agree: a window of this
project is "the n-th weekday of the month, from `start`, for `duration_hours`", and ends by midnight.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runbook.settings import Backups, Maintenance

MINUTES_PER_HOUR = 60
HOURS_PER_DAY = 24
MINUTES_PER_DAY = HOURS_PER_DAY * MINUTES_PER_HOUR
DAYS_PER_WEEK = 7
# Runbook, "Backup Verification": "Weekly backup test".
RESTORE_TEST_INTERVAL_DAYS = 7
# AWS Backup starts a job somewhere within this long after its time; an hour is the shortest it accepts.
START_WINDOW_MINUTES = 60
# The configuration is written this long before the daily backup, so that the bucket's snapshot of that day holds it:
# time for three tries, and little enough that what the snapshot holds is hardly older than the snapshot.
CONFIGURATION_BACKUP_LEAD_MINUTES = 15
# In the middle of nowhere: backups start on the hour, and half the world's jobs with them.
BACKUP_AGES_MINUTE = 20
# AWS Backup starts no database backup from an hour before a maintenance window; the same distance after it is ours.
CLEAR_OF_WINDOW_MINUTES = 60

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth"}


@dataclass(frozen=True, kw_only=True)
class WindowOfDay:
    """Minutes after midnight UTC. A window that crosses midnight ends above `MINUTES_PER_DAY`; settings refuse it."""

    start: int
    end: int


# --- the calendar ----------------------------------------------------------------------------------------------------


def minute_of_day(clock_time: str) -> int:
    """`"02:30"` is minute 150."""
    hours, minutes = clock_time.split(":")
    return int(hours) * MINUTES_PER_HOUR + int(minutes)


def window_of_day(maintenance: "Maintenance") -> WindowOfDay:
    """The maintenance window without its day."""
    start = minute_of_day(maintenance.start)
    return WindowOfDay(start=start, end=start + maintenance.duration_hours * MINUTES_PER_HOUR)


def spell_window(maintenance: "Maintenance") -> str:
    """For people: `first Sunday 02:00–04:00 UTC`."""
    end = window_of_day(maintenance).end
    end = end if end <= MINUTES_PER_DAY else end - MINUTES_PER_DAY
    day = f"{ORDINALS[maintenance.ordinal]} {maintenance.weekday.capitalize()}"
    return f"{day} {maintenance.start}–{_clock_time(end)} UTC"


def window_starts(maintenance: "Maintenance", after: datetime) -> Iterator[datetime]:
    """Starts of the windows later than `after` (aware), one a month without end; UTC."""
    after = _utc(after)
    year, month = after.year, after.month
    while True:
        start = _window_start(maintenance, year, month)
        if start > after:
            yield start
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)  # noqa: PLR2004 - months of a year


def next_window(maintenance: "Maintenance", after: datetime) -> datetime:
    """Start of the first window later than `after` (aware); UTC."""
    return next(window_starts(maintenance, after))


def notice_time(maintenance: "Maintenance", window_start: datetime) -> datetime:
    """When customers are told of the window that starts at `window_start`: exactly `notice_weeks` before."""
    return window_start - timedelta(weeks=maintenance.notice_weeks)


def is_maintenance(at: datetime, maintenance: "Maintenance") -> bool:
    """Whether `at` (aware) lies in a window: its first minute does, its end does not."""
    at = _utc(at)
    start = _window_start(maintenance, at.year, at.month)
    return start <= at < start + timedelta(hours=maintenance.duration_hours)


def _window_start(maintenance: "Maintenance", year: int, month: int) -> datetime:
    first_of_month = datetime(year, month, 1, tzinfo=UTC)
    to_weekday = (WEEKDAYS.index(maintenance.weekday) - first_of_month.weekday()) % DAYS_PER_WEEK
    days = to_weekday + DAYS_PER_WEEK * (maintenance.ordinal - 1)
    return first_of_month + timedelta(days=days, minutes=minute_of_day(maintenance.start))


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("needs a time with a time zone")
    return at.astimezone(UTC)


def _clock_time(minute: int) -> str:
    return f"{minute // MINUTES_PER_HOUR:02d}:{minute % MINUTES_PER_HOUR:02d}"


# --- keeping clear of the window -------------------------------------------------------------------------------------


def is_clear_of(minute: int, window: WindowOfDay, minutes: int = CLEAR_OF_WINDOW_MINUTES) -> bool:
    """Whether a job due at `minute` starts at least `minutes` away from the window, on whichever side, on every day.

    A job starts up to `START_WINDOW_MINUTES` late, so all of that time counts. Every day, because RDS knows only weekly
    windows; a day is a circle, because yesterday's late job meets today's early window.
    """
    forbidden_from = window.start - minutes
    forbidden_minutes = window.end - window.start + 2 * minutes
    since = (minute - forbidden_from) % MINUTES_PER_DAY
    return forbidden_minutes <= since <= MINUTES_PER_DAY - START_WINDOW_MINUTES


def hourly_backup_hours(backups: "Backups", maintenance: "Maintenance") -> tuple[int, ...]:
    """Hours whose backup keeps clear of the window and of the daily backup; empty if no hour does.

    Where the start windows of two rules overlap, AWS Backup runs only the one with the longer retention.
    """
    window, daily = window_of_day(maintenance), minute_of_day(backups.daily_start)
    return tuple(
        hour
        for hour in range(HOURS_PER_DAY)
        if is_clear_of(minute := hour * MINUTES_PER_HOUR, window)
        and _apart_minutes(minute, daily) >= START_WINDOW_MINUTES
    )


def _apart_minutes(one: int, other: int) -> int:
    """Distance of two minutes on the circle of a day."""
    apart = abs(one - other) % MINUTES_PER_DAY
    return min(apart, MINUTES_PER_DAY - apart)


# --- expressions: AWS cron has six fields, minute hour day-of-month month day-of-week year ----------------------------


def ssm_window_schedule(maintenance: "Maintenance") -> str:
    """Systems Manager names its weekdays SUN to SAT: `cron(0 2 ? * SUN#1 *)`."""
    return _cron(maintenance.start, f"{_weekday_name(maintenance.weekday)}#{maintenance.ordinal}")


def notice_schedule(maintenance: "Maintenance") -> str:
    """EventBridge Scheduler numbers its weekdays, Sunday is 1: `cron(0 2 ? * 1L *)`, the last Sunday of every month.

    A week before the month's first weekday is always the last one of the month before, whatever the month's length.
    Raises ValueError if the notice lies further back: no cron expression says "last but one" (settings refuse it).
    """
    number = (WEEKDAYS.index(maintenance.weekday) + 1) % DAYS_PER_WEEK + 1
    ordinal = maintenance.ordinal - maintenance.notice_weeks
    if ordinal < 0:
        raise ValueError(
            f"no schedule is {maintenance.notice_weeks} weeks before the {ORDINALS[maintenance.ordinal]} of a month"
        )
    return _cron(maintenance.start, f"{number}#{ordinal}" if ordinal else f"{number}L")


def database_window(maintenance: "Maintenance") -> str:
    """RDS's weekly window, the last minutes of ours: `sun:03:30-sun:04:00`. Midnight is the next day's 00:00."""
    end = window_of_day(maintenance).end
    return f"{_rds_time(maintenance, end - maintenance.database_window_minutes)}-{_rds_time(maintenance, end)}"


def hourly_backup_schedule(backups: "Backups", maintenance: "Maintenance") -> str:
    """`cron(0 0,6-23 ? * * *)`. Raises ValueError if no hour is clear (settings refuse it)."""
    hours = hourly_backup_hours(backups, maintenance)
    if not hours:
        raise ValueError(
            f"no hour keeps clear of {spell_window(maintenance)} and of the daily backup at {backups.daily_start}"
        )
    return f"cron(0 {_ranges(hours)} ? * * *)"


def daily_backup_schedule(backups: "Backups") -> str:
    """`cron(0 5 ? * * *)`."""
    return _cron(backups.daily_start, "*")


def configuration_backup_schedule(backups: "Backups") -> str:
    """`cron(45 4 ? * * *)`; before a daily backup early after midnight, the evening before."""
    minute = (minute_of_day(backups.daily_start) - CONFIGURATION_BACKUP_LEAD_MINUTES) % MINUTES_PER_DAY
    return _cron(_clock_time(minute), "*")


def backup_ages_schedule() -> str:
    """Hourly: `cron(20 * ? * * *)`."""
    return f"cron({BACKUP_AGES_MINUTE} * ? * * *)"


def restore_test_schedule(backups: "Backups") -> str:
    """`cron(0 8 ? * MON *)`."""
    return _cron(backups.restore_test_start, _weekday_name(backups.restore_test_weekday))


def suppression_expression(maintenance: "Maintenance", series: str) -> str:
    """CloudWatch metric math over time itself: 1 in the window, else 0, at every point of `series`.

    `series` is the id of a metric that is always there; its values do not matter. DAY counts from Monday, 1 to 7; DATE
    is the day of the month, so the n-th weekday is the one with a DATE from 7n-6 to 7n.
    """
    window, last_date = window_of_day(maintenance), DAYS_PER_WEEK * maintenance.ordinal
    if window.start % MINUTES_PER_HOUR:
        time, start, end = f"HOUR({series})*{MINUTES_PER_HOUR}+MINUTE({series})", window.start, window.end
    else:
        time, start, end = f"HOUR({series})", window.start // MINUTES_PER_HOUR, window.end // MINUTES_PER_HOUR
    conditions = (
        f"DAY({series})=={WEEKDAYS.index(maintenance.weekday) + 1}",
        f"DATE({series})>={last_date - DAYS_PER_WEEK + 1}",
        f"DATE({series})<={last_date}",
        f"{time}>={start}",
        f"{time}<{end}",
    )
    return f"IF({' AND '.join(conditions)}, 1, 0)"


def _cron(clock_time: str, day_of_week: str) -> str:
    minute = minute_of_day(clock_time)
    return f"cron({minute % MINUTES_PER_HOUR} {minute // MINUTES_PER_HOUR} ? * {day_of_week} *)"


def _weekday_name(weekday: str) -> str:
    return weekday[:3].upper()


def _rds_time(maintenance: "Maintenance", minute: int) -> str:
    days, minute = divmod(minute, MINUTES_PER_DAY)
    weekday = WEEKDAYS[(WEEKDAYS.index(maintenance.weekday) + days) % DAYS_PER_WEEK]
    return f"{weekday[:3]}:{_clock_time(minute)}"


def _ranges(numbers: Iterable[int]) -> str:
    """`0,6-23` for ascending numbers."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)

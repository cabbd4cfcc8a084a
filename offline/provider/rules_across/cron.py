"""Schedule expressions as AWS reads them: cron, rate, at. Pure; everything is in the expression's own time zone."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

_MONTHS: Final = {name: number for number, name in enumerate(("JAN", "FEB", "MAR", "APR", "MAY", "JUN"), start=1)} | {
    name: number for number, name in enumerate(("JUL", "AUG", "SEP", "OCT", "NOV", "DEC"), start=7)
}
_DAYS: Final = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), start=1)}
_FIRST_YEAR, _LAST_YEAR = 1970, 2199
_CALL: Final = re.compile(r"(cron|rate|at)\((.*)\)")
_FIELDS: Final = ("minutes", "hours", "day of month", "month", "day of week", "year")


class Dialect(StrEnum):
    """Who reads it: not everybody takes everything."""

    EVENTS = "EventBridge rules"
    SCHEDULER = "EventBridge Scheduler"
    BACKUP = "AWS Backup"
    WINDOW = "Systems Manager maintenance windows"
    SCALING = "Application Auto Scaling"

    @property
    def calls(self) -> tuple[str, ...]:
        """The forms it takes."""
        match self:
            case Dialect.EVENTS:
                return ("cron", "rate")
            case Dialect.BACKUP:
                return ("cron",)
            case _:
                return ("cron", "rate", "at")


class BadSchedule(ValueError):
    """The expression cannot be read. The message says what is wrong and what is right."""


@dataclass(frozen=True, kw_only=True)
class Cron:
    """When it fires: sets of numbers, and a test of the day."""

    minutes: frozenset[int]
    hours: frozenset[int]
    months: frozenset[int]
    years: frozenset[int]
    days: str
    weekdays: str

    def fires_on(self, day: date) -> bool:
        """Whether the day is one of its days."""
        if day.month not in self.months or day.year not in self.years:
            return False
        if self.weekdays == "?":
            return _is_day_of_month(self.days, day)
        return _is_day_of_week(self.weekdays, day)

    def minutes_of_day(self) -> list[int]:
        """Minutes after midnight at which it fires on such a day."""
        return sorted(hour * 60 + minute for hour in self.hours for minute in self.minutes)


def read(expression: str, dialect: Dialect) -> Cron | None:
    """The cron behind the expression, None for a rate or one point in time. Raises `BadSchedule`."""
    found = _CALL.fullmatch(expression.strip())
    if found is None or found[1] not in dialect.calls:
        forms = " or ".join(f"{call}(…)" for call in dialect.calls)
        raise BadSchedule(f"{expression!r} is no schedule: {dialect} takes {forms}")
    match found[1]:
        case "rate":
            return _rate(found[2], expression)
        case "at":
            return _at(found[2], expression)
        case _:
            return _cron(found[2], expression, dialect)


def _rate(text: str, expression: str) -> None:
    found = re.fullmatch(r"(\d+) (minute|minutes|hour|hours|day|days)", text)
    if found is None or int(found[1]) < 1:
        raise BadSchedule(f"{expression!r}: a rate is a number from 1 and minutes, hours or days")
    if (found[1] == "1") is found[2].endswith("s"):
        raise BadSchedule(f"{expression!r}: 1 goes with the singular ({found[2].rstrip('s')}), more with the plural")


def _at(text: str, expression: str) -> None:
    try:
        datetime.strptime(text, "%Y-%m-%dT%H:%M:%S")  # noqa: DTZ007 (the zone stands beside the expression)
    except ValueError as error:
        raise BadSchedule(f"{expression!r}: at takes yyyy-mm-ddThh:mm:ss") from error


def _cron(text: str, expression: str, dialect: Dialect) -> Cron:
    fields = text.split()
    if len(fields) != len(_FIELDS):
        raise BadSchedule(
            f"{expression!r}: {dialect} takes {len(_FIELDS)} fields ({', '.join(_FIELDS)}), not {len(fields)}"
        )
    minutes, hours, days, months, weekdays, years = (field.upper() for field in fields)
    if (days == "?") is (weekdays == "?"):
        raise BadSchedule(f"{expression!r}: exactly one of day of month and day of week is ?")
    try:
        cron = Cron(
            minutes=_numbers(minutes, 0, 59),
            hours=_numbers(hours, 0, 23),
            months=_numbers(months, 1, 12, _MONTHS),
            years=_numbers(years, _FIRST_YEAR, _LAST_YEAR),
            days=days,
            weekdays=weekdays,
        )
        _check_days(days, weekdays)
    except ValueError as error:
        raise BadSchedule(f"{expression!r}: {error}") from error
    return cron


def _numbers(field: str, low: int, high: int, names: dict[str, int] | None = None) -> frozenset[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, slash, step = part.partition("/")
        first, dash, last = span.partition("-")
        if span == "*":
            start, end = low, high
        else:
            start = _number(first, low, high, names)
            end = _number(last, low, high, names) if dash else high if slash else start
        if slash and (not step.isdigit() or int(step) < 1):
            raise ValueError(f"{part!r} has no step of at least 1")
        if end < start:
            if names is not _DAYS:
                raise ValueError(f"{part!r} runs backwards")
            end += high
        found |= {
            (number - low) % (high - low + 1) + low for number in range(start, end + 1, int(step) if slash else 1)
        }
    return frozenset(found)


def _number(text: str, low: int, high: int, names: dict[str, int] | None) -> int:
    if names and text in names:
        return names[text]
    if not text.isdigit() or not low <= int(text) <= high:
        raise ValueError(
            f"{text!r} is none of {low}-{high}{' or ' + '-'.join((*names,)[:: len(names) - 1]) if names else ''}"
        )
    return int(text)


def _check_days(days: str, weekdays: str) -> None:
    if weekdays == "?":
        if days not in ("L", "LW") and not re.fullmatch(r"([1-9]|[12]\d|3[01])W", days):
            _numbers(days, 1, 31)
    elif (found := re.fullmatch(r"([A-Z]{3}|\d)(#[1-5]|L)", weekdays)) is not None:
        _number(found[1], 1, 7, _DAYS)
    elif weekdays != "L":
        _numbers(weekdays, 1, 7, _DAYS)


def _is_day_of_month(days: str, day: date) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    if days == "L":
        return day.day == last
    if days.endswith("W"):
        wanted = last if days == "LW" else min(int(days[:-1]), last)
        return day.day == _nearest_workday(day.year, day.month, wanted, last)
    return day.day in _numbers(days, 1, 31)


def _nearest_workday(year: int, month: int, wanted: int, last: int) -> int:
    weekday = date(year, month, wanted).weekday()
    if weekday == calendar.SATURDAY:
        return wanted - 1 if wanted > 1 else wanted + 2
    if weekday == calendar.SUNDAY:
        return wanted + 1 if wanted < last else wanted - 2
    return wanted


def _is_day_of_week(weekdays: str, day: date) -> bool:
    own = day.isoweekday() % 7 + 1
    if weekdays == "L":
        return own == _DAYS["SAT"]
    if (found := re.fullmatch(r"([A-Z]{3}|\d)#([1-5])", weekdays)) is not None:
        return own == _number(found[1], 1, 7, _DAYS) and (day.day - 1) // 7 + 1 == int(found[2])
    if (found := re.fullmatch(r"([A-Z]{3}|\d)L", weekdays)) is not None:
        last = calendar.monthrange(day.year, day.month)[1]
        return own == _number(found[1], 1, 7, _DAYS) and day.day + 7 > last
    return own in _numbers(weekdays, 1, 7, _DAYS)

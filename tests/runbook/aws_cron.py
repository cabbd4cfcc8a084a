"""AWS's six-field cron, as much of it as our schedules use, asked at one minute.

Read from AWS's own pages, apart from the product: Systems Manager names weekdays (SUN to SAT), EventBridge Scheduler
and AWS Backup number them from Sunday = 1 (names are allowed there too); `#` is the n-th of the month, `L` the last.
"""

import calendar
import re
from datetime import datetime

_NAMES = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}


def fires_at(expression: str, at: datetime) -> bool:
    """Whether the schedule starts something in this minute (UTC)."""
    match = re.fullmatch(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)", expression)
    assert match, f"not a six-field cron expression: {expression}"
    minute, hour, day_of_month, month, day_of_week, year = match.groups()
    assert "?" in {day_of_month, day_of_week}, "one of day-of-month and day-of-week has to be `?`"
    assert (month, year, day_of_month) == ("*", "*", "?"), "the other fields are not used by this project"
    return at.minute in _numbers(minute, 59) and at.hour in _numbers(hour, 23) and _is_day(day_of_week, at)


def _is_day(field: str, at: datetime) -> bool:
    weekday = at.isoweekday() % 7 + 1
    if field == "*":
        return True
    if match := re.fullmatch(r"([1-7]|[A-Z]{3})#([1-5])", field):
        return weekday == _weekday(match[1]) and (at.day - 1) // 7 + 1 == int(match[2])
    if match := re.fullmatch(r"([1-7]|[A-Z]{3})L", field):
        return weekday == _weekday(match[1]) and at.day + 7 > calendar.monthrange(at.year, at.month)[1]
    return weekday == _weekday(field)


def _weekday(text: str) -> int:
    return _NAMES[text] if text in _NAMES else int(text)


def _numbers(field: str, highest: int) -> set[int]:
    found: set[int] = set()
    for part in field.split(","):
        first, _, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    assert max(found) <= highest
    return found

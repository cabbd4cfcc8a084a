"""Dates of the maintenance windows, and the notice that a person sends by hand. Pure.

The scheduled notice counts in weeks, because a schedule knows no date; this one names the date.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from runbook.schedule import notice_time, window_starts
from runbook.settings import Maintenance


@dataclass(frozen=True, kw_only=True)
class Window:
    """One window with its notice, UTC."""

    starts: datetime
    ends: datetime
    notice: datetime


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What users read. `subject` is ASCII and at most 100 characters (Amazon SNS)."""

    subject: str
    message: str


def windows(maintenance: Maintenance, now: datetime, count: int) -> list[Window]:
    """The next ones; the one that is running counts as the first."""
    duration = timedelta(hours=maintenance.duration_hours)
    starts = islice(window_starts(maintenance, now - duration), count)
    return [Window(starts=at, ends=at + duration, notice=notice_time(maintenance, at)) for at in starts]


def spell(window: Window) -> str:
    """`Sunday 2026-12-06 02:00-04:00 UTC`: in ASCII, because it goes into subjects as well."""
    return f"{window.starts:%A %Y-%m-%d %H:%M}-{window.ends:%H:%M} UTC"


def notice(window: Window, url: str) -> Notice:
    """For people who use the service."""
    return Notice(
        subject=f"MockForge Cloud: maintenance on {window.starts:%Y-%m-%d}, {window.starts:%H:%M} UTC",
        message=(
            f"On {spell(window)} MockForge Cloud, {url}, is maintained. "
            f"It may be slow or interrupted during that time; you need do nothing. We tell you when it is over."
        ),
    )

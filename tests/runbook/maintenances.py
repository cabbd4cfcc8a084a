"""Maintenance windows for property tests: any that the settings accept."""

from hypothesis import strategies as st

from runbook.settings import Maintenance

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@st.composite
def maintenances(draw: st.DrawFn) -> Maintenance:
    duration_hours = draw(st.integers(1, 23))
    start = draw(st.integers(0, 24 * 60 - duration_hours * 60))
    start -= start % draw(st.sampled_from([1, 5, 30, 60]))
    ordinal = draw(st.integers(1, 4))
    return Maintenance(
        ordinal=ordinal,
        weekday=draw(st.sampled_from(WEEKDAYS)),
        start=f"{start // 60:02d}:{start % 60:02d}",
        duration_hours=duration_hours,
        notice_weeks=draw(st.integers(1, ordinal)),
        database_window_minutes=draw(st.integers(30, min(240, duration_hours * 60))),
    )

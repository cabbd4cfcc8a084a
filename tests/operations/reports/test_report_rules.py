"""The pure parts of the reports: shapes of messages, lines of access logs, episodes of alarms, pace."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.reports.access_line import Summary, parse
from operations.reports.finding import Span, Verdict, worst
from operations.reports.message_shape import grouped, shape
from operations.reports.overnight import Change, episodes
from operations.reports.trends import weeks_until
from operations.reports.users import compared
from tests.operations.reports.report_world import access_line

BEGINS = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SPAN = Span(begins=BEGINS, ends=BEGINS + timedelta(days=1))
STATES = st.sampled_from(["OK", "ALARM", "INSUFFICIENT_DATA"])


# --- messages


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.uuids(), st.uuids())
def test_lines_that_differ_in_numbers_and_ids_have_one_shape(first: int, second: int, one: object, other: object):
    line = "2026-11-24T00:27:55.2Z ERROR pool: request {} took {} ms"
    assert shape(line.format(one, first)) == shape(line.format(other, second))


@given(st.text(max_size=300))
def test_a_shape_is_its_own_shape_and_short(line: str):
    assert shape(shape(line)) == shape(line)
    assert len(shape(line)) <= 200


@given(st.lists(st.sampled_from(["ERROR a 1", "ERROR a 2", "ERROR b", "ERROR c"]), max_size=30))
def test_no_line_is_lost_in_grouping(lines: list[str]):
    groups = grouped(lines)
    assert sum(one.count for one in groups) == len(lines)
    assert [one.count for one in groups] == sorted((one.count for one in groups), reverse=True)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ERROR mail: \x1b[31mrefused\x1b[0m by 192.0.2.1:25", "ERROR mail: refused by <address>"),
        ('ERROR key "users/12" of ann@mockforge.dev', 'ERROR key "…" of <mail>'),
        ("ERROR trace deadbeef00112233 after 1.5 s", "ERROR trace <id> after <n> s"),
        ("ERROR effacedfacade", "ERROR effacedfacade"),  # words of the letters a to f are words
    ],
)
def test_what_varies_is_taken_out_and_the_words_stay(line: str, said: str):
    assert shape(line) == said


# --- access logs


def test_a_line_is_read_field_by_field():
    one = parse(access_line(404, "GET /a/b?token=secret", client="2001:db8::1", agent='Mozilla/5.0 (X11) "quoted'))
    assert one is not None
    assert (one.client, one.method, one.path, one.status) == ("2001:db8::1", "GET", "/a/b", 404)


@given(st.text(max_size=200))
def test_whatever_stands_in_a_line_is_read_or_counted_as_unreadable(line: str):
    summary = Summary()
    summary.add(line)
    assert summary.requests + summary.probes + summary.unreadable == 1


@pytest.mark.parametrize("path", ["/api/v1/auth/login", "/api/v1/auth/login/", "/api/v1/auth/login?next=1"])
def test_only_a_log_in_that_succeeded_makes_a_client_active(path: str):
    summary = Summary()
    summary.add(access_line(200, f"POST {path}", client="192.0.2.1"))
    summary.add(access_line(401, f"POST {path}", client="192.0.2.2"))
    summary.add(access_line(200, f"GET {path}", client="192.0.2.3"))
    assert summary.logged_in_clients == {"192.0.2.1"}


@pytest.mark.parametrize(("status", "guesses"), [(200, 0), (401, 1), (429, 0), (500, 0)])
def test_only_wrong_credentials_are_a_guess(status: int, guesses: int):
    summary = Summary()
    summary.add(access_line(status, "POST /api/v1/auth/login"))
    assert summary.wrong_log_ins.total() == guesses


# --- alarms


@given(st.lists(st.tuples(st.integers(1, 1439), STATES), max_size=12, unique_by=lambda one: one[0]), STATES)
def test_the_minutes_of_an_alarm_are_those_in_which_it_was_on(rows: list[tuple[int, str]], before: str):
    rows = sorted(rows)
    changes, was, on_minutes, last = [], before, 0, 0
    for minute, state in rows:
        on_minutes += (minute - last) if was == "ALARM" else 0
        if state != was:
            changes.append(Change(name="a", at=BEGINS + timedelta(minutes=minute), state=state, was=was))
        was, last = state, minute
    on_minutes += (1440 - last) if was == "ALARM" else 0
    on_now: dict[str, datetime | None] = {"a": None} if was == "ALARM" else {}
    found = episodes(changes[::-1], on_now, SPAN)
    assert round(sum(one.minutes(SPAN) for one in found)) == on_minutes
    assert [one.until is None for one in found[:-1]] == [False] * len(found[:-1])


# --- pace


@given(st.floats(1, 100), st.floats(0.1, 100), st.floats(0.1, 100))
def test_at_its_pace_a_figure_is_at_its_bound_after_so_many_weeks(bound: float, now: float, then: float):
    weeks = weeks_until(bound, now, then)
    if now >= bound:
        assert weeks == 0
    elif now <= then:
        assert weeks is None
    else:
        assert weeks is not None
        assert now + weeks * (now - then) == pytest.approx(bound)


@pytest.mark.parametrize(
    ("now", "then", "said"), [(110, 100, "100 (+10 %)"), (50, 100, "100 (-50 %)"), (5, 0, "0"), (5, None, "unknown")]
)
def test_a_comparison_with_nothing_is_no_rise(now: float, then: float | None, said: str):
    assert compared(now, then) == said


def test_the_worst_finding_is_the_sections_and_none_at_all_is_unknown():
    everything = list(Verdict)
    assert worst(everything) is Verdict.LOOK
    assert worst([Verdict.GOOD, Verdict.NOT_ENABLED]) is Verdict.GOOD, "what is off hides nothing of what is on"
    assert worst([Verdict.GOOD, Verdict.UNKNOWN]) is Verdict.UNKNOWN
    assert worst([]) is Verdict.UNKNOWN

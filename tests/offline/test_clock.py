"""The offline clock: minutes become seconds while something is waited for, and two processes agree."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from offline.clock import OfflineClock
from offline.provider.store import Store

START = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


class Real:
    """The time of this machine."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def real() -> Real:
    return Real()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cloud.sqlite3")


def clock(store: Store, real: Real) -> OfflineClock:
    return OfflineClock(store, real=real.now, really_sleep=real.sleep)


def test_it_is_this_machines_clock_as_long_as_nothing_is_waited_for(store: Store, real: Real):
    assert clock(store, real).now() == START
    real.sleep(90)
    assert clock(store, real).now() == START + timedelta(seconds=90)


def test_a_quarter_of_an_hour_flies_by_in_a_quarter_of_a_minute_and_not_a_second_more(store: Store, real: Real):
    one = clock(store, real)
    one.fly(START + timedelta(minutes=15))
    real.sleep(10)
    assert one.now() == START + timedelta(minutes=10)
    real.sleep(5)
    assert one.now() == START + timedelta(minutes=15)
    real.sleep(60)
    assert one.now() == START + timedelta(minutes=16)


def test_another_process_sees_the_same_time(tmp_path: Path, real: Real):
    clock(Store(tmp_path / "one.sqlite3"), real).fly(START + timedelta(hours=1))
    real.sleep(30)
    assert clock(Store(tmp_path / "one.sqlite3"), real).now() == START + timedelta(minutes=30)


def test_a_sleep_lasts_as_long_as_it_says_by_the_clock_and_a_fraction_of_it_really(store: Store, real: Real):
    one = clock(store, real)
    one.sleep(600)
    assert one.now() >= START + timedelta(minutes=10)
    assert real.at - START < timedelta(seconds=11)


def test_two_who_sleep_at_once_do_not_make_it_fly_twice_as_fast(store: Store, real: Real):
    one, two = clock(store, real), clock(store, real)
    one.fly(START + timedelta(minutes=10))
    two.fly(START + timedelta(minutes=10))
    real.sleep(5)
    assert one.now() == two.now() == START + timedelta(minutes=5)


def test_whoever_waits_for_a_person_stops_the_flight(store: Store, real: Real):
    one = clock(store, real)
    one.fly(START + timedelta(hours=24))
    real.sleep(1)
    one.land(START)
    shown = one.now()
    real.sleep(10)
    assert one.now() == shown + timedelta(seconds=10)


def test_the_time_of_a_person_who_is_waited_for_does_not_fly(store: Store, real: Real):
    one = clock(store, real)
    one.ground(START)
    one.sleep(10)
    assert real.at - START == timedelta(seconds=10)


def test_a_sleeper_notices_within_a_second_that_the_person_has_given_the_word(store: Store, real: Real):
    one = clock(store, real)
    one.ground(START)
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        real.sleep(seconds)
        one.ground(None)

    OfflineClock(store, real=real.now, really_sleep=nap).sleep(600)
    assert naps[0] <= 0.5
    assert real.at - START < timedelta(seconds=12)

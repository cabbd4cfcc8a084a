"""What counts as a restorable point and how old it is: the pure part."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.backup_freshness.points import Change, RecoveryPoint, age_minutes, newest, newest_held, spell
from functions.backup_freshness.settings import BadSettingError, read_settings

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
STATES = ["COMPLETED", "PARTIAL", "DELETING", "EXPIRED", "AVAILABLE", "STOPPED", "CREATING"]

moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
recovery_points = st.builds(
    RecoveryPoint, created=moments, state=st.sampled_from(STATES), encrypted=st.sampled_from([True, True, False])
)
changes = st.builds(Change, key=st.sampled_from(["a", "b"]), at=moments, deleted=st.booleans())


def point(hours_ago: float, state: str = "COMPLETED", *, encrypted: bool = True) -> RecoveryPoint:
    return RecoveryPoint(created=NOON - timedelta(hours=hours_ago), state=state, encrypted=encrypted)


def test_a_job_that_was_merely_started_does_not_count():
    assert newest([point(0.1, "CREATING"), point(24)]) == NOON - timedelta(hours=24)
    assert newest([point(0.1, "CREATING")]) is None


@pytest.mark.parametrize("state", ["PARTIAL", "DELETING", "EXPIRED", "STOPPED", "CREATING", "SOMETHING_NEW"])
def test_only_whole_points_count(state: str):
    assert newest([point(1, state), point(30)]) == NOON - timedelta(hours=30)


def test_what_is_not_encrypted_does_not_count():
    assert newest([point(1, encrypted=False), point(30)]) == NOON - timedelta(hours=30)


@given(st.lists(recovery_points).flatmap(lambda points: st.tuples(st.just(points), st.permutations(points))))
def test_order_does_not_matter(both: tuple[list[RecoveryPoint], list[RecoveryPoint]]):
    points, shuffled = both
    assert newest(points) == newest(shuffled)


@given(st.lists(recovery_points), recovery_points)
def test_a_further_point_never_makes_a_backup_older_and_only_a_restorable_one_makes_it_younger(
    points: list[RecoveryPoint], further: RecoveryPoint
):
    before, after = newest(points), newest([*points, further])
    if further.state in ("COMPLETED", "AVAILABLE") and further.encrypted:
        assert after == max(filter(None, (before, further.created)))
    else:
        assert after == before


@given(moments, moments)
def test_an_age_is_never_negative_and_grows_with_time(moment: datetime, now: datetime):
    age = age_minutes(moment, now)
    assert age >= 0
    assert age_minutes(moment, now + timedelta(hours=1)) >= age
    if now >= moment:
        assert age == pytest.approx((now - moment).total_seconds() / 60, abs=0.01)


def test_an_age_is_in_minutes():
    assert age_minutes(NOON - timedelta(hours=26), NOON) == 1560


def test_what_there_is_instead_is_said():
    points = [point(1, "CREATING"), point(2, "CREATING"), point(3, encrypted=False)]
    assert spell(points) == "1 COMPLETED but not encrypted, 2 CREATING"
    assert spell([]) == "none at all"


# --- what a snapshot holds -------------------------------------------------------------------------------------------


def test_what_was_written_after_the_snapshot_is_not_in_it():
    early, late = NOON - timedelta(hours=2), NOON + timedelta(hours=1)
    written = [Change(key="a", at=early, deleted=False), Change(key="b", at=late, deleted=False)]
    assert newest_held(written, NOON) == early
    assert newest_held(written, early - timedelta(seconds=1)) is None


def test_a_second_version_after_the_snapshot_does_not_hide_the_first():
    first, second = NOON - timedelta(minutes=15), NOON + timedelta(minutes=15)
    versions = [Change(key="a", at=at, deleted=False) for at in (second, first)]
    assert newest_held(versions, NOON) == first


def test_what_was_deleted_before_the_snapshot_is_not_in_it():
    written, deleted = NOON - timedelta(hours=3), NOON - timedelta(hours=2)
    changes = [Change(key="a", at=deleted, deleted=True), Change(key="a", at=written, deleted=False)]
    assert newest_held(changes, NOON) is None
    assert newest_held(changes, written) == written


@given(st.lists(changes, max_size=6).flatmap(lambda them: st.tuples(st.just(them), st.permutations(them))), moments)
def test_what_a_snapshot_holds_was_written_before_it_in_whatever_order_it_is_listed(
    both: tuple[list[Change], list[Change]], at: datetime
):
    listed, shuffled = both
    held = newest_held(listed, at)
    assert held == newest_held(shuffled, at)
    assert held is None or held in [one.at for one in listed if one.at <= at and not one.deleted]


# --- settings --------------------------------------------------------------------------------------------------------

VARIABLES = {
    "NAMESPACE": "MockForgeCloud/staging",
    "METRIC_NAME": "NewestRestorablePointAgeMinutes",
    "VAULT": "mockforge-staging",
    "OBJECTS_BUCKET_ARN": "arn:aws:s3:::objects",
    "CONFIGURATION_BUCKET_ARN": "arn:aws:s3:::configuration",
    "CONFIGURATION_FOLDER": "configuration",
}


@pytest.mark.parametrize("name", VARIABLES)
def test_a_missing_setting_is_named(name: str):
    with pytest.raises(BadSettingError, match=f"the environment variable {name} is missing"):
        read_settings({**VARIABLES, name: ""})


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"RECOVERY_VAULT": "x"}, "must be set together"),
        ({"RECOVERY_REGION": "eu-central-1"}, "must be set together"),
        ({"DATABASE_ARN": "mockforge-staging"}, "DATABASE_ARN must be the ARN of an RDS instance"),
        ({"OBJECTS_BUCKET_ARN": "objects"}, "OBJECTS_BUCKET_ARN must be the ARN of a bucket"),
    ],
)
def test_settings_that_make_no_sense_are_refused(more: dict[str, str], says: str):
    with pytest.raises(BadSettingError, match=says):
        read_settings(VARIABLES | more)

"""Laws of the pure parts of a recovery: which moment, which URL, which names."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from operations.backups.recovery_points import RecoveryPoint
from operations.errors import CommandStopped
from operations.recovery.connection import Connection
from operations.recovery.instances import aside_name, restored_name
from operations.recovery.moments import Range, Target, choose_moment, choose_point, lost_minutes
from operations.recovery.restore_test import LONGEST_NAME, RestoreTest, metadata
from operations.recovery.second_region import content, first_address, image_in, with_address

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
MINUTES = st.integers(0, 35 * 24 * 60)
NAMES = st.sampled_from(["mockforge-production", "mockforge-production-before-1", "mockforge-production-before-2"])


@st.composite
def ranges(draw: st.DrawFn) -> Range:
    latest = NOW - timedelta(minutes=draw(MINUTES))
    return Range(
        resource_id=f"db-{draw(st.integers(1, 9))}",
        identifier=draw(NAMES),
        earliest=latest - timedelta(minutes=draw(MINUTES)),
        latest=latest,
    )


def point(arn: str, *, hours: float = 1, **changes: object) -> RecoveryPoint:
    fields = {
        "kind": "database",
        "resource": "mockforge-production",
        "place": "primary",
        "created": NOW - timedelta(hours=hours),
        "state": "COMPLETED",
        "reason": "",
        "encrypted": True,
        "size_bytes": 1,
        "kept_until": None,
    }
    return RecoveryPoint(arn=arn, **(fields | changes))  # pyright: ignore[reportArgumentType]


# --- moments


@given(there=st.lists(ranges(), max_size=5), minutes=MINUTES)
def test_a_chosen_moment_is_the_one_asked_for_and_can_be_restored_from_where_it_says(there: list[Range], minutes: int):
    moment = NOW - timedelta(minutes=minutes)
    restorable = [one for one in there if one.earliest <= moment <= one.latest]
    try:
        target = choose_moment(there, moment.isoformat(), NOW, present="mockforge-production", source=None)
    except CommandStopped:
        assert restorable == []
        return
    assert isinstance(target.source, Range)
    assert (target.moment, target.source in restorable) == (moment, True)
    if any(one.identifier == "mockforge-production" for one in restorable):
        assert target.source.identifier == "mockforge-production", "the present one goes before those moved aside"


@given(there=st.lists(ranges(), min_size=1, max_size=5))
def test_latest_lies_before_the_end_of_the_logs_it_is_of(there: list[Range]):
    target = choose_moment(there, "latest", NOW, present="mockforge-production", source=None)
    assert isinstance(target.source, Range)
    assert target.moment < target.source.latest  # RDS takes nothing later
    assert target.source.latest - target.moment <= timedelta(seconds=2)


@given(seconds=st.integers(0, 10**7))
def test_the_loss_is_never_told_smaller_than_it_is(seconds: int):
    told = lost_minutes(NOW - timedelta(seconds=seconds), NOW)
    assert 0 <= told * 60 - seconds < 60


@given(minutes=MINUTES, others=MINUTES, identifier=st.from_regex(r"[a-z](-?[a-z0-9]){0,49}", fullmatch=True))
def test_different_targets_have_different_names_and_a_name_is_one_that_rds_takes(
    minutes: int, others: int, identifier: str
):
    assume(minutes != others and len(identifier) <= 50)
    source = Range(resource_id="db-1", identifier="x", earliest=NOW, latest=NOW)
    moments = [NOW - timedelta(minutes=one) for one in (minutes, others)]
    stamps = {Target(moment=one, source=source).stamp for one in moments}
    stamps |= {Target(moment=one, source=point(f"arn:{one}")).stamp for one in moments}
    assert len(stamps) == 4
    for name in [made(identifier, stamp) for stamp in stamps for made in (aside_name, restored_name)]:
        assert len(name) <= 63
        assert re.fullmatch(r"[a-z](-?[a-z0-9])*", name), "letters, digits and single hyphens"


@pytest.mark.parametrize("text", ["job", "", "nothing"])
def test_a_recovery_point_has_to_be_meant_without_a_doubt(text: str):
    with pytest.raises(CommandStopped, match="recovery point"):
        choose_point([point("arn:job"), point("arn:other:job")], text)


# --- the URL

LETTERS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)
HOSTS = st.from_regex(r"[a-z][a-z0-9-]{0,20}(\.[a-z0-9]{1,8}){1,3}", fullmatch=True)


@given(password=LETTERS, old=HOSTS, new=HOSTS, port=st.sampled_from(["", ":5432", ":6432"]))
def test_another_host_changes_the_host_and_no_other_letter(password: str, old: str, new: str, port: str):
    url = f"postgres://mockforge:{quote(password, safe='')}@{old}{port}/mockforge?sslmode=require&x=%40"
    connection = Connection(parts=urlsplit(url))
    assert (connection.host, connection.password) == (old, password)
    assert connection.at(new) == url.replace(f"@{old}", f"@{new}", 1)
    assert connection.at(new) == Connection(parts=urlsplit(connection.at(new))).at(new)
    assert password not in repr(connection) or password in "Connection()"


# --- restore tests


@given(
    environment=st.from_regex(r"[a-z](-?[a-z0-9]){1,14}", fullmatch=True).filter(lambda name: len(name) <= 15),
    kind=st.sampled_from(["database", "objects", "configuration"]),
)
def test_the_name_of_what_is_restored_fits_and_nothing_of_the_environments_own_is_taken_for_it(
    environment: str, kind: str
):
    test = RestoreTest(environment=environment, kind=kind, point=point("arn:1"))
    assert test.name.endswith("2611240200")
    assert len(test.name) <= LONGEST_NAME
    assert test.is_ours(f"arn:aws:s3:::{test.name}")
    assert not test.is_ours(f"arn:aws:rds:us-east-1:1:db:mockforge-{environment}")
    assert not test.is_ours("arn:aws:s3:::awsbackup-restore-test-abc")


def test_overrides_go_before_what_is_inferred_however_the_keys_are_spelt():
    test = RestoreTest(environment="staging", kind="database", point=point("arn:1"))
    inferred = {"DBInstanceIdentifier": "awsbackup-restore-test-x", "DbSubnetGroupName": "default", "Port": "5432"}
    assert metadata(test, inferred, {"dbSubnetGroupName": "database-subnets", "multiAz": "false"}) == {
        "DBInstanceIdentifier": test.name,
        "DbSubnetGroupName": "database-subnets",
        "Port": "5432",
        "multiAz": "false",
    }


# --- the second region


def test_only_an_image_of_our_registry_moves_to_the_second_region():
    digest = f"@sha256:{'a' * 64}"
    assert image_in(f"123456789012.dkr.ecr.us-east-1.amazonaws.com/a/b{digest}", "us-west-2") == (
        f"123456789012.dkr.ecr.us-west-2.amazonaws.com/a/b{digest}"
    )
    assert image_in(f"ghcr.io/mockforge/cloud{digest}", "us-west-2") is None


@pytest.mark.parametrize("end", ["", "  # where users come", "\r"])
def test_the_address_is_changed_in_its_line_and_nowhere_else(end: str):
    before = (
        f"config:\n  mockforge-cloud:address:\n    hosted_zone: a.dev\n    host_name: x-recovery.a.dev{end}\nrest: x\n"
    )
    after = with_address(before, "x-recovery.a.dev", "x.a.dev")
    assert after == before.replace("x-recovery.a.dev", "x.a.dev")


def test_an_address_that_does_not_stand_there_once_is_left_to_a_person():
    for text in ("", "  host_name: x.a.dev\n" * 2):
        with pytest.raises(CommandStopped, match="not once"):
            with_address(text, "x.a.dev", "y.a.dev")


def test_what_belongs_to_the_lost_environment_alone_does_not_come_along():
    lost: dict[str, Any] = {
        "encryptionsalt": "v1:abc",
        "secretsprovider": "awskms://alias/x",
        "config": {
            "mockforge-cloud:location": {"recovery_region": "us-west-2", "account_id": "012345678901"},
            "mockforge-cloud:address": {"hosted_zone": "a.dev", "host_name": "x.a.dev"},
            "mockforge-cloud:database": {"identifier": "mockforge-production-2"},
        },
    }
    assert content(lost, "us-west-2") == {
        "config": {
            "mockforge-cloud:location": {"region": "us-west-2", "account_id": "012345678901"},
            "mockforge-cloud:address": {"hosted_zone": "a.dev", "host_name": first_address("x.a.dev")},
            "mockforge-cloud:service": {},
            "mockforge-cloud:deployment": {"approval_required": False, "bake_minutes": 0},
        }
    }
    assert lost["config"]["mockforge-cloud:database"] == {"identifier": "mockforge-production-2"}

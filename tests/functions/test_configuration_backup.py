"""The format of a configuration backup and its inverse, and the engine that reads all sections or none."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.common.configuration_document import DamagedBackupError, Header, key, read_back, write
from functions.configuration_backup.plain import plain
from functions.configuration_backup.sections import PartialBackupError, Section, read_sections
from functions.configuration_backup.source import NotFoundError

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HEADER = Header(environment="staging", due=NOON, taken=NOON)
SECTIONS = {"parameters": {"/a": {"Value": "1"}, "/b": {"Value": "2"}}, "alarms": {"x": {"Threshold": 80.0}}}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
sections_of_any_kind = st.dictionaries(st.text(), st.dictionaries(st.text(), json_values, max_size=3), max_size=3)
moments = st.datetimes(timezones=st.just(UTC))


@given(sections_of_any_kind, moments)
def test_what_is_written_reads_back_the_same(sections: dict[str, Any], moment: datetime):
    assert read_back(write(sections, Header(environment="staging", due=moment, taken=moment))) == sections


@given(sections_of_any_kind)
def test_the_same_sections_make_the_same_bytes_in_whatever_order_they_were_read(sections: dict[str, Any]):
    backwards = {name: dict(reversed(items.items())) for name, items in reversed(sections.items())}
    assert write(backwards, HEADER) == write(sections, HEADER)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_one_wrong_byte_is_noticed_or_changes_nothing(position: int, flip: int):
    data = bytearray(write(SECTIONS, HEADER))
    data[position % len(data)] ^= flip
    try:
        read = read_back(bytes(data))
    except DamagedBackupError:
        return
    assert read == SECTIONS


@given(st.integers(min_value=0))
def test_a_file_that_was_cut_off_is_noticed(length: int):
    data = write(SECTIONS, HEADER)
    with pytest.raises(DamagedBackupError):
        read_back(data[: length % (len(data) - 2)])


def test_the_checksum_is_that_of_the_sections_compact_text():
    """Computed apart: printf '{"x":{"Threshold":80.0}}' | sha256sum"""
    manifest = json.loads(write(SECTIONS, HEADER))["manifest"]
    assert manifest["alarms"] == {
        "items": 1,
        "sha256": "122b544ace35b5cb21252b027843e982996a7119bf9c2923215a5b2bbbc04537",
    }


def test_the_header_says_whose_when_and_which_format():
    due = datetime(2026, 11, 24, 5, 45, tzinfo=timezone(timedelta(hours=1)))
    header = json.loads(write({}, Header(environment="staging", due=due, taken=NOON)))["header"]
    assert header == {
        "format": "mockforge-cloud-configuration",
        "version": 1,
        "environment": "staging",
        "due": "2026-11-24T04:45:00+00:00",
        "taken": "2026-11-24T12:00:00+00:00",
    }


def changed(**parts: Any) -> bytes:
    return json.dumps({**json.loads(write(SECTIONS, HEADER)), **parts}).encode()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "is not a JSON object"),
        (b'{"header": {}}', "holds no object manifest"),
        (b'{"header": {}, "header": {}}', "is not JSON"),
        (changed(header={"format": "mockforge-cloud-configuration", "version": 2}), "version 1"),
        (changed(manifest={}), "manifest and sections disagree about alarms, parameters"),
        (
            changed(sections={**SECTIONS, "alarms": {"x": {"Threshold": 81.0}}}),
            "section alarms is not what was written",
        ),
        (changed(sections={**SECTIONS, "alarms": []}), "holds no object alarms"),
        (write(SECTIONS, HEADER).replace(b"80.0", b"NaN"), "is not JSON"),
    ],
)
def test_what_is_not_a_whole_backup_is_refused_with_the_reason(data: bytes, says: str):
    with pytest.raises(DamagedBackupError, match=says):
        read_back(data)


def test_there_is_one_name_per_day_in_utc():
    assert key(datetime(2026, 3, 9, 4, 45, tzinfo=UTC)) == "configuration/2026/03/09.json"
    assert key(datetime(2026, 3, 9, 1, 30, tzinfo=timezone(timedelta(hours=2)))) == "configuration/2026/03/08.json"


# --- what AWS answers, made plain ------------------------------------------------------------------------------------


@given(json_values)
def test_what_is_plain_already_says_the_same_and_stays(value: Any):
    once = plain(value)
    assert plain(once) == once
    assert json.loads(json.dumps(once)) == once


@given(st.permutations([{"name": name, "value": "x"} for name in "abcd"]))
def test_objects_with_names_have_one_order(shuffled: list[dict[str, str]]):
    assert [one["name"] for one in plain(shuffled)] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    "values", [["z", "a"], [{"name": "z"}, {"name": "z"}, {"name": "a"}], [{"step": 2}, {"step": 1}]]
)
def test_where_an_order_may_matter_it_is_kept(values: list[Any]):
    assert plain(values) == values


def test_times_are_utc_texts_wherever_they_were_read():
    here = datetime(2026, 11, 24, 6, 45, 0, 125_000, tzinfo=timezone(timedelta(hours=2)))
    assert plain({"At": here}) == plain({"At": here.astimezone(UTC)}) == {"At": "2026-11-24T04:45:00.125Z"}


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, object(), datetime(2026, 1, 1)])  # noqa: DTZ001
def test_what_json_cannot_say_is_refused(value: object):
    with pytest.raises(TypeError):
        plain([value])


# --- the engine ------------------------------------------------------------------------------------------------------


def row(name: str, answer: dict[str, Any] | Exception) -> Section:
    def read(_source: object) -> dict[str, Any]:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Section(name=name, read=read)


NO_SOURCE: Any = None


@given(st.lists(st.booleans(), min_size=1, max_size=6))
def test_all_sections_or_none(fates: list[bool]):
    table = [row(f"s{n}", {"a": 1} if well else RuntimeError("lost")) for n, well in enumerate(fates)]
    if all(fates):
        assert read_sections(NO_SOURCE, table) == {f"s{n}": {"a": 1} for n in range(len(fates))}
        return
    with pytest.raises(PartialBackupError) as raised:
        read_sections(NO_SOURCE, table)
    assert str(raised.value).count("lost") == fates.count(False)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({}, "one: AWS lists nothing"),
        (NotFoundError("the service x"), "one: AWS does not know the service x"),
        ({"a": b"bytes"}, "one: TypeError: a bytes has no place in JSON"),
    ],
)
def test_each_kind_of_failure_has_its_words(answer: Any, says: str):
    with pytest.raises(PartialBackupError, match=says):
        read_sections(NO_SOURCE, [row("one", answer)])


def test_every_section_is_a_line_in_the_log(capsys: pytest.CaptureFixture[str]):
    read_sections(NO_SOURCE, [row("one", {"a": 1, "b": 2})])
    with pytest.raises(PartialBackupError):
        read_sections(NO_SOURCE, [row("two", {})])
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {"message": "section read", "section": "one", "items": 2},
        {"message": "section not read", "section": "two", "reason": "AWS lists nothing"},
    ]

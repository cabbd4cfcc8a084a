"""What a reviewer is shown of a changed document."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from operations.engine.differences import places, told_apart

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.booleans() | st.integers() | st.text(alphabet="xyz"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "id", "a"]), inner),
    max_leaves=8,
)


def test_of_a_document_given_as_text_the_number_that_changed_is_shown():
    before = json.dumps([{"name": "application", "image": "old", "cpu": 512}])
    after = json.dumps([{"name": "application", "image": "new", "cpu": 512}])
    assert list(places(before, after)) == [("[application].image", "old", "new")]


def test_an_entry_more_is_told_by_its_name_wherever_it_stands():
    before = [{"name": "A", "value": "1"}, {"name": "C", "value": "3"}]
    after = [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}, {"name": "C", "value": "4"}]
    assert list(places(before, after)) == [("[B]", None, {"name": "B", "value": "2"}), ("[C].value", "3", "4")]


def test_another_order_alone_is_told_as_such():
    one, other = {"id": "one"}, {"id": "other"}
    assert list(places([one, other], [other, one])) == [(" (order)", ["one", "other"], ["other", "one"])]


def test_entries_without_names_are_told_by_their_number_and_as_a_whole_where_there_are_more():
    assert list(places({"ports": [80, 443]}, {"ports": [80, 8443]})) == [(".ports[1]", 443, 8443)]
    assert list(places({"ports": [80]}, {"ports": [80, 443]})) == [(".ports", [80], [80, 443])]


def test_text_that_only_looks_like_a_document_is_compared_as_text():
    assert list(places("[secret", "{secret")) == [("", "[secret", "{secret")]


def test_a_document_that_is_only_written_otherwise_is_still_a_change():
    assert list(places('{"a": 1}', '{"a":1}')) == [("", '{"a": 1}', '{"a":1}')]


@given(VALUES, VALUES)
def test_there_is_a_place_exactly_when_something_differs(before: Any, after: Any):
    assert bool(list(places(before, after))) == (
        json.dumps(before, sort_keys=True) != json.dumps(after, sort_keys=True)
    )


@given(VALUES, VALUES)
def test_a_document_as_text_differs_where_the_document_does(before: Any, after: Any):
    if isinstance(before, list | dict) and isinstance(after, list | dict) and before != after:
        assert list(places(json.dumps(before), json.dumps(after))) in (
            list(places(before, after)),
            [("", json.dumps(before), json.dumps(after))],
        )


def test_two_long_texts_are_cut_so_that_their_first_difference_is_seen():
    before, after = told_apart("x" * 500 + " down to 1", "x" * 500 + " down to 2", 60)
    assert (before[-9:], after[-9:]) == ("down to 1", "down to 2")
    assert max(len(before), len(after)) <= 60


def test_short_texts_are_shown_whole():
    assert told_apart("db.t4g.small", "db.t4g.medium", 60) == ("db.t4g.small", "db.t4g.medium")

"""What travels between the engine and the stand-in comes back the same."""

from hypothesis import given
from hypothesis import strategies as st

from offline.provider.store import sealed, unsealed
from offline.provider.wire import UNKNOWN, Secret, decode, encode, has_unknown, reveal

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text() | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
values = st.recursive(
    plain | plain.map(Secret),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
properties = st.dictionaries(st.text(max_size=8), values, max_size=4)


@given(properties)
def test_encoding_and_decoding_gives_the_same_with_secrets_and_unknowns_in_place(given_values):
    assert decode(encode(given_values)) == given_values


def test_a_whole_number_is_an_int_again_because_the_wire_only_knows_doubles():
    assert repr(decode(encode({"threshold": 70, "percent": 99.5}))) == "{'percent': 99.5, 'threshold': 70}"


def test_a_secret_never_shows_in_its_text_form():
    assert "hunter2" not in repr({"password": Secret("hunter2")})


@given(properties)
def test_revealing_takes_every_mark_off_and_keeps_what_is_unknown(given_values):
    assert "Secret" not in repr(reveal(given_values)) or "Secret" in str(list(given_values))
    assert has_unknown(reveal(given_values)) == has_unknown(given_values)


@given(st.dictionaries(st.text(max_size=8), st.text() | st.text().map(Secret), max_size=4))
def test_a_secret_that_nobody_changed_reads_back_as_it_was_though_only_its_fingerprint_was_kept(given_values):
    assert {key: unsealed(kept, given_values[key]) for key, kept in sealed(given_values).items()} == given_values


def test_a_secret_that_was_changed_outside_reads_back_as_another_secret():
    kept = sealed({"value": Secret("new")})
    read = unsealed(kept, {"value": Secret("old")})["value"]
    assert isinstance(read, Secret)
    assert read != Secret("old")
    assert "new" not in str(kept)

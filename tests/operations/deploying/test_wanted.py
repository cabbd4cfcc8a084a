"""Which image is meant: a digest always, of the stack file's repository where nothing else is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.deploying.wanted import digest_of, wanted_image
from operations.errors import CommandStopped

A, B = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"


@pytest.mark.parametrize(
    ("option", "in_file", "wanted"),
    [
        (None, f"registry/app@{A}", f"registry/app@{A}"),
        (None, f"registry/app:0.3@{A}", f"registry/app:0.3@{A}"),
        (B, f"registry/app@{A}", f"registry/app@{B}"),
        (f"@{B}", f"registry/app@{A}", f"registry/app@{B}"),
        (B, "registry/app:0.3", f"registry/app@{B}"),
        (B, f"registry:5000/team/app:0.3@{A}", f"registry:5000/team/app@{B}"),
        (f"elsewhere:5000/app@{B}", f"registry/app@{A}", f"elsewhere:5000/app@{B}"),
    ],
)
def test_the_whole_reference_is_meant(option: str | None, in_file: str, wanted: str):
    assert wanted_image(option, in_file, "Pulumi.staging.yaml") == wanted
    assert digest_of(wanted) in (A, B)


@given(option=st.one_of(st.none(), st.text(max_size=90), st.from_regex(r"[a-z/:]+@sha256:[0-9a-fA-F]{60,66}")))
def test_whatever_is_typed_a_digest_comes_out_or_a_sentence(option: str | None):
    try:
        image = wanted_image(option, "registry/app:0.3", "Pulumi.staging.yaml")
    except CommandStopped as stopped:
        if "has no digest" not in stopped.message or "nothing was changed" not in stopped.message:
            raise
    else:
        name, _at, digest = image.rpartition("@")
        assert name
        assert digest.startswith("sha256:")
        assert len(digest) == len(A)
        assert set(digest[7:]) <= set("0123456789abcdef")

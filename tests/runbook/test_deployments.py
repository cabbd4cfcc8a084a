import pytest
from hypothesis import given
from hypothesis import strategies as st

from runbook.deployments import (
    Withdrawal,
    WithdrawalsUnreadableError,
    read_withdrawals,
    withdrawn_parameter_name,
    write_withdrawals,
)

DIGEST = "sha256:" + "4f" * 32
WITHDRAWALS = st.lists(st.builds(Withdrawal, image=st.text(min_size=1), at=st.text(), reason=st.text()))


@given(withdrawals=WITHDRAWALS)
def test_what_is_written_reads_back_the_same(withdrawals: list[Withdrawal]):
    assert list(read_withdrawals(write_withdrawals(withdrawals))) == withdrawals


@given(text=st.text().filter(lambda text: text.strip() != "[]"))
def test_any_other_text_is_refused_by_its_own_error(text: str):
    with pytest.raises(WithdrawalsUnreadableError, match="not a list of withdrawn images"):
        read_withdrawals(text)


@pytest.mark.parametrize(
    ("image", "concerned"),
    [
        (f"123456789012.dkr.ecr.us-east-1.amazonaws.com/mockforge@{DIGEST}", True),
        (f"elsewhere.io/mockforge@{DIGEST}", True),  # a copy of it is it
        (f"elsewhere.io/mockforge@sha256:{'00' * 32}", False),
        ("mockforge:0.3.238", False),
    ],
)
def test_a_digest_is_withdrawn_wherever_it_is_pulled_from(image: str, concerned: bool):
    assert Withdrawal(image=DIGEST, at="", reason="").concerns(image) is concerned


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("2026-11-24T13:08:51+00:00", "2026-11-24 13:08 UTC"),
        ("2026-11-24T01:08:51+02:00", "2026-11-23 23:08 UTC"),
        ("2026-11-24", "2026-11-24 00:00 UTC"),
        ("last Tuesday", "last Tuesday"),
    ],
)
def test_people_are_told_the_time_of_a_withdrawal_in_utc_to_the_minute(at: str, told: str):
    assert Withdrawal(image=DIGEST, at=at, reason="").at_in_words == told


def test_an_image_without_a_digest_is_withdrawn_by_its_whole_name():
    withdrawal = Withdrawal(image="mockforge:0.3.238", at="", reason="")
    assert withdrawal.concerns("mockforge:0.3.238")
    assert not withdrawal.concerns("mockforge:0.3.2380")


def test_the_record_lies_beside_the_manifest():
    assert withdrawn_parameter_name("production") == "/mockforge-cloud/production/withdrawn"

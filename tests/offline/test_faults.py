"""A fault happens where it was asked for, once, and never to anybody else."""

import json
import os
from pathlib import Path

import pytest

from offline.provider.faults import FILE, VARIABLE, Call, Fault, Faults, Injected, Kind, TimedOut, arm

URN = "urn:pulumi:dev::shop::mockforge:cloud:Shop$aws:ec2/vpc:Vpc::net"
OTHER = "urn:pulumi:dev::shop::mockforge:cloud:Shop$aws:s3/bucket:Bucket::files"


def creates(faults: Faults, urn: str = URN) -> str:
    return faults.perform(Call.CREATE, urn, lambda: "made")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "cloud.sqlite3"


def test_the_nth_call_goes_wrong_and_no_other(store: Path):
    with arm(store.parent, Fault(kind=Kind.REFUSED, nth=2)) as happened:
        faults = Faults(store)
        assert creates(faults) == "made"
        assert faults.perform(Call.UPDATE, URN, lambda: "changed") == "changed"
        assert not happened()
        with pytest.raises(Injected, match="AccessDenied"):
            creates(faults)
        assert happened()
        assert creates(faults) == "made"


def test_only_what_it_is_about_is_counted(store: Path):
    with arm(store.parent, Fault(kind=Kind.THROTTLED, about="s3/bucket:Bucket::files")):
        faults = Faults(store)
        assert creates(faults) == "made"
        with pytest.raises(Injected, match="Throttling"):
            creates(faults, OTHER)


@pytest.mark.parametrize(
    ("kind", "raised", "done"),
    [
        (Kind.REFUSED, Injected, 0),
        (Kind.THROTTLED, Injected, 0),
        (Kind.ANSWER_LOST, Injected, 1),
        (Kind.TIMED_OUT, TimedOut, 1),
    ],
)
def test_a_lost_answer_and_a_time_out_come_after_it_was_done_the_others_before(store: Path, kind, raised, done):
    calls: list[str] = []
    with arm(store.parent, Fault(kind=kind)), pytest.raises(raised):
        Faults(store).perform(Call.CREATE, URN, lambda: calls.append("done"))
    assert len(calls) == done


def test_a_second_provider_process_does_not_repeat_it(store: Path):
    with arm(store.parent, Fault(kind=Kind.REFUSED)):
        first, second = Faults(store), Faults(store)
        with pytest.raises(Injected):
            creates(first)
        assert creates(second) == "made"


def test_neither_a_forgotten_file_nor_a_forgotten_variable_does_anything(store: Path, monkeypatch):
    fault = Fault(kind=Kind.REFUSED)
    with arm(store.parent, fault):
        left = (store.parent / FILE).read_text()
    assert (store.parent / FILE).exists() is False
    assert VARIABLE not in os.environ

    (store.parent / FILE).write_text(left)
    assert creates(Faults(store)) == "made"  # the file alone
    monkeypatch.setenv(VARIABLE, "another word")
    assert creates(Faults(store)) == "made"  # a variable of another run
    (store.parent / FILE).write_text("no JSON")
    assert creates(Faults(store)) == "made"
    (store.parent / FILE).unlink()
    monkeypatch.setenv(VARIABLE, json.loads(left)["word"])
    assert creates(Faults(store)) == "made"  # the variable alone


def test_a_process_group_that_is_not_the_one_named_is_left_alive(store: Path):
    with (
        arm(store.parent, Fault(kind=Kind.GROUP_KILLED_AFTER, group=1)),
        pytest.raises(Injected, match="may kill no process"),
    ):
        creates(Faults(store))  # this very process would be among the dead

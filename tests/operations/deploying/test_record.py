"""The claim on a deployment, under whatever interleaving: one operator gets it, and the record is that one's."""

import json
from dataclasses import asdict, dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.deploying import record as records
from operations.deploying.record import Record
from operations.errors import CommandStopped
from operations.session import Session
from tests.operations.virtual_clock import VirtualClock

CLOCK = VirtualClock()


def record_of(who: str, minutes_ago: float = 0, outcome: str | None = None) -> Record:
    from datetime import timedelta

    return Record(
        who=who,
        at=(CLOCK.at - timedelta(minutes=minutes_ago)).isoformat(timespec="seconds"),
        image=f"registry/app@sha256:{who[0] * 64}",
        ticket=None,
        replaces=None,
        replaces_version=None,
        outcome=outcome,
    )


@dataclass
class Parameter:
    """Parameter Store, with somebody else's whole claim between two requests wherever the test wants it."""

    versions: list[str] = field(default_factory=lambda: ["{}"])
    others: list[str] = field(default_factory=list)
    """Who comes between, in order; an empty name is nobody."""
    winners: list[str] = field(default_factory=list)

    def client(self, _service: str) -> "Parameter":
        return self

    def get_parameter(self, *, Name: str) -> dict[str, Any]:  # noqa: N803 - AWS's spelling
        self._somebody()
        _path, _colon, version = Name.partition(":")
        number = int(version) if version else len(self.versions)
        return {"Parameter": {"Value": self.versions[number - 1], "Version": number}}

    def put_parameter(self, *, Value: str, **_more: Any) -> dict[str, Any]:  # noqa: N803 - AWS's spelling
        self._somebody()
        self.versions.append(Value)
        return {"Version": len(self.versions)}

    def _somebody(self) -> None:
        if self.others and (who := self.others.pop(0)):
            self.claim(who)

    def claim(self, who: str) -> None:
        try:
            records.claim(self.session, record_of(who), over=None)
        except CommandStopped as stopped:
            if "is about to deploy" not in stopped.message:
                raise
        else:
            self.winners.append(who)

    @property
    def session(self) -> Session:
        manifest = SimpleNamespace(environment="production")
        return cast("Session", SimpleNamespace(manifest=manifest, clients=self, clock=CLOCK))


@given(
    others=st.lists(
        st.sampled_from(["", "", "bob", "carla", "dora"]), max_size=12, unique_by=lambda who: who or object()
    )
)
def test_of_all_that_claim_at_once_one_gets_it_and_the_record_is_that_ones(others: list[str]):
    parameter = Parameter(others=others)
    parameter.claim("anna")
    assert len(parameter.winners) == 1
    assert json.loads(parameter.versions[-1])["who"] == parameter.winners[0]


@pytest.mark.parametrize(
    ("known", "taken"),
    [
        (record_of("bob"), True),
        (record_of("bob", minutes_ago=29), True),
        (record_of("bob", minutes_ago=30), False),
        (record_of("bob", outcome="SUCCESSFUL"), False),
        (record_of("anna", minutes_ago=3), False),
    ],
)
def test_a_claim_holds_for_half_an_hour_against_everybody_else(known: Record, taken: bool):
    parameter = Parameter(versions=[json.dumps(asdict(known))])
    parameter.claim("anna")
    assert parameter.winners == ([] if taken else ["anna"])


@pytest.mark.parametrize("text", ["{}", "none", "[]", '{"who": "bob"}', '{"who": 1, "at": "x"}', "5"])
def test_what_is_no_record_keeps_nobody_from_deploying(text: str):
    parameter = Parameter(versions=[text])
    assert records.read(parameter.session) is None
    parameter.claim("anna")
    assert parameter.winners == ["anna"]


def test_how_it_ended_is_written_once_and_never_over_somebody_else():
    parameter = Parameter()
    parameter.claim("anna")
    records.end(parameter.session, record_of("bob"), "SUCCESSFUL")
    assert json.loads(parameter.versions[-1])["outcome"] is None
    for _ in range(2):
        records.end(parameter.session, record_of("anna"), "SUCCESSFUL")
    assert json.loads(parameter.versions[-1])["outcome"] == "SUCCESSFUL"
    assert len(parameter.versions) == 3

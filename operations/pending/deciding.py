"""What becomes of each operation and each resource that an interrupted run left behind. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from operations.pending.finding import Found, Wanted
from operations.pending.operation import Deployment, Doing, Pending


class Way(StrEnum):
    """What is done with it."""

    ADOPT = "adopt"
    """It stands, and the state does not know: it is written into the state."""
    FORGET = "forget"
    """It does not stand: the state's note of it is dropped, and it is made (again)."""
    READ = "read"
    """The state knows it: what it looks like now is read from the cloud."""
    ASK = "ask"
    """Several may be it, or nobody knows how to find it: a person decides."""


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """For one resource. `about` names it (`aws:ec2:Vpc network-vpc`); `happened` says what was interrupted."""

    way: Way
    urn: str
    about: str
    happened: str
    found: Found | None = None
    reason: str = ""
    record: Mapping[str, Any]
    """The state's record of it as it is to be, but for id and outputs."""


def remedy_of(pending: Pending, wanted: Wanted | None, found: Sequence[Found], deployment: Deployment) -> Remedy:
    """`wanted` is None where no row says how its type is known again; `found` is what the cloud has to offer."""

    def so(way: Way, *, found: Found | None = None, reason: str = "") -> Remedy:
        return Remedy(
            way=way,
            urn=pending.urn,
            about=str(pending),
            happened=pending.doing,
            found=found,
            reason=reason,
            record=pending.resource,
        )

    if pending.doing in (Doing.UPDATING, Doing.DELETING):
        return so(Way.READ)
    if pending.doing is not Doing.CREATING:
        return so(Way.FORGET)  # reading and importing make nothing
    if wanted is None:
        return so(Way.ASK, reason="no row in operations/pending/identities.py says how to know it again")
    strangers = newest(wanted, unknown(found, wanted.type, deployment))
    if len(strangers) > 1:
        return so(Way.ASK, reason=_several(strangers))
    return so(Way.ADOPT, found=strangers[0]) if strangers else so(Way.FORGET)


def leftover(
    wanted: Wanted, about: str, found: Sequence[Found], deployment: Deployment, record: Mapping[str, Any]
) -> Remedy | None:
    """For a resource that the program is about to make; None where nothing of the kind stands unknown to the state."""
    strangers = newest(wanted, unknown(found, wanted.type, deployment))
    if wanted.identity.numbered and wanted.inputs.get("skipDestroy") is True:
        # older ones are kept on purpose; only one that is newer than the state's came from an interrupted run
        latest = max((number for number in _numbers(deployment, wanted.urn)), default=None)
        strangers = [] if latest is None else [one for one in strangers if one.number > latest]
    if not strangers:
        return None
    alone = len(strangers) == 1
    return Remedy(
        way=Way.ADOPT if alone else Way.ASK,
        urn=wanted.urn,
        about=about,
        happened="unreported",
        found=strangers[0] if alone else None,
        reason="" if alone else _several(strangers),
        record=record,
    )


def unknown(found: Sequence[Found], type_: str, deployment: Deployment) -> list[Found]:
    """Those that no resource of this type in the state is."""
    known = [one for one in deployment.get("resources") or () if one["type"] == type_]
    ids = {one.get("id") for one in known}
    arns = {arn for one in known if (arn := _arn(one))}
    return [one for one in found if (one.arn not in arns if one.arn and arns else one.id not in ids)]


def newest(wanted: Wanted, found: list[Found]) -> list[Found]:
    """Of a numbered kind the last one alone."""
    return [max(found, key=lambda one: one.number)] if wanted.identity.numbered and found else found


def _numbers(deployment: Deployment, urn: str) -> Iterator[int]:
    for one in deployment.get("resources") or ():
        if one["urn"] == urn:
            yield Found(id="", arn=_arn(one)).number


def _arn(one: Mapping[str, Any]) -> str:
    outputs: Mapping[str, Any] = one.get("outputs") or {}
    return str(outputs.get("arn") or "")


def _several(found: Sequence[Found]) -> str:
    return f"{len(found)} may be it: {', '.join(sorted(one.id for one in found))}"

"""The record of withdrawn images in Parameter Store, which every later `up` reads before it deploys.

Parameter Store knows no conditional write. So each write looks at the version number it made: a gap means that somebody
else wrote meanwhile, and what they wrote is taken in before it is lost.
"""

from typing import Any

from operations.aws.errors import code_of
from operations.errors import CommandStopped
from operations.session import Session
from runbook.deployments import Withdrawal, WithdrawalsUnreadableError, read_withdrawals, write_withdrawals

NEWEST = 20
PARAMETER_BYTES = 4096  # a standard parameter
REASON_CHARACTERS = 70
"""20 records of this length fit; the whole reason stands in the incident note."""
ATTEMPTS = 5


def recorded(session: Session) -> tuple[Withdrawal, ...]:
    """Withdrawn images, the newest last; none where the record is missing. An unreadable one stops the command."""
    return _read(session)[0]


def record(session: Session, withdrawal: Withdrawal) -> None:
    """Add one; an image that stands there already stays as it was recorded first."""
    ssm = session.clients.client("ssm")
    name = session.manifest.service.withdrawn_parameter
    known, version = _read(session)
    for _ in range(ATTEMPTS):
        if any(one.image == withdrawal.image for one in known):
            return
        text = fitting((*known, withdrawal))
        answer = ssm.put_parameter(Name=name, Value=text, Type="String", Overwrite=True)
        if (written := int(answer["Version"])) == version + 1:
            return
        overwritten = [_version(session, number) for number in range(version + 1, written)]
        known, version = _merged([known, *overwritten]), written
    raise CommandStopped(
        f"SSM parameter {name} is being written by others all the time; the image {withdrawal.image} is not recorded",
        hint="run the same command again",
    )


def fitting(withdrawals: tuple[Withdrawal, ...]) -> str:
    """The newest 20, and fewer where they would not fit into the parameter."""
    kept = list(withdrawals)[-NEWEST:]
    while len((text := write_withdrawals(kept)).encode()) > PARAMETER_BYTES and len(kept) > 1:
        del kept[0]
    return text


def short_reason(reason: str) -> str:
    """One line of at most 70 characters."""
    line = " ".join(reason.split())
    return line if len(line) <= REASON_CHARACTERS else f"{line[: REASON_CHARACTERS - 1]}…"


def _read(session: Session) -> tuple[tuple[Withdrawal, ...], int]:
    """The record and its version; version 0 where there is none."""
    from botocore.exceptions import ClientError

    name = session.manifest.service.withdrawn_parameter
    try:
        parameter = session.clients.client("ssm").get_parameter(Name=name)["Parameter"]
    except ClientError as error:
        if code_of(error) != "ParameterNotFound":
            raise
        return (), 0
    return _parsed(name, parameter), int(parameter["Version"])


def _version(session: Session, number: int) -> tuple[Withdrawal, ...]:
    name = f"{session.manifest.service.withdrawn_parameter}:{number}"
    return _parsed(name, session.clients.client("ssm").get_parameter(Name=name)["Parameter"])


def _parsed(name: str, parameter: dict[str, Any]) -> tuple[Withdrawal, ...]:
    try:
        return read_withdrawals(parameter["Value"])
    except WithdrawalsUnreadableError as error:
        raise CommandStopped(
            f"SSM parameter {name} is {error}", hint="repair it: `[]` is an empty record; nothing was changed"
        ) from error


def _merged(records: list[tuple[Withdrawal, ...]]) -> tuple[Withdrawal, ...]:
    known: dict[str, Withdrawal] = {}
    for one in (one for some in records for one in some):
        known.setdefault(one.image, one)
    return tuple(sorted(known.values(), key=lambda one: one.at))

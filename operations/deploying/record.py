"""Who deploys what for which ticket: one SSM parameter, whose history is the list of deployments (100 versions).

It is also the answer to a second operator between the first one's yes and ECS's deployment, when nothing else tells
that somebody is at it. Parameter Store knows no conditional write, so each claim looks at the version number it made: a
gap means that somebody else wrote meanwhile, and who wrote first is the one who deploys.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from json import dumps, loads
from typing import Any

from operations.aws.errors import code_of
from operations.deploying.wanted import digest_of
from operations.deployments.told import DIGEST_CHARACTERS
from operations.errors import CommandStopped, refused
from operations.session import Session
from runbook.whereabouts import deployment_parameter_name

CLAIM_MINUTES = 30
"""An update of an environment takes less; whoever claimed and has no deployment after that has given up."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """One deployment, as its operator asked for it."""

    who: str
    """Last part of the ARN: the person's name where people sign in by role."""
    at: str
    """When, ISO 8601 in UTC."""
    image: str
    ticket: str | None
    replaces: str | None
    """What the stack file named before."""
    replaces_version: str | None
    outcome: str | None = None
    """How it ended; None while it has not, or nobody was there to see it."""

    @property
    def moment(self) -> datetime:
        """Aware."""
        return datetime.fromisoformat(self.at)

    def claims(self, now: datetime) -> bool:
        """Whether its operator may still be between the yes and ECS's deployment."""
        return self.outcome is None and now - self.moment < timedelta(minutes=CLAIM_MINUTES)

    def __str__(self) -> str:
        """`anna, since 2026-11-24 10:05 UTC, for OPS-12`."""
        return f"{self.who}, since {self.moment:%Y-%m-%d %H:%M} UTC{f', for {self.ticket}' if self.ticket else ''}"


def who(session: Session) -> str:
    """The operator."""
    return str(session.clients.client("sts").get_caller_identity()["Arn"]).rpartition("/")[2]


def read(session: Session) -> Record | None:
    """The newest; None where nobody has deployed yet, or what stands there is nothing of ours."""
    return _read(session)[0]


def claim(session: Session, record: Record, *, over: Record | None) -> None:
    """Write it down before anything is done; refused where somebody else was quicker.

    `over`: the record of a deployment that ECS has seen, which therefore claims nothing any more.
    """
    known, version = _read(session)
    now = session.clock.now()
    if known is not None and known != over and known.claims(now) and not same_hand(known, record.who, record.image):
        raise taken(session.manifest.environment, known)
    written = _write(session, record)
    for number in range(version + 1, written):
        first = _parsed(_parameter(session, f":{number}"))
        if first is not None and first.claims(now):
            _write(session, first)
            raise taken(session.manifest.environment, first)


def end(session: Session, record: Record, outcome: str) -> None:
    """Add how it ended, unless somebody else deploys by now."""
    known, _version = _read(session)
    if known is not None and (known.who, known.at) == (record.who, record.at) and known.outcome != outcome:
        _write(session, replace(known, outcome=outcome))


def taken(environment: str, by: Record) -> CommandStopped:
    """The refusal: somebody is at it."""
    return refused(
        f"{by.who} is about to deploy {digest_of(by.image)[:DIGEST_CHARACTERS]} to {environment} ({by}); "
        "nothing was changed",
        hint=f"wait for it, or talk to {by.who}; `mfcloud status {environment}` shows when it has begun",
    )


def same_hand(record: Record, operator: str, image: str) -> bool:
    """The same person again, after an interruption. Two windows of one person are told apart by the state's lock."""
    return record.who == operator and digest_of(record.image) == digest_of(image)


def _read(session: Session) -> tuple[Record | None, int]:
    parameter = _parameter(session, "")
    return _parsed(parameter), int(parameter["Version"])


def _parameter(session: Session, version: str) -> dict[str, Any]:
    from botocore.exceptions import ClientError

    name = deployment_parameter_name(session.manifest.environment)
    try:
        return session.clients.client("ssm").get_parameter(Name=f"{name}{version}")["Parameter"]
    except ClientError as error:
        if code_of(error) != "ParameterNotFound":
            raise
        raise CommandStopped(
            f"there is no SSM parameter {name}, where it is recorded who deploys; nothing was changed",
            hint=f"`mfcloud up {session.manifest.environment}` makes it",
        ) from error


def _parsed(parameter: dict[str, Any]) -> Record | None:
    try:
        record = Record(**loads(parameter["Value"]))
        aware = record.moment.tzinfo is not None
    except (ValueError, TypeError):
        return None
    return record if aware else None


def _write(session: Session, record: Record) -> int:
    name = deployment_parameter_name(session.manifest.environment)
    answer = session.clients.client("ssm").put_parameter(
        Name=name, Value=dumps(asdict(record)), Type="String", Overwrite=True
    )
    return int(answer["Version"])

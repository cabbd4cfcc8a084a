"""What program and commands both know about deployments: when one is unfinished, and which images were withdrawn."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError

from runbook.section import Section
from runbook.whereabouts import folder

# Amazon ECS API, ServiceDeployment.status: while a deployment is in one of these, the next one would stop it half way.
UNFINISHED_STATUSES: tuple[str, ...] = (
    "PENDING",
    "IN_PROGRESS",
    "STOP_REQUESTED",
    "ROLLBACK_REQUESTED",
    "ROLLBACK_IN_PROGRESS",
)


class Withdrawal(Section):
    """An image that a rollback took out of service, and why nobody should bring it back by accident."""

    image: str
    """Its digest (`sha256:…`), or the whole reference of an image without one."""
    at: str
    """When, ISO 8601 in UTC."""
    reason: str

    @property
    def at_in_words(self) -> str:
        """When, as every other time is shown to people: `2026-11-24 03:35 UTC`."""
        try:
            at = datetime.fromisoformat(self.at)
        except ValueError:  # somebody wrote the record by hand
            return self.at
        return f"{at.astimezone(UTC) if at.tzinfo else at:%Y-%m-%d %H:%M} UTC"

    def concerns(self, image: str) -> bool:
        """Whether an image reference of a stack file names this image."""
        return image == self.image or image.endswith(f"@{self.image}")


class RegistryUnreadableError(Exception):
    """Whoever was asked about deployments gave no answer; the text says why and what to do, as one sentence."""


@dataclass(frozen=True, kw_only=True)
class RunningDeployment:
    """A deployment that has not finished, its bake included."""

    arn: str
    status: str
    """As ECS spells it, for instance IN_PROGRESS."""
    since: datetime
    """With a time zone."""


_RECORD = TypeAdapter(tuple[Withdrawal, ...])


class WithdrawalsUnreadableError(ValueError):
    """The record of withdrawn images is not what `write_withdrawals` wrote."""


def withdrawn_parameter_name(environment_name: str) -> str:
    """SSM parameter that holds the record: made empty by the program, written by a rollback."""
    return f"{folder(environment_name)}/withdrawn"


def write_withdrawals(withdrawals: Iterable[Withdrawal]) -> str:
    """A JSON list. An SSM parameter holds about 20 of them (4 KB): whoever adds one drops the oldest beyond that."""
    return _RECORD.dump_json(tuple(withdrawals)).decode()


def read_withdrawals(text: str) -> tuple[Withdrawal, ...]:
    """What `write_withdrawals` wrote; raises WithdrawalsUnreadableError for anything else."""
    try:
        return _RECORD.validate_json(text)
    except ValidationError as error:
        raise WithdrawalsUnreadableError(f"not a list of withdrawn images: {text[:80]!r}") from error

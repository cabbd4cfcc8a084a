"""One recovery of an environment at a time: two people renaming instances at once would undo each other's work.

Parameter Store makes a parameter that is not there yet for one caller only. Whoever is second is told who is at it.
An interrupted command gives the lock back; one that was killed, or whose credentials ended, leaves it behind, and
`--take-over` is the person's word that nobody is at it any more.
"""

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast
from uuid import uuid4

from operations.aws.clients import Clients
from operations.aws.errors import brief, code_of
from operations.clock import Clock
from operations.errors import refused
from operations.session import Session
from operations.terminal import say
from runbook.whereabouts import folder


def lock_parameter(environment: str) -> str:
    """SSM parameter that is there while somebody recovers the environment."""
    return f"{folder(environment)}/recovery-under-way"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Whose lock, and where it lies: an environment that is only being brought up has no manifest yet."""

    environment: str
    clients: Clients
    clock: Clock

    @classmethod
    def of(cls, session: Session) -> "Place":
        """Of an environment that stands."""
        return cls(environment=session.manifest.environment, clients=session.clients, clock=session.clock)


@dataclass(frozen=True, kw_only=True)
class Held:
    """The lock, in this command's hands."""

    place: Place
    run: str

    def check(self) -> None:
        """Before each change. Stops the command where somebody else has taken over."""
        found = _read(self.place)
        if found.get("run") != self.run:
            who = found.get("by", "somebody else")
            raise refused(
                f"{who} has taken this recovery over; this command leaves it alone from here",
                hint="what is under way in AWS goes on; talk to each other",
            )


@contextmanager
def alone(place: Place, work: str, *, take_over: bool) -> Generator[Held]:
    """Hold the lock. Refused where somebody else has it, unless `take_over`."""
    held = Held(place=place, run=uuid4().hex)
    try:
        _take(held, work, take_over=take_over)
        yield held
    finally:
        _give_back(held)


def _take(held: Held, work: str, *, take_over: bool) -> None:
    from botocore.exceptions import ClientError

    place = held.place
    name = lock_parameter(place.environment)
    text = json.dumps(
        {
            "by": str(place.clients.client("sts").get_caller_identity()["Arn"]),
            "since": place.clock.now().isoformat(timespec="seconds"),
            "work": work,
            "run": held.run,
        }
    )
    try:
        place.clients.client("ssm").put_parameter(Name=name, Value=text, Type="String", Overwrite=take_over)
    except ClientError as error:
        if code_of(error) != "ParameterAlreadyExists":
            raise
        found = _read(place)
        if found.get("run") == held.run:  # the answer to the first try was lost, and boto3 asked again
            return
        raise refused(
            f"{found.get('by', 'somebody')} is at it since {found.get('since', 'an unknown time')}: "
            f"{found.get('work', 'a recovery')}; nothing was changed",
            hint="talk to them; if nobody is at it any more (a killed command leaves this behind), add --take-over",
        ) from error


def _read(place: Place) -> dict[str, Any]:
    """What stands in the lock; nothing where it is gone or unreadable."""
    from botocore.exceptions import ClientError

    try:
        answer: Any = place.clients.client("ssm").get_parameter(Name=lock_parameter(place.environment))
        found: Any = json.loads(answer["Parameter"]["Value"])
    except ClientError as error:
        if code_of(error) != "ParameterNotFound":
            raise
        return {}
    except ValueError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _give_back(held: Held) -> None:
    """Whatever goes wrong here must not hide how the command ended."""
    name = lock_parameter(held.place.environment)
    try:
        if _read(held.place).get("run") == held.run:
            held.place.clients.client("ssm").delete_parameter(Name=name)
    except Exception as error:  # noqa: BLE001 - said, and the next person has --take-over
        say(f"warning: SSM parameter {name} could not be deleted ({brief(error)}); the next command needs --take-over")

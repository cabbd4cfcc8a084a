"""A thing that AWS tells, or why it does not: what is missing is unknown, never zero or none."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from operations.aws.errors import as_stopped, is_signed_out
from operations.errors import CommandStopped

Thing = TypeVar("Thing")


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """Why it is not known, as a sentence."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Known(Generic[Thing]):
    """What it is; None where AWS says that there is none."""

    thing: Thing


def known(ask: Callable[[], Thing]) -> Known[Thing] | Unknown:
    """Ask; a refusal of this one thing is told, so that the rest can be shown. Signed out, nothing can: raises."""
    try:
        return Known(thing=ask())
    except CommandStopped as stopped:
        return Unknown(reason=stopped.message)
    except Exception as error:
        stopped = as_stopped(error)
        if stopped is None or is_signed_out(error):
            raise
        return Unknown(reason=stopped.message)

"""One mistake, and the common ways to make one."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.offline.neighbourhood import Draft

OTHER_VPC = "vpc-0123456789abcdef0"


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """What was done, at which resource it must be refused, by which rule, with which words."""

    done: str
    at: str
    rule: str
    refused: str
    by: Callable[[Draft], object]


def changed(said: str, **inputs: object) -> Callable[[Draft], object]:
    return lambda draft: draft[said].update(inputs)


def gone(*said: str) -> Callable[[Draft], object]:
    return lambda draft: draft.remove(*said)


def elsewhere(said: str) -> Callable[[Draft], object]:
    return changed(said, vpcId=OTHER_VPC)

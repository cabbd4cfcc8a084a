"""A sequence that can be broken off anywhere: each step sees for itself whether it has been done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from operations.clock import Clock
from operations.terminal import say

SECONDS_PER_MINUTE = 60


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing to do."""

    title: str
    """As an order: `move the present instance aside`."""
    done: Callable[[], bool]
    """Read from reality; a note of our own could be missing exactly when it is needed."""
    do: Callable[[], None]
    """May be called again after it was interrupted at any point; what it has begun, it goes on with."""
    minutes: int
    """Expected. AWS promises none of them; they are there to tell a long wait from a stuck one."""


def expected_minutes(steps: Sequence[Step]) -> int:
    """Of all of them, one after the other."""
    return sum(step.minutes for step in steps)


def carry_out(steps: Sequence[Step], clock: Clock) -> list[str]:
    """Do what has not been done, in order. Returns the titles of what was done now."""
    began, done_now = clock.now(), list[str]()
    for number, step in enumerate(steps, start=1):
        place = f"step {number} of {len(steps)}: {step.title}"
        if step.done():
            say(f"{place}: done already")
            continue
        say(f"{place} (about {step.minutes} min; {_minutes(clock, began)} min so far)")
        step.do()
        done_now.append(step.title)
    return done_now


def _minutes(clock: Clock, began: datetime) -> int:
    return int((clock.now() - began).total_seconds() // SECONDS_PER_MINUTE)

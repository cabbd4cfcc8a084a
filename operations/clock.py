"""The clock that commands look at and wait by; tests put another one in its place."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What a wait needs of time."""

    def now(self) -> datetime:
        """UTC, aware."""
        ...

    def sleep(self, seconds: float) -> None:
        """Returns after so long."""
        ...


class SystemClock:
    """This machine's."""

    def now(self) -> datetime:
        """As Clock says."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """As Clock says."""
        time.sleep(seconds)

"""The offline cloud's clock: this machine's, but for the time that deployments and waits take, which flies by.

A bake of fifteen minutes lasts fifteen seconds; the time of a person who is waited for does not fly. What the clock
has gained is kept in the store, so that commands in two terminals agree, and what one of them says of minutes is true
of the other.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from offline.provider.store import Store

SPEED: Final = 60.0
"""Minutes become seconds."""
_KEY: Final = "clock"
_GROUNDED: Final = "clock is grounded"
_SHORTEST_SLEEP_SECONDS: Final = 0.05
_LONGEST_SLEEP_SECONDS: Final = 0.5


@dataclass(frozen=True, kw_only=True)
class Flight:
    """From `real`, when the offline clock showed `shown`, it runs at `speed` until it shows `until`."""

    real: datetime
    shown: datetime
    until: datetime
    speed: float = SPEED

    def at(self, real: datetime) -> datetime:
        """What the clock shows at a real moment; after the flight it runs like any other."""
        left = self.until - self.shown
        lasts = left / self.speed
        gone = real - self.real
        return self.shown + gone * self.speed if gone < lasts else self.until + (gone - lasts)


class OfflineClock:
    """What commands look at and wait by."""

    def __init__(
        self,
        store: Store,
        *,
        real: Callable[[], datetime] = lambda: datetime.now(UTC),
        really_sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store, self._real, self._really_sleep = store, real, really_sleep

    def now(self) -> datetime:
        """UTC, aware; to the second before which nothing can be told apart."""
        real = self._real()
        flight = self._flight()
        return flight.at(real) if flight else real

    def fly(self, until: datetime) -> None:
        """Let the time fly until the clock shows `until`; one that flies farther already goes on."""
        with self._store.transaction():
            real, flight = self._real(), self._flight()
            shown = flight.at(real) if flight else real
            if until <= shown or (flight and flight.until >= until):
                return
            self._keep(Flight(real=real, shown=shown, until=until))

    def land(self, until: datetime) -> None:
        """No farther than `until`, or than now where that is over: something has to be waited for."""
        with self._store.transaction():
            real, flight = self._real(), self._flight()
            if flight is not None and flight.until > until:
                shown = flight.at(real)
                self._keep(Flight(real=real, shown=shown, until=max(shown, until)))

    def ground(self, since: datetime | None) -> None:
        """From then on a person is waited for, whose time does not fly; None: nobody is."""
        self._store.remember(_GROUNDED, since.isoformat() if since else None)

    def sleep(self, seconds: float) -> None:
        """Until the clock shows so many seconds later: a fraction of them, really, unless a person is waited for."""
        wanted = self.now() + timedelta(seconds=seconds)
        while (left := (wanted - self.now()).total_seconds()) > 0:
            if self._grounded():
                self._really_sleep(min(left, _LONGEST_SLEEP_SECONDS))  # somebody may give the word meanwhile
            else:
                self.fly(wanted)
                self._really_sleep(min(max(left / SPEED, _SHORTEST_SLEEP_SECONDS), _LONGEST_SLEEP_SECONDS))

    def _grounded(self) -> bool:
        since: Any = self._store.recall(_GROUNDED)
        return since is not None and datetime.fromisoformat(since) <= self.now()

    def _flight(self) -> Flight | None:
        kept: Any = self._store.recall(_KEY)
        if kept is None:
            return None
        moments = {name: datetime.fromisoformat(kept[name]) for name in ("real", "shown", "until")}
        return Flight(**moments, speed=float(kept["speed"]))

    def _keep(self, flight: Flight) -> None:
        moments = {name: getattr(flight, name).isoformat() for name in ("real", "shown", "until")}
        self._store.remember(_KEY, {**moments, "speed": flight.speed})

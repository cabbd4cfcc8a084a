"""A clock that moves only when somebody sleeps, and then at once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass
class VirtualClock:
    at: datetime = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    on_sleep: list[Callable[[datetime], None]] = field(default_factory=list)
    """Told of every sleep: to press Ctrl-C, or to play AWS."""

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.at += timedelta(seconds=seconds)
        for listener in list(self.on_sleep):
            listener(self.at)

    def once(self, happens: Callable[[], object]) -> None:
        """At the next sleep, and not again."""

        def listener(_at: datetime) -> None:
            self.on_sleep.remove(listener)
            happens()

        self.on_sleep.append(listener)

"""How long each part of the maintenance checklist may take; from these follow the reserves before the window's end.

A test goes through the whole definition with every call at its longest, and holds that it ends in time.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Timing:
    """How long things may take, in seconds. Shares and reserves follow from these."""

    window_seconds: int
    alarm_seconds: int = 600
    """The maintenance alarm may lag the clock by some minutes; it has read the clock once a minute by then."""
    poll_seconds: int = 30
    settle_seconds: int = 180
    """Until RDS shows that it works on what it was asked to apply."""
    call_seconds: int = 20
    compose_seconds: int = 30
    """Our own function; its cold start is under 2 s."""
    smoke_test_seconds: int = 200
    """Above the function's own time-out of 180."""
    verify_seconds: int = 360
    """At least so long the smoke test may be repeated: a database that has just restarted needs a moment."""
    retries: int = 2
    retry_seconds: int = 2
    margin_seconds: int = 120
    """Everything is over so long before the window ends."""
    backup_percent: int = 50
    """Backups may use this share of the window."""
    database_percent: int = 75
    """By then the database has to be available again, or a person looks at it."""

    def worst_seconds(self, one_try_seconds: int) -> int:
        """A call with all its retries; the pause doubles."""
        pauses = self.retry_seconds * (2**self.retries - 1)
        return (self.retries + 1) * one_try_seconds + pauses

    @property
    def tail_seconds(self) -> int:
        """From the last smoke test to the end: two texts, two messages."""
        return 2 * (self.worst_seconds(self.compose_seconds) + self.worst_seconds(self.call_seconds))

    @property
    def verify_before_end_seconds(self) -> int:
        """No smoke test begins later than this before the end."""
        return self.margin_seconds + self.tail_seconds + self.poll_seconds + self.smoke_test_seconds

    @property
    def word_before_end_seconds(self) -> int:
        """The operator is waited for until then."""
        return self.verify_before_end_seconds + self.verify_seconds

    @property
    def database_before_end_seconds(self) -> int:
        """The database is waited for no later than this before the end: the way from there to the operator."""
        turn = self.worst_seconds(self.call_seconds) + self.worst_seconds(self.compose_seconds)
        return self.word_before_end_seconds + self.poll_seconds + self.worst_seconds(self.call_seconds) + turn

    @property
    def backup_before_end_seconds(self) -> int:
        """Backups are waited for no later than this before the end: five calls from there to the database's answer."""
        return (
            self.database_before_end_seconds
            + self.poll_seconds
            + self.settle_seconds
            + 5 * self.worst_seconds(self.call_seconds)
        )

    @property
    def least_seconds(self) -> int:
        """With less than this left, nothing is begun: before the backups come our function and five calls."""
        before = self.worst_seconds(self.compose_seconds) + 5 * self.worst_seconds(self.call_seconds)
        return before + self.alarm_seconds + self.backup_before_end_seconds

    @property
    def limits(self) -> dict[str, int]:
        """What the function needs to plan with."""
        return {
            "window_seconds": self.window_seconds,
            "least_seconds": self.least_seconds,
            "alarm_seconds": self.alarm_seconds,
            "backup_percent": self.backup_percent,
            "database_percent": self.database_percent,
            "backup_before_end_seconds": self.backup_before_end_seconds,
            "database_before_end_seconds": self.database_before_end_seconds,
            "word_before_end_seconds": self.word_before_end_seconds,
            "verify_before_end_seconds": self.verify_before_end_seconds,
        }

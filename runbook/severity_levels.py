"""How bad an incident is, and how soon somebody has to answer. Source: runbook, "Severity Levels"."""

from dataclasses import dataclass

MINUTES_PER_HOUR = 60


@dataclass(frozen=True, kw_only=True)
class SeverityLevel:
    """One row."""

    id: str
    name: str
    examples: tuple[str, ...]
    answer_minutes: int
    """Somebody has taken it up within so long."""

    @property
    def answer(self) -> str:
        """`within 15 minutes`, `within 4 hours`."""
        hours, minutes = divmod(self.answer_minutes, MINUTES_PER_HOUR)
        if minutes:
            return f"within {self.answer_minutes} minutes"
        return f"within {hours} hour{'' if hours == 1 else 's'}"


SEVERITY_LEVELS: dict[str, SeverityLevel] = {
    level.id: level
    for level in (
        SeverityLevel(
            id="P0",
            name="critical",
            examples=("service completely down", "data loss or corruption", "security breach"),
            answer_minutes=15,
        ),
        SeverityLevel(
            id="P1",
            name="high",
            examples=("major feature broken", "performance degradation", "partial outage"),
            answer_minutes=60,
        ),
        SeverityLevel(
            id="P2",
            name="medium",
            examples=("minor feature broken", "non-critical errors", "performance issues"),
            answer_minutes=4 * MINUTES_PER_HOUR,
        ),
        SeverityLevel(
            id="P3",
            name="low",
            examples=("cosmetic issues", "enhancement requests", "documentation updates"),
            answer_minutes=24 * MINUTES_PER_HOUR,
        ),
    )
}

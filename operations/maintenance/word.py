"""The operator's word to the maintenance checklist, which waits for it with a task token in an SSM parameter.

The checklist writes `<until> <execution> <task token>` there; until it has run for the first time it says that nobody
waits. A word that was given or came too late leaves the parameter as it is, and the token is refused.
"""

from dataclasses import dataclass
from datetime import datetime

PARTS = 3
FAILED = "MaintenanceFailed"
"""The error with which the checklist knows a failure from anything else that may go wrong with the answer."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Whom to answer."""

    until: datetime
    execution: str
    token: str


def read_word(text: str) -> Waiting | None:
    """None where nobody was ever waited for, or what stands there is not the checklist's."""
    parts = text.split()
    if len(parts) != PARTS:
        return None
    try:
        until = datetime.fromisoformat(parts[0])
    except ValueError:
        return None
    return None if until.tzinfo is None else Waiting(until=until, execution=parts[1], token=parts[2])

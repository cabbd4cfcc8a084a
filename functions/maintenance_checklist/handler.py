"""Lambda: plans the maintenance window and writes its messages. Called by the checklist's state machine only.

    {"do": "plan", "execution", "started", "input", "limits"} → the plan's moments, `feasible`, `reason`, `ticket`, and
        `announcement`, `ticket_message`, `turn`, each {"subject", "message"}
    {"do": "left", "until"}                                   → {"seconds": whole seconds until then, at least 0}
    {"do": "closing", "state"}                                → {"subject", "message"} for users
    {"do": "report", "state", "execution"}                    → {"subject", "message", "good"} for operators

An event of another shape raises `UnknownEventError`: the state machine then goes on without, and says so.
"""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from math import floor

from functions.common.environ import BadSettingError, required
from functions.common.log import log_line
from functions.maintenance_checklist import plan as planning
from functions.maintenance_checklist import report as reporting
from functions.maintenance_checklist import words
from functions.maintenance_checklist.plan import UnknownEventError, fields, moment
from functions.maintenance_checklist.words import Names


def handler(
    event: object,
    _context: object,
    *,
    environ: Mapping[str, str] = os.environ,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> dict[str, object]:
    """Raises `UnknownEventError` and `BadSettingError`."""
    try:
        asked = fields(event, "the event")
        answer = _answer(asked, _names(environ), now())
    except (UnknownEventError, BadSettingError) as error:
        log_line("maintenance checklist: not understood", reason=str(error))
        raise
    log_line("maintenance checklist", do=asked["do"], answer=answer)
    return answer


def _answer(asked: Mapping[str, object], names: Names, now: datetime) -> dict[str, object]:
    match asked.get("do"):
        case "plan":
            return _plan(asked, names)
        case "left":
            seconds = (moment(asked.get("until"), "until") - now).total_seconds()
            return {"seconds": max(0, floor(seconds))}
        case "closing":
            return {**reporting.closing(asked.get("state"), names, now)}
        case "report":
            text, good = reporting.report(asked.get("state"), names, now, str(asked.get("execution")))
            return {**text, "good": good}
        case other:
            raise UnknownEventError(f"do is {str(other)[:50]!r}; it must be plan, left, closing or report")


def _plan(asked: Mapping[str, object], names: Names) -> dict[str, object]:
    made = planning.plan(moment(asked.get("started"), "started"), asked.get("input"), asked.get("limits"))
    moments = ("starts", "ends", "alarm_until", "backup_until", "database_until", "word_until", "verify_until")
    return {
        **{name: _spell(getattr(made, name)) for name in moments},
        "feasible": made.feasible,
        "reason": made.reason,
        "ticket": words.ticket(made, names.environment),
        "announcement": words.announcement(made, names),
        "ticket_message": words.ticket_message(made, names, str(asked.get("execution"))),
        "turn": words.turn(made, names),
    }


def _spell(at: datetime) -> str:
    """As Step Functions compares times: RFC 3339 with an upper-case Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _names(environ: Mapping[str, str]) -> Names:
    return Names(
        environment=required(environ, "ENVIRONMENT"),
        url=required(environ, "URL"),
        guide_url=required(environ, "GUIDE_URL"),
    )

"""What users and operators are told. Subjects are ASCII and at most 100 characters (Amazon SNS)."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from functions.maintenance_checklist.plan import Plan

Message: TypeAlias = dict[str, str]
SUBJECT_CHARACTERS = 100


@dataclass(frozen=True, kw_only=True)
class Names:
    """The environment variables of the function."""

    environment: str
    url: str
    guide_url: str
    """The checklist's section of the operators' guide."""


def message(subject: str, *lines: str) -> Message:
    """Lines become paragraphs of one text."""
    ascii_subject = subject.encode("ascii", "replace").decode()
    return {"subject": ascii_subject[:SUBJECT_CHARACTERS], "message": "\n".join(lines)}


def clock(at: datetime) -> str:
    """`02:05 UTC`."""
    return f"{at:%H:%M} UTC"


def ticket(plan: Plan, environment: str) -> str:
    """One per environment and day: `MAINT-production-2026-12-06`."""
    return f"MAINT-{environment}-{plan.starts:%Y-%m-%d}"


def announcement(plan: Plan, names: Names) -> Message:
    """Users: it begins."""
    return message(
        "MockForge Cloud: maintenance has begun",
        f"The maintenance of MockForge Cloud, {names.url}, has begun. It ends at {clock(plan.ends)} at the latest.",
        "The service may be slow or interrupted until then; you need do nothing. We tell you when it is over.",
    )


def ticket_message(plan: Plan, names: Names, execution: str) -> Message:
    """Operators: it begins, and this is its number. No ticket system is configured, so the message is the ticket."""
    number = ticket(plan, names.environment)
    return message(
        f"{number}: maintenance of {names.environment} has begun",
        f"Ticket {number}. No ticket system is connected: this message is the ticket, and the report closes it.",
        f"From {clock(plan.starts)} to {clock(plan.ends)}. Now everything is backed up, until "
        f"{clock(plan.backup_until)} at the latest; then pending "
        "maintenance of the database is applied; then it is your turn.",
        f"Guide: {names.guide_url}",
        f"Execution: {execution}",
    )


def turn(plan: Plan, names: Names) -> Message:
    """Operators: now you."""
    return message(
        f"{ticket(plan, names.environment)}: your turn, until {clock(plan.word_until)}",
        f"Everything is backed up. Do what is planned now. When you are done: "
        f"./mfcloud maintenance finish {names.environment}",
        f"If it went wrong: ./mfcloud maintenance finish {names.environment} --failed. Without an answer the tests of "
        f"the service begin at {clock(plan.word_until)}.",
        f"Guide: {names.guide_url}",
    )

"""A deployment's end for scripts. Its keys only ever grow."""

from json import dumps
from typing import TYPE_CHECKING, Any

from operations.deploying.course import Course
from operations.deploying.outcome import Outcome
from operations.deploying.record import Record
from operations.deploying.stack_file import names, read

if TYPE_CHECKING:
    from functions.smoke_test.checks import Report


def as_json(course: Course, ended: Outcome, record: Record | None, report: "Report | None") -> str:
    """One object."""
    deployment = ended.deployment
    content = {
        "environment": course.environment,
        "deployment": deployment.arn,
        "status": deployment.status,
        "succeeded": ended.succeeded,
        "reason": ended.reason,
        "brought": ended.brought.as_json() if ended.brought else None,
        "live": ended.live.as_json() if ended.live else None,
        "ticket": record.ticket if record else None,
        "begun_by": record.who if record else None,
        "stack_file": _stack_file(course),
        "smoke_test": _smoke_test(report) if report else None,
    }
    return dumps(content, indent=2, ensure_ascii=False)


def _stack_file(course: Course) -> dict[str, Any]:
    """What it says now."""
    said = names(read(course.edit.path))
    return {"file": course.edit.path.name, "image": said.image if said else None}


def _smoke_test(report: "Report") -> dict[str, Any]:
    return {
        "passed": report.passed,
        "results": [
            {"name": one.name, "outcome": one.outcome, "reason": one.reason, "milliseconds": one.milliseconds}
            for one in report.results
        ],
    }

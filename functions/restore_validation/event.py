"""AWS Backup's event on a restore job, read strictly: what is not understood is never a pass."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

DETAIL_TYPE = "Restore Job State Change"
_JOB = re.compile(r"[A-Za-z0-9-]{1,100}")


class UnknownEventError(Exception):
    """The event has another shape, or is not about our restore test. The message says what is wrong and where."""


@dataclass(frozen=True, kw_only=True)
class RestoreJob:
    """A restore job of our test plan that has completed."""

    job_id: str
    resource_type: str
    created_arn: str
    """What was restored."""


def job_of_ours(event: object, plan_arn_prefix: str) -> str:
    """Id of the restore job, if it is one of our test plan's: only then may it be judged. Raises otherwise."""
    detail = _detail(event)
    plan = detail.get("restoreTestingPlanArn")
    if not isinstance(plan, str) or not plan.startswith(plan_arn_prefix):
        raise UnknownEventError(f"restoreTestingPlanArn is {_shown(plan)}; our plan's begins with {plan_arn_prefix}")
    job_id = detail.get("restoreJobId")
    if not isinstance(job_id, str) or not _JOB.fullmatch(job_id):
        raise UnknownEventError(f"restoreJobId is {_shown(job_id)}; it must be the id of a restore job")
    return job_id


def read_event(event: object, plan_arn_prefix: str) -> RestoreJob:
    """Raises `UnknownEventError`."""
    job_id, detail = job_of_ours(event, plan_arn_prefix), _detail(event)
    # AWS Backup's own examples show either name.
    status = detail.get("status", detail.get("state"))
    if status != "COMPLETED":
        raise UnknownEventError(f"status is {_shown(status)}; only COMPLETED can be judged")
    return RestoreJob(
        job_id=job_id, resource_type=_text(detail, "resourceType"), created_arn=_text(detail, "createdResourceArn")
    )


def _detail(event: object) -> Mapping[str, Any]:
    if not isinstance(event, dict):
        raise UnknownEventError(f"the event is of the type {type(event).__name__}; it must be an object")
    fields = cast("dict[str, Any]", event)
    if fields.get("source") != "aws.backup" or fields.get("detail-type") != DETAIL_TYPE:
        raise UnknownEventError(
            f"source and detail-type are {_shown(fields.get('source'))} and {_shown(fields.get('detail-type'))}; "
            f"they must be 'aws.backup' and '{DETAIL_TYPE}'"
        )
    detail = fields.get("detail")
    if not isinstance(detail, dict):
        raise UnknownEventError("detail must be an object")
    return cast("dict[str, Any]", detail)


def _text(detail: Mapping[str, Any], key: str) -> str:
    value = detail.get(key)
    if not isinstance(value, str) or not value:
        raise UnknownEventError(f"{key} is {_shown(value)}; it must be a text")
    return value


def _shown(value: object) -> str:
    return repr(value)[:100]

"""ECS's protocol for Lambda lifecycle hooks, as pure functions: event in, answer out.

Source: ECS developer guide, "Lambda lifecycle hooks". What cannot be understood is an error, never a pass.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

from functions.smoke_test.checks import Report

HookStatus: TypeAlias = Literal["SUCCEEDED", "FAILED", "IN_PROGRESS"]

# In these stages the tasks under test get test traffic, so a weight of 0 can only mean that it was taken away again.
# In an earlier stage every deployment has weight 0, and a rollback could not be told apart.
STAGES = ("TEST_TRAFFIC_SHIFT", "POST_TEST_TRAFFIC_SHIFT", "PRE_PRODUCTION_TRAFFIC_SHIFT")
# ECS asks again 30 s after IN_PROGRESS. New tasks are healthy before test traffic reaches them, so minutes are plenty.
MAXIMUM_ATTEMPTS = 20
MAXIMUM_SECONDS = 15 * 60
REASON_CHARACTERS = 500

_DEPLOYMENT_ARN = re.compile(r"arn:[a-z-]+:ecs:[a-z0-9-]+:\d{12}:service-deployment/\S+")
_REVISION_ARN = re.compile(r"arn:[a-z-]+:ecs:[a-z0-9-]+:\d{12}:service-revision/[^/\s]+/[^/\s]+/\S+")


class UnknownEventError(Exception):
    """The event has another shape than this function's callers send. The message says what is wrong and where."""


@dataclass(frozen=True, kw_only=True)
class HookEvent:
    """What ECS says, as far as it is needed here."""

    deployment_arn: str
    revision_arn: str
    """The service revision under test."""
    stage: str
    test_weight: float | None
    """Percent of test traffic that the revision gets; None where ECS does not say (seen: it sends empty weights)."""
    attempt: int
    """1 is the first."""
    began_at: float
    """Of the first attempt, seconds since 1970."""
    expected_version: str | None
    """From the hook's configured details; None: not given."""

    @property
    def is_rollback(self) -> bool:
        """Test traffic was taken away from the revision again."""
        return self.test_weight == 0


def read_hook_event(event: Mapping[str, object], now: float) -> HookEvent:
    """Raises `UnknownEventError`."""
    execution = _mapping(event, "executionDetails")
    details = _mapping(event, "hookDetails", optional=True)
    _text(event, "executionId")
    stage = _text(event, "lifecycleStage")
    if stage not in STAGES:
        raise UnknownEventError(f"lifecycleStage is {stage!r}; this hook belongs to one of {', '.join(STAGES)}")
    revision_arn = _arn(execution, "targetServiceRevisionArn", _REVISION_ARN)
    _text(execution, "serviceArn")
    _weights(execution, "productionTrafficWeights")
    return HookEvent(
        deployment_arn=_arn(event, "resourceArn", _DEPLOYMENT_ARN),
        revision_arn=revision_arn,
        stage=stage,
        test_weight=_weights(execution, "testTrafficWeights").get(revision_arn),
        attempt=_attempts_so_far(details) + 1,
        began_at=_number(details, "beganAt", default=now),
        expected_version=_text(details, "expectedVersion") if "expectedVersion" in details else None,
    )


def rollback_answer() -> dict[str, object]:
    """There is nothing to look at: the revision gets no traffic any more, and refusing would hinder the way back."""
    return _answer("SUCCEEDED", {"reason": "a rollback: the revision gets no test traffic any more"})


def refusal(reason: str) -> dict[str, object]:
    """FAILED, which rolls the deployment back."""
    return _answer("FAILED", {"reason": reason[:REASON_CHARACTERS]})


def hook_answer(event: HookEvent, report: Report, now: float) -> dict[str, object]:
    """Pass, fail, or ask to be called again while waiting can still help."""
    details: dict[str, object] = {
        "attempt": event.attempt,
        "beganAt": event.began_at,
        "reason": report.reason[:REASON_CHARACTERS],
    }
    if report.passed:
        return _answer("SUCCEEDED", details)
    if not report.may_pass_later:
        return _answer("FAILED", details)
    if event.attempt >= MAXIMUM_ATTEMPTS:
        return _answer("FAILED", {**details, "gaveUp": f"after {event.attempt} attempts"})
    # A clock that went backwards must not keep a deployment waiting: attempts are counted as well.
    if now - event.began_at >= MAXIMUM_SECONDS:
        return _answer("FAILED", {**details, "gaveUp": f"after {MAXIMUM_SECONDS // 60} minutes"})
    return _answer("IN_PROGRESS", details)


def _answer(status: HookStatus, details: dict[str, object]) -> dict[str, object]:
    return {"hookStatus": status, "hookDetails": details}


def _attempts_so_far(details: Mapping[str, object]) -> int:
    attempts = _number(details, "attempt", default=0)
    if attempts < 0 or attempts != int(attempts):
        raise UnknownEventError(f"hookDetails.attempt is {attempts!r}; it must be a whole number from 0 on")
    return int(attempts)


def _mapping(event: Mapping[str, object], key: str, *, optional: bool = False) -> Mapping[str, object]:
    value = event.get(key)
    if value is None and optional:
        return {}
    if not isinstance(value, dict):
        raise UnknownEventError(f"{key} is {_kind(value)}; it must be an object")
    return cast("dict[str, Any]", value)


def _text(event: Mapping[str, object], key: str) -> str:
    value = event.get(key)
    if not isinstance(value, str) or not value:
        raise UnknownEventError(f"{key} is {_kind(value)}; it must be a text")
    return value


def _arn(event: Mapping[str, object], key: str, pattern: re.Pattern[str]) -> str:
    value = _text(event, key)
    if not pattern.fullmatch(value):
        raise UnknownEventError(f"{key} is {value[:200]!r}; that is no ARN of the kind {pattern.pattern}")
    return value


def _weights(execution: Mapping[str, object], key: str) -> dict[str, float]:
    weights = _mapping(execution, key, optional=True)
    return {revision: _percent(weights, revision, key) for revision in weights}


def _percent(weights: Mapping[str, object], revision: str, where: str) -> float:
    value = weights[revision]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 100:  # noqa: PLR2004 (percent)
        raise UnknownEventError(
            f"{where}[{revision[:200]!r}] is {str(value)[:50]!r}; it must be a number from 0 to 100"
        )
    return value


def _number(details: Mapping[str, object], key: str, default: float) -> float:
    value = details.get(key, default)
    # `inf` and `nan` are numbers to Python's JSON, and neither ever ends a wait
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e12:  # noqa: PLR2004
        raise UnknownEventError(f"hookDetails.{key} is {_kind(value)}; it must be a number")
    return value


def _kind(value: object) -> str:
    return "missing" if value is None else f"of the type {type(value).__name__}" if value != "" else "empty"

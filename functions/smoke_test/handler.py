"""Lambda: the smoke test of a deployment.

Called by ECS (lifecycle hook after the test-traffic shift): event and answer as in `hook.py`. A deployment goes on only
with `hookStatus` SUCCEEDED; `hookDetails` holds `attempt`, `beganAt` and `reason`.

Called by hand or by the maintenance checklist:
    {"manual": true, "testTraffic": true, "expectedVersion": "0.3.238"}
where only `manual` must be given; `testTraffic` false asks as users do, without the test rule's header. Answer:
    {"passed": true, "rateLimited": false, "reason": "…", "results": [{"name", "outcome", "reason", "milliseconds"}, …]}
"""

import os
import ssl
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol, cast

from functions.common.log import log_line
from functions.smoke_test import settings as environment
from functions.smoke_test.checks import SECONDS, Report, run_checks
from functions.smoke_test.exchange import Target
from functions.smoke_test.hook import (
    REASON_CHARACTERS,
    UnknownEventError,
    hook_answer,
    read_hook_event,
    refusal,
    rollback_answer,
)
from functions.smoke_test.settings import Aws, BadSettingError, BotoAws
from functions.smoke_test.verdicts import Expected, Outcome, failed

# Lambda stops a function without a word when its time is up; the answer has to leave before.
RESERVE_SECONDS = 10
_MANUAL_KEYS = frozenset({"manual", "testTraffic", "expectedVersion"})


class Context(Protocol):
    """What Lambda says of this invocation."""

    def get_remaining_time_in_millis(self) -> int:
        """Until Lambda stops it."""
        ...


class Run(Protocol):
    """`run_checks`, or what stands in for it."""

    def __call__(self, target: Target, expected: Expected, *, seconds: float) -> Report: ...  # noqa: D102


def handler(
    event: object,
    context: Context,
    *,
    aws: Callable[[], Aws] = BotoAws,
    run: Run = run_checks,
    environ: Mapping[str, str] = os.environ,
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context,
) -> dict[str, object]:
    """Never raises: to ECS an error is a rollback without a reason."""
    seconds = context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS
    smoke_test = _SmokeTest(aws, run, environ, tls, min(seconds, SECONDS))
    by_hand = False
    try:
        fields = _fields(event)
        by_hand = "manual" in fields
        return smoke_test.by_hand(fields) if by_hand else smoke_test.for_ecs(fields)
    except UnknownEventError as error:
        reason = f"not understood: {error}"
    except BadSettingError as error:
        reason = f"the function is set up wrongly: {error}"
    except Exception as error:  # noqa: BLE001 (what cannot be decided is a failure; its text may hold anything)
        reason = f"the smoke test itself failed ({type(error).__name__})"
    return _said(_by_hand_answer(Report(results=()), reason) if by_hand else refusal(reason))


class _SmokeTest:
    """One invocation."""

    def __init__(
        self,
        aws: Callable[[], Aws],
        run: Run,
        environ: Mapping[str, str],
        tls: Callable[[], ssl.SSLContext],
        seconds: float,
    ) -> None:
        self._aws, self._run, self._environ, self._tls = aws, run, environ, tls
        self._deadline = time.monotonic() + seconds

    def for_ecs(self, event: Mapping[str, object]) -> dict[str, object]:
        hook = read_hook_event(event, now=time.time())
        known = {"deployment": hook.deployment_arn, "revision": hook.revision_arn, "stage": hook.stage}
        if hook.is_rollback:
            return _said(rollback_answer(), **known)
        report = self._report(version=hook.expected_version, revision_arn=hook.revision_arn, test_traffic=True)
        return _said(hook_answer(hook, report, now=time.time()), **known, results=_shown(report))

    def by_hand(self, event: Mapping[str, object]) -> dict[str, object]:
        if unknown := event.keys() - _MANUAL_KEYS:
            known = ", ".join(sorted(_MANUAL_KEYS))
            raise UnknownEventError(f"{', '.join(sorted(unknown))}: by hand, only {known} are known")
        test_traffic, version = event.get("testTraffic", True), event.get("expectedVersion")
        if event["manual"] is not True or not isinstance(test_traffic, bool):
            raise UnknownEventError("manual must be true, and testTraffic true or false")
        if not isinstance(version, str | None):
            raise UnknownEventError("expectedVersion must be a text")
        report = self._report(version=version, revision_arn=None, test_traffic=test_traffic)
        return _said(_by_hand_answer(report, report.reason))

    def _report(self, *, version: str | None, revision_arn: str | None, test_traffic: bool) -> Report:
        settings = environment.read_settings(self._environ)
        try:
            aws = self._aws()
            expected = environment.expected(settings, aws, version=version, revision_arn=revision_arn)
            target = environment.target(settings, aws, test_traffic=test_traffic, tls=self._tls())
        except Exception as error:
            if not type(error).__module__.startswith("botocore."):
                raise
            # Throttled, or a role that is only just being made known: ask again before giving up.
            return Report.of("aws", failed(_aws_error(error), may_pass_later=True))
        return self._run(target, expected, seconds=self._deadline - time.monotonic())


def _aws_error(error: Exception) -> str:
    """Code and operation, without the message: that may name what was asked for."""
    response = getattr(error, "response", {})
    code = response.get("Error", {}).get("Code") or type(error).__name__
    operation = getattr(error, "operation_name", "")
    return f"AWS did not answer {operation}: {code}" if operation else f"AWS did not answer: {code}"


def _fields(event: object) -> dict[str, Any]:
    if not isinstance(event, dict):
        raise UnknownEventError(f"the event is of the type {type(event).__name__}; it must be an object")
    return cast("dict[str, Any]", event)


def _by_hand_answer(report: Report, reason: str) -> dict[str, object]:
    reason = reason[:REASON_CHARACTERS]
    limited = any(one.outcome is Outcome.RATE_LIMITED for one in report.results)
    return {"passed": report.passed, "rateLimited": limited, "reason": reason, "results": _shown(report)}


def _shown(report: Report) -> list[dict[str, object]]:
    return [
        {"name": one.name, "outcome": str(one.outcome), "reason": one.reason, "milliseconds": one.milliseconds}
        for one in report.results
    ]


def _said(answer: dict[str, object], **known: object) -> dict[str, object]:
    """Log the decision, and hand it back."""
    log_line("smoke test", **answer, **known)
    return answer

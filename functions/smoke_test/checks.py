"""The list of checks, and how it is run. The deployment hook and the command line both use this list.

Facts: MockForge's registry server 0.3. Order matters: what fails fast and tells most comes first.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from functions.smoke_test import verdicts
from functions.smoke_test.exchange import Answer, Ask, Limits, NoAnswer, Request, Target, fetch
from functions.smoke_test.verdicts import Expected, Judge, Outcome, Verdict, judged

SECONDS = 120
"""A whole run ends by then, whatever the server does. The rows' own limits add up to less."""
RATE_LIMIT_RETRIES = 2
RATE_LIMIT_PAUSE_SECONDS = 5
"""The server asks for 60 s, but its bucket fills all the time; longer than this is the caller's business."""

# Every field that has no default in the server's SearchQuery; without one of them it answers 422.
_SEARCH = json.dumps({"query": None, "category": None, "tags": [], "sort": "downloads", "page": 0, "perPage": 1})


@dataclass(frozen=True, kw_only=True)
class Check:
    """One row: what is asked, how often, how long one answer may take, and who judges."""

    name: str
    proves: str
    request: Request
    judge: Judge
    seconds: float = 5
    times: int = 1


_LIVE = Request(path="/health/live")

CHECKS: tuple[Check, ...] = (
    Check(name="live", proves="the server answers", request=_LIVE, judge=verdicts.live),
    Check(name="version", proves="it is the version being deployed", request=_LIVE, judge=verdicts.version),
    Check(
        name="metrics-refused",
        proves="its metrics are not public",
        request=Request(path="/metrics"),
        judge=verdicts.metrics_refused,
    ),
    Check(name="latency", proves="it is quick", request=_LIVE, judge=verdicts.latency, times=5),
    Check(
        name="ready",
        proves="everything it is configured to use works",
        request=Request(path="/health/ready"),
        judge=verdicts.ready,
        seconds=40,  # with the database down the server answers 503 only after 30 s
    ),
    Check(
        name="status",
        proves="the public status page says operational",
        request=Request(path="/api/v1/status"),
        judge=verdicts.operational,
        seconds=15,
    ),
    Check(
        name="plugin-search",
        proves="users can search for plugins",
        request=Request(path="/api/v1/plugins/search", method="POST", body=_SEARCH.encode()),
        judge=verdicts.plugin_search,
        seconds=15,
    ),
)


@dataclass(frozen=True, kw_only=True)
class Result:
    """How one check ended."""

    name: str
    outcome: Outcome
    reason: str
    milliseconds: int
    """From the first request to the verdict, pauses included."""
    may_pass_later: bool = False


@dataclass(frozen=True, kw_only=True)
class Report:
    """How a run ended: one result per row, in the order of the rows."""

    results: tuple[Result, ...]

    @classmethod
    def of(cls, name: str, verdict: Verdict) -> "Report":
        """A report of one thing that kept the checks from being made."""
        result = Result(
            name=name,
            outcome=verdict.outcome,
            reason=verdict.reason,
            milliseconds=0,
            may_pass_later=verdict.may_pass_later,
        )
        return cls(results=(result,))

    @property
    def passed(self) -> bool:
        """Every check that could be made is ok."""
        return bool(self.results) and not self.not_ok

    @property
    def may_pass_later(self) -> bool:
        """Nothing failed that waiting cannot heal."""
        return all(one.may_pass_later for one in self.not_ok)

    @property
    def not_ok(self) -> list[Result]:
        """What failed or was rate limited."""
        return [one for one in self.results if one.outcome in (Outcome.FAILED, Outcome.RATE_LIMITED)]

    @property
    def reason(self) -> str:
        """One line for people."""
        if self.passed:
            return f"{len(self.results)} checks, all ok"
        return "; ".join(f"{one.name}: {one.reason}" for one in self.not_ok) or "no check was made"


def run_checks(
    target: Target,
    expected: Expected,
    *,
    seconds: float = SECONDS,
    checks: Sequence[Check] = CHECKS,
    pause: Callable[[float], None] = time.sleep,
    ask: Ask = fetch,
) -> Report:
    """Run every check, within `seconds` altogether. No reason quotes a value of the target's headers."""
    run = _Run(target=target, expected=expected, deadline=time.monotonic() + seconds, pause=pause, ask=ask)
    results: list[Result] = []
    stopped_by: str | None = None
    for check in checks:
        if stopped_by is not None:
            reason = f"not checked, because of {stopped_by}"
            results.append(Result(name=check.name, outcome=Outcome.NOT_CHECKED, reason=reason, milliseconds=0))
            continue
        result, answered = run.check(check)
        results.append(result)
        # Asking on would only wait for more silence, or use up what is left for users.
        silent = not answered and all(one.outcome is not Outcome.OK for one in results)
        if silent or result.outcome is Outcome.RATE_LIMITED:
            stopped_by = check.name
    return Report(results=tuple(results))


@dataclass(frozen=True, kw_only=True)
class _Run:
    target: Target
    expected: Expected
    deadline: float
    pause: Callable[[float], None]
    ask: Ask

    def check(self, check: Check) -> tuple[Result, bool]:
        """The result, and whether the server answered completely."""
        began = time.monotonic()
        verdict, answered = self._verdict(check)
        result = Result(
            name=check.name,
            outcome=verdict.outcome,
            reason=verdict.reason,
            milliseconds=round((time.monotonic() - began) * 1000),
            may_pass_later=verdict.may_pass_later,
        )
        return result, answered

    def _verdict(self, check: Check) -> tuple[Verdict, bool]:
        retries = RATE_LIMIT_RETRIES
        while True:
            answers = self._ask(check)
            if isinstance(answers, NoAnswer):
                return verdicts.failed(answers.reason, may_pass_later=answers.may_pass_later), False
            verdict = judged(check.judge, answers, self.expected)
            wait_seconds = min(_retry_after_seconds(answers[-1]), RATE_LIMIT_PAUSE_SECONDS)
            if verdict.outcome is not Outcome.RATE_LIMITED or not retries or wait_seconds > self._left():
                return verdict, True
            retries -= 1
            self.pause(wait_seconds)

    def _ask(self, check: Check) -> list[Answer] | NoAnswer:
        answers: list[Answer] = []
        for _ in range(check.times):
            if (left := self._left()) <= 0:
                return NoAnswer(reason="no time was left for it", may_pass_later=True, milliseconds=0)
            answer = self.ask(self.target, check.request, Limits(seconds=min(check.seconds, left)))
            if isinstance(answer, NoAnswer):
                return answer
            answers.append(self._without_secrets(answer))
            if answer.status != 200:  # noqa: PLR2004 (HTTP)
                break  # the verdict is clear, and more of the same would keep an empty bucket empty
        return answers

    def _left(self) -> float:
        return self.deadline - time.monotonic()

    def _without_secrets(self, answer: Answer) -> Answer:
        """A server may echo what it was sent, and a reason quotes what it answered."""
        body, headers = answer.body, dict(answer.headers)
        for secret in filter(None, self.target.headers.values()):
            body = body.replace(secret.encode(), b"[secret]")
            headers = {key: value.replace(secret, "[secret]") for key, value in headers.items()}
        return replace(answer, body=body, headers=headers)


def _retry_after_seconds(answer: Answer) -> float:
    text = answer.headers.get("retry-after", "")
    return float(text) if text.isdecimal() else RATE_LIMIT_PAUSE_SECONDS

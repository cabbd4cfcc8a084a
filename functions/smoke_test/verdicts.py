"""What an answer means: pure functions from answers to verdicts, one per check."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias, cast

from functions.smoke_test.exchange import Answer

ALWAYS_CONFIGURED = frozenset({"database", "storage"})
"""The application does not work without these."""
OPTIONAL_COMPONENTS = frozenset({"redis", "email"})
"""`degraded` is their normal answer where they are not configured."""

# The runbook alerts on the 95th percentile over minutes; of five requests that would be the slowest, so that one lost
# packet would roll a deployment back. The second slowest counts.
LATENCY_PERCENTILE = 80
_REFUSED = frozenset({401, 403, 404})
_EXCERPT_CHARACTERS = 160


class Outcome(StrEnum):
    """How a check ended."""

    OK = "ok"
    FAILED = "failed"
    RATE_LIMITED = "rate-limited"
    """The server answers, but its one bucket for everybody is empty: neither good nor broken."""
    NOT_CHECKED = "not-checked"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """An outcome and its exact reason. `may_pass_later`: a server that is still starting may answer otherwise soon."""

    outcome: Outcome
    reason: str
    may_pass_later: bool = False


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What is known of the tasks under test."""

    version: str | None = None
    """What `/health/live` must say; None: not known."""
    version_unknown_because: str = "no expected version is known"
    configured: frozenset[str] = frozenset()
    """Of `OPTIONAL_COMPONENTS`, those that are configured and hence must be healthy."""
    latency_milliseconds: int = 500
    """Runbook, "Key Metrics": alert above 500 ms."""


Judge: TypeAlias = Callable[[Sequence[Answer], Expected], Verdict]


def ok(reason: str) -> Verdict:
    """All is well."""
    return Verdict(outcome=Outcome.OK, reason=reason)


def failed(reason: str, *, may_pass_later: bool = False) -> Verdict:
    """It is not."""
    return Verdict(outcome=Outcome.FAILED, reason=reason, may_pass_later=may_pass_later)


class _NotAsExpectedError(Exception):
    """Carries the verdict out of `_json_object`."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict


def judged(judge: Judge, answers: Sequence[Answer], expected: Expected) -> Verdict:
    """Apply a judge. What holds for every check is said here: a redirect is a failure, 429 is neither."""
    for answer in answers:
        if 300 <= answer.status < 400:  # noqa: PLR2004 (HTTP)
            return failed(f"redirected (status {answer.status}) to {_plain(answer.headers.get('location', 'nowhere'))}")
        if answer.status == 429:  # noqa: PLR2004 (HTTP)
            return Verdict(
                outcome=Outcome.RATE_LIMITED,
                reason="status 429: the server's limit of requests per minute is used up",
                may_pass_later=True,
            )
    try:
        return judge(answers, expected)
    except _NotAsExpectedError as found:
        return found.verdict


def live(answers: Sequence[Answer], _expected: Expected) -> Verdict:
    """`/health/live` says healthy; it does so without its database, too."""
    body = _json_object(answers[0])
    if body.get("status") != "healthy":
        return failed(f'status is {_shown(body.get("status"))}, not "healthy"', may_pass_later=True)
    return ok("healthy")


def version(answers: Sequence[Answer], expected: Expected) -> Verdict:
    """The tasks under test run the version that is being deployed, so the header really reaches them."""
    if expected.version is None:
        return Verdict(outcome=Outcome.NOT_CHECKED, reason=expected.version_unknown_because)
    running = _json_object(answers[0]).get("version")
    if running != expected.version:
        # The load balancer may need a moment until its test rule points to the new tasks.
        return failed(f'runs {_shown(running)}, not "{expected.version}"', may_pass_later=True)
    return ok(f"runs {expected.version}")


def ready(answers: Sequence[Answer], expected: Expected) -> Verdict:
    """Every component that is configured is healthy. The overall status cannot tell: it is `degraded` without Redis."""
    body = _json_object(answers[0], statuses=(200, 503))
    components = body.get("components")
    if not isinstance(components, dict):
        return failed("the answer lists no components")
    states = {
        name: _component(cast("object", component)) for name, component in cast("dict[str, Any]", components).items()
    }
    must_be_healthy = ALWAYS_CONFIGURED | expected.configured
    broken = [f"{name} is not listed" for name in sorted(must_be_healthy - states.keys())]
    for name, (status, message) in sorted(states.items()):
        tolerated = {"healthy"} if name in must_be_healthy else {"healthy", "degraded"}
        if status not in tolerated:
            broken.append(f"{name} is {status}" + (f" ({message})" if message else ""))
    if broken:
        return failed("; ".join(broken), may_pass_later=True)
    if answers[0].status != 200 or body.get("status") not in ("healthy", "degraded"):  # noqa: PLR2004 (HTTP)
        return failed(f"status {answers[0].status}, {_shown(body.get('status'))}", may_pass_later=True)
    not_used = sorted(name for name, (status, _) in states.items() if status == "degraded")
    return ok("healthy" + (f"; not configured: {', '.join(not_used)}" if not_used else ""))


def metrics_refused(answers: Sequence[Answer], _expected: Expected) -> Verdict:
    """The server's metrics are on the port that serves users; nobody from outside may read them."""
    status = answers[0].status
    if status in _REFUSED:
        return ok(f"refused with status {status}")
    if status >= 500:  # noqa: PLR2004 (HTTP)
        return failed(_status(answers[0]), may_pass_later=True)
    return failed(f"answered with status {status} where it must refuse")


def operational(answers: Sequence[Answer], _expected: Expected) -> Verdict:
    """The public status page says so too."""
    body = _json_object(answers[0])
    if body.get("status") == "operational":
        return ok("operational")
    named = [
        f"{_plain(str(service.get('name')))} is {_plain(str(service.get('status')))}"
        for service in _objects(body.get("services"))
        if service.get("status") != "operational"
    ]
    return failed("; ".join([f"status is {_shown(body.get('status'))}", *named]), may_pass_later=True)


def plugin_search(answers: Sequence[Answer], _expected: Expected) -> Verdict:
    """A request that users make, through the database: the search answers with a list, which may be empty."""
    body = _json_object(answers[0])
    plugins = body.get("plugins")
    if not isinstance(plugins, list):
        return failed("the answer holds no list of plugins")
    return ok("answers")


def latency(answers: Sequence[Answer], expected: Expected) -> Verdict:
    """A few requests are answered quickly enough."""
    for answer in answers:
        _json_object(answer)
    slow = percentile([answer.milliseconds for answer in answers], LATENCY_PERCENTILE)
    said = f"{slow:.0f} ms (percentile {LATENCY_PERCENTILE} of {len(answers)})"
    if slow > expected.latency_milliseconds:
        return failed(f"{said}, above {expected.latency_milliseconds} ms", may_pass_later=True)
    return ok(said)


def percentile(values: Sequence[float], percent: float) -> float:
    """Nearest rank: the smallest value that at least `percent` % of the values do not exceed."""
    return sorted(values)[max(math.ceil(len(values) * percent / 100) - 1, 0)]


def _json_object(answer: Answer, statuses: tuple[int, ...] = (200,)) -> Mapping[str, Any]:
    if answer.status not in statuses:
        raise _NotAsExpectedError(failed(_status(answer), may_pass_later=answer.status >= 500))  # noqa: PLR2004 (HTTP)
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        # a load balancer without a healthy target answers 503 in HTML
        later = answer.status >= 500  # noqa: PLR2004 (HTTP)
        raise _NotAsExpectedError(failed(f"{_status(answer)} is not JSON", may_pass_later=later)) from None
    if not isinstance(body, dict):
        raise _NotAsExpectedError(failed(f"{_status(answer)} is not a JSON object"))
    return cast("Mapping[str, Any]", body)


def _component(component: object) -> tuple[str, str]:
    if not isinstance(component, dict):
        return "of unknown shape", ""
    fields = cast("dict[str, Any]", component)
    return _plain(str(fields.get("status"))), _plain(str(fields.get("message") or ""))


def _objects(value: object) -> list[dict[str, Any]]:
    items = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("dict[str, Any]", item) for item in items if isinstance(item, dict)]


def _status(answer: Answer) -> str:
    excerpt = _plain(answer.body[:_EXCERPT_CHARACTERS].decode("utf-8", "replace"))
    return f"status {answer.status}" + (f" ({excerpt})" if excerpt else "")


def _shown(value: object) -> str:
    return _plain(json.dumps(value))


def _plain(text: str) -> str:
    """One short printable line of what a server sent."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= _EXCERPT_CHARACTERS else line[: _EXCERPT_CHARACTERS - 1] + "…"

"""How each step of the checklist went and how long it took, for operators; whether it is over, for users. Pure.

`state` is what the state machine gathered: `at` (when each step began), `outcome` and `failed` by step, `plan`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias, cast

from functions.maintenance_checklist.plan import fields, moment
from functions.maintenance_checklist.words import Message, Names, clock, message

Json: TypeAlias = Mapping[str, Any]
_TEXT_CHARACTERS = 300


@dataclass(frozen=True, kw_only=True)
class Finding:
    """How a step went."""

    good: bool
    text: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of the runbook's checklist: its key in the state, its name, and who judges it."""

    key: str
    name: str
    judge: Callable[[Json], Finding]


def closing(state: object, names: Names, now: datetime) -> Message:
    """Users: it is over, and whether the service works."""
    gathered = fields(state, "state")
    began = moment(_inside(gathered, "at", "notify", "began"), "at.notify.began")
    minutes = max(1, round((now - began).total_seconds() / 60))
    spelt = "1 minute" if minutes == 1 else f"{minutes} minutes"
    over = f"The maintenance of MockForge Cloud, {names.url}, is over. It took {spelt}."
    if _verified(gathered).good:
        return message("MockForge Cloud: maintenance is over", over, "The service works. Thank you for your patience.")
    return message(
        "MockForge Cloud: maintenance is over, the service is not yet well",
        over,
        "Our tests still find something wrong with the service; we are working on it.",
    )


def report(state: object, names: Names, now: datetime, execution: str) -> tuple[Message, bool]:
    """Operators: every step with its time, and whether all is well."""
    gathered = fields(state, "state")
    number = _inside(gathered, "plan", "ticket") or "Maintenance"
    began = {step.key: _began(gathered, step) for step in STEPS}
    lines: list[str] = []
    good = True
    for index, step in enumerate(STEPS):
        start = began[step.key]
        if start is None:
            lines.append(f"--------  {'':>9}  {step.name}: not done")
            continue
        later = next((at for one in STEPS[index + 1 :] if (at := began[one.key]) is not None), now)
        finding = step.judge(gathered)
        good = good and finding.good
        mark = "" if finding.good else "PROBLEM: "
        lines.append(f"{start:%H:%M:%S}  {_spell(later - start):>9}  {step.name}: {mark}{finding.text}")
    because = _why_not_begun(gathered)
    good = good and not because
    subject = f"{number}: maintenance report of {names.environment}, {'all well' if good else 'NOT all well'}"
    heads = [because] if because else []
    ends = _inside(gathered, "plan", "ends")
    window = (
        f"The window ends at {clock(moment(ends, 'plan.ends'))}; alerts are heard again from then on." if ends else ""
    )
    return message(subject, *heads, *lines, "", window, f"Guide: {names.guide_url}", f"Execution: {execution}"), good


def _began(state: Json, step: Step) -> datetime | None:
    at = _inside(state, "at", step.key, "began")
    return None if at is None else moment(at, f"at.{step.key}.began")


def _why_not_begun(state: Json) -> str:
    if _inside(state, "plan", "feasible") is not True:
        return f"Nothing was begun and nobody was told: {_inside(state, 'plan', 'reason') or 'there is no plan'}."
    if _inside(state, "outcome", "pages", "held") is not True:
        return (
            "Nothing was changed and users were not told: the maintenance alarm did not hold pages back, so this may "
            "not be the time for it. Find out why before the next window."
        )
    return ""


def _pages(state: Json) -> Finding:
    if _inside(state, "outcome", "pages", "held") is True:
        return Finding(good=True, text="the maintenance alarm is on")
    return Finding(good=False, text=_failure(state, "pages") or "the maintenance alarm did not come on")


def _sent(key: str, done: str) -> Callable[[Json], Finding]:
    def judge(state: Json) -> Finding:
        failure = _failure(state, key)
        return Finding(good=not failure, text=failure or done)

    return judge


def _backup(state: Json) -> Finding:
    jobs = cast("list[Json] | None", _inside(state, "outcome", "backup"))
    if not isinstance(jobs, list) or not jobs:
        return Finding(good=False, text=_failure(state, "backup") or "nothing is known of the backups")
    good = all(job.get("verdict") == "good" for job in jobs)
    text = ", ".join(_job(job) for job in jobs)
    return Finding(good=good, text=text if good else f"{text}. Maintenance was therefore not performed")


def _job(job: Json) -> str:
    why = _one_line(_inside(job, "seen", "StatusMessage") or _inside(job, "seen", "Error") or "")
    name = f"{job.get('what')} {job.get('state')}"
    return f"{name} ({why})" if why else name  # what completed with a message did so "with issues"


def _perform(state: Json) -> Finding:
    outcome = _inside(state, "outcome", "perform")
    if not isinstance(outcome, dict):
        return Finding(good=False, text=_failure(state, "perform") or "nothing is known of it")
    perform = cast("Json", outcome)
    database, kind = str(_inside(perform, "database", "state")), str(_inside(perform, "word", "kind"))
    actions = cast("list[Json]", _inside(perform, "applied") or [])
    good = (
        database in ("available", "stands elsewhere")
        and not any(one.get("result") == "refused" for one in actions)
        and kind in ("done", "none")
    )
    said = _WORDS.get(kind, _WORDS["not waited for"]) + _remark(_inside(perform, "word", "said"))
    applied = [f"{one.get('action')} {one.get('result')}" for one in actions]
    return Finding(good=good, text=", ".join([f"database {database}", *applied, said]))


_WORDS = {
    "done": "the operator said it is done",
    "failed": "the operator said it FAILED",
    "none": "the operator said nothing",
    "not waited for": "the operator could not be waited for",
}


def _remark(said: object) -> str:
    """Who answered and what, as far as it is a text; from a success `by` and `note`, from a failure its cause."""
    if not isinstance(said, dict):
        return ""
    answer = cast("dict[str, object]", said)
    texts = [answer[key] for key in ("by", "note", "Cause") if isinstance(answer.get(key), str) and answer[key]]
    return f" ({_one_line(': '.join(map(str, texts)))})" if texts else ""


def _verified(state: Json) -> Finding:
    smoke = _inside(state, "outcome", "verify", "smoke")
    if not isinstance(smoke, dict):
        return Finding(good=False, text=_failure(state, "verify") or "the smoke test did not answer")
    result = cast("dict[str, object]", smoke)
    reason = _one_line(result.get("reason") or "the smoke test gave no reason")
    return Finding(good=result.get("passed") is True, text=reason)


STEPS: tuple[Step, ...] = (
    Step(key="pages", name="Wait until pages are held back", judge=_pages),
    Step(key="notify", name="Notify users", judge=_sent("notify", "announced")),
    Step(key="ticket", name="Create maintenance ticket", judge=_sent("ticket", "operators were told")),
    Step(key="backup", name="Backup all systems", judge=_backup),
    Step(key="perform", name="Perform maintenance", judge=_perform),
    Step(key="verify", name="Verify functionality", judge=_verified),
    Step(key="close", name="Close maintenance window", judge=_sent("close", "users were told")),
)


def _failure(state: Json, key: str) -> str:
    failed = _inside(state, "failed", key)
    if not isinstance(failed, dict):
        return ""
    error = cast("dict[str, object]", failed)
    text = ": ".join(str(error[name]) for name in ("Error", "Cause") if error.get(name))
    return f"failed ({_one_line(text)})"


def _one_line(text: object) -> str:
    """The report has a line per step, whatever somebody wrote."""
    return " ".join(str(text).split())[:_TEXT_CHARACTERS]


def _inside(value: object, *path: str) -> Any:  # noqa: ANN401 (JSON)
    for key in path:
        if not isinstance(value, dict):
            return None
        value = cast("dict[str, object]", value).get(key)
    return value


def _spell(duration: timedelta) -> str:
    minutes, seconds = divmod(max(0, round(duration.total_seconds())), 60)
    return f"{minutes} m {seconds:02d} s"

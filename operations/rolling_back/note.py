"""The incident note that a rollback leaves to be filled in (runbook, "Post-Rollback"). Pure but for `write_note`."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from operations.deployments.evidence import Evidence, Requests
from operations.deployments.told import Deployment, Version
from operations.incidents.document import POST_INCIDENT_LINES, Head, document, head_lines, spell, timeline_lines


@dataclass(frozen=True, kw_only=True)
class Incident:
    """What the command knows."""

    environment: str
    reason: str
    began: datetime
    ended: datetime
    deployment: Deployment
    bad: Version | None
    good: Version | None
    outcome: str
    evidence: Evidence


def file_name(environment: str, deployment: Deployment) -> str:
    """The same for the same deployment, so that a repeated command finds the note it has written."""
    return f"incident-{environment}-{deployment.id}.md"


def write_note(path: Path, incident: Incident) -> bool:
    """False, and nothing is written, where the note exists: somebody may have filled it in."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(note(incident))
    except FileExistsError:
        return False
    return True


def note(incident: Incident) -> str:
    """Markdown, in the format of every incident (`operations.incidents.document`)."""
    evidence = incident.evidence
    head = Head(
        title=f"Rollback of {incident.environment}, {spell(incident.began)} UTC",
        environment=incident.environment,
        began=incident.deployment.created_at,  # until somebody says when users first noticed
        ended=incident.ended,
    )
    happened = [
        "## What happened",
        "",
        f"- reason given: {incident.reason}",
        f"- taken back: {incident.bad or 'unknown'}",
        f"- image: {incident.bad.image.reference if incident.bad and incident.bad.image else 'unknown'}",
        f"- returned to: {incident.good or 'unknown'}",
        f"- deployment: {incident.deployment.arn}",
        f"- outcome: {incident.outcome}",
        "",
    ]
    timeline = timeline_lines(
        [
            (incident.deployment.created_at, "the deployment began"),
            (incident.began, "the rollback was asked for"),
            (incident.ended, incident.outcome),
            (None, "first noticed, by whom"),
        ]
    )
    figures = [
        "## Error rate",
        "",
        "| when | requests | failures (5xx) | error rate |",
        "| --- | --- | --- | --- |",
        _row("before", evidence.before),
        _row("after", evidence.after),
        "",
        "## Errors in the log before the rollback",
        "",
        *_excerpt(evidence),
        "",
        *([f"Not known: {one}." for one in evidence.missing] + [""] if evidence.missing else []),
    ]
    return document([head_lines(head), happened, timeline, figures, POST_INCIDENT_LINES])


def _row(when: str, requests: Requests) -> str:
    span = f"{when}, {requests.begins:%H:%M} to {requests.ends:%H:%M}"
    rate = requests.error_percent
    cells = (
        "unknown" if requests.requests is None else str(requests.requests),
        "unknown" if requests.failures is None else str(requests.failures),
        "unknown" if rate is None else f"{rate:.2f} %",
    )
    return f"| {span} | {' | '.join(cells)} |"


def _excerpt(evidence: Evidence) -> list[str]:
    if evidence.log_lines is None:
        return ["unknown"]
    if not evidence.log_lines:
        return ["none"]
    return ["```text", *(line.replace("```", "'''") for line in evidence.log_lines), "```"]

"""Support tickets: a link, or a command that prints them. Both come from the settings.

The manifest lies in AWS, and who may write there must not be able to start programs on an operator's machine: a command
is run only if the stack file of this checkout names the same one.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from operations.plain_text import plain
from operations.project import PROJECT_ROOT
from operations.reports.finding import Finding, unknown, yours
from operations.reports.reading import Reading

SECTION = "mockforge-cloud:reports"
PATIENCE_SECONDS = 30
LINES_SHOWN = 20


def tickets(reading: Reading) -> Iterator[Finding]:
    """Whether one of them needs an answer, only a person can tell."""
    manifest = reading.session.manifest
    settings = manifest.reports
    command = list(settings.tickets_command)
    if settings.tickets_url:
        yield yours("the open support tickets", link=settings.tickets_url)
    if not command:
        if not settings.tickets_url:
            yield yours("look into the ticket system (reports.tickets_url in the stack file would put its link here)")
        return
    if _named_here(manifest.environment, PROJECT_ROOT) != command:
        yield yours(f"run `{' '.join(command)}` (not run from here: the stack file of this checkout does not name it)")
        return
    yield _run(command)


def _run(command: list[str]) -> Finding:
    spelled = " ".join(command)
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS, stdin=subprocess.DEVNULL
        )
    except FileNotFoundError:
        return unknown(f"`{command[0]}` of reports.tickets_command is not on this machine")
    except subprocess.TimeoutExpired:
        return unknown(f"`{spelled}` was not done after {PATIENCE_SECONDS} seconds")
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        return unknown(f"`{spelled}` failed ({done.returncode}): {plain(last)}")
    lines = [plain(line) for line in done.stdout.splitlines() if line.strip()]
    more = [f"… and {len(lines) - LINES_SHOWN} more lines"] if len(lines) > LINES_SHOWN else []
    return yours(f"`{spelled}` says" if lines else f"`{spelled}` says nothing", *lines[:LINES_SHOWN], *more)


def _named_here(environment: str, root: Path) -> list[str] | None:
    import yaml

    try:
        content: Any = yaml.safe_load((root / f"Pulumi.{environment}.yaml").read_text(encoding="utf-8"))
        return [str(word) for word in content["config"][SECTION]["tickets_command"]]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError):
        return None

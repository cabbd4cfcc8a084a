"""A report as a terminal, a Markdown file and a script take it. Pure but for `show`."""

from collections.abc import Iterator
from itertools import groupby
from json import dumps
from typing import TYPE_CHECKING

from operations.reports.finding import Finding, Report, Section, Verdict

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

STYLES = {
    Verdict.GOOD: "green",
    Verdict.LOOK: "bold red",
    Verdict.UNKNOWN: "yellow",
    Verdict.NOT_ENABLED: "dim",
    Verdict.PERSON: "cyan",
}
MARK = max(len(one.value) for one in Verdict)


def show(report: Report, console: "Console") -> None:
    """In colour where the terminal takes it; the words say the same without."""
    for line in _texts(report):
        console.print(line)


def summary(report: Report) -> str:
    """`3 to look at, 1 unknown, 8 good`."""
    counts = {one: sum(section.verdict is one for section in report.sections) for one in Verdict}
    words = {Verdict.LOOK: "to look at", Verdict.PERSON: "for you to judge"}
    order = (Verdict.LOOK, Verdict.UNKNOWN, Verdict.NOT_ENABLED, Verdict.PERSON, Verdict.GOOD)
    return ", ".join(f"{counts[one]} {words.get(one, one.value)}" for one in order if counts[one])


def title(report: Report) -> str:
    """`Morning checklist of production, 2026-11-23 03:00 to 2026-11-24 03:00 UTC`."""
    span = report.span
    return f"{report.name} of {report.environment}, {span.begins:%Y-%m-%d %H:%M} to {span.ends:%Y-%m-%d %H:%M} UTC"


def _texts(report: Report) -> Iterator["Text"]:
    from rich.text import Text

    yield Text(title(report), style="bold")
    yield Text(f"{report.region}, account {report.account_id}: {summary(report)}")
    for step, sections in _by_step(report):
        yield Text("")
        yield Text(step, style="bold")
        for section in sections:
            yield _marked(section.verdict, section.title)
            for finding in section.findings:
                yield from _finding(finding, of=section)


def _marked(verdict: Verdict, words: str, *, indent: int = 2) -> "Text":
    from rich.text import Text

    return Text.assemble(" " * indent, (f"{verdict.value:<{MARK}}", STYLES[verdict]), f"  {words}")


def _finding(finding: Finding, *, of: Section) -> Iterator["Text"]:
    from rich.text import Text

    margin = " " * (MARK + 6)
    # the mark is repeated only where findings differ from each other
    differs = len({one.verdict for one in of.findings}) > 1
    words = f"{finding.verdict.value}: {finding.sentence}" if differs else finding.sentence
    yield Text(f"{margin}{words}")
    yield from (Text(f"{margin}  {line}", style="dim") for line in finding.lines)
    if finding.link:
        yield Text(f"{margin}  {finding.link}", style="dim")


def as_markdown(report: Report) -> str:
    """A document of its own: it can be kept, or sent."""
    return "\n".join(_markdown(report))


def _markdown(report: Report) -> Iterator[str]:
    yield f"# {title(report)}"
    yield ""
    yield f"{report.region}, account {report.account_id}: {summary(report)}."
    for step, sections in _by_step(report):
        yield ""
        yield f"## {step}"
        for section in sections:
            yield ""
            yield f"### {section.title}: {section.verdict.value}"
            yield ""
            for finding in section.findings:
                link = f" ([open]({finding.link}))" if finding.link else ""
                yield f"- **{finding.verdict.value}** {_harmless(finding.sentence)}{link}"
                if finding.lines:
                    yield ""
                    yield "  ```text"
                    yield from (f"  {line.replace('```', chr(39) * 3)}" for line in finding.lines)
                    yield "  ```"
    yield ""


def _harmless(sentence: str) -> str:
    """Words of others (log lines, paths) must not become markup."""
    for sign in ("\\", "`", "*", "_", "<", "[", "]", "|"):
        sentence = sentence.replace(sign, f"\\{sign}")
    return sentence


def as_json(report: Report) -> str:
    """One object. Its keys only ever grow."""
    content = {
        "report": report.name,
        "environment": report.environment,
        "region": report.region,
        "account_id": report.account_id,
        "from": report.span.begins.isoformat(timespec="seconds"),
        "to": report.span.ends.isoformat(timespec="seconds"),
        "needs_attention": report.needs_attention,
        "sections": [
            {
                "step": section.step,
                "title": section.title,
                "verdict": section.verdict.value,
                "findings": [
                    {
                        "verdict": one.verdict.value,
                        "sentence": one.sentence,
                        "lines": list(one.lines),
                        "link": one.link,
                    }
                    for one in section.findings
                ],
            }
            for section in report.sections
        ],
    }
    return dumps(content, indent=2, ensure_ascii=False)


def _by_step(report: Report) -> Iterator[tuple[str, list[Section]]]:
    for step, sections in groupby(report.sections, key=lambda one: one.step):
        yield step, list(sections)

"""Goes through the rows of a report. A reader that fails is told of in its section, and the others go on."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from operations.aws.errors import as_stopped, is_signed_out
from operations.errors import CommandStopped
from operations.reports.finding import Finding, Report, Section, unknown
from operations.reports.reading import Reading

Reader = Callable[[Reading], Iterable[Finding]]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the runbook and who reads what it asks for. Adding a line is adding a row."""

    step: str
    title: str
    readers: tuple[Reader, ...]


def gather(name: str, rows: Sequence[Row], reading: Reading) -> Report:
    """Signed-out credentials end it, because nothing else will be answered either; any other failure is a finding."""
    manifest = reading.session.manifest
    sections: list[Section] = []
    for number, row in enumerate(rows, start=1):
        reading.tell(f"{number}/{len(rows)} {row.title}")
        findings = tuple(one for reader in row.readers for one in _read(reader, reading))
        sections.append(Section(title=row.title, step=row.step, findings=findings))
    return Report(
        name=name,
        environment=manifest.environment,
        region=manifest.region,
        account_id=manifest.account_id,
        span=reading.span,
        sections=tuple(sections),
    )


def _read(reader: Reader, reading: Reading) -> Iterator[Finding]:
    """What it found before it failed stays."""
    try:
        yield from reader(reading)
    except CommandStopped as stopped:
        yield unknown(stopped.message)
    except Exception as error:
        # Whatever it is: one answer that is not as expected must not hide the other sections.
        if is_signed_out(error):
            raise
        stopped = as_stopped(error)
        yield unknown(stopped.message if stopped else f"could not be read ({type(error).__name__}: {error})")

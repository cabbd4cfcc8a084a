"""What `mfcloud morning` and `mfcloud weekly` have in common."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from operations.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from operations.reports.gather import Row

Markdown = Annotated[bool, typer.Option("--markdown", help="Print Markdown, to keep or to send.")]
Save = Annotated[
    Path | None, typer.Option("--save", metavar="FILE", help="Write the report as Markdown to this file as well.")
]


def report(  # noqa: PLR0913 - a switch each
    name: str,
    rows: "Sequence[Row]",
    environment: str,
    *,
    hours: int,
    region: str | None,
    markdown: bool,
    save: Path | None,
    json: bool,
) -> ExitCode:
    """Reads, shows, keeps. ATTENTION where something is to be looked at or could not be read."""
    from operations.errors import CommandStopped, bad_input
    from operations.reports.finding import Span
    from operations.reports.gather import gather
    from operations.reports.reading import Reading
    from operations.reports.rendering import as_json, as_markdown, show
    from operations.reports.telling import telling
    from operations.session import operating
    from operations.terminal import output_console, say, write

    if markdown and json:
        raise bad_input("--markdown and --json are two forms of the same; give one", hint="--save keeps Markdown too")
    with operating(environment, region) as session:
        now = session.clock.now().replace(microsecond=0)
        span = Span(begins=now - timedelta(hours=hours), ends=now)
        with telling() as tell:
            found = gather(name, rows, Reading(session=session, span=span, tell=tell))
    if json:
        write(as_json(found))
    elif markdown:
        write(as_markdown(found).rstrip("\n"))
    else:
        show(found, output_console())
    if save is not None:
        try:
            save.write_text(as_markdown(found), encoding="utf-8")
        except OSError as error:
            raise CommandStopped(f"the report could not be written to {save}: {error.strerror}") from error
        say(f"the report lies in {save}")
    return ExitCode.ATTENTION if found.needs_attention else ExitCode.DONE

"""`mfcloud incident new`, `note` and `close`."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from operations.commands.arguments import EnvironmentName, Json, Region
from operations.exit_codes import HELP, ExitCode

if TYPE_CHECKING:
    from operations.incidents.document import Head
    from runbook.settings import Contacts

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Keep the record of an incident.\n\n"
    'Example: mfcloud incident new production --severity P1 --title "log-ins fail"',
    epilog=HELP,
)


class Severity(StrEnum):
    """As `runbook.severity_levels`; typer reads it for the help."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"


IncidentFile = Annotated[Path, typer.Argument(metavar="FILE", help="The incident's file.", show_default=False)]
At = Annotated[
    datetime | None,
    typer.Option("--at", metavar="TIME", formats=["%Y-%m-%d %H:%M"], help='UTC, as in "2026-11-24 03:05". Else: now.'),
]


@app.command(epilog=HELP)
def new(  # noqa: PLR0913 - a switch each
    environment: EnvironmentName,
    *,
    title: Annotated[str, typer.Option("--title", help="What is wrong, in a few words.")],
    severity: Annotated[
        Severity, typer.Option("--severity", case_sensitive=False, help="docs/incident-response.md tells them apart.")
    ],
    began: Annotated[
        datetime | None,
        typer.Option("--began", metavar="TIME", formats=["%Y-%m-%d %H:%M"], help="UTC. Else: now."),
    ] = None,
    owner: Annotated[str, typer.Option("--owner", help="Who takes it.")] = "",
    ticket: Annotated[str, typer.Option("--ticket", help="Reference or link.")] = "",
    into: Annotated[Path, typer.Option("--into", metavar="FOLDER", help="Where the file goes.")] = Path("incidents"),
    region: Region = None,
    json: Json = False,
) -> int:
    """Begin the record of an incident, and say whom to call.

    Says until when somebody has to answer. The file is Markdown, to be written in by people; the same open incident is
    found again when the command is repeated. Needs no AWS where this checkout has the environment's stack file.

    Example: mfcloud incident new production --severity P1 --title "log-ins fail"
    """
    from operations.clock import SystemClock
    from operations.errors import bad_input
    from operations.incidents.contacts import contacts_of
    from operations.incidents.document import BLANK, Head
    from operations.incidents.files import begin

    if not title.strip():
        raise bad_input("--title says nothing", hint="a few words: they name the file as well")
    contacts = contacts_of(environment, region)
    head = Head(
        title=title,
        environment=environment,
        severity=severity.value,
        began=_utc(began) or SystemClock().now(),
        owner=owner or BLANK,
        ticket=ticket or BLANK,
    )
    path, made = begin(into, head)
    _tell(head, path, contacts, made=made, json=json)
    return ExitCode.DONE


@app.command(epilog=HELP)
def note(
    file: IncidentFile,
    what: Annotated[str, typer.Argument(metavar="WHAT", help="What happened or was done.", show_default=False)],
    *,
    at: At = None,
    json: Json = False,
) -> int:
    """Add a line to an incident's timeline.

    It goes where it belongs by its time. Works on the notes that `mfcloud rollback` leaves too.

    Example: mfcloud incident note incidents/2026-11-24-log-ins-fail.md "rolled back"
    """
    from json import dumps

    from operations import terminal
    from operations.clock import SystemClock
    from operations.errors import bad_input
    from operations.incidents.document import NotAnIncidentError, spell, with_event
    from operations.incidents.files import not_an_incident, read, write

    if not what.strip():
        raise bad_input("there is nothing to write down")
    moment = _utc(at) or SystemClock().now()
    try:
        write(file, with_event(read(file), moment, what))
    except NotAnIncidentError as error:
        raise not_an_incident(file, error) from error
    terminal.say(f"{file}: {spell(moment)} {what}")
    if json:
        terminal.write(dumps({"file": str(file), "at": moment.isoformat(timespec="minutes"), "what": what}, indent=2))
    return ExitCode.DONE


@app.command(epilog=HELP)
def close(file: IncidentFile, *, at: At = None, json: Json = False) -> int:
    """End an incident, and say what is to be done now.

    Fills in end and length, and puts the post-incident part below: root cause, action items, improvements. Says what
    nobody has filled in yet. An incident that is closed stays as it is.

    Example: mfcloud incident close incidents/2026-11-24-log-ins-fail.md
    """
    from operations.clock import SystemClock
    from operations.incidents.document import CLOSED, NotAnIncidentError, blanks, closed, fields
    from operations.incidents.files import not_an_incident, read, write
    from operations.terminal import say

    text = read(file)
    if fields(text)["status"] == CLOSED:
        say(f"{file} is closed already and stays as it is")
    else:
        try:
            text = closed(text, _utc(at), SystemClock().now())
        except NotAnIncidentError as error:
            raise not_an_incident(file, error) from error
        write(file, text)
    _tell_closed(file, fields(text), blanks(text), json=json)
    return ExitCode.DONE


def _tell(head: "Head", path: Path, contacts: "Contacts", *, made: bool, json: bool) -> None:
    from datetime import timedelta
    from json import dumps

    from operations.incidents.contacts import contact_lines
    from operations.incidents.document import spell
    from operations.terminal import say, write
    from runbook.severity_levels import SEVERITY_LEVELS

    level = SEVERITY_LEVELS[head.severity]
    answer_by = head.began + timedelta(minutes=level.answer_minutes)
    say(f"{level.id}, {level.name}: to be answered {level.answer}, by {spell(answer_by)} UTC")
    for line in contact_lines(contacts):
        say(f"  {line}")
    say("Now: assign an owner, create the ticket, notify the team; write into the file what happens.")
    say(f"the incident's file was made: {path}" if made else f"the incident is open already: {path}")
    if not json:
        write(str(path))
        return
    content = {
        "file": str(path),
        "made": made,
        "environment": head.environment,
        "severity": level.id,
        "answer_by": answer_by.isoformat(timespec="minutes"),
        "contacts": contacts.model_dump(),
    }
    write(dumps(content, indent=2, ensure_ascii=False))


def _tell_closed(file: Path, head: dict[str, str], blank: list[str], *, json: bool) -> None:
    from json import dumps

    from operations.terminal import say, write

    if blank:
        say(f"still to be filled in: {', '.join(blank)}")
    if not json:
        write(f"{file}: closed, lasted {head.get('lasted', 'unknown')}")
        return
    content = {"file": str(file), "began": head["began"], "ended": head["ended"], "lasted": head.get("lasted")}
    write(dumps(content | {"to_fill_in": blank}, indent=2, ensure_ascii=False))


def _utc(at: datetime | None) -> datetime | None:
    from datetime import UTC

    return at.replace(tzinfo=UTC) if at else None

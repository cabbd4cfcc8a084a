"""`mfcloud doctor`."""

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from operations.commands.arguments import EnvironmentName, Json
from operations.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

Strict = Annotated[bool, typer.Option("--strict", help="What is unknown fails as well.")]


def command(environment: EnvironmentName, *, strict: Strict = False, json: Json = False) -> int:
    """Look for what is missing or wrong in account and settings.

    Before the first `up`, and whenever in doubt: regions, state, roles, quotas, hosted zone, image, secrets, database,
    and whether people would be told. What could not be looked at is unknown, with how to look. Changes nothing. Fails
    (1) when something is wrong.

    Example: mfcloud doctor staging
    """
    from operations.doctoring.check import State
    from operations.doctoring.examining import examine, patient_of
    from operations.doctoring.outside import outside
    from operations.doctoring.report import as_json, lines
    from operations.doctoring.table import CHECKS
    from operations.settings_session import described
    from operations.terminal import output_console, write

    with described(environment) as session:
        patient = patient_of(session, outside())
        with _telling() as begun:
            results = list(examine(patient, CHECKS, begun))
    if json:
        write(as_json(patient, results))
    else:
        console = output_console()
        for line in lines(patient, results):
            console.print(line)
    bad = {State.WRONG, State.UNKNOWN} if strict else {State.WRONG}
    return ExitCode.FAILED if any(one.state in bad for one in results) else ExitCode.DONE


@contextmanager
def _telling() -> "Generator[Callable[[str], None]]":
    """In a terminal, what is being looked at; nothing in a pipe."""
    import sys

    from operations.terminal import message_console

    if not sys.stderr.isatty():
        yield lambda _name: None
        return
    with message_console().status("looking …", refresh_per_second=5) as status:
        yield lambda name: status.update(f"looking at {name} …")

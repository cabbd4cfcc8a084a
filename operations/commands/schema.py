"""`mfcloud schema`."""

from typing import Annotated

import typer

from operations.exit_codes import ExitCode

SCHEMA_FILE = "runbook/stack-file.schema.json"
"""The stack files name it in their first line."""


def command(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Only say whether the file in the project is current.")
    ] = False,
    write: Annotated[bool, typer.Option("--write", help="Write it into the project instead of printing it.")] = False,
) -> int:
    """Print the JSON Schema of the stack files.

    With it an editor completes and checks them. The stack files refer to it in their first line.

    Example: mfcloud schema --write
    """
    from operations.errors import CommandStopped
    from operations.project import PROJECT_ROOT
    from operations.terminal import say
    from operations.terminal import write as write_out
    from runbook.stack_file_schema import schema_text

    file, text = PROJECT_ROOT / SCHEMA_FILE, schema_text()
    if write:
        file.write_text(text, encoding="utf-8")
        say(f"wrote {SCHEMA_FILE}")
    elif check:
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            raise CommandStopped(f"{SCHEMA_FILE} does not say what the settings say", hint="mfcloud schema --write")
        say(f"{SCHEMA_FILE} is current")
    else:
        write_out(text.rstrip("\n"))
    return ExitCode.DONE

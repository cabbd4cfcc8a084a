"""`mfcloud schema`."""

from typing import Annotated

import typer

from operations.exit_codes import ExitCode


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
    from operations.stack_file_schema import SCHEMA_FILE, schema_text
    from operations.terminal import say
    from operations.terminal import write as write_out

    text = schema_text()
    if write:
        SCHEMA_FILE.write_text(text, encoding="utf-8")
        say(f"wrote {SCHEMA_FILE.parent.name}/{SCHEMA_FILE.name}")
    elif check:
        if not SCHEMA_FILE.exists() or SCHEMA_FILE.read_text(encoding="utf-8") != text:
            message = f"{SCHEMA_FILE.parent.name}/{SCHEMA_FILE.name} does not say what the settings say"
            raise CommandStopped(message, hint="mfcloud schema --write")
        say(f"{SCHEMA_FILE.parent.name}/{SCHEMA_FILE.name} is current")
    else:
        write_out(text.rstrip("\n"))
    return ExitCode.DONE

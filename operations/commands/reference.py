"""`mfcloud reference`, for those who change commands; not shown to others."""

from typing import Annotated

import typer

from operations.exit_codes import ExitCode


def command(
    *,
    check: Annotated[bool, typer.Option("--check", help="Only say whether docs/cli.md is current.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write docs/cli.md instead of printing it.")] = False,
) -> int:
    """Print the help of every command as one document.

    Example: mfcloud reference --write
    """
    from operations.errors import CommandStopped
    from operations.reference import REFERENCE_FILE, reference_text
    from operations.terminal import say
    from operations.terminal import write as write_out

    text = reference_text()
    if write:
        REFERENCE_FILE.parent.mkdir(exist_ok=True)
        REFERENCE_FILE.write_text(text, encoding="utf-8")
        say("wrote docs/cli.md")
    elif check:
        if not REFERENCE_FILE.exists() or REFERENCE_FILE.read_text(encoding="utf-8") != text:
            raise CommandStopped("docs/cli.md does not say what the commands say", hint="mfcloud reference --write")
        say("docs/cli.md is current")
    else:
        write_out(text.rstrip("\n"))
    return ExitCode.DONE

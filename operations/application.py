"""The command line as a whole: its commands, and how an exception becomes a message and an exit code."""

import gc
import sys
import traceback
from collections.abc import Callable
from typing import Annotated

import typer

from operations.commands import (
    approve,
    backups,
    bootstrap,
    check,
    deploy,
    destroy,
    doctor,
    engine,
    incident,
    maintenance,
    morning,
    offline_state,
    package,
    page_test,
    preview,
    recover,
    reference,
    refresh,
    reject,
    rollback,
    scale,
    schema,
    smoke_test,
    status,
    test,
    up,
    weekly,
)
from operations.errors import CommandStopped
from operations.exit_codes import HELP, ExitCode
from operations.terminal import say_stopped

app = typer.Typer(
    name="mfcloud",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help: the same in a terminal, a pipe and the documentation, and quicker
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=HELP,
)


@app.callback()
def mfcloud(
    context: typer.Context,
    *,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where in the code an unexpected error came from.")
    ] = False,
) -> None:
    """Bring up and operate MockForge Cloud on AWS as its operations runbook says.

    Start without an AWS account: mfcloud preview staging --offline
    """
    context.obj = {"debug": debug}


COMMANDS: dict[str, Callable[..., int]] = {  # in the order in which a person needs them
    "bootstrap": bootstrap.command,
    "doctor": doctor.command,
    "preview": preview.command,
    "up": up.command,
    "deploy": deploy.command,
    "package": package.command,
    "status": status.command,
    "approve": approve.command,
    "reject": reject.command,
    "rollback": rollback.command,
    "smoke-test": smoke_test.command,
    "page-test": page_test.command,
    "morning": morning.command,
    "weekly": weekly.command,
    "refresh": refresh.command,
    "destroy": destroy.command,
    "check": check.command,
    "schema": schema.command,
    "engine": engine.command,
    "test": test.command,
}
MESSAGES_FOR_PEOPLE = frozenset({"EngineUnavailable", "WorkspaceError"})
"""Errors of `offline` whose text is finished; by name, because importing them would make every `--help` slow."""
HANDED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
for name, command in COMMANDS.items():
    app.command(name, epilog=HELP, context_settings=HANDED_ON if name == "test" else None)(command)
app.command("reference", epilog=HELP, hidden=True)(reference.command)
app.add_typer(scale.app, name="scale")
app.add_typer(backups.app, name="backups")
app.add_typer(recover.app, name="recover")
app.add_typer(maintenance.app, name="maintenance")
app.add_typer(incident.app, name="incident")
app.add_typer(offline_state.app, name="offline")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave the process with its exit code."""
    code = run(sys.argv[1:] if arguments is None else arguments)
    # At its end Python looks for garbage among everything that was imported, which is about to vanish anyway: after a
    # preview that took longer than a second.
    gc.freeze()
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run the command line and answer with its exit code; an unexpected exception becomes one sentence."""
    debug = "--debug" in arguments
    # --debug is welcome anywhere: it is typed after something went wrong, at the end of the repeated line
    arguments = ["--debug", *(word for word in arguments if word != "--debug")] if debug else arguments
    try:
        code = ExitCode(app(arguments, prog_name="mfcloud", standalone_mode=False) or ExitCode.DONE)
    except CommandStopped as stopped:
        if debug:
            traceback.print_exception(stopped)
        say_stopped(stopped.message, stopped.hint)
        return stopped.code
    except typer.Exit as leaving:
        return leaving.exit_code
    except typer.TyperException as wrong_usage:
        _say_wrong_usage(wrong_usage)
        return ExitCode.BAD_INPUT
    except (typer.Abort, KeyboardInterrupt):
        code = ExitCode.INTERRUPTED
    except Exception as unexpected:
        if debug:
            raise
        if type(unexpected).__name__ in MESSAGES_FOR_PEOPLE:
            say_stopped(str(unexpected))
            return ExitCode.FAILED
        say_stopped(
            f"unexpected {type(unexpected).__name__}: {unexpected}", "run again with --debug to see where it came from"
        )
        return ExitCode.FAILED
    if code == ExitCode.INTERRUPTED:
        say_stopped("interrupted", "run the same command again; it continues from what is there")
    return code


def _say_wrong_usage(error: typer.TyperException) -> None:
    """Usage line and what is wrong, on stderr; typer's own subclasses know how."""
    show = getattr(error, "show", None)
    if show is None:
        say_stopped(error.format_message())
    else:
        show()

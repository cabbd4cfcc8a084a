"""`mfcloud offline show`, `offline fail-next` and `offline reset`."""

from enum import StrEnum
from typing import Annotated

import typer

from operations.commands.arguments import EnvironmentName, Json, Yes
from operations.exit_codes import HELP, ExitCode

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Look at, or forget, what `--offline` keeps on this machine.\n\nExample: mfcloud offline show staging",
    epilog=HELP,
)


@app.command(epilog=HELP)
def show(environment: EnvironmentName, *, json: Json = False) -> int:
    """List the resources that stand offline.

    Example: mfcloud offline show staging
    """
    from operations.offline_state import as_json, as_text, read_state
    from operations.project import stack_file
    from operations.terminal import write

    stack_file(environment)
    resources = read_state(environment)
    write(as_json(environment, resources) if json else as_text(environment, resources))
    return ExitCode.DONE


class How(StrEnum):
    """What goes wrong; as `offline.course.Failure`, which would be imported for every `--help`."""

    TASKS = "tasks"
    SMOKE_TEST = "smoke-test"
    ALARM = "alarm"


@app.command("fail-next", epilog=HELP)
def fail_next(
    environment: EnvironmentName,
    *,
    how: Annotated[
        How,
        typer.Option(
            "--how",
            help="tasks: the new ones stop again. smoke-test: they answer wrongly. alarm: users meet errors.",
        ),
    ] = How.ALARM,
) -> int:
    """Let the next offline deployment go wrong, to see what happens then.

    Example: mfcloud offline fail-next staging --how smoke-test
    """
    from offline.course import Failure
    from offline.deployments import fail_next as arrange
    from operations.offline_session import offline_cloud
    from operations.terminal import say

    with offline_cloud(environment) as cloud:
        arrange(cloud, Failure(how.value))
    say(f"{environment}: the next offline deployment goes wrong ({how.value})")
    return ExitCode.DONE


@app.command(epilog=HELP)
def reset(environment: EnvironmentName, *, yes: Yes = False) -> int:
    """Forget everything that stands offline in an environment; AWS is not touched.

    Example: mfcloud offline reset staging --yes
    """
    from offline.workspace import home_of
    from offline.workspace import reset as forget
    from operations.commands.confirmation import confirm
    from operations.project import PROJECT_ROOT, stack_file
    from operations.terminal import say

    stack_file(environment)
    confirm(f"Forget what stands offline in {environment}?", expected=environment, yes=yes)
    forgotten = forget(home_of(PROJECT_ROOT, environment))
    say(f"{environment}: offline state forgotten" if forgotten else f"{environment}: there was no offline state")
    return ExitCode.DONE

"""`mfcloud offline show`, `drift`, `fail-next` and `reset`."""

from enum import StrEnum
from typing import Annotated

import typer

from operations.commands.arguments import EnvironmentName, Json, Yes
from operations.exit_codes import HELP, ExitCode

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Look at, change, or forget what stands offline.\n\nExample: mfcloud offline show staging",
    epilog=HELP,
)


@app.command(epilog=HELP)
def show(environment: EnvironmentName, *, json: Json = False) -> int:
    """List what stands offline.

    By area of AWS; what Pulumi knows nothing of is marked.

    Example: mfcloud offline show staging
    """
    from offline.workspace import home_of, store_path
    from operations.engine.offline_state import as_json, as_text, remembered, standing
    from operations.offline_session import offline_cloud
    from operations.project import PROJECT_ROOT, stack_file
    from operations.terminal import write

    stack_file(environment)
    home = home_of(PROJECT_ROOT, environment)
    found = []
    if store_path(home).exists():
        with offline_cloud(environment) as cloud:
            found = standing(cloud.all(), remembered(home, environment))
    write(as_json(environment, found) if json else as_text(environment, found))
    return ExitCode.DONE


class What(StrEnum):
    """What is changed; as `offline.drift.DRILLS`, which would be imported for every `--help`."""

    TAG = "tag"
    TASKS = "tasks"
    TRAFFIC = "traffic"
    RETENTION = "retention"
    THRESHOLD = "threshold"
    DELETED = "deleted"


@app.command(epilog=HELP)
def drift(
    environment: EnvironmentName,
    *,
    play: Annotated[
        What | None,
        typer.Option(
            "--play",
            help="Change something first, as somebody at the console might. tag: a bucket gets one. tasks: the service "
            "gets one more. traffic: half goes to the other colour. retention: a log group keeps lines for a day. "
            "threshold: an alarm fires later. deleted: a dashboard is.",
        ),
    ] = None,
    json: Json = False,
) -> int:
    """Show what differs from what Pulumi remembers.

    `mfcloud preview ENV --offline --refresh` then shows what an update would put back, `mfcloud refresh` accepts it.

    Example: mfcloud offline drift staging --play tag
    """
    from offline.drift import DRILLS, NothingToChange
    from offline.drift import play as change
    from offline.workspace import home_of
    from operations.engine.offline_state import differences, drift_as_json, drift_as_text, remembered
    from operations.errors import refused
    from operations.offline_session import offline_cloud
    from operations.project import PROJECT_ROOT
    from operations.terminal import say, write

    with offline_cloud(environment) as cloud:
        if play is not None:
            drill = DRILLS[play.value]
            try:
                row = change(cloud, drill)
            except NothingToChange as reason:
                raise refused(str(reason)) from reason
            say(f"{drill.says}: {row.urn.rsplit('::', 1)[-1]}")
        found = differences(cloud.all(), remembered(home_of(PROJECT_ROOT, environment), environment))
    write(drift_as_json(environment, found) if json else drift_as_text(environment, found))
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
    """Let the next offline deployment go wrong, to see it happen.

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
    """Forget everything that stands offline.

    AWS is not touched.

    Example: mfcloud offline reset staging --yes
    """
    from offline.workspace import home_of
    from offline.workspace import reset as forget
    from operations.confirmation import confirm
    from operations.project import PROJECT_ROOT, stack_file
    from operations.terminal import say

    stack_file(environment)
    confirm(f"Forget what stands offline in {environment}?", expected=environment, yes=yes)
    forgotten = forget(home_of(PROJECT_ROOT, environment))
    say(f"{environment}: offline state forgotten" if forgotten else f"{environment}: there was no offline state")
    return ExitCode.DONE

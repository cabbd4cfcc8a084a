"""`mfcloud status`."""

import sys

from operations.commands.arguments import EnvironmentName, Json, Offline, Region
from operations.exit_codes import ExitCode


def command(
    environment: EnvironmentName, *, region: Region = None, offline: Offline = False, json: Json = False
) -> int:
    """Show on one screen how an environment is.

    What is live, the running deployment, tasks and targets, alarms, backups, maintenance, withdrawn images.
    What AWS does not tell is shown as unknown with its reason, never as zero. Changes nothing.

    Example: mfcloud status production
    """
    from operations.session import operating
    from operations.state.reading import gather
    from operations.state.text import as_json, as_text
    from operations.terminal import fitted, write

    with operating(environment, region, offline=offline) as session:
        status = gather(session)
    write(as_json(status, offline=offline) if json else fitted(as_text(status, offline=offline), sys.stdout))
    return ExitCode.DONE

"""`mfcloud check`."""

from operations.commands.arguments import EnvironmentName, Json
from operations.exit_codes import ExitCode


def command(environment: EnvironmentName, *, json: Json = False) -> int:
    """Check an environment's stack file alone.

    Tells every mistake at once; needs neither engine nor account.
    With --json prints the settings with all defaults filled in.

    Example: mfcloud check production
    """
    from operations.project import load_environment
    from operations.terminal import say, write

    settings = load_environment(environment)
    if json:
        write(settings.model_dump_json(indent=2))
    else:
        say(f"Pulumi.{environment}.yaml is good")
    return ExitCode.DONE

"""`mfcloud engine`."""

from operations.commands.arguments import Json
from operations.exit_codes import ExitCode


def command(*, json: Json = False) -> int:
    """Find, install or build the Pulumi engine.

    Says which one is used. Building takes some minutes, once.
    Previews and updates do the same by themselves when they need it.

    Example: mfcloud engine
    """
    from json import dumps

    from offline import engine as engines
    from operations.terminal import say, write

    engine = engines.find(say)
    facts = {"version": str(engine.version), "path": str(engine.path), "origin": engine.origin}
    write(dumps(facts, indent=2) if json else f"Pulumi {engine.version} ({engine.origin}) at {engine.path}")
    return ExitCode.DONE

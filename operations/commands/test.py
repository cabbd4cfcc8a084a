"""`mfcloud test`."""

import sys
from typing import Annotated

import typer

from operations.exit_codes import ExitCode


def command(
    context: typer.Context,
    *,
    everything: Annotated[bool, typer.Option("--all", help="The slow tier too.")] = False,
    slow: Annotated[bool, typer.Option("--slow", help="The slow tier alone.")] = False,
) -> int:
    """Run the tests. What follows is handed to pytest; without it, all tests run on all cores.

    The fast tier is everything but long engine runs; it needs neither network nor account.

    Example: mfcloud test tests/runbook -x
    """
    import subprocess

    from operations.project import PROJECT_ROOT
    from operations.test_run import ensure_engine, pytest_arguments

    with_engine = ensure_engine()
    arguments = pytest_arguments(context.args, everything=everything, slow=slow, with_engine=with_engine)
    finished = subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=PROJECT_ROOT, check=False)
    return ExitCode.DONE if finished.returncode == 0 else ExitCode.FAILED

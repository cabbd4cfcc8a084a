"""Which tests run, and how."""

import os
from collections.abc import Sequence

from operations.terminal import say


def pytest_arguments(given: Sequence[str], *, everything: bool, slow: bool, with_engine: bool) -> list[str]:
    """Arguments for pytest. Markers chosen by the person (`-m`) are left alone."""
    tiers = [] if everything else ["slow" if slow else "not slow"]
    if not with_engine:
        tiers.append("not engine")
    chosen = ["-m", " and ".join(tiers)] if tiers and "-m" not in given else []
    # by file: what the tests of one file share is made once
    return [*chosen, *(given or ["--numprocesses", "auto", "--dist", "loadfile"])]


def ensure_engine() -> bool:
    """Find or build the engine before pytest starts, so that its workers do not all build it; False without one.

    Automation must not pass without having run the engine: with CI set, a missing engine stops the command.
    """
    from offline import engine as engines

    try:
        engines.find(say)
    except engines.EngineUnavailable as reason:
        if os.environ.get("CI"):
            raise
        say(f"warning: tests that need the Pulumi engine are left out: {reason}")
        return False
    return True

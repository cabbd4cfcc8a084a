"""What the command line answers to a script."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The numbers stand in every help text."""

    DONE = 0
    FAILED = 1
    BAD_INPUT = 2
    """Wrong usage, or a stack file that says something impossible."""
    REFUSED = 3
    """Nothing was changed, on purpose."""
    CHANGES_FOUND = 4
    """Only from `preview --expect-no-changes`."""
    ATTENTION = 5
    """Only from `morning` and `weekly`: something is to be looked at, or could not be read."""
    INTERRUPTED = 130
    """As a shell reports Ctrl-C."""


HELP = (
    "Exit codes: 0 done, 1 failed, 2 wrong usage or bad input, 3 refused and nothing changed, "
    "4 preview found changes (only with --expect-no-changes), "
    "5 morning or weekly found something to look at, 130 interrupted."
)

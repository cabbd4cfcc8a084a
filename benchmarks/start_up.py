"""How quickly the command line answers: `mfcloud --help` against importing typer, and the launcher's own share."""

import sys

from measuring import ROOT, Command, measure, show

HELP_LIMIT = 1.5
LAUNCHER_LIMIT = 1.3


def main() -> int:
    """Print the ratios; 1 when one misses its limit."""
    python = ROOT / ".venv/bin/python"
    typer, plain, launched = measure(
        Command(words=[python, "-c", "import typer"]),
        Command(words=[python, "-m", "operations", "--help"]),
        Command(words=[ROOT / "mfcloud", "--help"]),
        rounds=10,
    )
    kept = [
        show("mfcloud --help against importing typer", launched.seconds / typer.seconds, HELP_LIMIT),
        show("./mfcloud against python -m operations", launched.seconds / plain.seconds, LAUNCHER_LIMIT),
    ]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())

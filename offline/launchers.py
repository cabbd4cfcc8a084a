"""Executables that run a module of this package with the Python that runs this, whatever `python3` is on PATH."""

import shlex
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent


def write(path: Path, module: str, *arguments: str) -> None:
    """Make `path` an executable that runs `module` with these arguments and its own; untouched when it is one already.

    PYTHONPATH carries our packages to the module, and is its alone.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    words = shlex.join([sys.executable, "-m", module, *arguments])
    text = f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {words} "$@"\n'
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
    path.chmod(0o755)

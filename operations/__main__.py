"""`python -m operations`, which is what `./mfcloud` runs."""

import os
from contextlib import suppress

from operations.application import main

# The launcher stepped into the project to find this package; a person's paths are meant from where they called it.
if folder := os.environ.pop("MFCLOUD_CALLED_FROM", None):
    with suppress(OSError):  # it is gone; the project's folder is as good as any
        os.chdir(folder)
main()

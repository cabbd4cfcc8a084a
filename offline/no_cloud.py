"""Keep this process, and what it starts, away from any AWS account for a while."""

import os
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

_NOTHING_TO_FIND: Final = {
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


class _Depth:
    """How many are inside, over all threads, and what the first of them took out."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.inside = 0
        self.taken_out: dict[str, str] = {}


_DEPTH: Final = _Depth()


@contextmanager
def without_aws() -> Generator[None, None, None]:
    """Take every AWS variable out of the environment, credentials above all, and put them back after.

    Nests, also across threads: the last one out restores.
    """
    with _DEPTH.lock:
        if _DEPTH.inside == 0:
            _DEPTH.taken_out = {key: os.environ.pop(key) for key in list(os.environ) if key.startswith("AWS_")}
            os.environ.update(_NOTHING_TO_FIND)
        _DEPTH.inside += 1
    try:
        yield
    finally:
        with _DEPTH.lock:
            _DEPTH.inside -= 1
            if _DEPTH.inside == 0:
                for key in _NOTHING_TO_FIND:
                    os.environ.pop(key, None)
                os.environ.update(_DEPTH.taken_out)

"""Text of others, made harmless for a terminal and a document."""

import re

_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


def plain(text: str) -> str:
    """One line without colours and control characters."""
    without = _ESCAPES.sub("", text)
    return "".join(one if one.isprintable() else " " for one in without).strip()

"""AWS's regular expressions for Python."""

import re


def compiles(pattern: str) -> bool:
    """Whether Python's own regular expressions can read AWS's (which are Java's)."""
    try:
        re.compile(readable(pattern))
    except re.error:
        return False
    return True


def readable(pattern: str) -> str:
    r"""Python has no `\p{L}`: a superset of it stands for each class, so that nothing good is refused."""
    return re.sub(r"\\p\{?([A-Z])[a-z]?\}", lambda found: {"N": r"\d", "Z": r"\s"}.get(found[1], r"\w"), pattern)

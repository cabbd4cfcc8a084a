"""Three-part versions that compare."""

import re
from typing import NamedTuple, Self


class Version(NamedTuple):
    """`v3.259.0` and `3.259.0` read the same; a suffix (`-dev.1`) is left out of the comparison."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The version at the start of the text, or None."""
        found = re.match(r"v?(\d+)\.(\d+)\.(\d+)", text.strip())
        return cls(*map(int, found.groups())) if found else None

    def __str__(self) -> str:
        """Without the leading v."""
        return f"{self.major}.{self.minor}.{self.patch}"

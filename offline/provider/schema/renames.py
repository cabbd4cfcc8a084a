"""Properties whose name at AWS is another one than letters tell, and those that AWS does not have at all.

Keys are `<class of the provider without Args>.<property>`; values are dotted paths in AWS's schema or in the call.
"""

from collections.abc import Mapping
from typing import Final

RENAMES: Final[Mapping[str, tuple[str, ...]]] = {}

ELSEWHERE: Final[Mapping[str, str]] = {}
"""Property → why AWS's resource does not know it (the provider's own switch, another call's argument)."""

"""Who one is."""

from typing import Any, Final

from offline.api.asking import Asking, Operations
from offline.provider.facts import ACCOUNT

_ROLE: Final = "mockforge-cloud-operator"
_PERSON: Final = "visitor"


def get_caller_identity(_asking: Asking) -> dict[str, Any]:
    """A visitor in the operator's role."""
    return {
        "Account": ACCOUNT,
        "UserId": f"AROAOFFLINEOFFLINE00:{_PERSON}",
        "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{_ROLE}/{_PERSON}",
    }


OPERATIONS: Final[Operations] = {"GetCallerIdentity": get_caller_identity}

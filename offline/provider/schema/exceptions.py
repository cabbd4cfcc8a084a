"""Where a published rule would refuse what AWS and the provider accept: each with the reason it does not count here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Exempt:
    """Keywords of AWS's rules that do not count at a property; `required` means that it may be left out."""

    words: tuple[str, ...]
    because: str


def _may_be_left_out(because: str) -> Exempt:
    return Exempt(words=("required",), because=because)


EXCEPTIONS: Final[Mapping[str, Mapping[str, Exempt]]] = {
    "FunctionEventInvokeConfig": {"qualifier": _may_be_left_out("the provider means $LATEST")},
    "ListenerRule": {"priority": _may_be_left_out("the provider takes the next free one")},
    "MaintenanceWindow": {"allowUnassociatedTargets": _may_be_left_out("the provider says false")},
    "Parameter": {"value": _may_be_left_out("insecureValue or valueWo stands in its place")},
}

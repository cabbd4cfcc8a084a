"""Who looks into the cloud, and what it is asked. AWS and the offline cloud answer alike."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from operations.engine.plan import UNKNOWN
from operations.pending.identities import Identity

MADE_UP: re.Pattern[str] = re.compile(r"-[0-9a-f]{7}$")
"""What Pulumi's AWS provider appends to a logical name where the program gives no physical one."""
NAMING = ("name", "bucket", "statementId")
"""Inputs that carry such a name."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A resource of the program, to be known again in the cloud.

    `inputs` may lack what is not known (yet). `recorded`: with the name that was made up for it; otherwise a made-up
    name among the inputs is a new one, and says nothing about what stands.
    """

    urn: str
    type: str
    name: str
    inputs: Mapping[str, Any]
    identity: Identity
    recorded: bool

    def is_made_up_for_it(self, physical: str) -> bool:
        """Whether the provider would make up such a name for this resource."""
        return MADE_UP.sub("", physical) == self.name.lower() or MADE_UP.sub("", physical) == self.name

    def is_open(self, key: str) -> bool:
        """Whether an input is a secret, or known only later: then nothing can be compared with it."""
        value = self.inputs.get(key)
        return isinstance(value, Mapping) or value in ("[secret]", UNKNOWN)

    def may_have(self, key: str, value: object) -> bool:
        """Whether what stands with this value may be it. A secret says nothing; what is known only later says no."""
        given = self.inputs.get(key)
        return given != UNKNOWN and (self.is_open(key) or given == value)

    def may_be_called(self, physical: str) -> bool:
        """By the name that the program gives, or one that was made up."""
        if self.recorded or not self.naming:
            return any(self.inputs.get(key) == physical for key in NAMING)
        return bool(MADE_UP.search(physical)) and self.is_made_up_for_it(physical)

    @property
    def naming(self) -> str:
        """The input that carries a made-up name; empty where the program gives it."""
        for key in NAMING:
            given = self.inputs.get(key)
            if isinstance(given, str) and MADE_UP.search(given) and self.is_made_up_for_it(given):
                return key
        return ""

    def id_by_inputs(self, account: str) -> str | None:
        """The id that its inputs amount to; None where one of them is not known, or no longer."""
        if not self.identity.id or (not self.recorded and self.naming and f"{{{self.naming}}}" in self.identity.id):
            return None
        given = {key: value for key, value in self.inputs.items() if isinstance(value, str)}
        try:
            return self.identity.id.format_map({**given, "account": account})
        except KeyError:
            return None


@dataclass(frozen=True, kw_only=True)
class Found:
    """What stands in the cloud. `arn` where there is one and it is known; `sure` where somebody has looked."""

    id: str
    arn: str = ""
    region: str = ""
    """Where it lies, if that is not the provider's own region."""
    sure: bool = True

    @property
    def number(self) -> int:
        """Of a numbered kind: `…:task-definition/web:7` is 7."""
        tail = self.arn.rpartition(":")[2]
        return int(tail) if tail.isdigit() else 0


class Cloud(Protocol):
    """Looks, and changes nothing."""

    def find(self, wanted: Wanted) -> list[Found]:
        """Whatever stands and may be it; also what the state knows already."""
        ...

"""What a resource's computed values may be made of: who and where it is, its inputs, and stable pseudo-random digits.

The digits depend on the URN and on how often it was created, so a preview, the update after it and the next run
agree, and a replacement differs from what it replaces.
"""

import hashlib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from offline.provider.wire import Value

ACCOUNT: Final = "123456789012"
"""AWS's own example account; nobody owns it."""
HOME_REGION: Final = "us-east-1"
CREATED: Final = "2025-01-27T00:00:00Z"
"""Every creation date: a constant, or each run would differ from the one before."""


class _Blank(dict[str, Value]):
    """Inputs for templates: what is left out reads as the empty text."""

    def __missing__(self, key: str) -> str:
        return ""


@dataclass(frozen=True, kw_only=True)
class Facts(Mapping[str, Value]):
    """For templates: `{region}`, `{account}`, `{name}`, `{in[bucket]}`, `{hex17}`, `{digits10}`, `{uuid}`.

    `name` is the physical name if the type has one, else the logical name. `id` and `arn` are known once they are
    computed. `{upper13}` gives 13 of A-Z and 0-9, as AWS's own identifiers look.
    """

    urn: str
    name: str
    inputs: Mapping[str, Value]
    region: str = HOME_REGION
    generation: int = 0
    known: Mapping[str, Value] = field(default_factory=dict[str, Value])

    def hex(self, length: int, purpose: str = "") -> str:
        """Hex digits, at most 128; another purpose gives others."""
        seed = f"{self.urn}#{self.generation}#{purpose}"
        return hashlib.sha512(seed.encode()).hexdigest()[:length]

    def digits(self, length: int, purpose: str = "") -> str:
        """Decimal digits, at most 70."""
        return str(int(self.hex(64, f"digits{purpose}"), 16))[:length]

    def upper(self, length: int, purpose: str = "") -> str:
        """Letters and digits of the base-32 alphabet, at most 90."""
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
        number, text = int(self.hex(120, f"upper{purpose}"), 16), ""
        while len(text) < length:
            number, digit = divmod(number, len(letters))
            text += letters[digit]
        return text

    def uuid(self, purpose: str = "") -> str:
        """A UUID of version 4 in form."""
        return str(uuid.UUID(self.hex(32, f"uuid{purpose}"), version=4))

    def fill(self, template: str) -> str:
        """The template with the facts put in. Raises `KeyError` for what is none of them."""
        return template.format_map(self)

    def __getitem__(self, key: str) -> Value:
        """One fact."""
        if key in self.known:
            return self.known[key]
        match key:
            case "region" | "name" | "urn":
                return getattr(self, key)
            case "account":
                return ACCOUNT
            case "in":
                return _Blank(self.inputs)
            case "uuid":
                return self.uuid()
            case "logical":
                return self.urn.rsplit("::", 1)[-1]
            case _:
                return self._digits(key)

    def _digits(self, key: str) -> str:
        for kind in ("hex", "digits", "upper"):
            if key.startswith(kind) and key[len(kind) :].isdigit():
                return str(getattr(self, kind)(int(key[len(kind) :])))
        raise KeyError(f"{{{key}}} is not one of the facts a template may use")

    def __iter__(self) -> Iterator[str]:
        """The names of the facts that are not made of digits."""
        return iter(("region", "name", "urn", "account", "in", "uuid", "logical", *self.known))

    def __len__(self) -> int:
        """How many `__iter__` gives."""
        return 7 + len(self.known)

"""A refusal names values, and some values are secret."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from offline.provider.naming import Refusal
from offline.provider.rules_across.world import texts
from offline.provider.wire import Secret, Value, is_list, is_object, reveal

HIDDEN: Final = "(secret)"
_WORD: Final = re.compile(r"[^\s'\"(),;]+")
_SHORTEST: Final = 4
"""Characters; what is shorter is found in ordinary words too."""


def secrets_in(inputs: Mapping[str, Value]) -> frozenset[str]:
    """Every text that stands under a secret mark."""
    return frozenset(text for text in _marked(dict(inputs)) if len(text) >= _SHORTEST)


def _marked(value: Value) -> Iterable[str]:
    if isinstance(value, Secret):
        yield from (text for _, text in texts(reveal(value)))
    elif is_list(value):
        for item in value:
            yield from _marked(item)
    elif is_object(value):
        yield from _marked(list(value.values()))


def discreet(refusal: Refusal, secrets: frozenset[str]) -> Refusal:
    """The refusal without secrets, and without pieces of them: of a secret policy one rule may quote a name."""
    if not secrets:
        return refusal
    reason = refusal.reason
    for secret in sorted(secrets, key=len, reverse=True):
        reason = reason.replace(secret, HIDDEN)
    return replace(refusal, reason=_WORD.sub(lambda word: _shown(word[0], secrets), reason))


def _shown(word: str, secrets: frozenset[str]) -> str:
    piece = word.rstrip(":.")
    return HIDDEN if len(piece) >= _SHORTEST and any(piece in secret for secret in secrets) else word

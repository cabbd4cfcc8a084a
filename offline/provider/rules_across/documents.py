"""Policy documents: who may do what by their words. Conditions count as met; only what is never allowed is told."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from offline.provider.rules_across.world import part
from offline.provider.wire import Value, is_list, is_object

_WILD: Final = re.compile(r"[*?]")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement with every part as a list."""

    allows: bool
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    services: tuple[str, ...]
    """Service principals."""
    accounts: tuple[str, ...]
    """AWS principals: ARNs, account numbers, "*"."""
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...]
    """Operator, key in lower case, values."""

    def covers(self, action: str, resource: str | None = None) -> bool:
        """Whether the statement speaks of this action, on this resource."""
        if self.not_actions:
            acts = not any(matches(pattern, action, ignore_case=True) for pattern in self.not_actions)
        else:
            acts = any(matches(pattern, action, ignore_case=True) for pattern in self.actions)
        if not acts or resource is None:
            return acts
        if self.not_resources:
            return not any(matches(pattern, resource) for pattern in self.not_resources)
        return not self.resources or any(matches(pattern, resource) for pattern in self.resources)

    def condition(self, key: str) -> tuple[str, tuple[str, ...]] | None:
        """Operator and values of the condition on a key."""
        return next(((operator, values) for operator, at, values in self.conditions if at == key.lower()), None)


def matches(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """IAM's wildcards: `*` any text, `?` one character."""
    if pattern == "*":
        return True
    if ignore_case:
        pattern, text = pattern.lower(), text.lower()
    return bool(_compiled(pattern).fullmatch(text)) if _WILD.search(pattern) else pattern == text


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def statements(document: Value) -> tuple[Statement, ...] | None:
    """The statements of a policy given as JSON text; None when it is not known or no policy."""
    return _read(document) if isinstance(document, str) else None


@lru_cache(maxsize=512)
def _read(document: str) -> tuple[Statement, ...] | None:
    try:
        policy = json.loads(document)
    except ValueError:
        return None
    if not is_object(policy):
        return None
    found = policy.get("Statement")
    return tuple(_statement(one) for one in (found if is_list(found) else [found]) if is_object(one))


def _statement(one: dict[str, Value]) -> Statement:
    principal = one.get("Principal")
    by_kind = principal if is_object(principal) else {"AWS": principal} if principal is not None else {}
    conditions: list[tuple[str, str, tuple[str, ...]]] = []
    for operator, keys in part(one.get("Condition")).items():
        conditions += [(operator, key.lower(), _texts(values)) for key, values in part(keys).items()]
    return Statement(
        allows=one.get("Effect") == "Allow",
        actions=_texts(one.get("Action")),
        not_actions=_texts(one.get("NotAction")),
        resources=_texts(one.get("Resource")),
        not_resources=_texts(one.get("NotResource")),
        services=_texts(by_kind.get("Service")),
        accounts=_texts(by_kind.get("AWS")),
        conditions=tuple(conditions),
    )


def _texts(value: Value) -> tuple[str, ...]:
    values: Value = value if is_list(value) else [] if value is None else [value]
    return tuple(str(one) for one in values)


def allowed(
    found: Iterable[Statement], action: str, resource: str | None = None, *, service: str | None = None
) -> bool:
    """Whether some statement allows it, and none denies it without a condition. `service`: to this principal."""
    said = [one for one in found if one.covers(action, resource) and _for(one, service)]
    return any(one.allows for one in said) and not any(not one.allows and not one.conditions for one in said)


def granting(found: Iterable[Statement], action: str, *, service: str) -> Iterator[Statement]:
    """The statements that allow a service principal the action."""
    for one in found:
        if one.allows and one.covers(action) and _for(one, service):
            yield one


def _for(one: Statement, service: str | None) -> bool:
    return service is None or "*" in one.accounts or any(matches(pattern, service) for pattern in one.services)

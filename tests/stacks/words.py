"""Values as a reviewer wants to read them: logical names instead of ARNs and ids, never a secret value."""

import hashlib
import json
import re
from typing import Any, Final

from offline.provider.wire import Secret
from tests.harness import Program

LONG: Final = 140
QUIET_KEYS: Final = frozenset({"tags", "description", "namePrefix"})
"""Inputs without consequence."""
_GENERATED: Final = re.compile(r"[0-9a-f]{7,}|^[A-Z0-9]{12,}$")


class Words:
    """Spells values of one program."""

    def __init__(self, program: Program) -> None:
        names: dict[str, str] = {}
        for one in program.resources:
            if one.custom and not one.type.startswith("pulumi:"):
                for key in ("arn", "id", "name", "bucket", "arnSuffix", "dnsName", "fqdn", "certificateArn"):
                    value = one.outputs.get(key)
                    fixed = key in ("name", "bucket", "fqdn") and one.inputs.get(key) == value
                    if isinstance(value, str) and not fixed and (_GENERATED.search(value) or value.startswith("arn:")):
                        names.setdefault(value, one.name)
        self._names = names
        # the longest first, so that an ARN is replaced before the id within it
        self._pattern = re.compile("|".join(re.escape(value) for value in sorted(names, key=len, reverse=True)))

    def say(self, value: Any) -> str:
        """One line. A long text is told by its length and fingerprint: a change is seen, the noise is not."""
        if isinstance(value, Secret):
            return "[secret]"
        if value is None:
            return "none"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, dict):
            return "{" + ", ".join(f"{key} {self.say(value[key])}" for key in sorted(value)) + "}"
        if isinstance(value, list | tuple):
            return " + ".join(map(self.say, value)) or "none"
        text = self.named(str(value)).replace("\n", " ⏎ ")
        if len(text) > LONG:
            text = f"{len(text)} characters, {hashlib.sha256(text.encode()).hexdigest()[:8]}"
        return text

    def named(self, text: str) -> str:
        return self._pattern.sub(lambda found: self._names[found.group()], text)

    def fields(self, values: dict[str, Any], *keys: str) -> str:
        """`key value` of these keys (all but the quiet ones, unless named), left out where unset."""
        wanted = keys or sorted(values.keys() - QUIET_KEYS)
        return ", ".join(f"{key} {self.say(values[key])}" for key in wanted if values.get(key) not in (None, [], {}))

    def statements(self, policy: Any) -> str:
        """A policy document, a statement per line."""
        if isinstance(policy, Secret):
            return " [secret]"
        lines = []
        for one in json.loads(policy)["Statement"]:
            principal = one.get("Principal", "")
            if isinstance(principal, dict):
                principal = " + ".join(_flat(list(principal.values())))
            where = f" where {self.say(one['Condition'])}" if "Condition" in one else ""
            who = f"{self.named(principal)}: " if principal else ""
            resources = " + ".join(self.named(text) for text in _flat([one.get("Resource", [])]))
            on = f" on {resources}" if resources else ""
            actions = ", ".join(_flat([one["Action"]]))
            lines.append(f"\n    {who}{one['Effect'].lower()} {actions}{on}{where}")
        return "".join(lines)


def _flat(values: list[Any]) -> list[str]:
    return [text for value in values for text in (value if isinstance(value, list) else [value])]

"""`bootstrap/template.yaml` with parameters put in: what CloudFormation would make of it, as plain data."""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from operations.bootstrapping.template import load_template

ACCOUNT, REGION = "123456789012", "us-east-1"
PSEUDO = {"AWS::AccountId": ACCOUNT, "AWS::Region": REGION, "AWS::Partition": "aws"}
NO_VALUE = object()
GIVEN = {
    "EnvironmentName": "production",
    "Repository": "mockforge/cloud-operations",
    "HostedZoneId": "Z0123456789",
    "PagerdutySecret": "mockforge-cloud/production/pagerduty",
    "BudgetUsd": "1420",
    "BudgetEmail": "operations@mockforge.dev",
}


@cache
def _template() -> dict[str, Any]:
    return load_template()


class Resolved:
    """One stack. `resources` holds those whose condition is true."""

    def __init__(self, **given: str) -> None:
        self.template = _template()
        defaults = {key: str(one.get("Default", "")) for key, one in self.template["Parameters"].items()}
        self.parameters = defaults | GIVEN | given
        self.resources: dict[str, dict[str, Any]] = {
            name: {"Type": one["Type"], **self._of(one.get("Properties", {}))}
            for name, one in self.template["Resources"].items()
            if "Condition" not in one or self._holds(one["Condition"])
        }

    def policies(self, name: str) -> list[dict[str, Any]]:
        """Statements of a managed policy, or of a role with all that is attached to it."""
        one = self.resources[name]
        if one["Type"] == "AWS::IAM::ManagedPolicy":
            return one["PolicyDocument"]["Statement"]
        found = [row for policy in one.get("Policies", []) for row in policy["PolicyDocument"]["Statement"]]
        for arn in one["ManagedPolicyArns"]:
            found += self.policies(arn)
        return found

    def _holds(self, name: str) -> bool:
        return bool(self._of(self.template["Conditions"][name]))

    def _of(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            if len(value) == 1 and (key := next(iter(value))) in _FUNCTIONS:
                return _FUNCTIONS[key](self, value[key])
            resolved = {key: self._of(one) for key, one in value.items()}
            return {key: one for key, one in resolved.items() if one is not NO_VALUE}
        if isinstance(value, list):
            return [one for one in map(self._of, value) if one is not NO_VALUE]
        return value

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in PSEUDO:
            return PSEUDO[name]
        if name not in self.parameters:
            return name  # of a resource: its own name does for comparisons
        text = self.parameters[name]
        is_list = self.template["Parameters"][name]["Type"] == "CommaDelimitedList"
        return text.split(",") if is_list else text

    def _sub(self, text: str) -> str:
        return re.sub(r"\$\{([^}]+)\}", lambda found: str(self._att_or_ref(found[1])), text)

    def _att_or_ref(self, name: str) -> Any:
        return self._att(name.split(".")) if "." in name else self._ref(name)

    def _att(self, parts: list[str]) -> str:
        name, attribute = parts
        if name == "StateBucket":
            return f"arn:aws:s3:::mockforge-{self.parameters['EnvironmentName']}-state-{ACCOUNT}-{REGION}"
        return f"{name}.{attribute}"


_FUNCTIONS: dict[str, Any] = {
    "Ref": Resolved._ref,
    "Condition": Resolved._holds,
    "Fn::Sub": Resolved._sub,
    "Fn::GetAtt": Resolved._att,
    "Fn::If": lambda self, parts: self._of(parts[1] if self._holds(parts[0]) else parts[2]),
    "Fn::Equals": lambda self, parts: self._of(parts[0]) == self._of(parts[1]),
    "Fn::Not": lambda self, parts: not self._of(parts[0]),
    "Fn::And": lambda self, parts: all(self._of(one) for one in parts),
    "Fn::Join": lambda self, parts: parts[0].join(self._of(parts[1])),
}


@cache
def stack(**given: str) -> Resolved:
    return Resolved(**given)


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def actions(statements: list[dict[str, Any]], effect: str = "Allow") -> Iterator[str]:
    for one in statements:
        if one["Effect"] == effect:
            yield from listed(one["Action"])


def allows(statements: list[dict[str, Any]], action: str, arn: str = "*") -> bool:
    """Whether some statement allows it; conditions are taken as met. Case does not count in actions, as with IAM."""
    return any(
        one["Effect"] == "Allow"
        and any(fnmatchcase(action.lower(), pattern.lower()) for pattern in listed(one["Action"]))
        and (arn == "*" or any(fnmatchcase(arn, pattern) for pattern in listed(one["Resource"])))
        for one in statements
    )

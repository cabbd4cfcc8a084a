"""IAM policy documents as JSON that never changes by itself: keys sorted, outputs filled in."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

Statement = Mapping[str, Any]


def policy(statements: Sequence[Statement]) -> pulumi.Output[str]:
    """A policy of these statements; each may hold outputs. `Effect` is Allow unless it says otherwise."""
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **one} for one in statements]}
    return pulumi.Output.json_dumps(document, sort_keys=True)


def trust(service: str, condition: Mapping[str, Any] | None = None) -> pulumi.Output[str]:
    """An AWS service may assume the role, under a condition if there is one."""
    statement: dict[str, Any] = {"Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return policy([statement if condition is None else {**statement, "Condition": condition}])

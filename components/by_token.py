"""Registers a resource by its type token, without importing the SDK's module of its service.

For `wafv2` alone: its rules nest so deeply that importing their classes takes a third of a second, a tenth of a whole
preview. The dictionaries keep the SDK's own types (for the type checker only), and a test holds the tokens and
properties against its classes.
"""

from collections.abc import Mapping
from typing import Any, cast

import pulumi


class ByToken(pulumi.CustomResource):
    """Properties as the SDK spells them, in snake case at every depth; no key of theirs may be a name of ours."""

    arn: pulumi.Output[str]

    def __init__(self, token: str, name: str, properties: Mapping[str, Any], opts: pulumi.ResourceOptions) -> None:
        super().__init__(token, name, {**_on_the_wire(properties), "arn": None}, opts)


def _on_the_wire(value: Any) -> Any:  # noqa: ANN401 - whatever a property holds
    if isinstance(value, Mapping):
        entries = cast("Mapping[str, Any]", value)
        return {_camel_case(key): _on_the_wire(entry) for key, entry in entries.items()}
    if isinstance(value, list):
        return [_on_the_wire(entry) for entry in cast("list[Any]", value)]
    return value


def _camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)

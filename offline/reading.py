"""JSON values of unknown shape, read as what they should be; empty where they are nothing of the kind."""

from typing import Any, cast


def mapping(value: object) -> dict[str, Any]:
    """An object."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def listed(value: object) -> list[Any]:
    """A list."""
    return cast("list[Any]", value) if isinstance(value, list | tuple) else []

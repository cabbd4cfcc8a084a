"""Environment variables of a function, which its component sets."""

from collections.abc import Mapping


class BadSettingError(Exception):
    """An environment variable is missing or wrong. The message names it, and never its value."""


def required(environ: Mapping[str, str], name: str) -> str:
    """The variable's text. Raises `BadSettingError` where it is missing or empty."""
    if value := environ.get(name):
        return value
    raise BadSettingError(f"the environment variable {name} is missing")

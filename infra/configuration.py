"""The settings as the engine hands them to the program."""

import json
from collections.abc import Mapping

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env, is_config_secret

from runbook.settings import Environment
from runbook.stack_file import StackFileError, from_config


def read_environment() -> Environment:
    """The environment of the stack that runs now.

    Raises `pulumi.RunError`, which the engine shows without a traceback, with every problem of the stack file at once.
    """
    stack = pulumi.get_stack()
    try:
        return from_config(_sections(), stack, where=f"Pulumi.{stack}.yaml")
    except StackFileError as error:
        raise pulumi.RunError(error.body) from None  # the engine puts `error:` in front


def _sections() -> Mapping[str, object]:
    """Section name to value, for every key of the project's namespace, known to us or not."""
    prefix = f"{pulumi.get_project()}:"
    handed_over = {**get_config_env(), **CONFIG.get()}
    return {
        key.removeprefix(prefix): {"secure": "[secret]"} if is_config_secret(key) else _parsed(value)
        for key, value in handed_over.items()
        if key.startswith(prefix)
    }


def _parsed(value: str) -> object:
    """The engine hands over structured values as JSON, plain text as it stands."""
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value

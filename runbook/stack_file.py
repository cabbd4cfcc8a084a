"""From a stack file, or from what the engine read of it, to an `Environment`; or one message that lists every problem.

Nothing is registered and nothing is changed before the whole file is right. Values of secrets are never echoed.
"""

import json
from collections.abc import Mapping
from pathlib import Path as FilePath

from pydantic import JsonValue, ValidationError

from runbook.engine_yaml import Document, Path, Spot, UnreadableYamlError, read
from runbook.problems import Problem, closest
from runbook.settings import Environment
from runbook.stack_file_problems import OURS, around, encrypted, message, no_section, within

_START = f"it begins with `config:`, and below it stand `{OURS}address:` and the other sections"


class StackFileError(Exception):
    """A stack file that cannot be used; `str(error)` is the finished message, several lines long."""

    def __init__(self, body: str) -> None:
        super().__init__(f"error: {body}")
        self.body = body
        """The message without `error: `, for callers that put it there themselves."""


def load(path: FilePath, environment_name: str) -> Environment:
    """The environment that the stack file at `path` describes; raises StackFileError."""
    document = _read(path)
    top, config = _mappings(document, path.name)
    sections = {key.removeprefix(OURS): value for key, value in config.items() if key.startswith(OURS)}
    # paths begin with the keys below `config`; the file's own keys stand beside them
    spots = {place[1:] if place[0] == "config" else place: spot for place, spot in document.spots.items() if place}
    return _environment(sections, environment_name, path.name, spots=spots, problems=[*around(document, top, config)])


def from_config(values: Mapping[str, object], environment_name: str, where: str) -> Environment:
    """The same from sections that are parsed already: section name to mapping. `where` is named in the message."""
    return _environment(values, environment_name, where, spots={}, problems=[])


def _read(path: FilePath) -> Document:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise StackFileError(_no_such_file(path)) from None
    except UnicodeDecodeError:
        raise StackFileError(f"{path.name} is not text in UTF-8; nothing was changed") from None
    except OSError as error:
        raise StackFileError(f"{path.name} cannot be read ({error.strerror}); nothing was changed") from None
    try:
        return read(text)
    except UnreadableYamlError as error:
        place = "".join(
            [f"line {error.line}" if error.line else "", f", column {error.column}" if error.column else ""]
        )
        raise StackFileError(
            f"{path.name} is not valid YAML; nothing was changed\n  {place}{': ' if place else ''}{error}"
        ) from None


def _no_such_file(path: FilePath) -> str:

    environments = sorted(found.name.split(".")[1] for found in path.parent.glob("Pulumi.*.yaml"))
    lines = [f"there is no stack file {path.name}; nothing was changed"]
    lines.append(f"  environments here: {', '.join(environments) or 'none'}")
    if meant := closest(path.name.removeprefix("Pulumi.").removesuffix(".yaml"), environments):
        lines.append(f"  hint: did you mean `{meant}`?")
    return "\n".join(lines)


def _mappings(document: Document, where: str) -> tuple[dict[str, JsonValue], dict[str, JsonValue]]:
    """The file's keys, and the keys below `config`; raises StackFileError if there are none."""
    top = document.value
    if top is None:
        raise StackFileError(f"{where} is empty; nothing was changed\n  {_START}")
    if not isinstance(top, dict):
        raise StackFileError(f"{where} is not a mapping; nothing was changed\n  {_START}")
    if "config" not in top:
        hint = next((f"\n  hint: move `{key}` below `config`" for key in top if key.startswith(OURS)), "")
        raise StackFileError(f"{where} has no `config`; nothing was changed\n  {_START}{hint}")
    config = top["config"]
    if not isinstance(config, dict):
        raise StackFileError(f"`config` in {where} is not a mapping of sections; nothing was changed\n  {_START}")
    return top, config


def _environment(
    sections: Mapping[str, object],
    environment_name: str,
    where: str,
    *,
    spots: Mapping[Path, Spot],
    problems: list[Problem],
) -> Environment:
    problems = [*problems, *encrypted(sections)]
    try:
        # As JSON: strict models take a list for a tuple only there. `name` is the stack's, no section.
        values = {**sections, "name": environment_name}
        environment = Environment.model_validate_json(json.dumps(values))
    except ValidationError as error:
        problems = [*problems, *within(error, environment_name, known=problems)]
    else:
        if not problems and "name" not in sections:
            return environment

    if "name" in sections:
        problems = [*problems, no_section("name")]
    raise StackFileError(message(where, problems, sections, spots))

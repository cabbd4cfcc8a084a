"""The JSON Schema of one key of the settings: its range, its choices, its default, its description."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import JsonValue

from runbook.engine_yaml import Path
from runbook.settings import Environment

Schema = Mapping[str, Any]


def schema_at(path: Path) -> Schema | None:
    """Of the key at `path`, references and "or nothing" resolved; None where the settings know no such key."""
    schema: Schema = _environment_schema()
    for step in path:
        found = next((one for one in _candidates(schema, step) if one is not None), None)
        if found is None:
            return None
        schema = _resolved(found)
    return schema


def default_at(path: Path) -> JsonValue:
    """The default of the key at `path`; None where it has none."""
    return (schema_at(path) or {}).get("default")


@cache
def _environment_schema() -> Schema:
    return Environment.model_json_schema()


def _candidates(schema: Schema, step: str | int) -> Iterator[Schema | None]:
    if isinstance(step, int):
        yield schema.get("items")
    else:
        yield schema.get("properties", {}).get(step)
        yield from schema.get("patternProperties", {}).values()


def _resolved(schema: Schema) -> Schema:
    if options := schema.get("anyOf"):  # a value or nothing
        return {**_resolved(next(one for one in options if one.get("type") != "null")), **_own(schema)}
    if reference := schema.get("$ref"):
        return {**_environment_schema()["$defs"][reference.removeprefix("#/$defs/")], **_own(schema)}
    return schema


def _own(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key not in {"anyOf", "$ref"}}

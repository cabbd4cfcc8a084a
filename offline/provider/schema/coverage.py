"""Which source judges which property: of those that a program registers, how many by which, and which by none."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from offline.provider.schema.published import published
from offline.provider.schema.renames import ELSEWHERE
from offline.provider.wire import Secret, Value, is_list, is_object


class Judge(StrEnum):
    """Who says something of a property beyond its name and Python type, in the order in which they are asked."""

    SCHEMA = "AWS's resource schema"
    SERVICE_MODEL = "service model"
    DOCUMENTED = "AWS's guides"
    PROVIDER_ONLY = "the provider's own switch"
    CLASS_ONLY = "only the provider's class"


@dataclass(frozen=True, kw_only=True, order=True)
class Judged:
    """`path` is `healthCheck.port` or `rules[].name`; entries of a map are one property."""

    type: str
    path: str
    by: Judge


def judged(token: str, inputs: Mapping[str, Value]) -> Iterator[Judged]:
    """Every property of a resource's inputs that holds a value, with its judge. An unknown type has none."""
    content = published(token)
    if content is not None:
        for path, by in _walk(content, {"$ref": content["root"]}, dict(inputs), ""):
            yield Judged(type=token, path=path, by=by)


def _walk(
    content: Mapping[str, Value], schema: Mapping[str, Value], value: Value, path: str
) -> Iterator[tuple[str, Judge]]:
    value = value.value if isinstance(value, Secret) else value
    name = str(schema.get("$ref", ""))
    schema = content["definitions"][name] if name else schema
    if is_object(value) and "properties" in schema:
        for key, node in schema["properties"].items():
            if value.get(key) is not None:
                inner = f"{path}.{key}" if path else key
                yield inner, _judge(content, node, name, key)
                yield from _walk(content, node, value[key], inner)
    elif is_list(value) and "items" in schema:
        for one in value:
            yield from _walk(content, schema["items"], one, f"{path}[]")


def _judge(content: Mapping[str, Value], node: Mapping[str, Value], class_: str, name: str) -> Judge:
    found = set(_sources(content, node, set()))
    for by, mark in ((Judge.SCHEMA, "AWS::"), (Judge.DOCUMENTED, "/")):
        if any(mark in one for one in found):
            return by
    if found:
        return Judge.SERVICE_MODEL
    own = name == "region" or f"{class_.partition('~')[0]}.{name}" in ELSEWHERE
    return Judge.PROVIDER_ONLY if own else Judge.CLASS_ONLY


def _sources(content: Mapping[str, Value], node: Mapping[str, Value], seen: set[str]) -> Iterator[str]:
    """Of a block: the sources of any of its properties."""
    if "$ref" in node and node["$ref"] not in seen:
        seen.add(node["$ref"])
        definition = content["definitions"][node["$ref"]]
        yield from (rule["from"] for rule in definition.get("allOf", []))
        for inner in definition["properties"].values():
            yield from _sources(content, inner, seen)
    yield from (rule["from"] for rule in node.get("allOf", []))
    for key in ("items", "additionalProperties"):
        if is_object(node.get(key)):
            yield from _sources(content, node[key], seen)

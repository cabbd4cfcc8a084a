"""The second source: what botocore's service models say of a call's input, as a JSON schema."""

# ruff: noqa: ANN401 (botocore's shapes have no types)
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from functools import cache
from typing import Any, Final

from botocore import loaders, model

from offline.provider.wire import Value

_KINDS: Final = {
    "string": "string", "character": "string", "timestamp": "string", "blob": "string",
    "integer": "integer", "long": "integer", "float": "number", "double": "number", "boolean": "boolean",
}  # fmt: skip
_RANGE: Final = ("minimum", "maximum")
_LIMITS: Final = {
    "string": ("minLength", "maxLength"),
    "list": ("minItems", "maxItems"),
    **dict.fromkeys(("integer", "long", "float", "double"), _RANGE),
}


@cache
def _service(name: str) -> model.ServiceModel:
    return model.ServiceModel(loaders.Loader().load_service_model(name, "service-2"), name)


def input_schema(call: str) -> dict[str, Value]:
    """`ecs.CreateService` or `s3.PutBucketCors:CORSConfiguration` → schema of the input, or of that member of it."""
    name, _, path = call.partition(":")
    service, operation = name.split(".")
    shape: Any = _service(service).operation_model(operation).input_shape
    for member in filter(None, path.split(".")):
        shape = shape.members[member]
        shape = shape.member if shape.type_name == "list" else shape
    definitions: dict[str, Value] = {}
    return {**_schema(shape, definitions), "definitions": definitions, "title": name}


def _schema(shape: Any, definitions: dict[str, Value]) -> dict[str, Value]:
    match shape.type_name:
        case "structure":
            return _structure(shape, definitions)
        case "list":
            schema = {"type": "array", "items": _schema(shape.member, definitions)}
        case "map":
            schema = {"type": "object", "additionalProperties": _schema(shape.value, definitions)}
        case kind:
            schema = {"type": _KINDS[kind]} if kind in _KINDS else {}
    return schema | _limits(shape)


def _structure(shape: Any, definitions: dict[str, Value]) -> dict[str, Value]:
    if shape.name not in definitions:
        properties: dict[str, Value] = {}
        schema: dict[str, Value] = {"type": "object", "properties": properties, "additionalProperties": False}
        definitions[shape.name] = schema
        if shape.required_members:
            schema["required"] = sorted(shape.required_members)
        for name, member in sorted(shape.members.items()):
            properties[name] = _schema(member, definitions)
    return {"$ref": f"#/definitions/{shape.name}"}


def _limits(shape: Any) -> dict[str, Value]:
    given = shape.metadata
    words = _LIMITS.get(shape.type_name, ())
    limits = {word: given[name] for word, name in zip(words, ("min", "max"), strict=False) if name in given}
    if "enum" in given:
        limits["enum"] = list(given["enum"])
    if pattern := given.get("pattern"):
        # the services match the whole text
        whole = pattern.startswith("^") and pattern.endswith("$") and "|" not in pattern
        limits["pattern"] = pattern if whole else f"^(?:{pattern})$"
    return limits

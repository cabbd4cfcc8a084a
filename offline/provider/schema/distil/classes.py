"""What the provider's own Python classes say: property names, types, what is required, and what is only an output."""

# ruff: noqa: ANN401 (generated classes and the annotations inside them)
# pyright: reportPrivateUsage=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

import collections.abc
import importlib
import inspect
import types
import typing
from enum import Enum
from functools import cache
from typing import Any, Final

import pulumi
from pulumi import _types as pulumi_types

from offline.provider.wire import Value

_SIMPLE: Final = {str: "string", bool: "boolean", int: "integer", float: "number"}
_MODULES: Final = {"lambda": "lambda_", "index": ""}


@cache
def resource_class(token: str) -> Any:
    """`aws:lb/loadBalancer:LoadBalancer` → `pulumi_aws.lb.LoadBalancer`."""
    return getattr(_module(token), token.rsplit(":", 1)[1])


def args_class(token: str) -> Any:
    """`aws:lb/loadBalancer:LoadBalancer` → `pulumi_aws.lb.LoadBalancerArgs`."""
    tail, module = token.rsplit(":", 1)[1], inspect.getmodule(resource_class(token))
    # where a block's class has that name already (a bucket's own logging block), the generator says InitArgs
    return getattr(module, f"{tail}InitArgs", None) or getattr(module, f"{tail}Args")


def _module(token: str) -> types.ModuleType:
    package, path, _ = token.split(":")
    module = path.partition("/")[0]
    return importlib.import_module(f"pulumi_{package}.{_MODULES.get(module, module)}".rstrip("."))


def output_names(token: str) -> set[str]:
    """Every property that the resource shows, in the wire's spelling."""
    getters = [value.fget for value in vars(resource_class(token)).values() if isinstance(value, property)]
    return {str(name) for getter in getters if (name := getattr(getter, "_pulumi_name", None))}


def input_schema(args: Any) -> dict[str, Value]:
    """A JSON schema of an `…Args` class; nested classes are `{"$ref": name}`, found under `definitions`."""
    definitions: dict[str, Value] = {}
    _define(args, definitions)
    return {"$ref": _name(args), "definitions": definitions}


def _name(args: Any) -> str:
    name: str = args.__name__
    return name.removesuffix("InitArgs") if name.endswith("InitArgs") else name.removesuffix("Args")


def _define(args: Any, definitions: dict[str, Value]) -> None:
    name = _name(args)
    if name in definitions:
        return
    wire = pulumi_types.input_type_py_to_pulumi_names(args)
    given = inspect.signature(args.__init__).parameters
    required = sorted(wire[key] for key, one in given.items() if key in wire and one.default is inspect.Parameter.empty)
    schema: dict[str, Value] = {"type": "object", "properties": {}}
    definitions[name] = schema
    if required:
        schema["required"] = required
    for key, type_ in sorted(pulumi_types.input_type_types(args).items()):
        schema["properties"][key] = _schema(type_, definitions)


def _schema(type_: Any, definitions: dict[str, Value]) -> dict[str, Value]:
    kinds = list(_alternatives(type_))
    if any(_is_asset(kind) for kind in kinds):
        return {"type": "asset"}
    if len(kinds) != 1:
        names = {_SIMPLE.get(kind, "") for kind in kinds}
        return {} if "" in names else {"type": max(names)}
    [kind] = kinds
    origin = typing.get_origin(kind)
    if origin is collections.abc.Sequence:
        return {"type": "array", "items": _schema(typing.get_args(kind)[0], definitions)}
    if origin is collections.abc.Mapping:
        return {"type": "object", "additionalProperties": _schema(typing.get_args(kind)[1], definitions)}
    if pulumi_types.is_input_type(kind):
        _define(kind, definitions)
        return {"$ref": _name(kind)}
    return {"type": _SIMPLE[kind]} if kind in _SIMPLE else {}


def _alternatives(type_: Any) -> typing.Iterator[Any]:
    """The kinds of value behind Input, Optional, enumerations and the dictionaries that stand for classes."""
    origin = typing.get_origin(type_)
    if origin in (typing.Union, types.UnionType):
        for one in typing.get_args(type_):
            yield from _alternatives(one)
    elif type_ is not type(None) and origin not in (collections.abc.Awaitable, pulumi.Output) and not _stands_in(type_):
        yield type_


def _stands_in(kind: Any) -> bool:
    """An enumeration beside its texts, or a dictionary beside its class."""
    return isinstance(kind, type) and (issubclass(kind, Enum) or typing.is_typeddict(kind))


def _is_asset(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, pulumi.Asset | pulumi.Archive)

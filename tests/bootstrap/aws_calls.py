"""Which operations of AWS a folder of Python asks for, read from its syntax: nothing is run.

A call counts when its name is an operation of a service that the folder makes a client for: `ecs.update_service(…)`,
`get_paginator("describe_alarms")`, also where the client came in through a variable. Where several services have an
operation of that name, the module's own clients decide.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore import xform_name

LISTING = 2  # service and operation
NO_OPERATIONS = frozenset({"invoke", "publish"})
"""Words that our own functions have as well: they count only where the module itself makes a client of the service."""


@cache
def operations_of(service: str) -> dict[str, str]:
    """`describe_alarms` → `DescribeAlarms`."""
    model: Any = boto3.client(
        service, region_name="us-east-1", aws_access_key_id="made", aws_secret_access_key="up"
    ).meta.service_model
    return {xform_name(name): name for name in model.operation_names}


def services_in(tree: ast.AST) -> set[str]:
    """Services that `client("…")` is called with."""
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _called(node) == "client" and node.args
        if isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
    }


def calls(paths: list[Path]) -> dict[tuple[str, str], set[str]]:
    """(service, operation) → names of the files that ask for it."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    everywhere = set().union(*(services_in(tree) for tree in trees.values()))
    found: dict[tuple[str, str], set[str]] = {}
    for path, tree in trees.items():
        own = services_in(tree)
        for name in _names(tree):
            having = {one for one in everywhere if name in operations_of(one)}
            near = having & own
            if not near and (name in NO_OPERATIONS or not having):
                continue
            for service in near or having:
                found.setdefault((service, operations_of(service)[name]), set()).add(path.name)
    return found


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = _called(node)
        said = [str(one.value) for one in node.args[:2] if isinstance(one, ast.Constant)]
        if name in {"get_paginator", "get_waiter"} and said:
            yield said[0]
        elif name in {"pages", "all"} and len(said) == LISTING:  # functions.common.aws
            yield said[1]
        elif isinstance(node.func, ast.Attribute):
            yield name


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")

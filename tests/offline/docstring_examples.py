"""Resource bodies out of the provider's own documentation: the Python examples in the docstrings of `pulumi_aws`.

Each example is run as it stands, under the recording monitor, with three helps: a name that the example does not define
(its authors leave out what another file would declare) is a value that is not known yet; a type or data source that
the catalogue does not have answers with an id; the functions of `pulumi_std` that examples call are there. What an
example registers of the catalogue's types are the bodies. An example that needs another package, or is no Python, is
counted as not run.
"""

import ast
import builtins
import inspect
import json
import re
import sys
import textwrap
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
import pytest

from offline.provider.catalog import ResourceType, catalog, row
from offline.provider.schema.distil.classes import output_names, resource_class
from offline.provider.wire import UNKNOWN
from tests import harness
from tests.harness import Registered, registered

_OUTPUT_AS_TEXT = "Calling __str__ on an Output"
"""What Pulumi puts into a text that an example formats with a value of later: no body that anybody means."""
_FENCED = re.compile(r"```python\n(.*?)```", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Example:
    """One fenced block. `of` is the type whose docstring it stands in, `number` counts from 0."""

    of: str
    number: int
    code: str


def examples() -> Iterator[Example]:
    """Every example in the docstrings of the catalogue's types."""
    for token in sorted(catalog()):
        path = inspect.getfile(resource_class(token))
        tree = ast.parse(Path(path).read_text(encoding="utf-8"))
        texts = [
            ast.get_docstring(node) or ""
            for found in ast.walk(tree)
            if isinstance(found, ast.ClassDef) and found.name == token.rsplit(":", 1)[1]
            for node in found.body
            if isinstance(node, ast.FunctionDef) and node.name == "__init__"
        ]
        blocks = dict.fromkeys(textwrap.dedent(block) for text in texts for block in _FENCED.findall(text))
        for number, block in enumerate(blocks):
            yield Example(of=token, number=number, code=block)


def run(example: Example) -> list[Registered]:
    """What the example registers of the catalogue's types. Raises what the example raises."""

    def program() -> None:
        names = _Names()
        exec(compile(example.code, f"{example.of} #{example.number}", "exec"), {}, names)  # noqa: S102

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(harness, "resource_type", lambda token: catalog().get(token) or _unheard_of(token))
        patch.setattr(harness, "answer", _answer)
        patch.setitem(sys.modules, "pulumi_std", _standard_functions())
        found = registered(program, strict=False)
    bodies = [one for one in found.resources if one.type in catalog()]
    return [one for one in bodies if _OUTPUT_AS_TEXT not in str(one.inputs)]


class _Names(dict[str, Any]):
    """Names that an example does not define are not known yet."""

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name):
            return getattr(builtins, name)
        return _unknown()


def _unknown() -> pulumi.Output[Any]:
    return pulumi.Output.from_input(pulumi.UNKNOWN)


_ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "aws:index/getAvailabilityZones:getAvailabilityZones": {"names": ["us-east-1a", "us-east-1b"]},
    "aws:index/getRegion:getRegion": {"name": "us-east-1", "region": "us-east-1"},
    "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": "123456789012"},
    "aws:index/getPartition:getPartition": {"partition": "aws", "dnsSuffix": "amazonaws.com"},
}
"""What the examples ask for most; nothing else is answered but an id and the arguments."""


def _answer(token: str, args: Mapping[str, Any], _region: str) -> dict[str, Any]:
    if token == "aws:iam/getPolicyDocument:getPolicyDocument":
        return {"json": json.dumps({"Statement": [_statement(one) for one in args.get("statements", [])]})}
    return {"id": "id", **args, **_ANSWERS.get(token, {})}


def _statement(given: Mapping[str, Any]) -> dict[str, Any]:
    words = {"sid": "Sid", "actions": "Action", "notActions": "NotAction", "resources": "Resource"}
    found = {word: given[name] for name, word in words.items() if name in given}
    for name, word in (("principals", "Principal"), ("notPrincipals", "NotPrincipal")):
        if name in given:
            kinds = {one["type"]: one["identifiers"] for one in given[name]}
            found[word] = "*" if "*" in kinds else kinds
    for one in given.get("conditions", []):
        found.setdefault("Condition", {}).setdefault(one["test"], {})[one["variable"]] = one["values"]
    return {"Effect": given.get("effect", "Allow"), **found}


def _unheard_of(token: str) -> ResourceType:
    """A type that the catalogue does not have: nothing that AWS computes for it is known."""
    computed: dict[str, Any] = dict.fromkeys(output_names(token), UNKNOWN)
    return row(token.removeprefix("aws:"), computed=computed, id="id-{hex8}")


def _standard_functions() -> types.ModuleType:
    module = types.ModuleType("pulumi_std")

    def result(value: Any) -> Any:
        return types.SimpleNamespace(result=value)

    # the names of the arguments are the package's
    functions: Mapping[str, Any] = {
        "file": lambda **_: result(_unknown()),
        "filebase64": lambda **_: result("dGV4dA=="),
        "filebase64sha256": lambda **_: result("dGV4dA=="),
        "filemd5": lambda **_: result("0" * 32),
        "base64encode": lambda **_: result("dGV4dA=="),
        "base64decode": lambda **_: result("text"),
        "trimspace": lambda input: result(str(input).strip()),  # noqa: A006
        "replace": lambda text, search, replace: result(str(text).replace(search, replace)),
        "format": lambda input, args: result(str(input) % tuple(args)),  # noqa: A006
        "join": lambda separator, input: result(separator.join(map(str, input))),  # noqa: A006
        "split": lambda separator, text: result(str(text).split(separator)),
        "jsonencode": lambda input: result(json.dumps(input)),  # noqa: A006
    }
    for name, function in functions.items():
        setattr(module, name, function)
        setattr(module, f"{name}_output", function)
    return module

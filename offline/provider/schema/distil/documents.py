"""JSON texts inside a property: which grammar of cfn-lint's each of them has to follow."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from offline.provider.schema.distil import cloudformation
from offline.provider.schema.texts import compiles
from offline.provider.wire import Value, is_list, is_object

_TRUST: Final = "iam/policy_trust"
_IDENTITY: Final = "iam/policy_identity"
_RESOURCE: Final = "iam/policy_resource"
DOCUMENTS: Final[Mapping[str, str]] = {
    "Role.assumeRolePolicy": _TRUST,
    "RoleInlinePolicy.policy": _IDENTITY,
    "Policy.policy": _IDENTITY,
    "RolePolicy.policy": _IDENTITY,
    **dict.fromkeys(
        (
            *("BucketPolicy.policy", "Key.policy", "KeyPolicy.policy", "QueuePolicy.policy", "ReplicaKey.policy"),
            *("SecretPolicy.policy", "TopicPolicy.policy", "VaultPolicy.policy", "VpcEndpoint.policy"),
            "LogResourcePolicy.policyDocument",
        ),
        _RESOURCE,
    ),
    "RepositoryPolicy.policy": "iam/policy_resource_ecr",
    "StateMachine.definition": "step_functions/statemachine",
}
_LEFT_OUT: Final = ("cfnLint", "uniqueKeys", "description", "$id", "$schema", "definitions", "title")


@cache
def grammar(name: str) -> dict[str, Value]:
    """The document's schema with everything that it refers to under `definitions`."""
    used: dict[str, Value] = {}
    root = _plain(cloudformation.document(name), name, used)
    return {**root, "definitions": dict(sorted(used.items()))} if used else root


def _plain(part: Value, document: str, used: dict[str, Value]) -> Value:
    if is_list(part):
        return [_plain(one, document, used) for one in part]
    if not is_object(part):
        return part
    out: dict[str, Value] = {}
    for key, value in part.items():
        if key in ("properties", "patternProperties") and is_object(value):
            out[key] = {name: _plain(one, document, used) for name, one in value.items()}
        elif key == "$ref":
            out[key] = _used(str(value), document, used)
        elif key not in _LEFT_OUT and not (key == "pattern" and not compiles(str(value))):
            out[key] = _plain(value, document, used)
    return out


def _used(reference: str, document: str, used: dict[str, Value]) -> str:
    other, _, pointer = reference.partition("#")
    folder = document.rpartition("/")[0]
    document = f"{folder}/{other}" if other else document
    name = f"{document.rpartition('/')[2]}{pointer.replace('/', '.')}"
    if name not in used:
        used[name] = {}
        found: Value = cloudformation.document(document)
        for step in filter(None, pointer.split("/")):
            found = found[step]
        used[name] = _plain(found, document, used)
    return f"#/definitions/{name}"

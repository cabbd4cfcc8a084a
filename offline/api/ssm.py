"""Parameter Store, with versions."""

from typing import Any, Final

from offline.api.asking import Asking, Operations
from offline.api.refusal import Refusal
from offline.provider.facts import ACCOUNT
from offline.provider.store import Row

PARAMETER: Final = "ssm/parameter:Parameter"


def get_parameter(asking: Asking) -> dict[str, Any]:
    """By name, or name:version."""
    name, _, wanted = str(asking["Name"]).partition(":")
    versions = _versions(asking, name)
    if not versions:
        raise Refusal("ParameterNotFound", f"there is no parameter {name}")
    number = int(wanted) if wanted else len(versions)
    if not 1 <= number <= len(versions):
        raise Refusal("ParameterVersionNotFound", f"parameter {name} has no version {number}")
    return {
        "Parameter": {
            "Name": name,
            "Type": "String",
            "Value": versions[number - 1],
            "Version": number,
            "ARN": _arn(asking, name),
            "DataType": "text",
        }
    }


def put_parameter(asking: Asking) -> dict[str, Any]:
    """A new version. One that a program made changes in the cloud as well, for `refresh` to see."""
    name = str(asking["Name"])
    with asking.cloud.transaction():
        versions = _versions(asking, name)
        if versions and not asking.get("Overwrite", False):
            raise Refusal("ParameterAlreadyExists", f"parameter {name} exists already")
        versions.append(str(asking["Value"]))
        asking.cloud.remember(_key(asking, name), versions)
        if (row := _row(asking, name)) is not None:
            logical = row.urn.rsplit("::", 1)[-1]
            shown = "insecureValue" if "insecureValue" in row.outputs else "value"
            asking.cloud.change_within(PARAMETER, logical, lambda one: one.update({shown: versions[-1]}))
    return {"Version": len(versions), "Tier": "Standard"}


def delete_parameter(asking: Asking) -> dict[str, Any]:
    """One that no program made; those of a program belong to it."""
    name = str(asking["Name"])
    if not _versions(asking, name):
        raise Refusal("ParameterNotFound", f"there is no parameter {name}")
    asking.cloud.remember(_key(asking, name), None)
    return {}


def _versions(asking: Asking, name: str) -> list[str]:
    """Every text it had. The program's own text counts as the newest where it was written after ours."""
    kept: list[str] = asking.cloud.recall(_key(asking, name)) or []
    if (row := _row(asking, name)) is None:
        return kept
    text: Any = row.outputs.get("insecureValue") or row.outputs.get("value")
    if not isinstance(text, str):  # a secret, of which only a fingerprint is kept
        return kept or [""]
    return kept if kept and kept[-1] == text else [*kept, text]


def _row(asking: Asking, name: str) -> Row | None:
    return next((row for row in asking.rows(PARAMETER) if row.outputs.get("name") == name), None)


def _arn(asking: Asking, name: str) -> str:
    return f"arn:aws:ssm:{asking.region}:{ACCOUNT}:parameter{name}"


def _key(asking: Asking, name: str) -> str:
    return f"parameter {name} in {asking.region}"


OPERATIONS: Final[Operations] = {
    "GetParameter": get_parameter,
    "PutParameter": put_parameter,
    "DeleteParameter": delete_parameter,
}

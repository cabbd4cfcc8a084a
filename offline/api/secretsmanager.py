"""Secrets: the offline cloud keeps their fingerprints only, so a stand-in value is answered."""

from typing import Any, Final

from offline.api.asking import Asking, Operations
from offline.api.refusal import Refusal
from offline.provider.store import FINGERPRINT
from offline.reading import mapping


def get_secret_value(asking: Asking) -> dict[str, Any]:
    """A value that opens nothing, the same as long as the secret is."""
    wanted = str(asking["SecretId"])
    for row in asking.rows("secretsmanager/secret:Secret"):
        if wanted in (row.outputs.get("name"), row.outputs.get("arn")):
            name, arn = str(row.outputs["name"]), str(row.outputs["arn"])
            return {"Name": name, "ARN": arn, "SecretString": f"offline{_print(asking, arn)}"}
    raise Refusal("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")


def _print(asking: Asking, arn: str) -> str:
    for row in asking.rows("secretsmanager/secretVersion:SecretVersion"):
        if row.outputs.get("secretId") == arn:
            return str(mapping(row.outputs.get("secretString")).get(FINGERPRINT, "unknown"))[:16]
    raise Refusal("ResourceNotFoundException", "Secrets Manager can't find the specified secret value.")


OPERATIONS: Final[Operations] = {"GetSecretValue": get_secret_value}

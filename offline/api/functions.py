"""Lambda functions as the program set them up; none of them runs here."""

from typing import Any, Final

from offline.api.asking import Asking, Operations
from offline.api.refusal import Refusal
from offline.reading import mapping


def get_function_configuration(asking: Asking) -> dict[str, Any]:
    """Name, ARN and variables."""
    name = str(asking["FunctionName"]).rpartition(":")[2]
    for row in asking.rows("lambda/function:Function"):
        if row.outputs.get("name") == name:
            variables = mapping(mapping(row.outputs.get("environment")).get("variables"))
            return {
                "FunctionName": name,
                "FunctionArn": row.outputs["arn"],
                "Runtime": str(row.outputs.get("runtime") or "python3.13"),
                "Environment": {"Variables": {key: str(value) for key, value in variables.items()}},
            }
    raise Refusal("ResourceNotFoundException", f"Function not found: {name}")


OPERATIONS: Final[Operations] = {"GetFunctionConfiguration": get_function_configuration}

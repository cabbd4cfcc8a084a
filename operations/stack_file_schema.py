"""The JSON Schema of a stack file: what an editor needs to complete, explain and check `Pulumi.<environment>.yaml`.

The settings model says almost everything. Added are the project's namespace before each section, and the keys that
belong to the engine or to providers, which are left alone.
"""

import json
from typing import Any

from operations.project import PROJECT_NAME, PROJECT_ROOT

SCHEMA_FILE = PROJECT_ROOT / "runbook" / "stack-file.schema.json"
ENGINE_KEYS = {
    "encryptionsalt": "Written by Pulumi where a passphrase protects secrets; on AWS use a KMS key.",
    "secretsprovider": "Where the key that protects secrets lives: awskms://…",
    "encryptedkey": "Written by Pulumi: the data key, encrypted by the secrets provider.",
}


def schema_text() -> str:
    """The schema as it stands in the project: JSON, indented, with a newline at its end."""
    return json.dumps(stack_file_schema(), indent=2, ensure_ascii=False) + "\n"


def stack_file_schema() -> dict[str, Any]:
    """Schema of the whole file, draft 2020-12."""
    from runbook.settings import SECTIONS, Environment

    model = Environment.model_json_schema()
    sections = {f"{PROJECT_NAME}:{name}": model["properties"][name] for name in SECTIONS}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Stack file of one MockForge Cloud environment",
        "description": "What differs from the runbook's defaults.",
        "type": "object",
        "required": ["config"],
        "additionalProperties": False,
        "properties": {
            "config": {
                "type": "object",
                "required": [f"{PROJECT_NAME}:{name}" for name in model["required"] if name in SECTIONS],
                "properties": sections,
                # keys of other namespaces configure providers; a misspelt key of ours is caught
                "patternProperties": {f"^(?!{PROJECT_NAME}:)[a-z][a-z0-9-]*:": {}},
                "additionalProperties": False,
            },
            **{key: {"type": "string", "description": text} for key, text in ENGINE_KEYS.items()},
        },
        "$defs": model["$defs"],
    }

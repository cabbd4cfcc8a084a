"""The JSON Schema of a stack file: what an editor needs to complete, explain and check `Pulumi.<environment>.yaml`.

The settings say almost everything. Added are the project's namespace before each section, and the keys of the engine
and of providers, which are left alone.
"""

import json
from typing import Any

from runbook.settings import SECTIONS, Environment
from runbook.stack_file_problems import ENGINE_KEYS, OURS


def stack_file_schema() -> dict[str, Any]:
    """Schema of the whole file, draft 2020-12."""
    model = Environment.model_json_schema()
    for section in model["$defs"].values():
        for key in section.get("properties", {}).values():
            if (
                "patternProperties" in key
            ):  # a map of names: pydantic refuses other names, and JSON Schema has to be told
                key["additionalProperties"] = False
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
                "required": [f"{OURS}{name}" for name in SECTIONS if name in model["required"]],
                "properties": {f"{OURS}{name}": model["properties"][name] for name in SECTIONS},
                # keys of other namespaces configure providers; a misspelt key of ours is caught
                "patternProperties": {f"^(?!{OURS})[A-Za-z][A-Za-z0-9-]*:": {}},
                "additionalProperties": False,
            },
            **{key: {"type": "string", "description": text} for key, text in ENGINE_KEYS.items()},
        },
        "$defs": model["$defs"],
    }


def schema_text() -> str:
    """As it stands in `stack-file.schema.json`: indented, with a newline at its end."""
    return json.dumps(stack_file_schema(), indent=2, ensure_ascii=False) + "\n"

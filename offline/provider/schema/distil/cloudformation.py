"""The first source: AWS's resource schemas in cfn-lint's package, with the conditions that cfn-lint adds to them."""

import json
from functools import cache
from pathlib import Path
from typing import Final

from offline.provider.wire import Value, is_object

_HOME_REGION: Final = "us-east-1"
_LARGEST_ADDITION_BYTES: Final = 64 * 1024
"""What is larger lists each region's instance classes; `instance_classes` keeps their names."""
_LEFT_OUT: Final = ("engine_version", "engine_version_deprecated", "backupretentionperiod")
"""Lists of whole versions, while RDS takes the beginning of one ("17") for the newest of its kind; and an advice."""


@cache
def _root() -> Path:
    import cfnlint

    return Path(cfnlint.__file__).parent / "data/schemas"


def _json(path: Path) -> dict[str, Value]:
    return json.loads(path.read_text(encoding="utf-8"))


@cache
def schema_date() -> str:
    """`2026-10-20`: the day of the schemas, not of the package."""
    return str(_json(_root() / "version.json")["schema_date"])[:10]


@cache
def _files() -> dict[str, str]:
    return _json(_root() / f"providers/{_HOME_REGION}.json")


def regions_without(resource: str) -> list[str]:
    """Regions in whose registry the type is missing."""
    return sorted(path.stem for path in (_root() / "providers").glob("*.json") if resource not in _json(path))


def resource_schema(resource: str) -> dict[str, Value]:
    """`AWS::ECS::Service` → its schema; what cfn-lint adds stands under `allOf`."""
    schema = _json(_root() / f"resources/{_files()[resource]}.json")
    folder = _root() / "extensions" / resource.lower().replace("::", "_")
    files = [
        path
        for path in sorted(folder.glob("*.json"))
        if path.stat().st_size < _LARGEST_ADDITION_BYTES and path.stem not in _LEFT_OUT
    ]
    # an addition that gathers looks at other resources
    added = [one for one in map(_json, files) if "cfnGather" not in one and _HOME_REGION not in one]
    return {**schema, "allOf": [*schema.get("allOf", []), *added]}


def document(name: str) -> dict[str, Value]:
    """`iam/policy_trust` → schema of that kind of JSON text."""
    return _json(_root() / f"other/{name}.json")


def instance_classes() -> list[str]:
    """Every class of database instance that any engine has in any region."""
    found: set[str] = set()

    def collect(node: Value) -> None:
        if is_object(node):
            for key, value in node.items():
                if key == "DBInstanceClass" and is_object(value):
                    found.update(value.get("enum", []))
                collect(value)
        elif isinstance(node, list):
            for item in node:  # pyright: ignore[reportUnknownVariableType]
                collect(item)

    collect(_json(_root() / "extensions/aws_rds_dbinstance/dbinstanceclass_enum.json"))
    return sorted(found)

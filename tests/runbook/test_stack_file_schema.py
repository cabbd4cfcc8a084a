"""Guards: an editor that completes or refuses something else than the program does."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.jsonschema import StandardValidator

from runbook.settings import SECTIONS
from runbook.stack_file_schema import schema_text, stack_file_schema

Stack = dict[str, Any]


@pytest.fixture(scope="module")
def validator() -> Any:
    return StandardValidator(stack_file_schema())


@pytest.fixture(params=["staging", "production"])
def stack(request: pytest.FixtureRequest, project_root: Path) -> Stack:
    return yaml.safe_load((project_root / f"Pulumi.{request.param}.yaml").read_text())


def mistakes(validator: Any, stack: Stack) -> list[str]:
    return [error.message for error in validator.iter_errors(stack)]


def test_the_file_in_the_project_is_current(project_root: Path):
    assert (project_root / "runbook" / "stack-file.schema.json").read_text(encoding="utf-8") == schema_text()


def test_the_projects_stack_files_are_right(validator: Any, stack: Stack):
    assert mistakes(validator, stack) == []


def test_the_stack_files_name_the_schema_for_editors(project_root: Path):
    for name in ("staging", "production"):
        first, _, _ = (project_root / f"Pulumi.{name}.yaml").read_text().partition("\n")
        assert first == "# yaml-language-server: $schema=runbook/stack-file.schema.json"


def test_what_the_engine_and_providers_write_is_left_alone(validator: Any, stack: Stack):
    stack["encryptionsalt"] = "v1:x"
    stack["secretsprovider"] = "awskms://alias/x"
    stack["config"]["aws:profile"] = "mockforge"
    assert mistakes(validator, stack) == []


WRONG = {
    "a misspelt section": lambda stack: stack["config"].update({"mockforge-cloud:scalling": {}}),
    "a misspelt key": lambda stack: stack["config"]["mockforge-cloud:service"].update({"imagee": "x"}),
    "a section without namespace": lambda stack: stack["config"].update({"scaling": {}}),
    "a key beside config": lambda stack: stack.update({"configuration": {}}),
    "a missing section": lambda stack: stack["config"].pop("mockforge-cloud:notifications"),
    "text for a number": lambda stack: stack["config"]["mockforge-cloud:service"].update({"port": "8080"}),
    "a number out of range": lambda stack: stack["config"]["mockforge-cloud:service"].update({"port": 80}),
    "an unknown choice": lambda stack: stack["config"].update({"mockforge-cloud:maintenance": {"weekday": "sun"}}),
    "a variable in lower case": lambda stack: stack["config"]["mockforge-cloud:service"].update(
        {"environment": {"log": "x"}}
    ),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_an_editor_marks(validator: Any, stack: Stack, change: Any):
    changed = copy.deepcopy(stack)
    change(changed)
    assert len(mistakes(validator, changed)) >= 1


def test_every_section_is_completed_with_its_description(validator: Any):
    offered = validator.schema["properties"]["config"]["properties"]
    assert list(offered) == [f"mockforge-cloud:{section}" for section in SECTIONS]
    models = validator.schema["$defs"]
    assert [name for name, model in models.items() if not model.get("description")] == []

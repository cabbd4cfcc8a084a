"""How the engine hands a stack file to a program: facts that the settings rely on."""

import json

import pulumi
import pytest
from pulumi import automation

from tests.engine.conftest import Project

pytestmark = pytest.mark.engine

DECLARED = (
    "name: shop\nruntime: python\nconfig:\n  shop:scaling:\n    description: How many tasks run\n    default: {}\n"
)


def handed_over(project: Project, stack_file: str | None) -> dict[str, object]:
    """The project's own keys as the program gets them."""
    (project.root / "Pulumi.yaml").write_text(DECLARED)
    path = project.root / "Pulumi.dev.yaml"
    path.unlink() if stack_file is None else path.write_text(stack_file)
    seen: dict[str, object] = {}

    def look() -> None:
        config = pulumi.Config("shop")
        seen.update({key: value for key in ("scaling", "typo") if (value := config.get(key)) is not None})

    project.open(look).preview()
    return seen


@pytest.mark.parametrize("stack_file", [None, "", "config:\n", "config: {}\n"])
def test_a_declared_section_reads_as_an_empty_object_where_the_stack_file_says_nothing(
    project: Project, stack_file: str | None
):
    assert handed_over(project, stack_file) == {"scaling": "{}"}


def test_types_inside_a_section_are_kept_but_whole_floats_octals_and_dates_are_not(project: Project):
    seen = handed_over(
        project,
        "config:\n  shop:scaling:\n"
        '    tasks: 1\n    percent: 70.5\n    quoted: "02:00"\n    bare: 02:00\n    on: true\n    nothing: null\n'
        '    whole: 2.0\n    octal: 0123\n    date: 2025-01-27\n    version: "0.3.238"\n',
    )
    assert json.loads(str(seen["scaling"])) == {
        "tasks": 1,
        "percent": 70.5,
        "quoted": "02:00",
        "bare": "02:00",
        "on": True,
        "nothing": None,
        "whole": 2,
        "octal": 83,
        "date": "2025-01-27 00:00:00 +0000 UTC",
        "version": "0.3.238",
    }


@pytest.mark.parametrize(("value", "seen"), [("7", "7"), ("", ""), ("[1]", "[1]"), ("text", "text")])
def test_a_section_of_the_wrong_kind_reaches_the_program_because_no_type_is_declared(
    project: Project, value: str, seen: str
):
    assert handed_over(project, f"config:\n  shop:scaling: {value}\n") == {"scaling": seen}


def test_a_section_that_nobody_declared_reaches_the_program_too(project: Project):
    assert handed_over(project, "config:\n  shop:typo: {a: 1}\n") == {"scaling": "{}", "typo": '{"a":1}'}


def test_a_stack_file_that_is_no_mapping_is_refused_by_the_engine_before_the_program(project: Project):
    with pytest.raises(automation.CommandError, match="expected project to be an object"):
        handed_over(project, "- a\n")


def test_the_autonaming_setting_of_the_project_file_names_resources(project: Project):
    (project.root / "Pulumi.yaml").write_text(
        "name: shop\nruntime: python\nconfig:\n  pulumi:autonaming:\n    value:\n"
        "      pattern: ${stack}-${name}-${hex(7)}\n"
    )

    def bucket() -> None:
        made = pulumi.CustomResource("aws:s3/bucket:Bucket", "files", {"bucket": None})
        pulumi.export("id", made.id)

    name = project.open(bucket).up().outputs["id"].value
    assert name.startswith("dev-files-")
    assert len(name) == len("dev-files-") + 7

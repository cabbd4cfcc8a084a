"""The distilled files: made of the packages that are installed, one for every type, and none of them empty."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from offline.provider.catalog import catalog
from offline.provider.schema.coverage import Judge, judged
from offline.provider.schema.distil.__main__ import all_texts
from offline.provider.schema.distil.classes import args_class, input_schema
from offline.provider.schema.documented import DOCUMENTED
from offline.provider.schema.exceptions import EXCEPTIONS
from offline.provider.schema.published import DATA, published
from offline.provider.schema.renames import ELSEWHERE, RENAMES
from tests.stacks.stack import STACKS, stack_named


@pytest.mark.slow
def test_the_files_are_what_the_installed_packages_say():
    kept = {path.name: path.read_text(encoding="utf-8") for path in DATA.glob("*.json")}
    new = all_texts()
    stale = sorted(name for name in {*kept, *new} if kept.get(name) != new.get(name))
    assert stale == [], "write them anew: python -m offline.provider.schema.distil, and read the diff"


def test_the_files_stay_small_enough_to_be_read_in_a_review():
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 1024 * 1024


def sources(content: dict[str, Any]) -> set[str]:
    return {part.partition('"')[0].partition(" ")[0] for part in json.dumps(content).split('"from": "')[1:]}


@pytest.mark.parametrize("token", sorted(token for token in catalog() if token.startswith("aws:")))
def test_no_type_is_wholly_unjudged(token):
    content = published(token)
    assert content is not None
    assert sources(content["definitions"])


def known_classes() -> dict[str, set[str]]:
    classes: dict[str, set[str]] = {}
    for token in catalog():
        for name, schema in input_schema(args_class(token))["definitions"].items():
            classes.setdefault(name, set()).update(schema["properties"])
    return classes


def test_every_row_of_the_tables_names_a_property_that_the_provider_has():
    classes = known_classes()
    rows = [key.split(".") for key in (*RENAMES, *ELSEWHERE, *DOCUMENTED)]
    assert [f"{class_}.{name}" for class_, name in rows if name not in classes.get(class_, ())] == []
    keywords = {"dependentRequired"}
    assert [
        f"{class_}.{name}"
        for class_, names in EXCEPTIONS.items()
        for name in names
        if name not in classes.get(class_, set()) | keywords
    ] == []


def test_every_property_that_both_stacks_register_has_a_judge(capsys):
    found = {
        one
        for name in STACKS
        for resource in stack_named(name).up.resources
        if resource.custom and resource.type in catalog()
        for one in judged(resource.type, resource.raw_inputs)
    }
    count = {judge: sum(one.by is judge for one in found) for judge in Judge}
    with capsys.disabled():
        print("\n" + ", ".join(f"{number} by {judge}" for judge, number in count.items()))  # noqa: T201
    assert [one for one in sorted(found) if one.by is Judge.CLASS_ONLY] == []
    assert count[Judge.SCHEMA] > 0.75 * len(found)


REGISTERED = sorted(
    {
        resource.type
        for name in STACKS
        for resource in stack_named(name).up.resources
        if resource.custom and resource.type.startswith("aws:")
    }
)


@pytest.mark.parametrize("token", REGISTERED)
def test_everything_that_aws_alone_computes_is_among_the_outputs_of_what_the_stacks_register(token):
    row, content = catalog()[token], published(token)
    assert content is not None
    computed = {*row.computed, "tagsAll", "region"} | ({"arn"} if row.arn else set())
    assert set(content["outputs"]) <= computed


def test_reading_every_file_takes_less_than_half_a_second():
    started = time.perf_counter()
    for path in DATA.glob("*.json"):
        json.loads(Path(path).read_text(encoding="utf-8"))
    assert time.perf_counter() - started < 0.5

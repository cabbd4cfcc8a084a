"""Guards: a stack file that means one thing to `mfcloud` and another to `pulumi`.

What the engine makes of each spelling was tried with Pulumi 3.259; the last test tries it again.
"""

import json
from pathlib import Path
from typing import Any

import pulumi
import pytest

from offline.engine import Engine
from offline.workspace import open_stack
from runbook.engine_yaml import read, resolve

SPELLINGS: dict[str, Any] = {
    "02:00": "02:00",
    "12:30": "12:30",  # YAML 1.1, and with it PyYAML, reads 750
    "yes": "yes",
    "no": "no",
    "on": "on",
    "off": "off",
    "y": "y",
    "true": True,
    "True": True,
    "FALSE": False,
    "null": None,
    "~": None,
    "NULL": None,
    "012345678901": 12345678901,
    "0777": 511,
    "0o17": 15,
    "0x10": 16,
    "0b11": 3,
    "1_000": 1000,
    "1,024": "1,024",
    "1e3": 1000,
    "1.5e3": 1500,
    "16.10": 16.1,
    "3.0": 3,
    "-5": -5,
    "+5": 5,
    ".5": 0.5,
    "5.": 5,
    "0.3.238": "0.3.238",
    "123456789012345678901234567890": 1.2345678901234568e29,
    "+": "+",
    ".": ".",
    "1-2": "1-2",
    "0b2": "0b2",
    "08": 8,
    "tRUE": "tRUE",
}


@pytest.mark.parametrize(("written", "meant"), SPELLINGS.items(), ids=SPELLINGS)
def test_a_scalar_is_what_the_engine_makes_of_it(written: str, meant: object):
    found = resolve(written)
    assert found == meant
    assert type(found) is type(meant)


def test_quotes_make_text_of_everything():
    assert read("a: '12'\nb: \"true\"\nc: |\n  12\n").value == {"a": "12", "b": "true", "c": "12\n"}


def test_a_merge_fills_in_what_the_mapping_does_not_say_itself():
    document = read("a: &a {x: 1, y: 2}\nb: {y: 3, <<: *a}\n")
    assert document.value == {"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}}


def test_every_value_knows_its_line():
    document = read("a:\n  b:\n    - 1\n    - 2\n  c: 'x'\n")
    lines = {path: (spot.line, spot.written) for path, spot in document.spots.items() if path}
    assert lines == {
        ("a",): (1, "{…}"),
        ("a", "b"): (2, "[…]"),
        ("a", "b", 0): (3, "1"),
        ("a", "b", 1): (4, "2"),
        ("a", "c"): (5, '"x"'),
    }


@pytest.mark.engine
def test_the_engine_itself_hands_the_same_values_to_the_program(tmp_path: Path, engine: Engine):
    (tmp_path / "Pulumi.yaml").write_text("name: spelling\nruntime: python\n")
    text = "config:\n  spelling:all:\n" + "".join(f"    k{n}: {one}\n" for n, one in enumerate(SPELLINGS))
    (tmp_path / "Pulumi.dev.yaml").write_text(text)
    seen: dict[str, Any] = {}

    def program() -> None:
        seen.update(json.loads(pulumi.Config("spelling").require("all")))

    open_stack(project_root=tmp_path, environment="dev", program=program, engine=engine).preview()
    document: Any = read(text).value
    assert document["config"]["spelling:all"] == seen

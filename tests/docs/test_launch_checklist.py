"""docs/launch-checklist.md against the commands, settings and resources there are.

Guards: a line nobody can carry out, because its command, option, key or resource has another name by now.
"""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from operations.application import app
from runbook.settings import Contacts
from tests.docs.test_runbook_map import KEYS, SECTIONS, in_backticks
from tests.stacks.stack import stack_named

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "launch-checklist.md"
LINES = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if re.match(r"\| \d", line)
]
PEOPLE = {name.replace("on_call", "on-call").replace("_", " ").capitalize() for name in Contacts.model_fields}
TOOLS = ("aws ", "pulumi ", "https://")
WORDS = {"contacts", "Environment", "up", "staging", "production"}


def test_each_line_is_a_command_a_resource_or_a_person():
    assert len(LINES) > 40
    assert [line[0] for line in LINES if len(line) != 4 or not re.search(r"`[^`]+`|\*\*[^*]+\*\*|\]\(", line[2])] == []


def test_lines_are_numbered_in_order():
    numbers = [tuple(map(int, line[0].removeprefix("| ").split("."))) for line in LINES]
    assert numbers == sorted(set(numbers))


def test_people_are_the_contacts_of_the_settings():
    assert set(re.findall(r"\*\*([^*]+)\*\*", PAGE.read_text(encoding="utf-8"))) == PEOPLE


def commands() -> list[str]:
    return sorted({word for word, _ in in_backticks(PAGE) if word.startswith("./mfcloud ")})


@pytest.mark.parametrize("line", commands())
def test_a_command_takes_these_words_and_options(line: str):
    """As typer reads them, without running anything."""
    words = shlex.split(line)[1:]
    command: Any = get_command(app)
    while hasattr(command, "commands"):
        assert words[0] in command.commands, f"{line}: no such command"
        command = command.commands[words.pop(0)]
    command.make_context("mfcloud", list(words))


def test_both_environments_meet_the_commands_that_decide():
    for name in ("bootstrap", "doctor", "up", "smoke-test"):
        assert {"staging", "production"} <= {line.split()[2] for line in commands() if line.split()[1] == name}, name


def test_every_other_name_in_backticks_exists():
    registered = {one.name for one in stack_named("production").up.resources}
    known = registered | KEYS.keys() | SECTIONS.keys() | WORDS
    unknown = [
        word
        for word, _ in in_backticks(PAGE)
        if word not in known and not word.startswith(("./mfcloud ", *TOOLS)) and not (ROOT / word).exists()
    ]
    assert unknown == []

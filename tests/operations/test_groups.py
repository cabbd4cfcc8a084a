"""The groups `scale`, `backups`, `maintenance` and `incident`: help with an example, exit codes, and wrong usage."""

import pytest

from operations.application import run

WORDS = [
    ["scale", "up"],
    ["scale", "down"],
    ["scale", "release"],
    ["scale", "check"],
    ["backups", "list"],
    ["backups", "verify"],
    ["backups", "test-restore"],
    ["recover", "database"],
    ["recover", "system"],
    ["maintenance", "next"],
    ["maintenance", "calendar"],
    ["maintenance", "notice"],
    ["maintenance", "finish"],
    ["maintenance", "mute"],
    ["incident", "new"],
    ["incident", "note"],
    ["incident", "close"],
]


@pytest.mark.parametrize("words", WORDS)
def test_every_command_of_a_group_has_an_example_and_its_exit_codes(
    words: list[str], capsys: pytest.CaptureFixture[str]
):
    assert run([*words, "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert f"Example: mfcloud {' '.join(words)}" in shown
    assert "Exit codes: 0 done, 1 failed, 2 wrong usage or bad input, 3 refused and nothing changed" in shown


@pytest.mark.parametrize("group", ["scale", "backups", "maintenance", "incident"])
def test_a_group_alone_shows_its_commands(group: str, capsys: pytest.CaptureFixture[str]):
    run([group])
    shown = "".join(capsys.readouterr())
    assert all(f"  {words[1]} " in shown for words in WORDS if words[0] == group)


@pytest.mark.parametrize(
    "words",
    [
        ["scale", "up", "production"],
        ["scale", "up", "production", "--instances", "0"],
        ["scale", "up", "production", "--instances", "many"],
        ["scale", "up", "production", "--instances", "5", "--hold-minutes", "0"],
        ["backups", "verify"],
        ["backups", "list", "production", "--kind", "logs"],
        ["maintenance", "mute", "production", "--minutes", "30"],
        ["incident", "new", "production", "--severity", "P4", "--title", "slow"],
        ["incident", "new", "production", "--severity", "P1"],
        ["incident", "close", "no-such-file.md"],
    ],
)
def test_wrong_usage_asks_aws_nothing(words: list[str], capsys: pytest.CaptureFixture[str]):
    assert run(words) == 2
    assert capsys.readouterr().out == ""


WITHOUT_JSON = {
    "schema",  # its only output is JSON
    "test",  # pytest's output
    "maintenance calendar",  # its only output is a calendar
    "offline fail-next",
    "offline reset",  # change something on this machine, and say so
}


def test_every_command_answers_scripts_with_json():
    from typer.main import get_command

    from operations.application import app
    from operations.reference import helps

    without = {
        name.removeprefix("mfcloud ")
        for name, shown in helps(get_command(app), "mfcloud")
        if "--json" not in shown and "\nCommands:" not in shown
    }
    assert without - WITHOUT_JSON == set()

"""What a command says and is refused offline, without an engine."""

from pathlib import Path

import pytest

from operations.application import run
from operations.offline_session import to_be_run_offline


def test_an_environment_that_is_not_up_offline_is_refused_with_the_way_to_bring_it_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "Pulumi.staging.yaml").write_text("config: {}\n")
    monkeypatch.setattr("operations.offline_session.PROJECT_ROOT", tmp_path)
    assert run(["status", "staging", "--offline"]) == 1
    said = capsys.readouterr().err
    assert "staging does not stand offline on this machine" in said
    assert "`mfcloud up staging --offline`" in said
    assert not (tmp_path / ".offline").exists()


def test_a_misspelt_environment_is_named_with_the_right_one(capsys: pytest.CaptureFixture[str]):
    assert run(["status", "stagin", "--offline"]) == 2
    assert "did you mean `staging`?" in capsys.readouterr().err


def test_a_damaged_cloud_is_refused_with_a_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("operations.offline_session.PROJECT_ROOT", tmp_path)
    home = tmp_path / ".offline" / "staging"
    home.mkdir(parents=True)
    (home / "cloud.sqlite3").write_text("no database, but text that is long enough to be read as one\n" * 20)
    assert run(["status", "staging", "--offline"]) == 1
    said = capsys.readouterr().err
    assert "the offline cloud" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("hint", "offline"),
    [
        ("`mfcloud status staging` shows it", "`mfcloud status staging --offline` shows it"),
        ("`mfcloud up staging --offline`", "`mfcloud up staging --offline`"),
        ("`mfcloud recover database staging`", "`mfcloud recover database staging`"),
        ("`[]` is an empty record; `mfcloud rollback a`", "`[]` is an empty record; `mfcloud rollback a --offline`"),
        ("", ""),
    ],
)
def test_a_hint_names_commands_as_they_have_to_be_typed_offline(hint: str, offline: str):
    assert to_be_run_offline(hint) == offline

"""`incident new`, `note` and `close`: whole commands, and the file as people find it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from operations.application import run
from operations.project import PROJECT_ROOT
from runbook.severity_levels import SEVERITY_LEVELS
from tests.operations.aws_world import AwsWorld, Said
from tests.operations.virtual_clock import VirtualClock
from tests.runbook_lines import LINES

NEW = ("incident", "new", "production", "--title", "Log-ins fail: 500!", "--severity", "P1")
FILE = "incidents/2026-11-24-log-ins-fail-500.md"
OPENED = """\
# Log-ins fail: 500!

- environment: production
- severity: P1
- status: open
- began: 2026-11-24 03:00
- ended: ___
- lasted: ___
- owner: ___
- ticket: ___

## Timeline (UTC)

| when | what |
| --- | --- |
| 2026-11-24 03:00 | the incident began |
| ___ | first noticed, by whom |
"""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> VirtualClock:
    """It is three at night, in an empty folder."""
    made = VirtualClock()
    monkeypatch.setattr("operations.clock.SystemClock", lambda: made)
    monkeypatch.chdir(tmp_path)
    return made


@pytest.fixture
def mfcloud(clock: VirtualClock, capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*words: str) -> Said:
        code = run(list(words))
        said = capsys.readouterr()
        return Said(code=code, out=said.out, err=said.err)

    return call


def test_an_incident_gets_a_file_and_the_people_to_call_without_asking_aws(mfcloud):
    answer = mfcloud(*NEW)
    assert (answer.code, answer.out) == (0, f"{FILE}\n")
    assert answer.err.splitlines() == [
        "P1, high: to be answered within 1 hour, by 2026-11-24 04:00 UTC",
        '  On-call engineer     PagerDuty schedule "MockForge Cloud primary"',
        "  Engineering lead     engineering-lead@mockforge.dev",
        "  Infrastructure team  infrastructure@mockforge.dev",
        "  Security team        security@mockforge.dev",
        "Now: assign an owner, create the ticket, notify the team; write into the file what happens.",
        f"the incident's file was made: {FILE}",
    ]
    assert Path(FILE).read_text() == OPENED


@pytest.mark.parametrize(
    ("severity", "answer", "by"),
    [
        ("P0", "within 15 minutes", "2026-11-24 03:15"),
        ("p1", "within 1 hour", "2026-11-24 04:00"),
        ("P2", "within 4 hours", "2026-11-24 07:00"),
        ("P3", "within 24 hours", "2026-11-25 03:00"),
    ],
)
def test_the_runbook_says_until_when_somebody_has_to_answer(mfcloud, severity: str, answer: str, by: str):
    said = mfcloud("incident", "new", "production", "--title", "slow", "--severity", severity)
    assert f"to be answered {answer}, by {by} UTC" in said.err.splitlines()[0]


def test_the_time_to_answer_counts_from_when_it_began(mfcloud):
    answer = mfcloud(
        *NEW, "--began", "2026-11-23 23:30", "--json", "--owner", "Ann", "--ticket", "OPS-1", "--into", "a b"
    )
    told = json.loads(answer.out)
    assert (told["answer_by"], told["file"]) == ("2026-11-24T00:30+00:00", "a b/2026-11-23-log-ins-fail-500.md")
    assert told["contacts"]["security_team"] == {"name": "Security team", "reach": "security@mockforge.dev"}
    assert "- owner: Ann\n- ticket: OPS-1\n" in Path(told["file"]).read_text()


def test_the_same_incident_is_found_again_and_left_as_people_wrote_it(mfcloud):
    mfcloud(*NEW)
    Path(FILE).write_text(OPENED.replace("owner: ___", "owner: Ann"))
    answer = mfcloud(*NEW)
    assert (answer.code, answer.out) == (0, f"{FILE}\n")
    assert answer.err.endswith(f"the incident is open already: {FILE}\n")
    assert "- owner: Ann\n" in Path(FILE).read_text()


def test_another_severity_under_the_same_title_is_refused(mfcloud):
    mfcloud(*NEW)
    answer = mfcloud(*NEW[:-1], "P0")
    assert (answer.code, answer.out) == (3, "")
    assert answer.err.startswith(f"error: {FILE} is an open incident of production with severity P1\nhint: ")
    assert Path(FILE).read_text() == OPENED


def test_a_title_of_an_incident_that_is_over_is_refused(mfcloud):
    mfcloud(*NEW)
    mfcloud("incident", "close", FILE)
    assert mfcloud(*NEW).code == 3


@pytest.mark.parametrize("title", ["", "   "])
def test_a_title_that_says_nothing_is_refused_before_anything_is_written(mfcloud, title: str):
    assert mfcloud("incident", "new", "production", "--title", title, "--severity", "P1").code == 2
    assert not Path("incidents").exists()


def test_a_misspelt_environment_gets_no_file(mfcloud, aws: AwsWorld, tmp_path: Path):
    answer = mfcloud("incident", "new", "prodution", "--title", "slow", "--severity", "P1", "--region", "us-east-1")
    assert (answer.code, answer.out) == (2, "")
    assert "did you mean `production`?" in answer.err
    assert not Path("incidents").exists()


def test_without_a_stack_file_the_contacts_come_from_the_manifest(
    mfcloud, aws: AwsWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from operations.incidents.contacts import contacts_of

    assert contacts_of("production", "us-east-1", root=tmp_path).security_team.reach == "somebody@mockforge.dev"


def test_a_note_goes_where_it_belongs_by_its_time(mfcloud, clock: VirtualClock):
    mfcloud(*NEW)
    clock.sleep(20 * 60)
    mfcloud("incident", "note", FILE, "rolled back | by Ann\nat once")
    answer = mfcloud("incident", "note", FILE, "users write in", "--at", "2026-11-24 03:05")
    assert (answer.code, answer.err) == (0, f"{FILE}: 2026-11-24 03:05 users write in\n")
    assert Path(FILE).read_text().splitlines()[-4:] == [
        "| 2026-11-24 03:00 | the incident began |",
        "| 2026-11-24 03:05 | users write in |",
        "| 2026-11-24 03:20 | rolled back \\| by Ann at once |",
        "| ___ | first noticed, by whom |",
    ]


def test_a_note_as_json(mfcloud):
    mfcloud(*NEW)
    told = json.loads(mfcloud("incident", "note", FILE, "rolled back", "--json").out)
    assert told == {"file": FILE, "at": "2026-11-24T03:00+00:00", "what": "rolled back"}


def test_closing_tells_how_long_it_lasted_and_what_is_to_be_done(mfcloud, clock: VirtualClock):
    mfcloud(*NEW)
    clock.sleep(65 * 60)
    answer = mfcloud("incident", "close", FILE)
    assert (answer.code, answer.out) == (0, f"{FILE}: closed, lasted 1 h 05 min\n")
    assert answer.err == (
        "still to be filled in: owner, ticket, impact on users, root cause, what would have caught it earlier, "
        "process improvements\n"
    )
    text = Path(FILE).read_text()
    assert "- status: closed\n- began: 2026-11-24 03:00\n- ended: 2026-11-24 04:05\n- lasted: 1 h 05 min\n" in text
    assert "| 2026-11-24 04:05 | the incident is over |\n| ___ | first noticed, by whom |\n\n## Post-incident\n" in text
    assert "| action item | owner | by |\n" in text


def test_what_the_runbook_asks_for_after_an_incident_stands_in_the_file(mfcloud):
    mfcloud(*NEW)
    mfcloud("incident", "close", FILE)
    text = Path(FILE).read_text().lower()
    assert LINES["Incident Procedure / Post-Incident"] == (
        "Document incident",
        "Root cause analysis",
        "Action items",
        "Process improvements",
    )
    assert [word for word in ("root cause", "action item", "process improvements") if word not in text] == []


def test_closing_twice_changes_nothing(mfcloud, clock: VirtualClock):
    mfcloud(*NEW)
    mfcloud("incident", "close", FILE)
    before = Path(FILE).read_text()
    clock.sleep(3600)
    answer = mfcloud("incident", "close", FILE, "--json")
    assert (answer.code, Path(FILE).read_text()) == (0, before)
    assert f"{FILE} is closed already and stays as it is" in answer.err
    assert json.loads(answer.out)["lasted"] == "0 min"


def test_an_incident_does_not_end_before_it_began(mfcloud):
    mfcloud(*NEW)
    answer = mfcloud("incident", "close", FILE, "--at", "2026-11-24 02:59")
    assert answer.code == 2
    assert "it would end at 2026-11-24 02:59, before it began at 2026-11-24 03:00" in answer.err
    assert Path(FILE).read_text() == OPENED


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# Notes\n\nnothing of ours\n", "it has no line `- environment: …` at its top"),
        (OPENED.replace("- began: 2026-11-24 03:00", "- began: at night"), "`- began: at night` is no time such as"),
        (OPENED.replace("## Timeline (UTC)", "## What was"), "it has no table below `## Timeline (UTC)`"),
    ],
)
def test_what_is_no_incident_is_left_as_it_is(mfcloud, text: str, said: str):
    Path("file.md").write_text(text)
    answer = mfcloud("incident", "close", "file.md")
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    assert Path("file.md").read_text() == text


def test_the_note_of_a_rollback_is_closed_with_its_own_end(mfcloud, clock: VirtualClock):
    from operations.deployments.evidence import Evidence, Requests
    from operations.deployments.told import Deployment
    from operations.rolling_back.note import Incident, note

    at = clock.now()
    nothing = Requests(begins=at, ends=at, requests=None, failures=None)
    deployment = Deployment.__new__(Deployment)
    object.__setattr__(deployment, "created_at", datetime(2026, 11, 24, 2, 10, tzinfo=UTC))
    object.__setattr__(deployment, "arn", "arn:aws:ecs:deployment")
    incident = Incident(
        environment="production",
        reason="log-ins fail",
        began=datetime(2026, 11, 24, 2, 35, tzinfo=UTC),
        ended=datetime(2026, 11, 24, 2, 38, tzinfo=UTC),
        deployment=deployment,
        bad=None,
        good=None,
        outcome="ROLLBACK_SUCCESSFUL",
        evidence=Evidence(before=nothing, after=nothing, log_lines=(), missing=()),
    )
    Path("note.md").write_text(note(incident))
    answer = mfcloud("incident", "close", "note.md")
    assert (answer.code, answer.out) == (0, "note.md: closed, lasted 28 min\n")
    text = Path("note.md").read_text()
    assert text.count("## Post-incident") == 1, "it stood there already"
    assert "| 2026-11-24 02:38 | ROLLBACK_SUCCESSFUL |\n| 2026-11-24 02:38 | the incident is over |\n" in text


def test_interrupted_while_writing_the_file_is_as_it_was(mfcloud, monkeypatch: pytest.MonkeyPatch):
    mfcloud(*NEW)

    def interrupted(*_names: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("operations.incidents.files.os.replace", interrupted)
    assert mfcloud("incident", "close", FILE).code == 130
    assert Path(FILE).read_text() == OPENED
    assert [one.name for one in Path("incidents").iterdir()] == [Path(FILE).name]


# --- one table of severities


def test_the_levels_are_the_runbooks():
    written = {
        heading.removeprefix("Severity Levels / "): lines
        for heading, lines in LINES.items()
        if heading.startswith("Severity Levels / ")
    }
    answers = {
        "P0": "Response: Immediate (< 15 min)",
        "P1": "Response: < 1 hour",
        "P2": "Response: < 4 hours",
        "P3": "Response: < 24 hours",
    }
    assert {one.id: one.answer_minutes for one in SEVERITY_LEVELS.values()} == {
        "P0": 15,
        "P1": 60,
        "P2": 240,
        "P3": 1440,
    }
    for one in SEVERITY_LEVELS.values():
        lines = written[f"{one.id} - {one.name.capitalize()}"]
        assert [line.lower() for line in lines] == [*one.examples, answers[one.id].lower()]


def test_the_guide_has_the_same_table():
    guide = (PROJECT_ROOT / "docs" / "incident-response.md").read_text()
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in guide.splitlines() if line.startswith("| P")
    ]
    assert [(row[0], row[1]) for row in rows] == [
        (f"{one.id}, {one.name}", ", ".join(one.examples)) for one in SEVERITY_LEVELS.values()
    ]
    assert [row[2].removeprefix("at once, ") for row in rows] == [one.answer for one in SEVERITY_LEVELS.values()]

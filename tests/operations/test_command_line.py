"""Whole commands in a process of their own, against the toy project: exit code, stdout and stderr together."""

import json
import os
import signal
import subprocess
import sys
import time
from textwrap import dedent

import pytest

from operations.application import COMMANDS, run
from operations.project import PROJECT_ROOT
from operations.reference import REFERENCE_FILE, reference_text
from tests.operations.conftest import Project

EXIT_CODES = (
    "Exit codes: 0 done, 1 failed, 2 wrong usage or bad input, 3 refused and nothing changed, 4 preview found changes "
    "(only with --expect-no-changes), 5 morning or weekly found something to look at, 130 interrupted."
)


# --- help


@pytest.mark.parametrize(
    "words", [[name] for name in COMMANDS] + [["offline", "show"], ["offline", "drift"], ["offline", "reset"]]
)
def test_every_command_says_what_it_does_with_an_example_and_its_exit_codes(
    words: list[str], capsys: pytest.CaptureFixture[str]
):
    assert run([*words, "--help"]) == 0
    shown = capsys.readouterr()
    assert f"Example: mfcloud {' '.join(words)}" in shown.out
    assert EXIT_CODES in " ".join(shown.out.split())
    assert shown.err == ""


def test_the_documentation_shows_every_help_as_it_is():
    assert REFERENCE_FILE.read_text() == reference_text()


def test_the_help_names_every_command(capsys: pytest.CaptureFixture[str]):
    run(["--help"])
    shown = capsys.readouterr().out
    assert [name for name in COMMANDS if f"\n  {name} " not in shown] == []


@pytest.mark.parametrize("group", ["", "scale", "backups", "recover", "maintenance", "incident", "offline"])
def test_in_a_list_of_commands_no_sentence_is_cut_off_at_80_columns(
    group: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "80")
    assert run([*group.split(), "--help"]) == 0
    _, listed = capsys.readouterr().out.split("Commands:\n")
    assert [line for line in listed.splitlines() if line.endswith("...")] == []


# --- wrong usage and bad input


def test_an_unknown_command_is_wrong_usage(capsys: pytest.CaptureFixture[str]):
    assert run(["deplyo"]) == 2
    assert "No such command 'deplyo'" in capsys.readouterr().err


def test_a_misspelt_environment_gets_a_suggestion(project: Project):
    answer = project("preview", "stagin", "--offline")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        "error: there is no environment `stagin`; there are: production, staging\nhint: did you mean `staging`?\n"
    )


@pytest.mark.parametrize("command", ["preview", "up", "refresh", "destroy", "check"])
def test_a_bad_stack_file_stops_every_command_before_anything_happens(project: Project, command: str):
    project.says("many")
    answer = project(command, "staging", *([] if command == "check" else ["--offline"]))
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == dedent("""\
        error: Pulumi.staging.yaml has 1 problem; nothing was changed
          mockforge-cloud:size: 'many'
            must be a number
    """)
    assert not (project.root / ".offline").exists()


def test_an_unexpected_error_is_one_sentence_and_its_place_only_with_debug(project: Project):
    (project.root / "runbook/stack_file.py").write_text("raise RuntimeError('out of luck')\n")
    answer = project("check", "staging")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == (
        "error: unexpected RuntimeError: out of luck\nhint: run again with --debug to see where it came from\n"
    )
    assert "Traceback" in project("check", "staging", "--debug").err


def test_a_passphrase_is_refused_on_aws_with_the_command_that_helps(project: Project):
    project.says(2, more="encryptionsalt: v1:abc")
    answer = project("preview", "staging")
    assert (answer.code, answer.out) == (3, "")
    assert answer.err == (
        "error: Pulumi.staging.yaml encrypts secrets with a passphrase; on AWS that must be a KMS key\n"
        'hint: pulumi stack change-secrets-provider --stack staging "awskms://alias/<your key>?region=<its region>"\n'
    )


def test_a_protected_environment_is_not_destroyed(project: Project):
    answer = project("destroy", "production", "--offline", "--yes")
    assert (answer.code, answer.out) == (3, "")
    assert answer.err.startswith("error: production is protected; nothing was deleted\nhint: ")
    assert not (project.root / ".offline").exists()


# --- the real engine over the offline AWS


@pytest.mark.engine
@pytest.mark.slow
def test_a_life_of_an_environment(project: Project):
    """Preview, up, again, change, refresh, destroy; one test, for each step stands on the one before."""
    first = project("preview", "staging", "--offline")
    assert (first.code, first.err) == (0, "Preview of staging …\n")
    assert without_title(first.out) == dedent("""\

        store (Store)  +3
            + create  aws:s3:Bucket         store-bucket
            + create  aws:sns:Topic         store-topic-0
            + create  aws:sns:Topic         store-topic-1

        (stack)  +2
            + create  pulumi:providers:aws  {provider}
            + create  aws:iam:Role          role

        Outputs
          bucket  [known after the update]
          token   [secret]

        Total: 5 to create
    """).replace("{provider}", provider_name(first.out))

    up = project("up", "staging", "--offline", "--yes")
    assert (up.code, up.out.splitlines()[-1]) == (0, "Total: 5 created")
    assert "hush" not in up.out + up.err
    assert "tiptop" not in up.out + up.err

    again = project("preview", "staging", "--offline", "--expect-no-changes")
    assert (again.code, again.out.splitlines()[-1]) == (0, "Total: nothing to change (5 unchanged)")

    project.says(1)
    changed = project("preview", "staging", "--offline", "--diff", "--expect-no-changes")
    assert changed.code == 4
    assert "    ~ update  aws:s3:Bucket  store-bucket   tags" in changed.out
    assert '          tags.size: "2" → "1"\n' in changed.out
    assert "          tags: its secrets are not shown and may differ too\n" in changed.out
    assert "    - delete  aws:sns:Topic  store-topic-1\n" in changed.out

    asked = project("up", "staging", "--offline", typed="staging\n")
    assert asked.code == 2
    assert "there is no terminal to ask at: Change staging: 1 to update, 1 to delete, 3 unchanged?" in asked.err

    machine = project("up", "staging", "--offline", "--yes", "--json")
    content = json.loads(machine.out)
    assert (machine.code, content["counts"]["update"], content["counts"]["delete"]) == (0, 1, 1)
    assert content["outputs"]["token"] == "[secret]"

    shown = project("offline", "show", "staging", "--json")
    assert sorted(one["name"] for one in json.loads(shown.out)["resources"] if one["id"]) == sorted(
        ["role", "store-bucket", "store-topic-0"]
    )

    refreshed = project("refresh", "staging", "--offline", "--yes")
    assert (refreshed.code, refreshed.out.splitlines()[-1]) == (0, "Total: nothing was changed (4 unchanged)")

    gone = project("destroy", "staging", "--offline", "--yes")
    assert (gone.code, gone.out.splitlines()[-1]) == (0, "Total: 4 deleted")

    assert project("offline", "reset", "staging", "--yes").err == "staging: offline state forgotten\n"
    assert project("offline", "reset", "staging", "--yes").err == "staging: there was no offline state\n"


@pytest.mark.engine
def test_an_exception_in_the_program_is_told_without_a_traceback(project: Project):
    project.says(9)
    answer = project("preview", "staging", "--offline")
    assert answer.code == 1
    assert answer.err.endswith("error: preview of staging failed: too many topics\n")
    assert "Traceback" not in answer.out + answer.err


@pytest.mark.slow
@pytest.mark.engine
def test_losing_what_is_protected_is_refused_and_named(project: Project):
    assert project("up", "production", "--offline", "--yes").code == 0
    program = project.root / "infra/environment.py"
    program.write_text(program.read_text().replace('{name}-bucket"', '{name}-other-bucket"'))
    answer = project("up", "production", "--offline", "--yes")
    assert answer.code == 3
    assert "it would delete or replace what is protected: store-bucket (aws:s3:Bucket)" in answer.err
    assert bucket_of(project, "production") == "store-bucket"
    assert "other-bucket" in answer.out  # the plan, which was not carried out


@pytest.mark.engine
@pytest.mark.slow
def test_a_stack_that_still_protects_is_not_destroyed_whatever_its_file_says_by_now(project: Project):
    project("up", "production", "--offline", "--yes")
    project.says(2, "production", protected=False)
    refused = project("destroy", "production", "--offline", "--yes")
    assert (refused.code, refused.out) == (3, "")
    assert "destroy of production refused: it would delete or replace what is protected: store-bucket" in refused.err
    assert "run `mfcloud up production` first" in refused.err
    assert bucket_of(project, "production") == "store-bucket"

    project("up", "production", "--offline", "--yes")  # changes no resource, and takes the protection off
    gone = project("destroy", "production", "--offline", "--yes")
    assert (gone.code, gone.out.splitlines()[-1]) == (0, "Total: 5 deleted")
    again = project("destroy", "production", "--offline", "--yes")
    assert (again.code, again.out.splitlines()[-1]) == (0, "Total: nothing was changed (0 unchanged)")


@pytest.mark.engine
@pytest.mark.slow
def test_an_up_that_has_nothing_to_do_ends_with_its_preview_but_new_outputs_are_written(project: Project):
    program = project.root / "infra/environment.py"
    program.write_text(program.read_text().replace('"token": pulumi.Output.secret("tiptop")', '"note": "one"'))
    assert "Update of staging …" in project("up", "staging", "--offline", "--yes").err
    again = project("up", "staging", "--offline", "--yes")
    assert (again.code, again.err) == (0, "Preview of staging …\n")
    assert again.out.startswith("Update of staging (offline, stand-in AWS; ")
    assert again.out.splitlines()[-1] == "Total: nothing was changed (5 unchanged)"

    program.write_text(program.read_text().replace('"note": "one"', '"note": "two"'))
    assert "Update of staging …" in project("up", "staging", "--offline", "--yes").err
    assert project("up", "staging", "--offline", "--yes").err == "Preview of staging …\n"


@pytest.mark.engine
def test_a_missing_backend_says_how_to_log_in(project: Project):
    answer = project("preview", "staging", PULUMI_HOME=str(project.root / "home"))
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == dedent("""\
        error: Pulumi's backend cannot be used
          error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions
        hint: `pulumi login` with your state bucket; without an AWS account, add --offline
    """)


@pytest.mark.slow
@pytest.mark.engine
def test_without_offline_it_is_the_backend_one_is_logged_in_to(project: Project):
    """With a backend in a folder and a provider on PATH in place of AWS; the project's own files stay as they are."""
    (project.root / "state").mkdir()
    backend = {
        "PULUMI_BACKEND_URL": f"file://{project.root}/state",
        "PULUMI_CONFIG_PASSPHRASE": "made up",
        "PULUMI_HOME": str(project.root / "home"),
    }
    missing = project("preview", "staging", **backend)
    assert (missing.code, missing.out) == (1, "")
    assert missing.err.startswith("error: the backend that Pulumi is logged in to has no stack `staging`\nhint: ")

    project("preview", "staging", "--offline")  # lays out the stand-in provider
    pulumi = json.loads(project("engine", "--json").out)["path"]
    init = [pulumi, "stack", "init", "staging"]
    subprocess.run(init, cwd=project.root, env=project.environment | backend, check=True, capture_output=True)
    assert project("preview", "staging", **backend).code == 3  # `init` chose a passphrase
    project.says(2)
    providers = project.root / ".offline/staging/providers/aws"
    real = project("preview", "staging", **backend, PATH=f"{providers}:{project.environment['PATH']}")
    assert (real.code, real.out.splitlines()[-1]) == (0, "Total: 5 to create")
    assert real.out.startswith("Preview of staging (us-east-1; Pulumi ")
    assert (project.root / "Pulumi.yaml").read_text() == "name: mockforge-cloud\nruntime: python\n"


@pytest.mark.engine
@pytest.mark.slow
def test_after_ctrl_c_the_same_command_goes_on(project: Project):
    words = [sys.executable, "-m", "operations", "up", "staging", "--offline", "--yes"]
    process = subprocess.Popen(
        words,
        cwd=project.root,
        env=project.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C reaches a whole group of processes, here without the tests
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "Preview of staging …\n"
    assert process.stderr.readline() == "Update of staging …\n"
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err == (
        "stopping: the engine finishes what it has begun; Ctrl-C again gives up at once\n"
        "error: interrupted\nhint: run the same command again; it continues from what is there\n"
    )
    again = project("up", "staging", "--offline", "--yes")
    assert (again.code, "5 unchanged" in again.out or "created" in again.out) == (0, True)


# --- no engine at all


def test_without_an_engine_the_offline_preview_lists_what_is_registered_and_says_so(project: Project):
    nowhere = str(project.root / "nowhere")
    answer = project("preview", "staging", "--offline", PATH=nowhere, HOME=nowhere, XDG_CACHE_HOME=nowhere)
    assert answer.code == 0
    assert "there is no Pulumi engine on this machine" in answer.err
    assert "note: without a Pulumi engine this is what the program registers" in answer.err
    title, *rest = answer.out.splitlines()
    assert title == "Preview of staging (offline, without an engine)"
    assert "    + create  aws:sns:Topic  store-topic-1" in rest
    assert rest[-1] == "Total: 4 to create"


def test_without_an_engine_nothing_is_brought_up(project: Project):
    nowhere = str(project.root / "nowhere")
    answer = project("up", "staging", "--offline", "--yes", PATH=nowhere, HOME=nowhere, XDG_CACHE_HOME=nowhere)
    assert (answer.code, answer.out) == (1, "")
    assert "error: there is no Pulumi engine on this machine, and none could be made:" in answer.err


def without_title(text: str) -> str:
    return text.partition("\n")[2]


def bucket_of(project: Project, environment: str) -> str:
    shown = json.loads(project("offline", "show", environment, "--json").out)["resources"]
    [name] = [one["name"] for one in shown if one["type"] == "aws:s3:Bucket"]
    return name


def provider_name(text: str) -> str:
    return next(line.split()[-1] for line in text.splitlines() if "pulumi:providers:aws" in line)


# --- the schema of the stack files


def test_the_schema_in_the_project_is_current(capsys: pytest.CaptureFixture[str]):
    assert run(["schema", "--check"]) == 0
    assert capsys.readouterr() == ("", "runbook/stack-file.schema.json is current\n")


def test_the_stack_files_of_the_project_are_good(capsys: pytest.CaptureFixture[str]):
    for name in ("staging", "production"):
        assert run(["check", name]) == 0
        assert capsys.readouterr() == ("", f"Pulumi.{name}.yaml is good\n")


def test_every_section_is_declared_so_that_the_engine_never_stops_first():
    import yaml

    from runbook.settings import SECTIONS

    declared = yaml.safe_load((PROJECT_ROOT / "Pulumi.yaml").read_text())["config"]
    assert tuple(declared) == SECTIONS
    assert {name: set(one) for name, one in declared.items()} == {name: {"description", "default"} for name in SECTIONS}

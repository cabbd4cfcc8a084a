"""What GitHub runs for us may do no more than it must, and runs what was reviewed."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
WORKFLOWS: dict[str, dict[Any, Any]] = {file.name: yaml.safe_load(file.read_text()) for file in FILES}
ON = True  # YAML 1.1 reads the key `on` as a truth value


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    for file, workflow in WORKFLOWS.items():
        for name, job in workflow["jobs"].items():
            yield f"{file}: {name}", job


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    for place, job in jobs():
        for step in job.get("steps", []):
            yield place, step


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_actions_are_pinned_by_commit_and_say_their_version(file: Path):
    used = [
        line.split("uses:")[1].strip() for line in file.read_text().splitlines() if re.search(r"^\s*(- )?uses:", line)
    ]
    foreign = [one for one in used if not one.startswith("./")]
    assert [one for one in foreign if not re.fullmatch(r"[\w-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+.*", one)] == []


def test_the_same_action_is_the_same_commit_everywhere():
    commits: dict[str, set[str]] = {}
    for _, step in steps():
        if "uses" in step:
            action, commit = step["uses"].split("@")
            commits.setdefault(action, set()).add(commit)
    assert {action: len(found) for action, found in commits.items() if len(found) != 1} == {}


def test_permissions_start_at_none_and_each_job_names_its_own():
    assert {name: workflow["permissions"] for name, workflow in WORKFLOWS.items()} == {name: {} for name in WORKFLOWS}
    allowed = {("contents", "read"), ("id-token", "write"), ("pull-requests", "write"), ("issues", "write")}
    for place, job in jobs():
        assert set(job["permissions"].items()) <= allowed, place


def test_the_job_that_may_write_comments_runs_no_code_of_the_pull_request():
    comment = WORKFLOWS["pull-request.yml"]["jobs"]["comment"]
    assert comment["permissions"] == {"pull-requests": "write"}
    assert [step for step in comment["steps"] if "run" in step or "checkout" in step.get("uses", "")] == []


def test_no_key_is_stored_and_no_secret_is_read():
    for file in FILES:
        assert not re.search(r"secrets\.|access-key|AWS_SECRET|PULUMI_ACCESS_TOKEN|PASSPHRASE", file.read_text()), (
            file.name
        )


def test_what_others_wrote_never_becomes_part_of_a_script():
    """Expressions inside a script are an injection; values come in by the environment."""
    for place, step in steps():
        assert "${{" not in step.get("run", ""), place
        assert "${{" not in step.get("with", {}).get("script", ""), place


def test_a_checkout_leaves_no_token_behind():
    checkouts = [step for _, step in steps() if "actions/checkout" in step.get("uses", "")]
    assert [step["with"] for step in checkouts] == [{"persist-credentials": False}] * len(checkouts)
    assert len(checkouts) == 4


def test_pull_requests_never_run_with_the_rights_of_the_repository():
    triggers = {trigger for workflow in WORKFLOWS.values() for trigger in workflow[ON]}
    assert triggers == {"pull_request", "push", "workflow_call", "schedule", "workflow_dispatch"}


def test_one_up_at_a_time_per_environment_and_none_is_cancelled():
    job = WORKFLOWS["up.yml"]["jobs"]["up"]
    assert job["concurrency"] == {"group": "up-${{ inputs.environment }}", "cancel-in-progress": False}
    assert job["environment"] == "${{ inputs.environment }}"


def test_production_waits_for_staging_and_only_main_is_deployed():
    workflow = WORKFLOWS["deploy.yml"]
    assert workflow[ON] == {"push": {"branches": ["main"]}}
    assert workflow["jobs"]["staging"]["with"] == {"environment": "staging"}
    assert workflow["jobs"]["production"]["with"] == {"environment": "production"}
    assert workflow["jobs"]["production"]["needs"] == "staging"


def test_a_fork_gets_the_offline_plan():
    preview = WORKFLOWS["pull-request.yml"]["jobs"]["preview"]
    assert "head.repo.full_name == github.repository" in preview["env"]["ROLE"]
    [aws] = [step for step in preview["steps"] if "configure-aws-credentials" in step.get("uses", "")]
    assert aws["if"] == "env.ROLE != ''"
    [plan] = [step for step in preview["steps"] if step.get("name") == "Plan"]
    assert "--diff" in plan["run"]  # whoever reviews a threshold reads its old and new value
    assert "offline=(--offline)" in plan["run"]


def test_drift_is_looked_for_daily_and_told_by_exit_code_4():
    workflow = WORKFLOWS["drift.yml"]
    assert workflow[ON]["schedule"] == [{"cron": "17 5 * * *"}]
    job = workflow["jobs"]["drift"]
    assert job["strategy"]["matrix"]["environment"] == ["staging", "production"]
    scripts = [step.get("run", "") for step in job["steps"]]
    assert any("--refresh --expect-no-changes" in script for script in scripts)
    assert [step["if"] for step in job["steps"] if "github-script" in step.get("uses", "")] == [
        "steps.compare.outputs.code == '4'"
    ]


def test_every_job_ends_by_itself():
    endless = [place for place, job in jobs() if "timeout-minutes" not in job and "uses" not in job]
    assert endless == []

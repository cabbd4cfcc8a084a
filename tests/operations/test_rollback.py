"""`rollback`: whole commands against a made-up account with stages, time and failure."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from operations.deployments.withdrawals import fitting
from runbook.deployments import Withdrawal, read_withdrawals
from tests.operations.aws_world import AwsWorld, Said, aws_error, put

WITHDRAWN = "/mockforge-cloud/production/withdrawn"


@pytest.fixture
def live(aws: AwsWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AwsWorld:
    """Version 41, then 42, were deployed days ago; the load balancer counts, the log has errors."""
    monkeypatch.chdir(tmp_path)
    aws.ecs.register(41, "a")
    aws.ecs.register(42, "b")
    aws.ecs.deployed(41, days_ago=9)
    aws.ecs.deployed(42, days_ago=2)
    aws.handlers["logs", "FilterLogEvents"] = lambda _asked: {
        "events": [{"timestamp": 1, "message": "\x1b[31mERROR\x1b[0m app: no answer from the database\n"}]
    }
    aws.handlers["cloudwatch", "GetMetricData"] = counted(aws, requests=1000, target_5xx=50)
    return aws


@pytest.fixture
def baking(live: AwsWorld) -> AwsWorld:
    """Version 43 has replaced 42 half an hour ago and bakes."""
    live.ecs.register(43, "c")
    live.ecs.approval = False
    live.ecs.start(43)
    live.clock.at += timedelta(minutes=35)
    live.ecs.advance()
    assert (live.ecs.deployments[-1]["lifecycleStage"], live.ecs.live) == ("BAKE_TIME", 43)
    return live


def counted(aws: AwsWorld, **sums: float) -> Any:
    return lambda asked: {
        "MetricDataResults": [
            {"Id": one["Id"], "Values": [sums[one["Id"]]] if one["Id"] in sums else []}
            for one in asked["MetricDataQueries"]
        ]
    }


def rollback(aws: AwsWorld, *more: str) -> Said:
    return aws("rollback", "production", "--reason", "log-ins fail", "--yes", *more)


def withdrawn(aws: AwsWorld) -> list[str]:
    text = aws.client("ssm").get_parameter(Name=WITHDRAWN)["Parameter"]["Value"]
    return [one.image for one in read_withdrawals(text)]


# --- while a deployment or its bake goes on


def test_inside_the_bake_it_stops_the_deployment_and_verifies_that_users_are_back(baking: AwsWorld, tmp_path: Path):
    answer = rollback(baking)
    assert answer.err.splitlines()[:8] == [
        "Stop the deployment that goes on, and return to the version before:",
        "  takes back  mockforge-production:43 (image sha256:cccccccccccc)",
        "  returns to  mockforge-production:42 (image sha256:bbbbbbbbbbbb)",
        "  deployment  deployment3, stage BAKE_TIME, begun at 2026-11-24 03:00 UTC",
        "  expected    about 10 minutes",
        "  withdraws   image sha256:cccccccccccc",
        "sha256:cccccccccccc is recorded as withdrawn: no `mfcloud up` brings it back",
        "stopped deployment deployment3; ECS returns to mockforge-production:42 (image sha256:bbbbbbbbbbbb)",
    ]
    assert (answer.code, answer.out) == (
        0,
        "production runs mockforge-production:42 (image sha256:bbbbbbbbbbbb), 3 of 3 tasks\n",
    )
    assert baking.ecs.live == 42
    assert withdrawn(baking) == [f"sha256:{'c' * 64}"]
    assert baking.changes == ["PutParameter", "StopServiceDeployment"]
    assert (tmp_path / "incident-production-deployment3.md").exists()


def test_the_record_says_when_and_why(baking: AwsWorld):
    rollback(baking)
    text = baking.client("ssm").get_parameter(Name=WITHDRAWN)["Parameter"]["Value"]
    [one] = read_withdrawals(text)
    assert (one.at, one.reason) == ("2026-11-24T03:35:00+00:00", "log-ins fail")


def test_of_the_first_deployment_there_is_nothing_to_go_back_to(aws: AwsWorld):
    aws.ecs.register(1, "a")
    aws.ecs.start(1)
    answer = rollback(aws)
    assert (answer.code, answer.out, aws.changes) == (3, "", [])
    assert answer.err == (
        "error: deployment deployment1 is the first of production: there is no version to go back to\n"
        "hint: deploy a repaired image\n"
    )


def test_an_image_that_stays_in_use_is_not_withdrawn(live: AwsWorld):
    """Version 43 is the same image with other settings: withdrawing it would forbid what is live."""
    live.ecs.register(43, "b")
    live.ecs.start(43)
    answer = rollback(live)
    assert answer.code == 0
    assert withdrawn(live) == []
    assert "the image is the same: take the other changes since then back in Pulumi.production.yaml" in answer.err


def test_what_an_alarm_began_is_followed_to_its_end_and_recorded(baking: AwsWorld):
    baking.ecs.raise_alarm("mockforge-production-deployment-errors")
    answer = rollback(baking)
    assert answer.code == 0
    assert answer.err.startswith(
        "deployment deployment3 of production is being rolled back already (Service deployment rolled back because of "
        "alarm mockforge-production-deployment-errors)\n"
    )
    assert baking.changes == ["PutParameter"]
    assert withdrawn(baking) == [f"sha256:{'c' * 64}"]


def test_a_rollback_that_ecs_cannot_finish_fails_and_says_how_to_go_on(baking: AwsWorld):
    baking.ecs.rollback_fails = True
    answer = rollback(baking)
    assert (answer.code, answer.out) == (1, "")
    assert "error: the rollback of production did not succeed: ROLLBACK_FAILED (Stopped by a person)\n" in answer.err

    baking.ecs.rollback_fails = False
    again = rollback(baking)  # now by a forced deployment of the last healthy version
    assert again.code == 0
    assert baking.asked("UpdateService")[0]["forceNewDeployment"] is True
    assert baking.ecs.live == 42


def test_a_rollback_after_which_no_task_runs_is_no_success(baking: AwsWorld):
    baking.clock.once(lambda: setattr(baking.ecs, "tasks", 0))
    answer = rollback(baking)
    assert (answer.code, answer.out) == (1, "")
    assert "error: the rollback of production succeeded, but no task is running\n" in answer.err


# --- later


def test_the_newest_deployment_is_found_on_whatever_page_ecs_lists_it(live: AwsWorld):
    for number in range(43, 60):
        live.ecs.register(number, "e")
        live.ecs.deployed(number, days_ago=0.01 * (60 - number))
    live.ecs.register(60, "f")
    live.ecs.deployed(60, days_ago=0.001)
    rollback(live)
    assert live.ecs.live == 59


def test_later_it_deploys_the_older_version_and_answers_its_pause(live: AwsWorld):
    answer = rollback(live)
    assert answer.err.splitlines()[:5] == [
        "The deployment is over and its old tasks are gone: deploy the older version again.",
        "  takes back  mockforge-production:42 (image sha256:bbbbbbbbbbbb)",
        "  returns to  mockforge-production:41 (image sha256:aaaaaaaaaaaa)",
        "  expected    about 75 minutes, its bake included",
        "  withdraws   image sha256:bbbbbbbbbbbb",
    ]
    assert "approved: the rollback is the approval\n" in answer.err
    assert "users are served by mockforge-production:41 (image sha256:aaaaaaaaaaaa) since 03:05 UTC;" in answer.err
    assert (answer.code, live.ecs.live) == (0, 41)
    assert live.changes == ["PutParameter", "UpdateService", "ContinueServiceDeployment"]
    assert live.asked("UpdateService") == [
        {
            "cluster": "mockforge-production",
            "service": "mockforge-production",
            "taskDefinition": "mockforge-production:41",
        }
    ]


def test_repeated_after_it_has_finished_it_says_so_and_does_not_go_back_further(live: AwsWorld):
    live.ecs.register(40, "9")
    live.ecs.deployed(40, days_ago=20)
    live.ecs.live = 42
    rollback(live)
    before = len(live.changes)
    again = rollback(live)
    assert again.code == 0
    assert again.err.startswith(
        "production was returned to mockforge-production:41 (image sha256:aaaaaaaaaaaa) already"
    )
    assert live.changes[before:] == []
    assert live.ecs.live == 41


def test_a_version_that_was_merely_deployed_once_more_is_no_going_back(live: AwsWorld):
    """`aws ecs update-service --force-new-deployment`, for a new value of a secret."""
    live.ecs.deployed(42, days_ago=1)
    assert (rollback(live).code, live.ecs.live) == (0, 41)


def test_further_back_is_a_word_of_its_own(live: AwsWorld):
    live.ecs.register(40, "9")
    live.ecs.deployed(40, days_ago=20)
    live.ecs.live = 42
    rollback(live)
    further = rollback(live, "--to", "mockforge-production:40")
    assert (further.code, live.ecs.live) == (0, 40)
    assert rollback(live, "--to", "mockforge-production:40").err.startswith(
        "production runs mockforge-production:40 (image sha256:999999999999) already\n"
    )


def test_a_version_that_was_never_healthy_is_refused_with_those_that_were(live: AwsWorld):
    answer = rollback(live, "--to", "mockforge-production:7")
    assert (answer.code, live.changes) == (3, [])
    assert answer.err == (
        "error: mockforge-production:7 is no healthy version of production; there are: mockforge-production:41 "
        "(image sha256:aaaaaaaaaaaa)\n"
    )


def test_withdrawn_versions_are_passed_over(live: AwsWorld):
    live.ecs.register(43, "c")
    live.ecs.deployed(43, days_ago=1)
    record = [{"image": f"sha256:{'b' * 64}", "at": "2026-11-20T00:00:00+00:00", "reason": "slow"}]
    put(live, WITHDRAWN, json.dumps(record))
    rollback(live)
    assert live.ecs.live == 41


def test_without_an_older_healthy_version_it_is_refused(live: AwsWorld):
    record = [{"image": f"sha256:{'a' * 64}", "at": "2026-11-20T00:00:00+00:00", "reason": "slow"}]
    put(live, WITHDRAWN, json.dumps(record))
    live.calls.clear()
    answer = rollback(live)
    assert (answer.code, live.changes) == (3, [])
    assert answer.err.startswith("error: there is no healthy version of production to go back to")


def test_a_return_that_is_itself_rolled_back_fails_and_repeated_tries_again(live: AwsWorld):
    live.clock.once(lambda: live.ecs.raise_alarm("mockforge-production-deployment-errors"))
    failed = rollback(live)
    assert (failed.code, live.ecs.live) == (1, 42)
    assert "error: the rollback of production did not succeed: ROLLBACK_SUCCESSFUL (Service deployment" in failed.err
    assert (rollback(live).code, live.ecs.live) == (0, 41)
    assert withdrawn(live) == [f"sha256:{'b' * 64}"]


def test_after_an_automatic_rollback_only_the_record_is_left_to_write(live: AwsWorld):
    live.ecs.register(43, "c")
    live.ecs.deployed(43, days_ago=0.1, status="ROLLBACK_SUCCESSFUL")
    answer = rollback(live)
    assert answer.code == 0
    assert answer.err.startswith("the last deployment (deployment3) was rolled back already (Service deployment rolled")
    assert (live.changes, withdrawn(live)) == (["PutParameter"], [f"sha256:{'c' * 64}"])


# --- asking


def test_without_a_person_to_ask_nothing_is_changed_and_what_is_taken_back_is_named(baking: AwsWorld):
    answer = baking("rollback", "production", "--reason", "slow")
    assert (answer.code, answer.out, baking.changes) == (2, "", [])
    assert answer.err.endswith(
        "error: there is no terminal to ask at: Take mockforge-production:43 (image sha256:cccccccccccc) of production "
        "back and return to mockforge-production:42 (image sha256:bbbbbbbbbbbb)?\n"
        "hint: add --yes if the answer is yes; nothing was changed\n"
    )


def test_a_dry_run_changes_nothing(baking: AwsWorld):
    answer = rollback(baking, "--dry-run")
    assert (answer.code, answer.out, baking.changes) == (0, "", [])
    assert answer.err.endswith("dry run: nothing was changed\n")


def test_a_person_who_left_the_reason_out_is_asked_for_it(baking: AwsWorld, monkeypatch: pytest.MonkeyPatch):
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal("log-ins fail\n"))
    answer = baking("rollback", "production", "--yes")
    assert answer.code == 0
    assert answer.err.startswith("Why is it taken back? A few words for the record and the incident note.\n")
    text = baking.client("ssm").get_parameter(Name=WITHDRAWN)["Parameter"]["Value"]
    assert [one.reason for one in read_withdrawals(text)] == ["log-ins fail"]


def test_a_person_who_says_no_reason_either_has_changed_nothing(aws: AwsWorld, monkeypatch: pytest.MonkeyPatch):
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal("\n"))
    answer = aws("rollback", "production", "--yes")
    assert (answer.code, answer.out, aws.calls) == (2, "", [])
    assert "--reason is missing or says nothing; nothing was changed" in answer.err


@pytest.mark.parametrize("reason", [[], ["--reason", " "]])
def test_a_reason_is_required(aws: AwsWorld, reason: list[str]):
    answer = aws("rollback", "production", "--yes", *reason)
    assert (answer.code, answer.out, aws.calls) == (2, "", [])
    assert "--reason" in answer.err


def test_for_scripts_it_is_one_object(baking: AwsWorld):
    content = json.loads(rollback(baking, "--json").out)
    assert content == {
        "environment": "production",
        "deployment": baking.ecs.deployments[-1]["serviceDeploymentArn"],
        "status": "ROLLBACK_SUCCESSFUL",
        "taken_back": {
            "task_definition": "mockforge-production:43",
            "image": baking.ecs.images[43],
            "digest": f"sha256:{'c' * 64}",
        },
        "returned_to": {
            "task_definition": "mockforge-production:42",
            "image": baking.ecs.images[42],
            "digest": f"sha256:{'b' * 64}",
        },
        "withdrawn": f"sha256:{'c' * 64}",
        "note": "incident-production-deployment3.md",
        "stack_file_changed": False,
    }


# --- the stack file, which still names the image that was taken back


@pytest.fixture
def file(baking: AwsWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("operations.project.PROJECT_ROOT", tmp_path)
    path = tmp_path / "Pulumi.production.yaml"
    path.write_text(stack_file(baking, 43, "0.3.239"))
    return path


def stack_file(aws: AwsWorld, number: int, version: str) -> str:
    said = f"    image: {aws.ecs.images[number]} # the one\n    version: {version}\n"
    return f"config:\n  mockforge-cloud:service:\n{said}"


def test_the_edit_of_the_stack_file_is_offered_shown_and_made(
    baking: AwsWorld, file: Path, monkeypatch: pytest.MonkeyPatch
):
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal("production\nyes\n"))
    answer = baking("rollback", "production", "--reason", "slow")
    assert answer.code == 0
    assert (
        "Pulumi.production.yaml still names the image that was taken back. To put the old one back:\n"
        "  Pulumi.production.yaml, line 3:\n"
        f"    - image: {baking.ecs.images[43]} # the one\n"
        f"    + image: {baking.ecs.images[42]} # the one\n"
        "  look at `version` too (0.3.239): it has to be what the older image answers\n"
        "Change Pulumi.production.yaml so? Type `yes`, or Enter to leave it.\n"
        "changed Pulumi.production.yaml; commit it\n"
    ) in answer.err
    assert file.read_text() == stack_file(baking, 42, "0.3.239")


def test_the_version_goes_back_too_where_the_deployments_record_knows_it(baking: AwsWorld, file: Path):
    record = {"who": "anna", "at": "2026-11-24T02:58:00+00:00", "image": baking.ecs.images[43], "ticket": None}
    replaced = {"replaces": baking.ecs.images[42], "replaces_version": "0.3.238"}
    put(baking, "/mockforge-cloud/production/deployment", json.dumps(record | replaced))
    content = json.loads(rollback(baking, "--json").out)
    assert content["stack_file_changed"] is True
    assert file.read_text() == stack_file(baking, 42, "0.3.238")


def test_a_record_of_another_deployment_says_nothing_of_the_version(baking: AwsWorld, file: Path):
    record = {"who": "anna", "at": "2026-11-24T02:58:00+00:00", "image": baking.ecs.images[43], "ticket": None}
    replaced = {"replaces": baking.ecs.images[41], "replaces_version": "0.3.237"}
    put(baking, "/mockforge-cloud/production/deployment", json.dumps(record | replaced))
    rollback(baking)
    assert file.read_text() == stack_file(baking, 42, "0.3.239")


def test_left_alone_it_says_what_would_happen_and_the_same_command_offers_it_again(
    baking: AwsWorld, file: Path, monkeypatch: pytest.MonkeyPatch
):
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    before = file.read_text()
    monkeypatch.setattr("sys.stdin", Terminal("production\n\n"))
    answer = baking("rollback", "production", "--reason", "slow")
    assert (answer.code, file.read_text()) == (0, before)
    assert "Pulumi.production.yaml was left as it is; `mfcloud up production` would bring the image again" in answer.err
    rollback(baking)
    assert file.read_text() == stack_file(baking, 42, "0.3.239")


def test_a_file_that_names_something_else_by_now_is_left_alone(baking: AwsWorld, file: Path):
    file.write_text(stack_file(baking, 41, "0.3.237"))
    rollback(baking)
    assert file.read_text() == stack_file(baking, 41, "0.3.237")


# --- interrupted, repeated, contradicted

STOPPING = [
    "GetParameter",
    "ListServiceDeployments",
    "DescribeServiceRevisions",
    "PutParameter",
    "StopServiceDeployment",
    "DescribeServiceDeployments",
    "GetMetricData",
    "FilterLogEvents",
    "DescribeServices",
]


@pytest.mark.slow
@pytest.mark.parametrize("operation", STOPPING)
@pytest.mark.parametrize("when", ["faults", "lost"])
def test_ctrl_c_at_any_step_inside_the_bake_and_the_command_again_goes_back_once(
    baking: AwsWorld, operation: str, when: str, tmp_path: Path
):
    getattr(baking, when)[operation].append(KeyboardInterrupt())
    assert rollback(baking).code == 130
    assert rollback(baking).code == 0
    assert (baking.ecs.live, withdrawn(baking)) == (42, [f"sha256:{'c' * 64}"])
    assert [one["status"] for one in baking.ecs.deployments] == ["SUCCESSFUL", "SUCCESSFUL", "ROLLBACK_SUCCESSFUL"]


REDEPLOYING = [
    "PutParameter",
    "UpdateService",
    "ContinueServiceDeployment",
    "ListServiceDeployments",
    "DescribeServiceDeployments",
    "DescribeServiceRevisions",
    "DescribeServices",
]


@pytest.mark.slow
@pytest.mark.parametrize("operation", REDEPLOYING)
@pytest.mark.parametrize("when", ["faults", "lost"])
def test_ctrl_c_at_any_step_of_a_redeployment_and_the_command_again_deploys_once(
    live: AwsWorld, operation: str, when: str
):
    getattr(live, when)[operation].append(KeyboardInterrupt())
    assert rollback(live).code == 130
    assert rollback(live).code == 0
    assert (live.ecs.live, withdrawn(live)) == (41, [f"sha256:{'b' * 64}"])
    assert len(live.ecs.deployments) == 3


@pytest.mark.slow
@pytest.mark.parametrize("minute", [0, 1, 3, 5, 8, 40, 66])
def test_ctrl_c_at_any_minute_of_a_redeployment_says_how_to_go_on(live: AwsWorld, minute: int):
    press_at = live.clock.now() + timedelta(minutes=minute)

    def press(at: Any) -> None:
        if at >= press_at:
            live.clock.on_sleep.clear()
            raise KeyboardInterrupt

    live.clock.on_sleep.append(press)
    answer = rollback(live)
    assert (answer.code, answer.out) == (130, "")
    assert answer.err.endswith("hint: `mfcloud rollback production --reason 'log-ins fail'` takes it up where it is\n")
    assert rollback(live).code == 0
    assert (live.ecs.live, len(live.ecs.deployments)) == (41, 3)


def test_two_operators_at_once_go_back_once(live: AwsWorld):
    """The second begins while the first waits; it follows what the first has begun."""
    seen: list[Said] = []
    live.clock.once(lambda: seen.append(rollback(live)))
    first = rollback(live)
    assert [first.code, seen[0].code] == [0, 0]
    assert "production is returning to mockforge-production:41 (image sha256:aaaaaaaaaaaa) already" in seen[0].err
    assert (live.ecs.live, len(live.ecs.deployments)) == (41, 3)
    assert live.changes.count("UpdateService") == 1


def test_a_deployment_that_begins_while_somebody_thinks_is_not_overtaken(live: AwsWorld):
    live.ecs.register(43, "c")

    def another(asked: dict[str, Any]) -> dict[str, Any]:
        del live.handlers["ssm", "PutParameter"]
        live.client("ssm").put_parameter(**asked)
        live.ecs.start(43)
        return {"Version": 2, "Tier": "Standard"}

    live.handlers["ssm", "PutParameter"] = another
    answer = rollback(live)
    assert (answer.code, answer.out) == (3, "")
    assert answer.err.endswith(
        "error: production has changed since it was looked at; nothing was rolled back\n"
        "hint: run the same command again: it says what it would do now\n"
    )
    assert "UpdateService" not in live.changes


def test_a_deployment_that_ends_before_it_is_stopped_is_said(baking: AwsWorld):
    baking.faults["StopServiceDeployment"].append(aws_error("ConflictException", "StopServiceDeployment"))
    answer = rollback(baking)
    assert answer.code == 3
    assert answer.err.endswith(
        "error: deployment deployment3 ended before it could be stopped\n"
        "hint: run the same command again: it then deploys the version before\n"
    )


# --- the record


def test_inside_a_bake_a_record_that_cannot_be_written_does_not_keep_users_waiting(baking: AwsWorld):
    baking.faults["PutParameter"].append(aws_error("AccessDeniedException", "PutParameter"))
    answer = rollback(baking)
    assert (answer.code, baking.ecs.live) == (0, 42)
    assert "warning: sha256:cccccccccccc is not recorded as withdrawn (these credentials may not do PutParameter" in (
        answer.err
    )
    assert rollback(baking).code == 0
    assert withdrawn(baking) == [f"sha256:{'c' * 64}"]


def test_later_nothing_is_deployed_before_it_is_recorded(live: AwsWorld):
    live.faults["PutParameter"].append(aws_error("AccessDeniedException", "PutParameter"))
    answer = rollback(live)
    assert (answer.code, answer.out, live.changes) == (1, "", ["PutParameter"])


def test_two_records_at_once_lose_neither(baking: AwsWorld):
    other = {"image": f"sha256:{'d' * 64}", "at": "2026-11-24T03:34:00+00:00", "reason": "another"}

    def both(asked: dict[str, Any]) -> dict[str, Any]:
        """Somebody else's write arrives just before ours."""
        del baking.handlers["ssm", "PutParameter"]
        put(baking, WITHDRAWN, json.dumps([other]))
        return {"Version": baking.client("ssm").put_parameter(**asked)["Version"], "Tier": "Standard"}

    baking.handlers["ssm", "PutParameter"] = both
    assert rollback(baking).code == 0
    assert withdrawn(baking) == [f"sha256:{'d' * 64}", f"sha256:{'c' * 64}"]


def test_the_record_keeps_the_newest_twenty(baking: AwsWorld):
    old = [
        {"image": f"sha256:{number:064x}", "at": f"2026-10-{number + 1:02d}T00:00:00+00:00", "reason": "x"}
        for number in range(25)
    ]
    put(baking, WITHDRAWN, json.dumps(old))
    rollback(baking)
    kept = withdrawn(baking)
    assert (len(kept), kept[0], kept[-1]) == (20, f"sha256:{6:064x}", f"sha256:{'c' * 64}")


def test_a_long_reason_is_shortened_so_that_twenty_records_fit_into_the_parameter(baking: AwsWorld):
    old = [
        {"image": f"sha256:{number:064x}", "at": f"2026-10-{number + 1:02d}T00:00:00+00:00", "reason": "x" * 70}
        for number in range(20)
    ]
    put(baking, WITHDRAWN, json.dumps(old))
    baking("rollback", "production", "--reason", "y" * 500, "--yes")
    text = baking.client("ssm").get_parameter(Name=WITHDRAWN)["Parameter"]["Value"]
    assert len(text.encode()) <= 4096
    kept = read_withdrawals(text)
    assert (len(kept), kept[-1].reason) == (20, f"{'y' * 69}…")


def test_where_twenty_do_not_fit_the_oldest_go_first():
    long = [Withdrawal(image=f"sha256:{number:064x}", at="2026-10-01", reason="日" * 70) for number in range(20)]
    text = fitting(tuple(long))
    assert len(text.encode()) <= 4096
    kept = read_withdrawals(text)
    assert 1 < len(kept) < 20
    assert kept == tuple(long[-len(kept) :])


def test_an_unreadable_record_is_never_overwritten(baking: AwsWorld):
    put(baking, WITHDRAWN, "not JSON")
    baking.calls.clear()
    answer = rollback(baking)
    assert (answer.code, baking.changes) == (1, [])
    assert "error: SSM parameter /mockforge-cloud/production/withdrawn is not a list of withdrawn images" in answer.err


# --- the incident note and the stack file


def test_the_incident_note_has_times_figures_and_log_to_start_from(baking: AwsWorld, tmp_path: Path):
    rollback(baking)
    note = (tmp_path / "incident-production-deployment3.md").read_text()
    assert "# Rollback of production, 2026-11-24 03:35 UTC\n" in note
    assert "- reason given: log-ins fail\n- taken back: mockforge-production:43 (image sha256:cccccccccccc)\n" in note
    assert "| 2026-11-24 03:00 | the deployment began |" in note
    assert "| 2026-11-24 03:38 | ROLLBACK_SUCCESSFUL |" in note
    assert "| before, 03:20 to 03:35 | 1000 | 50 | 5.00 % |" in note
    assert "```text\nERROR app: no answer from the database\n```" in note
    assert "- root cause: ___" in note


def test_figures_that_cannot_be_had_are_unknown_and_never_zero(baking: AwsWorld, tmp_path: Path):
    baking.handlers["cloudwatch", "GetMetricData"] = counted(baking)
    baking.faults["FilterLogEvents"].append(aws_error("AccessDeniedException", "FilterLogEvents"))
    assert rollback(baking).code == 0
    note = (tmp_path / "incident-production-deployment3.md").read_text()
    assert "| before, 03:20 to 03:35 | unknown | unknown | unknown |" in note
    assert "## Errors in the log before the rollback\n\nunknown\n" in note
    assert "Not known: log: AWS gave no answer (AccessDeniedException)." in note


def test_a_note_that_somebody_has_filled_in_is_left_alone(baking: AwsWorld, tmp_path: Path):
    note = tmp_path / "incident-production-deployment3.md"
    note.write_text("root cause: found\n")
    answer = rollback(baking)
    assert answer.code == 0
    assert note.read_text() == "root cause: found\n"
    assert "the incident note incident-production-deployment3.md exists and stays as it is" in answer.err


def test_a_note_that_cannot_be_written_does_not_fail_the_rollback(baking: AwsWorld):
    answer = rollback(baking, "--notes", "no/such/folder")
    assert (answer.code, baking.ecs.live) == (0, 42)
    assert "warning: the incident note could not be written:" in answer.err

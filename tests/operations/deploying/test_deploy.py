"""`deploy`: whole commands against a made-up account with stages, time and failure, and an engine that is played."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.smoke_test.checks import Report, Result
from functions.smoke_test.verdicts import Outcome
from tests.operations.aws_world import AwsWorld, aws_error, put
from tests.operations.deploying.conftest import PROJECT, RECORD, Production, Terminal, image

OLD = "mockforge-production:41 (image sha256:aaaaaaaaaaaa)"
NEW = "mockforge-production:42 (image sha256:bbbbbbbbbbbb)"
NEVER = {"PutParameter", "UpdateService", "ContinueServiceDeployment", "StopServiceDeployment"}


def approve_when_asked(production: Production) -> None:
    """Somebody answers elsewhere."""
    ecs = production.aws.ecs

    def listener(_at: datetime) -> None:
        for one in ecs.deployments:
            for hook in one["lifecycleHookDetails"]:
                if hook["status"] == "AWAITING_ACTION" and one["status"] == "IN_PROGRESS":
                    ecs.ContinueServiceDeployment(
                        {
                            "serviceDeploymentArn": one["serviceDeploymentArn"],
                            "hookId": hook["hookId"],
                            "action": "CONTINUE",
                        }
                    )

    production.aws.clock.on_sleep.append(listener)


def recorded(aws: AwsWorld) -> dict[str, Any]:
    return json.loads(aws.client("ssm").get_parameter(Name=RECORD)["Parameter"]["Value"])


def raise_at(production: Production, stage: str) -> None:
    """An alarm goes off in this stage."""
    aws = production.aws

    def listener(_at: datetime) -> None:
        if aws.ecs.deployments[-1].get("lifecycleStage") == stage:
            aws.clock.on_sleep.remove(listener)
            aws.ecs.raise_alarm("mockforge-production-deployment-errors")

    aws.clock.on_sleep.append(listener)


# --- from the first line to the last


def test_it_edits_previews_asks_updates_follows_every_stage_and_ends_with_the_smoke_test(production: Production):
    production.aws.ecs.approval = False
    answer = production("--image", image("b"))
    said = answer.err.splitlines()
    assert said[:14] == [
        "Deploy to production:",
        f"  image       {image('b')}",
        "  version     0.3.238",
        f"  live now    {OLD}",
        "  ticket      OPS-12",
        "  expected    about 75 minutes, its bake included",
        "Changed the stack file:",
        "  Pulumi.production.yaml, line 10:",
        f"    - image: {image('a')}",
        f"    + image: {image('b')}",
        *said[10:14],
    ]
    assert production.engine.seen[:2] == ["preview b", "update b"]
    stages = [line.split("stage ")[1].split(";")[0] for line in said if "; stage " in line]
    assert list(dict.fromkeys(stages)) == [
        "SCALE_UP",
        "TEST_TRAFFIC_SHIFT",
        "POST_TEST_TRAFFIC_SHIFT",
        "PRODUCTION_TRAFFIC_SHIFT",
        "BAKE_TIME",
        "CLEAN_UP",
    ]
    assert said[-2:] == [
        "smoke test of https://cloud.mockforge.dev …",
        "commit Pulumi.production.yaml: it names what is live",
    ]
    assert (answer.code, answer.out) == (0, f"production runs {NEW} (deployment deployment2)\n")
    assert production.aws.ecs.live == 42
    assert f"image: {image('b')}\n" in production.stack_file


def test_a_line_tells_tasks_and_weights_of_both_colours_alarms_and_the_time_left(production: Production):
    production.aws.ecs.approval = False
    answer = production("--image", image("b"))
    shown = [line.partition(" (")[0] for line in answer.err.splitlines()]
    assert (
        "deployment of production: IN_PROGRESS; stage SCALE_UP; old blue 3 of 3 tasks, 100 % of users, 0 % of tests; "
        "new green 0 of 3 tasks, 0 % of users, 100 % of tests; alarms MONITORING"
    ) in shown
    assert (
        "deployment of production: IN_PROGRESS; stage BAKE_TIME; old blue 3 of 3 tasks, 0 % of users, 0 % of tests; "
        "new green 3 of 3 tasks, 100 % of users, 100 % of tests; alarms MONITORING; at most 12 min of the bake left"
    ) in shown


def test_without_an_image_the_stack_files_own_is_deployed_and_nothing_is_edited(production: Production):
    production.file.write_text(production.stack_file.replace(image("a"), image("b")))
    before = production.stack_file
    production.aws.ecs.approval = False
    answer = production()
    assert (answer.code, production.aws.ecs.live) == (0, 42)
    assert "Changed the stack file" not in answer.err
    assert "commit" not in answer.err
    assert production.stack_file == before


def test_a_digest_alone_is_of_the_stack_files_repository(production: Production):
    production.aws.ecs.approval = False
    assert production("--image", f"sha256:{'b' * 64}").code == 0
    assert f"image: {image('b')}\n" in production.stack_file


def test_another_version_is_edited_with_the_image(production: Production):
    production.aws.ecs.approval = False
    answer = production("--image", image("b"), "--version", "0.3.239")
    assert '    + version: "0.3.239"\n' in answer.err
    assert '    version: "0.3.239"\n' in production.stack_file


def test_what_was_deployed_by_whom_and_for_which_ticket_can_be_found_again(production: Production):
    production.aws.ecs.approval = False
    production("--image", image("b"))
    assert recorded(production.aws) == {
        "who": "moto",
        "at": "2026-11-24T03:00:00+00:00",
        "image": image("b"),
        "ticket": "OPS-12",
        "replaces": image("a"),
        "replaces_version": "0.3.238",
        "outcome": "SUCCESSFUL",
    }


def test_the_deployment_that_is_followed_is_the_one_that_came_with_the_update(production: Production):
    production.aws.ecs.approval = False
    production.engine.ecs_is_slow = True
    answer = production("--image", image("b"))
    assert "deployment of production: not begun yet (" in answer.err
    assert (answer.code, answer.out) == (0, f"production runs {NEW} (deployment deployment2)\n")


def test_an_update_after_which_ecs_begins_nothing_is_no_success(production: Production):
    production.monkeypatch.setattr(production.engine, "update", production.engine.preview)
    answer = production("--image", image("b"))
    assert (answer.code, answer.out) == (1, "")
    assert (
        "error: the update of production is done, but ECS has begun no deployment in 5 minutes\n"
        "hint: `mfcloud status production` shows what is live;"
    ) in answer.err
    assert recorded(production.aws)["outcome"] == "no deployment began"


def test_for_scripts_it_is_one_object(production: Production):
    production.aws.ecs.approval = False
    content = json.loads(production("--image", image("b"), "--json").out)
    new = {"task_definition": "mockforge-production:42", "image": image("b"), "digest": f"sha256:{'b' * 64}"}
    assert content == {
        "environment": "production",
        "deployment": production.aws.ecs.deployments[-1]["serviceDeploymentArn"],
        "status": "SUCCESSFUL",
        "succeeded": True,
        "reason": None,
        "brought": new,
        "live": new,
        "ticket": "OPS-12",
        "begun_by": "moto",
        "stack_file": {"file": "Pulumi.production.yaml", "image": image("b")},
        "smoke_test": {
            "passed": True,
            "results": [{"name": "live", "outcome": "ok", "reason": "answers", "milliseconds": 3}],
        },
    }


def test_a_smoke_test_that_fails_at_the_end_fails_the_command(production: Production):
    production.aws.ecs.approval = False
    failed = Result(name="ready", outcome=Outcome.FAILED, reason="database is unhealthy", milliseconds=3)
    production.smoke_test = Report(results=(failed,))
    answer = production("--image", image("b"))
    assert answer.code == 1
    assert answer.err.endswith(
        f"error: production runs {NEW} (deployment deployment2), but its smoke test failed: ready: database is "
        "unhealthy\nhint: `mfcloud smoke-test production` runs it again; `mfcloud rollback production` goes back\n"
    )


# --- the approval, in the same session


def test_when_the_pause_comes_the_person_is_asked_and_approves(production: Production):
    production.typing("production", "production")
    answer = production("--image", image("b"), yes=False)
    assert answer.code == 0
    assert (
        "Let users of production reach it? Type `production` to approve, `reject` to throw it away; anything else "
        "leaves it waiting.\nanswered CONTINUE\n"
    ) in answer.err
    assert f"  goes live   {NEW}\n" in answer.err
    assert production.aws.asked("ContinueServiceDeployment")[0]["action"] == "CONTINUE"
    assert production.aws.ecs.live == 42


def test_a_person_may_reject_it_there(production: Production):
    production.typing("production", "reject", "")
    answer = production("--image", image("b"), yes=False)
    assert answer.code == 1
    assert production.aws.asked("ContinueServiceDeployment")[0]["action"] == "ROLLBACK"
    assert (
        f"error: production: deployment deployment2 of {NEW} was rolled back: Lifecycle hook was answered with "
        "ROLLBACK, the approval (hook ecs-pause-2) FAILED, in stage PRE_PRODUCTION_TRAFFIC_SHIFT; users are served by "
        f"{OLD}\n"
    ) in answer.err


def test_any_other_word_leaves_it_waiting_and_somebody_else_may_answer(production: Production):
    production.typing("production", "hm", "")
    production.aws.clock.on_sleep.append(
        lambda _at: approve_when_asked(production) if "ticks" in _ticks(production) else None
    )
    answer = production("--image", image("b"), yes=False)
    assert "left waiting: `mfcloud approve production`, or `mfcloud reject production`\n" in answer.err
    assert answer.code == 0
    assert answer.err.count("Let users of production reach it?") == 1


def _ticks(production: Production) -> set[str]:
    """Once the deployment has waited for ten minutes."""
    one = production.aws.ecs.deployments[-1]
    waited = production.aws.clock.now() - one["updatedAt"] > timedelta(minutes=10)
    return {"ticks"} if one.get("lifecycleStage") == "PRE_PRODUCTION_TRAFFIC_SHIFT" and waited else set()


def test_yes_is_no_approval_and_without_a_terminal_it_says_who_can_give_it(production: Production):
    approve_when_asked(production)
    answer = production("--image", image("b"))
    assert answer.code == 0
    assert "it waits for an answer: `mfcloud approve production`, or `mfcloud reject production`\n" in answer.err
    assert production.aws.asked("ContinueServiceDeployment") == []  # but by somebody else


def test_ctrl_c_at_the_pause_says_that_it_waits(production: Production):
    class Pressing(Terminal):
        lines = 0

        def readline(self, *_size: Any) -> str:
            self.lines += 1
            if self.lines > 1:
                raise KeyboardInterrupt
            return "production\n"

    production.monkeypatch.setattr("sys.stdin", Pressing())
    answer = production("--image", image("b"), yes=False)
    assert answer.code == 130
    assert answer.err.endswith(
        "error: interrupted; the deployment of production waits for an answer: `mfcloud approve production`, or "
        "`mfcloud reject production`\n"
        "hint: `mfcloud deploy production` follows it; `mfcloud rollback production` takes it back\n"
    )


# --- refused


def alarm(aws: AwsWorld, name: str, *topics: str) -> None:
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        AlarmActions=list(topics),
        MetricName="m",
        Namespace="n",
        ComparisonOperator="LessThanThreshold",
        EvaluationPeriods=1,
        Threshold=1,
        Period=60,
        Statistic="Sum",
    )
    aws.client("cloudwatch").set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="made up")
    aws.calls.clear()


def refused(production: Production, *words: str, **how: Any) -> str:
    before = production.stack_file
    answer = production(*words, **how)
    assert (answer.code, answer.out) == (3, "")
    assert production.stack_file == before
    assert set(production.aws.changes) & NEVER == set()
    assert production.engine.seen == []
    return answer.err


def test_a_withdrawn_image_is_refused(production: Production):
    record = [{"image": f"sha256:{'b' * 64}", "at": "2026-11-20T00:00:00+00:00", "reason": "slow"}]
    put(production.aws, "/mockforge-cloud/production/withdrawn", json.dumps(record))
    production.aws.calls.clear()
    assert refused(production, "--image", image("b")) == (
        f"error: sha256:{'b' * 64} was withdrawn from production at 2026-11-20T00:00:00+00:00 (slow); nothing was "
        "changed\nhint: deploy a repaired image\n"
    )


def test_while_another_deployment_runs_it_is_refused_and_told_who_is_at_it(production: Production):
    production.aws.ecs.register(42, "c")
    production.aws.ecs.start(42)
    by = {"who": "anna", "at": "2026-11-24T02:58:00+00:00", "image": image("c"), "ticket": "OPS-7"}
    put(production.aws, RECORD, json.dumps({**by, "replaces": None, "replaces_version": None}))
    production.aws.clock.at += timedelta(minutes=3)
    production.aws.calls.clear()
    said = refused(production, "--image", image("b"))
    assert said.startswith(
        "error: mockforge-production:42 (image sha256:cccccccccccc) is being deployed to production since 2026-11-24 "
        "03:00 UTC, by anna, since 2026-11-24 02:58 UTC, for OPS-7: IN_PROGRESS, stage POST_TEST_TRAFFIC_SHIFT,"
    )


def test_in_the_bake_of_another_one_it_is_refused_with_the_time_left(production: Production):
    production.aws.ecs.approval = False
    production.aws.ecs.register(42, "c")
    production.aws.ecs.start(42)
    production.aws.clock.at += timedelta(minutes=35)
    said = refused(production, "--image", image("b"))
    assert "by somebody without `mfcloud deploy`: IN_PROGRESS, stage BAKE_TIME," in said
    assert "at most 30 min of the bake left" in said


def test_a_critical_alarm_refuses_and_another_one_does_not(production: Production):
    aws = production.aws
    alarm(aws, "mockforge-production-latency-alert", "arn:aws:sns:us-east-1:123456789012:warning")
    aws.ecs.approval = False
    alarm(aws, "mockforge-production-errors-alert", "arn:aws:sns:us-east-1:123456789012:critical")
    said = refused(production, "--image", image("b"))
    assert said.startswith(
        "error: production is not well: mockforge-production-errors-alert is on; nothing was changed\n"
    )
    aws.client("cloudwatch").delete_alarms(AlarmNames=["mockforge-production-errors-alert"])
    assert production("--image", image("b")).code == 0


def test_a_deployment_alarm_that_is_on_already_would_not_be_looked_at_so_it_is_refused(production: Production):
    alarm(production.aws, "mockforge-production-deployment-errors")
    said = refused(production, "--image", image("b"))
    assert "mockforge-production-deployment-errors is on, and ECS does not look at an alarm that was on when" in said


def test_alarms_that_cannot_be_asked_are_no_quiet_alarms(production: Production):
    production.aws.faults["DescribeAlarms"].append(aws_error("AccessDeniedException", "DescribeAlarms", "no"))
    answer = production("--image", image("b"))
    assert (answer.code, production.engine.seen) == (1, [])
    assert answer.err.startswith("error: these credentials may not do DescribeAlarms")


def test_in_a_maintenance_window_only_with_its_switch(production: Production):
    production.aws.clock.at = datetime(2026, 12, 6, 2, 30, tzinfo=UTC)
    production.aws.ecs.approval = False
    said = refused(production, "--image", image("b"))
    assert said.startswith("error: a maintenance window of production is open (")
    assert said.endswith("hint: wait for its end, or add --in-window\n")
    assert production("--image", image("b"), "--in-window").code == 0


@pytest.mark.parametrize("ticket", [None, " "])
def test_where_a_person_approves_a_ticket_is_needed(production: Production, ticket: str | None):
    assert refused(production, "--image", image("b"), ticket=ticket) == (
        "error: a deployment of production needs its ticket; nothing was changed\n"
        "hint: --ticket OPS-123: it is recorded with the deployment\n"
    )


@pytest.mark.parametrize("given", ["mockforge-cloud:latest", "sha256:abc", "…", "Registry@sha256:1"])
def test_an_image_without_a_digest_is_bad_input(production: Production, given: str):
    answer = production("--image", given)
    assert (answer.code, answer.out, production.aws.calls) == (2, "", [])
    assert answer.err.startswith(f"error: --image {given} has no digest (…@sha256: and 64 hexadecimal digits)")


def test_a_stack_file_that_names_a_tag_is_bad_input(production: Production):
    staging = production.file.with_name("Pulumi.staging.yaml")
    text = (PROJECT / "Pulumi.staging.yaml").read_text()
    staging.write_text(re.sub(r"@sha256:\w+", ":latest", text))
    answer = production.aws("deploy", "staging")
    assert (answer.code, production.aws.calls) == (2, [])
    assert "the image in Pulumi.staging.yaml (" in answer.err


def test_a_dry_run_says_what_it_would_do_and_touches_nothing(production: Production):
    before = production.stack_file
    answer = production("--image", image("b"), "--dry-run")
    assert (answer.code, answer.out) == (0, "")
    assert answer.err.endswith("dry run: nothing was changed\n")
    assert (production.stack_file, production.engine.seen) == (before, [])
    assert set(production.aws.changes) & NEVER == set()


# --- a no leaves everything as it was


def test_a_declined_plan_takes_the_edit_back(production: Production):
    before = production.stack_file
    production.typing("no")
    answer = production("--image", image("b"), yes=False)
    assert answer.code == 3
    assert f"Deploy {image('b')} to production, in place of {OLD}? Type `production` to go on.\n" in answer.err
    assert "Pulumi.production.yaml is as it was\n" in answer.err
    assert (production.stack_file, production.engine.seen) == (before, ["preview b"])
    assert set(production.aws.changes) & NEVER == set()


def test_without_a_terminal_and_without_yes_the_edit_is_taken_back(production: Production):
    before = production.stack_file
    answer = production("--image", image("b"), yes=False)
    assert (answer.code, production.stack_file) == (2, before)


def test_a_preview_that_is_refused_takes_the_edit_back(production: Production):
    before = production.stack_file
    production.engine.refuses = True
    answer = production("--image", image("b"))
    assert (answer.code, answer.out, production.stack_file) == (1, "", before)
    assert answer.err.endswith("error: update of production failed: made up\nPulumi.production.yaml is as it was\n")
    assert set(production.aws.changes) & NEVER == set()


def test_a_setting_that_the_image_makes_wrong_takes_the_edit_back(production: Production):
    before = production.stack_file
    answer = production("--image", image("b"), "--version", "new")
    assert (answer.code, production.stack_file) == (2, before)
    assert "version" in answer.err


def test_a_preview_without_a_change_is_refused(production: Production):
    before = production.stack_file
    production.engine.finds_nothing = True
    answer = production("--image", image("b"))
    assert (answer.code, production.stack_file) == (3, before)
    assert "the engine finds nothing to change in production, though users reach" in answer.err


def test_somebody_elses_edit_meanwhile_is_not_lost(production: Production):
    production.typing("no")

    def edits(*_asked: Any) -> Any:
        production.file.write_text(production.stack_file + "# mine\n")
        return original()

    original = production.engine.preview
    production.monkeypatch.setattr(production.engine, "preview", edits)
    answer = production("--image", image("b"), yes=False)
    assert production.stack_file.endswith("# mine\n")
    assert "warning: Pulumi.production.yaml was changed by somebody else meanwhile" in answer.err


# --- two operators at once


def claim_of_anna(production: Production, digit: str, *, minutes_ago: float = 0) -> None:
    at = production.aws.clock.now() - timedelta(minutes=minutes_ago)
    record = {"who": "anna", "at": at.isoformat(), "image": image(digit), "ticket": "OPS-7"}
    put(production.aws, RECORD, json.dumps({**record, "replaces": None, "replaces_version": None}))
    production.aws.calls.clear()


@pytest.mark.parametrize("digit", ["b", "c"])
def test_between_the_firsts_yes_and_ecs_the_second_is_told_who_is_at_it(production: Production, digit: str):
    claim_of_anna(production, digit, minutes_ago=5)
    said = refused(production, "--image", image("b"))
    assert said == (
        f"error: anna is about to deploy sha256:{digit * 12} to production (anna, since 2026-11-24 02:55 UTC, for "
        "OPS-7); nothing was changed\n"
        "hint: wait for it, or talk to anna; `mfcloud status production` shows when it has begun\n"
    )


def test_a_claim_from_which_nothing_came_ends_after_half_an_hour(production: Production):
    production.aws.ecs.approval = False
    claim_of_anna(production, "c", minutes_ago=31)
    assert production("--image", image("b")).code == 0


def test_a_claim_whose_deployment_is_over_is_none(production: Production):
    """Anna has deployed and gone home; nobody has written down how it ended."""
    claim_of_anna(production, "c")
    production.aws.ecs.smoke_test_fails = True
    production.aws.ecs.register(42, "c")
    production.aws.ecs.start(42)
    production.aws.clock.at += timedelta(minutes=9)
    production.aws.ecs.advance()
    production.aws.ecs.smoke_test_fails = production.aws.ecs.approval = False
    assert production("--image", image("b")).code == 0


def test_who_says_yes_second_is_refused_and_the_edit_taken_back(production: Production):
    """Both have seen that nothing runs; anna's yes comes while the other one is being asked."""
    before = production.stack_file
    original = production.engine.preview

    def preview() -> Any:
        claim_of_anna(production, "c")
        return original()

    production.monkeypatch.setattr(production.engine, "preview", preview)
    answer = production("--image", image("b"))
    assert (answer.code, production.stack_file) == (3, before)
    assert "error: anna is about to deploy sha256:cccccccccccc to production" in answer.err
    assert recorded(production.aws)["who"] == "anna"


def test_of_two_that_write_at_the_same_moment_the_first_deploys_and_its_record_stays(production: Production):
    """Parameter Store overwrites; the gap in the version numbers tells."""
    before = production.stack_file
    client = production.aws.client("ssm")

    def first(asked: dict[str, Any]) -> Any:
        del production.aws.handlers["ssm", "PutParameter"]
        record = {"who": "anna", "at": "2026-11-24T03:00:00+00:00", "image": image("c"), "ticket": "OPS-7"}
        value = json.dumps({**record, "replaces": None, "replaces_version": None})
        client.put_parameter(Name=RECORD, Value=value, Type="String", Overwrite=True)
        return client.put_parameter(**asked)

    production.aws.handlers["ssm", "PutParameter"] = lambda asked: {
        key: value for key, value in first(asked).items() if key != "ResponseMetadata"
    }
    answer = production("--image", image("b"))
    assert (answer.code, production.stack_file) == (3, before)
    assert "error: anna is about to deploy sha256:cccccccccccc" in answer.err
    assert recorded(production.aws)["who"] == "anna"
    assert production.engine.seen == ["preview b"]


def test_a_deployment_that_began_while_the_person_thought_refuses(production: Production):
    before = production.stack_file
    original = production.engine.preview

    def preview() -> Any:
        production.aws.ecs.register(42, "c")
        production.aws.ecs.start(42)
        return original()

    production.monkeypatch.setattr(production.engine, "preview", preview)
    answer = production("--image", image("b"))
    assert (answer.code, production.stack_file, production.engine.seen) == (3, before, ["preview b"])
    assert "is being deployed to production since" in answer.err
    assert set(production.aws.changes) & NEVER == set()


def test_a_deployment_that_begins_between_the_last_look_and_the_claim_refuses(production: Production):
    before = production.stack_file

    def first(asked: dict[str, Any]) -> dict[str, Any]:
        del production.aws.handlers["ssm", "PutParameter"]
        production.aws.ecs.register(42, "c")
        production.aws.ecs.start(42)
        return {"Version": production.aws.client("ssm").put_parameter(**asked)["Version"]}

    production.aws.handlers["ssm", "PutParameter"] = first
    answer = production("--image", image("b"))
    assert (answer.code, production.stack_file, production.engine.seen) == (3, before, ["preview b"])
    assert "error: production has changed since it was looked at; nothing was changed\n" in answer.err
    assert recorded(production.aws)["outcome"] == "not begun"


def test_the_second_with_the_same_image_follows_and_is_told_whom(production: Production):
    approve_when_asked(production)
    production.aws.ecs.register(42, "b")
    production.aws.ecs.start(42)
    claim_of_anna(production, "b", minutes_ago=1)
    answer = production("--image", image("b"), ticket=None)
    assert answer.code == 0
    assert answer.err.startswith(
        f"{NEW} is being deployed to production already (deployment deployment2), by anna, since 2026-11-24 02:59 "
        "UTC, for OPS-7; following it\n"
    )
    assert production.engine.seen == []


# --- interrupted


def test_ctrl_c_while_following_says_that_it_goes_on_and_the_command_again_follows(production: Production):
    production.aws.ecs.approval = False

    def press() -> None:
        raise KeyboardInterrupt

    production.aws.clock.once(press)
    answer = production("--image", image("b"))
    assert (answer.code, answer.out) == (130, "")
    assert answer.err.endswith(
        "error: interrupted while waiting for the deployment of production; it goes on in AWS\n"
        "hint: `mfcloud deploy production` follows it; `mfcloud rollback production` takes it back\n"
    )
    again = production(ticket=None)
    assert (again.code, again.out) == (0, f"production runs {NEW} (deployment deployment2)\n")
    assert production.engine.seen == ["preview b", "update b", "preview b"]
    assert recorded(production.aws)["outcome"] == "SUCCESSFUL"


STEPS = [
    "GetParameter",
    "GetCallerIdentity",
    "ListServiceDeployments",
    "DescribeServiceDeployments",
    "DescribeServiceRevisions",
    "DescribeAlarms",
    "PutParameter",
    "GetFunctionConfiguration",
]


@pytest.mark.parametrize("operation", STEPS)
@pytest.mark.parametrize("when", ["faults", "lost"])
def test_ctrl_c_at_any_step_and_the_command_again_deploys_once(production: Production, operation: str, when: str):
    production.aws.ecs.approval = False
    getattr(production.aws, when)[operation].append(KeyboardInterrupt())
    assert production("--image", image("b")).code == 130
    again = production("--image", image("b"))
    assert (again.code, production.aws.ecs.live) == (0, 42)
    assert len(production.aws.ecs.deployments) == 2


def test_ctrl_c_in_the_update_keeps_the_file_and_says_how_to_go_on(production: Production):
    def press() -> None:
        production.engine.before_update.clear()
        raise KeyboardInterrupt

    production.aws.ecs.approval = False
    production.engine.before_update.append(press)
    answer = production("--image", image("b"))
    assert answer.code == 130
    assert answer.err.endswith(
        "error: interrupted in the update of production; Pulumi.production.yaml says the new image\n"
        "hint: `mfcloud deploy production --ticket OPS-12` goes on from what is there\n"
    )
    assert f"image: {image('b')}\n" in production.stack_file
    assert production().code == 0


def test_an_update_that_fails_keeps_the_file_and_says_how_to_go_on(production: Production):
    production.engine.update_fails = True
    answer = production("--image", image("b"))
    assert answer.code == 1
    assert answer.err.endswith(
        "error: update of production failed: made up\n"
        "hint: Pulumi.production.yaml says the new image; `mfcloud deploy production --ticket OPS-12` goes on from "
        "what is there\n"
    )
    assert recorded(production.aws)["outcome"] == "the update failed"


def test_expired_credentials_while_following_say_how_to_go_on(production: Production):
    expired = aws_error("ExpiredTokenException", "DescribeServiceDeployments")
    production.aws.ecs.approval = False

    def expires(at: datetime) -> None:
        if at.minute == 5:
            production.aws.clock.on_sleep.clear()
            production.aws.faults["DescribeServiceDeployments"].append(expired)

    production.aws.clock.on_sleep.append(expires)
    answer = production("--image", image("b"))
    assert (answer.code, answer.out) == (1, "")
    assert "the deployment of production goes on in AWS" in answer.err
    assert production().code == 0


# --- nothing to do


def test_the_same_image_without_a_deployment_is_nothing_to_do(production: Production):
    answer = production()
    assert (answer.code, answer.out) == (0, "")
    assert answer.err == (
        f"nothing to deploy: production runs {OLD} already; `mfcloud up production` for other changes\n"
    )
    assert set(production.aws.changes) & NEVER == set()


def test_a_file_that_names_another_image_than_the_live_one_is_put_right_and_nothing_deployed(production: Production):
    production.file.write_text(production.stack_file.replace(image("a"), image("c")))
    answer = production("--image", image("a"))
    assert answer.code == 0
    assert answer.err.endswith("changed Pulumi.production.yaml; commit it\n")
    assert f"image: {image('a')}\n" in production.stack_file
    assert production.engine.seen == []


# --- taken back by ECS


def rolled_back(production: Production, *words: str) -> str:
    answer = production("--image", image("b"), *words)
    assert answer.code == 1
    assert production.aws.ecs.live == 41
    return answer.err


def test_an_alarm_in_the_bake_fails_the_command_with_the_reason_and_the_file_gets_the_old_image_back(
    production: Production,
):
    before = production.stack_file
    production.aws.ecs.approval = False
    raise_at(production, "BAKE_TIME")
    said = rolled_back(production, "--version", "0.3.239")
    assert said.endswith(
        f"error: production: deployment deployment2 of {NEW} was rolled back: Service deployment rolled back because "
        "of alarm mockforge-production-deployment-errors, in stage BAKE_TIME; users are served by "
        f"{OLD}\n"
        "hint: find the cause, then deploy a repaired image; `mfcloud rollback production --reason …` records this one "
        "as withdrawn\n"
    )
    assert "Pulumi.production.yaml still names the image that was taken back. To put the old one back:\n" in said
    assert production.stack_file == before  # the version too
    assert recorded(production.aws)["outcome"] == "ROLLBACK_SUCCESSFUL"


def test_a_failed_smoke_test_hook_is_named(production: Production):
    production.aws.ecs.smoke_test_fails = True
    said = rolled_back(production)
    assert (
        "was rolled back: Lifecycle hook failed, the smoke test (hook hook-1) FAILED, in stage "
        "POST_TEST_TRAFFIC_SHIFT; users"
    ) in said


def test_tasks_that_do_not_start_open_the_circuit_breaker(production: Production):
    production.aws.ecs.tasks_start = False
    said = rolled_back(production)
    assert (
        "was rolled back: Service deployment rolled back because the circuit breaker was triggered, in stage SC" in said
    )


def test_a_person_may_leave_the_file_as_it_is(production: Production):
    production.aws.ecs.smoke_test_fails = True
    production.typing("production", "")
    answer = production("--image", image("b"), yes=False)
    assert answer.code == 1
    assert "Change Pulumi.production.yaml so? Type `yes`, or Enter to leave it.\n" in answer.err
    assert "Pulumi.production.yaml was left as it is; `mfcloud up production` would bring the image again" in answer.err
    assert f"image: {image('b')}\n" in production.stack_file


def test_what_ecs_cannot_roll_back_says_so(production: Production):
    production.aws.ecs.approval = False
    production.aws.ecs.rollback_fails = True
    raise_at(production, "BAKE_TIME")
    answer = production("--image", image("b"))
    assert answer.code == 1
    assert "failed, and could not be rolled back: Service deployment rolled back because of alarm" in answer.err
    assert f"users are served by {NEW}\n" in answer.err  # by the weights
    assert "Pulumi.production.yaml is left as it is: look first at what is live\n" in answer.err
    assert f"image: {image('b')}\n" in production.stack_file


def test_in_a_script_a_failure_is_an_object_too(production: Production):
    production.aws.ecs.smoke_test_fails = True
    content = json.loads(production("--image", image("b"), "--json").out)
    assert (content["status"], content["succeeded"]) == ("ROLLBACK_SUCCESSFUL", False)
    assert content["reason"].startswith("Lifecycle hook failed, the smoke test")
    assert content["stack_file"]["image"] == image("a")
    assert content["live"]["digest"] == f"sha256:{'a' * 64}"


def test_the_same_image_again_is_deployed_with_a_warning(production: Production):
    production.aws.ecs.smoke_test_fails = True
    rolled_back(production)
    production.aws.ecs.smoke_test_fails = production.aws.ecs.approval = False
    again = production("--image", image("b"))
    assert again.code == 0
    assert (
        "  warning     this image was deployed at 2026-11-24 03:00 UTC and ended ROLLBACK_SUCCESSFUL (Lifecycle hook "
        "failed)\n"
    ) in again.err

"""What `deploy` refuses; and that a no leaves everything as it was, the stack file too."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.operations.aws_world import AwsWorld, aws_error, put
from tests.operations.deploying.production import (
    NEVER,
    OLD,
    PROJECT,
    RECORD,
    Production,
    image,
    refused,
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


def test_a_withdrawn_image_is_refused(production: Production):
    record = [{"image": f"sha256:{'b' * 64}", "at": "2026-11-20T00:00:00+00:00", "reason": "slow"}]
    put(production.aws, "/mockforge-cloud/production/withdrawn", json.dumps(record))
    production.aws.calls.clear()
    assert refused(production, "--image", image("b")) == (
        f"error: sha256:{'b' * 64} was withdrawn from production at 2026-11-20 00:00 UTC (slow); nothing was "
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

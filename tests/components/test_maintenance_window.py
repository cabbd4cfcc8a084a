"""Runbook, "Scheduled Maintenance": monthly, first Sunday, 2-4 AM UTC; 2 hours; 1 week advance notice."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from components.maintenance_window import MaintenanceWindow, MaintenanceWindowArgs
from runbook.settings import Maintenance
from tests.harness import Program, Registered

Run = Callable[..., Program]

WINDOW = "ssm/maintenanceWindow:MaintenanceWindow"  # the component has the same last name

TOPIC = "arn:aws:sns:us-east-1:123456789012:mockforge-staging-announcement"
KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
CHECKLIST = "arn:aws:states:us-east-1:123456789012:stateMachine:mockforge-staging-checklist"


def window(name: str = "upkeep", **changes: Any):
    args: dict[str, Any] = {
        "maintenance": Maintenance(),
        "prefix": "mockforge-staging",
        "url": "https://staging.cloud.mockforge.dev",
        "announcement_topic_arn": TOPIC,
        "announcement_key_arn": KEY,
    }
    return lambda: MaintenanceWindow(name, MaintenanceWindowArgs(**(args | changes)))


def statements(role_policy: Registered):
    return json.loads(role_policy["policy"])["Statement"]


@pytest.mark.parametrize("preview", [True, False])
def test_the_window_is_the_first_sunday_at_2_utc_for_2_hours(registered: Run, preview: bool):
    window_ = registered(window(), preview=preview).one(WINDOW, "upkeep-window")
    assert (window_["schedule"], window_["scheduleTimezone"]) == ("cron(0 2 ? * SUN#1 *)", "UTC")
    assert (window_["duration"], window_["cutoff"]) == (2, 0)
    assert window_["name"] == "mockforge-staging-maintenance"


@pytest.mark.parametrize("preview", [True, False])
def test_the_notice_goes_out_one_week_before(registered: Run, preview: bool):
    notice = registered(window(), preview=preview).one("Schedule", "upkeep-notice")
    assert (notice["scheduleExpression"], notice["scheduleExpressionTimezone"]) == ("cron(0 2 ? * 1L *)", "UTC")
    assert notice["flexibleTimeWindow"] == {"mode": "OFF"}


def test_another_window_moves_its_notice_along(registered: Run):
    maintenance = Maintenance(ordinal=3, weekday="wednesday", start="22:30", duration_hours=1, notice_weeks=2)
    program = registered(window(maintenance=maintenance))
    assert program.one(WINDOW)["schedule"] == "cron(30 22 ? * WED#3 *)"
    assert program.one(WINDOW)["duration"] == 1
    assert program.one("Schedule")["scheduleExpression"] == "cron(30 22 ? * 4#1 *)"


def test_the_notice_tells_customers_what_when_and_for_how_long(registered: Run):
    target = registered(window()).one("Schedule")["target"]
    assert target["arn"] == "arn:aws:scheduler:::aws-sdk:sns:publish"
    assert json.loads(target["input"]) == {
        "TopicArn": TOPIC,
        "Subject": "MockForge Cloud: maintenance in one week",
        "Message": (
            "In one week (first Sunday 02:00–04:00 UTC) MockForge Cloud, https://staging.cloud.mockforge.dev, is "
            "maintained. It may be slow or interrupted for up to 2 hours; you need do nothing. This notice was due at "
            "<aws.scheduler.scheduled-time>, and the window opens exactly one week later."
        ),
    }


def test_a_notice_that_fails_is_tried_again_for_a_day(registered: Run):
    program = registered(window())
    retry = program.one("Schedule")["target"]["retryPolicy"]
    assert retry == {"maximumRetryAttempts": 185, "maximumEventAgeInSeconds": 24 * 60 * 60}
    # what is dropped after that is counted by group, so the schedule needs one of its own
    assert (
        program.one("Schedule")["groupName"] == program.one("ScheduleGroup")["name"] == "mockforge-staging-maintenance"
    )


def test_the_notices_role_may_only_publish_to_the_announcement_topic(registered: Run):
    program = registered(window())
    assert statements(program.one("RolePolicy", "upkeep-notice-policy")) == [
        {"Effect": "Allow", "Action": "sns:Publish", "Resource": TOPIC},
        {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Resource": KEY},
    ]
    [trusted] = json.loads(program.one("Role", "upkeep-notice-role")["assumeRolePolicy"])["Statement"]
    assert trusted["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trusted["Condition"] == {"StringEquals": {"aws:SourceArn": program.one("ScheduleGroup").outputs["arn"]}}
    assert program.one("Schedule")["target"]["roleArn"] == program.one("Role").outputs["arn"]


def test_the_schedule_is_made_after_its_role_may_publish(registered: Run):
    program = registered(window())
    assert program.waits_for(program.one("Schedule"), program.one("RolePolicy", "upkeep-notice-policy"))


def test_without_a_checklist_the_window_opens_and_starts_nothing(registered: Run):
    program = registered(window())
    assert program.all("MaintenanceWindowTask") == []
    assert [role.name for role in program.all("Role")] == ["upkeep-notice-role"]


def test_with_a_checklist_the_window_starts_it_once_under_a_role_of_its_own(registered: Run):
    program = registered(window(checklist_state_machine_arn=CHECKLIST))
    task = program.one("MaintenanceWindowTask", "upkeep-checklist")
    assert (task["taskType"], task["taskArn"]) == ("STEP_FUNCTIONS", CHECKLIST)
    assert task["windowId"] == program.one(WINDOW).outputs["id"]
    # AWS answers 1 for both and refuses other values for a task without targets
    assert not {"maxConcurrency", "maxErrors", "targets"} & task.inputs.keys()
    role = program.one("Role", "upkeep-checklist-role")
    assert task["serviceRoleArn"] == role.outputs["arn"]
    [trusted] = json.loads(role["assumeRolePolicy"])["Statement"]
    assert trusted["Principal"] == {"Service": "ssm.amazonaws.com"}
    assert trusted["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    assert statements(program.one("RolePolicy", "upkeep-checklist-policy")) == [
        {"Effect": "Allow", "Action": "states:StartExecution", "Resource": CHECKLIST},
        {
            "Effect": "Allow",
            "Action": ["states:DescribeExecution", "states:StopExecution"],
            "Resource": "arn:aws:states:us-east-1:123456789012:execution:mockforge-staging-checklist:*",
        },
    ]
    assert program.waits_for(task, program.one("RolePolicy", "upkeep-checklist-policy"))


def test_the_checklist_is_told_which_window_it_runs_in_and_how_long(registered: Run):
    program = registered(window(checklist_state_machine_arn=CHECKLIST))
    parameters = program.one("MaintenanceWindowTask")["taskInvocationParameters"]["stepFunctionsParameters"]
    assert json.loads(parameters["input"]) == {
        "window_id": "{{WINDOW_ID}}",
        "window_execution_id": "{{WINDOW_EXECUTION_ID}}",
        "window_minutes": 120,
    }


def test_two_windows_can_stand_in_one_program(registered: Run):
    def both() -> None:
        window("one", prefix="mockforge-one")()
        window("two", prefix="mockforge-two", checklist_state_machine_arn=CHECKLIST)()

    assert len(registered(both).all(WINDOW)) == 2

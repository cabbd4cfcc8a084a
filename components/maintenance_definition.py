"""The runbook's maintenance checklist as a Step Functions definition (JSONPath). Pure: names and seconds in, dict out.

The first states work out when what must be over; every loop and wait ends at such a moment, every call has a time-out,
a bounded number of retries, and a way on. So the checklist ends before the window does, and always with a report. If
not even that can be sent the execution fails, which an EventBridge rule tells of.

Parameters and answers of AWS calls are spelt as the AWS SDK for Java spells them, because Step Functions does.
"""

from typing import Any

from components.maintenance_parts import BACKUP, CLOSE, NOTIFY, PAGES, REPORT, TICKET, VERIFY, Parts
from components.maintenance_states import (
    ANY_ERROR,
    Calls,
    State,
    States,
    begins,
    choice,
    note,
    steps_inside,
    time_is_up,
    wait,
    when,
)
from components.maintenance_timing import Timing
from components.maintenance_work import backups, maintenance


def definition(parts: Parts, timing: Timing) -> dict[str, Any]:
    """The whole state machine."""
    calls = Calls(parts.checklist_function_arn, timing)
    return {
        "Comment": "The runbook's maintenance checklist",
        "StartAt": "Begin",
        "TimeoutSeconds": timing.window_seconds - timing.margin_seconds // 2,
        "States": {
            **_planning(parts, timing, calls),
            **_pages(parts, timing, calls),
            **_told(parts, calls),
            **backups(parts, timing, calls),
            **maintenance(parts, timing, calls),
            **_verification(parts, timing),
            **_end(parts, calls),
        },
    }


def _planning(parts: Parts, timing: Timing, calls: Calls) -> States:
    begin = {
        "input.$": "$",
        "at": {},
        "outcome": {},
        "failed": {},
        "backed_up": [{"what": what, "arn": arn} for what, arn in parts.backed_up.items()],
        "database": {"state": "not looked at" if parts.database_arn else "stands elsewhere"},
        "applied": [],
        "word": {"kind": "not waited for"},
        "smoke": {"passed": False, "reason": "the smoke test did not answer"},
    }
    plan = {
        "do": "plan",
        "execution.$": "$$.Execution.Name",
        "started.$": "$$.Execution.StartTime",
        "input.$": "$.input",
        "limits": timing.limits,
    }
    return {
        "Begin": {"Type": "Pass", "Parameters": begin, "Next": "Plan the window"},
        "Plan the window": calls.ours(
            plan,
            ResultPath="$.plan",
            error_path="$.failed.plan",
            after="Is there time enough?",
            failed="Report that there is no plan",
        ),
        "Is there time enough?": choice(
            when("$.plan.feasible", "BooleanEquals", value=True, then=f"{PAGES} begins"), otherwise="Write the report"
        ),
        "Report that there is no plan": _plain_report(
            "Maintenance did not begin",
            "The maintenance could not be planned, so nothing was changed and users were not told. Reason: {}. "
            "Execution: {}",
            "States.JsonToString($.failed.plan)",
        ),
    }


def _pages(parts: Parts, timing: Timing, calls: Calls) -> States:
    look = "Look at the maintenance alarm"
    inside = {
        look: calls.aws(
            "aws-sdk:cloudwatch:describeAlarms",
            {"AlarmNames": [parts.maintenance_alarm_name], "AlarmTypes": ["MetricAlarm"]},
            ResultPath="$.alarm",
            after="Is the alarm on?",
            failed="Wait longer for the alarm?",
        ),
        "Is the alarm on?": choice(
            when("$.alarm.MetricAlarms[0].StateValue", "StringEquals", "ALARM", "Pages are held back"),
            otherwise="Wait longer for the alarm?",
        ),
        "Wait longer for the alarm?": choice(
            time_is_up("$.plan.alarm_until", "Pages are not held back"), otherwise="Wait for the alarm"
        ),
        "Wait for the alarm": wait(timing.poll_seconds, look),
        "Pages are held back": note({"held": True}, "$", None),
        "Pages are not held back": note({"held": False}, "$", None),
    }
    return {
        **begins(PAGES, "pages"),
        PAGES: steps_inside(
            inside,
            look,
            {"held.$": "$[0].held"},
            "$.outcome.pages",
            after="Are pages held back?",
            failed="Write the report",
        ),
        # Without it this may be any time of any day: nothing that users notice may be done then.
        "Are pages held back?": choice(
            when("$.outcome.pages.held", "BooleanEquals", value=True, then=f"{NOTIFY} begins"),
            otherwise="Write the report",
        ),
    }


def _told(parts: Parts, calls: Calls) -> States:
    return {
        **begins(NOTIFY, "notify"),
        NOTIFY: calls.tell(
            parts.announcement_topic_arn,
            "$.plan.announcement",
            error_path="$.failed.notify",
            after=f"{TICKET} begins",
            failed=f"{TICKET} begins",
        ),
        **begins(TICKET, "ticket"),
        TICKET: calls.tell(
            parts.warning_topic_arn,
            "$.plan.ticket_message",
            error_path="$.failed.ticket",
            after=f"{BACKUP} begins",
            failed=f"{BACKUP} begins",
        ),
    }


def _verification(parts: Parts, timing: Timing) -> States:
    look, again = "Test the service", "Is there time for another test?"
    inside = {
        # Without a retry: the loop around it asks again as long as there is time.
        look: {
            "Type": "Task",
            "Resource": parts.smoke_test_function_arn,
            "Parameters": {"manual": True, "testTraffic": False},  # as users come
            "TimeoutSeconds": timing.smoke_test_seconds,
            "ResultPath": "$.smoke",
            "Catch": [{"ErrorEquals": ANY_ERROR, "ResultPath": "$.trouble", "Next": again}],
            "Next": "Does the service work?",
        },
        "Does the service work?": choice(
            when("$.smoke.passed", "BooleanEquals", value=True, then="Tests are over"), otherwise=again
        ),
        again: choice(time_is_up("$.plan.verify_until", "Tests are over"), otherwise="Wait to test again"),
        "Wait to test again": wait(timing.poll_seconds, look),
        "Tests are over": {"Type": "Pass", "End": True},
    }
    return {
        **begins(VERIFY, "verify"),
        VERIFY: steps_inside(
            inside,
            look,
            {"smoke.$": "$[0].smoke"},
            "$.outcome.verify",
            after=f"{CLOSE} begins",
            failed=f"{CLOSE} begins",
        ),
    }


def _plain_report(subject: str, message: str, *arguments: str) -> State:
    """What is sent where our own function does not answer."""
    texts = f"States.Format('{message}', {', '.join([*arguments, '$$.Execution.Id'])})"
    return {
        "Type": "Pass",
        "Parameters": {"subject": subject, "message.$": texts},
        "ResultPath": "$.report",
        "Next": REPORT,
    }


def _end(parts: Parts, calls: Calls) -> States:
    return {
        **begins(CLOSE, "close"),
        CLOSE: calls.ours(
            {"do": "closing", "state.$": "$"},
            ResultPath="$.closing",
            error_path="$.failed.close",
            after="Tell users that it is over",
            failed="Tell users plainly that it is over",
        ),
        "Tell users plainly that it is over": note(
            {
                "subject": "MockForge Cloud: maintenance is over",
                "message": "The maintenance of MockForge Cloud is over. Should something not work, tell us.",
            },
            "$.closing",
            "Tell users that it is over",
        ),
        "Tell users that it is over": calls.tell(
            parts.announcement_topic_arn,
            "$.closing",
            error_path="$.failed.close",
            after="Write the report",
            failed="Write the report",
        ),
        "Write the report": calls.ours(
            {"do": "report", "state.$": "$", "execution.$": "$$.Execution.Id"},
            ResultPath="$.report",
            error_path="$.failed.report",
            after=REPORT,
            failed="Report without details",
        ),
        "Report without details": _plain_report(
            "Maintenance is over, its report is incomplete",
            "The report could not be written; look at each step yourself. What failed: {}. Execution: {}",
            "States.JsonToString($.failed)",
        ),
        REPORT: calls.tell(
            parts.warning_topic_arn,
            "$.report",
            error_path="$.failed.told",
            after="The checklist is done",
            failed="The report could not be sent",
        ),
        "The checklist is done": {"Type": "Succeed"},
        "The report could not be sent": {
            "Type": "Fail",
            "Error": "ReportNotSent",
            "Cause": "The maintenance is over, and its report could not be sent. It stands in this execution.",
        },
    }

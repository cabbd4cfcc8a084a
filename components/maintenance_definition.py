"""The runbook's maintenance checklist as a Step Functions definition (JSONPath). Pure: names and seconds in, dict out.

The first states work out when what must be over; every loop and wait ends at such a moment, every call has a time-out,
a bounded number of retries, and a way on. So the checklist ends before the window does, and always with a report. If
not even that can be sent the execution fails, which an EventBridge rule tells of.

Parameters and answers of AWS calls are spelt as the AWS SDK for Java spells them, because Step Functions does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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

PAGES = "Wait until pages are held back"
NOTIFY = "Notify users"
TICKET = "Create maintenance ticket"
BACKUP = "Backup all systems"
PERFORM = "Perform maintenance"
VERIFY = "Verify functionality"
CLOSE = "Close maintenance window"
REPORT = "Post-maintenance report"

# The error with which an operator says that it went wrong (`states:SendTaskFailure`); any other asks him again.
OPERATOR_FAILED = "MaintenanceFailed"
# An upgrade of the engine belongs to the stack file, which names its version.
LEFT_TO_THE_STACK_FILE = "db-upgrade"
# AWS Backup: starting may take an hour at least, and completing must be an hour more at least.
BACKUP_START_MINUTES, BACKUP_COMPLETE_MINUTES = 60, 720
BACKUP_FAILURES: Sequence[str] = ("FAILED", "ABORTED", "EXPIRED", "PARTIAL")


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Names and ARNs of what the checklist works with."""

    checklist_function_arn: str
    smoke_test_function_arn: str
    announcement_topic_arn: str
    warning_topic_arn: str
    maintenance_alarm_name: str
    vault_name: str
    backup_role_arn: str
    backed_up: Mapping[str, str]
    """Kind → ARN: database, objects, configuration."""
    backup_days: int
    """How long these backups are kept; the vault's lock refuses less than 7 and more than its own days."""
    database_arn: str | None
    """None: the database stands elsewhere, and nothing is applied to it."""
    word_parameter: str
    """SSM parameter in which `mfcloud maintenance finish` finds whom to answer."""

    @property
    def database_identifier(self) -> str:
        """Last part of its ARN."""
        return (self.database_arn or "").rpartition(":")[2]


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
            **_backups(parts, timing, calls),
            **_maintenance(parts, timing, calls),
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


def _backups(parts: Parts, timing: Timing, calls: Calls) -> States:
    start, look = "Start a backup", "Look at the backup"
    inside: States = {
        start: calls.aws(
            "aws-sdk:backup:startBackupJob",
            {
                "BackupVaultName": parts.vault_name,
                "ResourceArn.$": "$.arn",
                "IamRoleArn": parts.backup_role_arn,
                # so that a retry starts no second one
                "IdempotencyToken.$": "States.Format('{}-{}', $$.Execution.Name, $.what)",
                "StartWindowMinutes": BACKUP_START_MINUTES,
                "CompleteWindowMinutes": BACKUP_COMPLETE_MINUTES,
                "Lifecycle": {"DeleteAfterDays": parts.backup_days},
            },
            ResultPath="$.job",
            error_path="$.seen",
            after=look,
            failed="Backup did not start",
        ),
        look: calls.aws(
            "aws-sdk:backup:describeBackupJob",
            {"BackupJobId.$": "$.job.BackupJobId"},
            ResultPath="$.seen",
            after="Is the backup done?",
            failed="Wait longer for the backup?",
        ),
        "Is the backup done?": choice(
            when("$.seen.State", "StringEquals", "COMPLETED", "Backup is done"),
            *(when("$.seen.State", "StringEquals", state, "Backup failed") for state in BACKUP_FAILURES),
            otherwise="Wait longer for the backup?",
        ),
        "Wait longer for the backup?": choice(
            time_is_up("$.until", "Backup takes too long"), otherwise="Wait for the backup"
        ),
        "Wait for the backup": wait(timing.poll_seconds, look),
    }
    endings = {
        "Backup is done": ("good", "completed"),
        "Backup failed": ("bad", "failed"),
        "Backup takes too long": ("bad", "not done in time; it may still complete"),
        "Backup did not start": ("bad", "did not start"),
    }
    for name, (verdict, state) in endings.items():
        seen = {} if name == "Backup takes too long" else {"seen.$": "$.seen"}
        parameters = {"what.$": "$.what", "verdict": verdict, "state": state, **seen}
        inside[name] = {"Type": "Pass", "Parameters": parameters, "End": True}
    return {
        **begins(BACKUP, "backup"),
        BACKUP: {
            "Type": "Map",
            "ItemsPath": "$.backed_up",
            "ItemSelector": {
                "what.$": "$$.Map.Item.Value.what",
                "arn.$": "$$.Map.Item.Value.arn",
                "until.$": "$.plan.backup_until",
            },
            "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": start, "States": inside},
            "ResultPath": "$.outcome.backup",
            "Catch": [{"ErrorEquals": ANY_ERROR, "ResultPath": "$.failed.backup", "Next": f"{VERIFY} begins"}],
            "Next": "Count the failed backups",
        },
        "Count the failed backups": {
            "Type": "Pass",
            # words, because the language has no literals for truth among an intrinsic's arguments
            "Parameters": {"failed.$": "States.ArrayContains($.outcome.backup[*].verdict, 'bad')"},
            "ResultPath": "$.backups",
            "Next": "Is everything backed up?",
        },
        "Is everything backed up?": choice(
            when("$.backups.failed", "BooleanEquals", value=False, then=f"{PERFORM} begins"),
            otherwise=f"{VERIFY} begins",
        ),
    }


def _maintenance(parts: Parts, timing: Timing, calls: Calls) -> States:
    tell = "Tell the operators that it is their turn"
    inside = {
        **(_database(parts, timing, calls, tell) if parts.database_arn else {}),
        **_word(parts, timing, calls, tell),
    }
    start = "Look for pending maintenance" if parts.database_arn else tell
    result = {"database.$": "$[0].database", "applied.$": "$[0].applied", "word.$": "$[0].word"}
    return {
        **begins(PERFORM, "perform"),
        PERFORM: steps_inside(
            inside, start, result, "$.outcome.perform", after=f"{VERIFY} begins", failed=f"{VERIFY} begins"
        ),
    }


def _database(parts: Parts, timing: Timing, calls: Calls, after: str) -> States:
    look, settle = "Look at the database", "Let the database begin"
    instance = {"DbInstanceIdentifier": parts.database_identifier}
    apply: States = {
        "Is it ours to apply?": choice(
            when("$.action", "StringEquals", LEFT_TO_THE_STACK_FILE, "Left to the stack file"), otherwise="Apply it"
        ),
        "Apply it": calls.aws(
            "aws-sdk:rds:applyPendingMaintenanceAction",
            {"ResourceIdentifier": parts.database_arn, "ApplyAction.$": "$.action", "OptInType": "immediate"},
            ResultPath=None,
            after="It is being applied",
            failed="It is not applied",
        ),
    }
    for name, result in {
        "Left to the stack file": "left to the stack file",
        "It is being applied": "applied",
        "It is not applied": "refused",
    }.items():
        apply[name] = {"Type": "Pass", "Parameters": {"action.$": "$.action", "result": result}, "End": True}
    return {
        "Look for pending maintenance": calls.aws(
            "aws-sdk:rds:describePendingMaintenanceActions",
            {"ResourceIdentifier": parts.database_arn},
            ResultPath="$.pending",
            after="Is maintenance pending?",
            failed="Apply pending changes",
        ),
        "Is maintenance pending?": choice(
            {
                "Variable": "$.pending.PendingMaintenanceActions[0].PendingMaintenanceActionDetails",
                "IsPresent": True,
                "Next": "Apply pending maintenance",
            },
            otherwise="Apply pending changes",
        ),
        "Apply pending maintenance": {
            "Type": "Map",
            "ItemsPath": "$.pending.PendingMaintenanceActions[0].PendingMaintenanceActionDetails",
            "ItemSelector": {"action.$": "$$.Map.Item.Value.Action"},
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": "Is it ours to apply?",
                "States": apply,
            },
            "ResultPath": "$.applied",
            "Catch": [{"ErrorEquals": ANY_ERROR, "ResultPath": "$.trouble", "Next": "Apply pending changes"}],
            "Next": "Apply pending changes",
        },
        # What an `up` left for RDS's own window would otherwise come after the smoke test.
        "Apply pending changes": calls.aws(
            "aws-sdk:rds:modifyDBInstance",
            {**instance, "ApplyImmediately": True},
            ResultPath=None,
            after=settle,
            failed=settle,
        ),
        settle: wait(timing.settle_seconds, look),
        look: calls.aws(
            "aws-sdk:rds:describeDBInstances",
            instance,
            ResultPath="$.instances",
            after="Is the database available?",
            failed="Wait longer for the database?",
        ),
        "Is the database available?": choice(
            when("$.instances.DbInstances[0].DbInstanceStatus", "StringEquals", "available", "Database is available"),
            otherwise="Wait longer for the database?",
        ),
        "Wait longer for the database?": choice(
            time_is_up("$.plan.database_until", "Database is not available"), otherwise="Wait for the database"
        ),
        "Wait for the database": wait(timing.poll_seconds, look),
        "Database is available": note({"state": "available"}, "$.database", after),
        "Database is not available": note({"state": "not available in time"}, "$.database", after),
    }


def _word(parts: Parts, timing: Timing, calls: Calls, tell: str) -> States:
    left, word, done = "How long may the operator take?", "Wait for the operator's word", "Maintenance is done"
    return {
        tell: calls.tell(parts.warning_topic_arn, "$.plan.turn", after=left, failed=left),
        left: calls.ours(
            {"do": "left", "until.$": "$.plan.word_until"},
            ResultPath="$.left",
            after="Is there time for the operator?",
            failed=done,
        ),
        "Is there time for the operator?": choice(
            when("$.left.seconds", "NumericGreaterThan", 0, word), otherwise="The operator said nothing"
        ),
        word: {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:ssm:putParameter.waitForTaskToken",
            "Parameters": {
                "Name": parts.word_parameter,
                "Type": "String",
                "Overwrite": True,
                "Value.$": "States.Format('{} {} {}', $.plan.word_until, $$.Execution.Name, $$.Task.Token)",
            },
            "TimeoutSecondsPath": "$.left.seconds",
            "ResultPath": "$.word.said",
            "Catch": [
                {"ErrorEquals": ["States.Timeout"], "ResultPath": "$.trouble", "Next": "The operator said nothing"},
                {"ErrorEquals": [OPERATOR_FAILED], "ResultPath": "$.word.said", "Next": "The operator says it failed"},
                # Retried by way of the clock, so that the time it may take is not counted twice.
                {"ErrorEquals": ANY_ERROR, "ResultPath": "$.trouble", "Next": "Wait to ask the operator again"},
            ],
            "Next": "The operator says it is done",
        },
        "Wait to ask the operator again": wait(timing.poll_seconds, left),
        "The operator says it is done": note("done", "$.word.kind", done),
        "The operator says it failed": note("failed", "$.word.kind", done),
        "The operator said nothing": note("none", "$.word.kind", done),
        done: {"Type": "Pass", "End": True},
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

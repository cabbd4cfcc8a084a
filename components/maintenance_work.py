"""The two long steps of the maintenance checklist: back up everything, then maintain (the database, and a person)."""

from collections.abc import Sequence

from components.maintenance_parts import BACKUP, PERFORM, VERIFY, Parts
from components.maintenance_states import (
    ANY_ERROR,
    Calls,
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

# The error with which an operator says that it went wrong (`states:SendTaskFailure`); any other asks him again.
OPERATOR_FAILED = "MaintenanceFailed"
# An upgrade of the engine belongs to the stack file, which names its version.
LEFT_TO_THE_STACK_FILE = "db-upgrade"
# AWS Backup: starting may take an hour at least, and completing must be an hour more at least.
BACKUP_START_MINUTES, BACKUP_COMPLETE_MINUTES = 60, 720
BACKUP_FAILURES: Sequence[str] = ("FAILED", "ABORTED", "EXPIRED", "PARTIAL")


def backups(parts: Parts, timing: Timing, calls: Calls) -> States:
    """Starts a backup of each and follows it; without all of them good, nothing is maintained."""
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


def maintenance(parts: Parts, timing: Timing, calls: Calls) -> States:
    """What is pending for the database, then the operator's turn."""
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

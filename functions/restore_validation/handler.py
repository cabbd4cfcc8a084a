"""Lambda: judges what a restore test brought back, and documents it.

Called by EventBridge with AWS Backup's "Restore Job State Change" of our restore-test plan. Answer:
    {"job", "kind", "good", "reason", "week"}

AWS Backup is told SUCCESSFUL or FAILED, which is final, and deletes the restored resource. What cannot be decided is
FAILED: an event of another shape, a resource that is not ours, an error of AWS. Only an event of another plan is left
alone; it raises `UnknownEventError`. Failures go to the warning topic. What could not be said, documented or told
raises `NotToldError` once all of it was tried; a second try then says the same again.
"""

import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from functions.common.aws import Clients, MakeClient, client, failure
from functions.common.environ import BadSettingError
from functions.common.log import log_line
from functions.restore_validation.bucket import bucket_checks
from functions.restore_validation.configuration import configuration_checks
from functions.restore_validation.database import ON_ITS_WAY, database_checks
from functions.restore_validation.event import RestoreJob, UnknownEventError, job_of_ours, read_event
from functions.restore_validation.query import BadUrlError, Login, login_from, row_checks
from functions.restore_validation.record import Records
from functions.restore_validation.settings import Settings, read_settings
from functions.restore_validation.verdicts import Check, Verdict

# Kept for saying, documenting and telling when an instance is waited for.
RESERVE_SECONDS = 120
PAUSE_SECONDS = 20
MESSAGE_CHARACTERS = 500
FINAL = ("SUCCESSFUL", "FAILED", "TIMED_OUT")


class NotToldError(Exception):
    """The verdict stands in the log and did not reach everybody. The message says whom it did not reach, and why."""


class Context(Protocol):
    """What Lambda says of this invocation."""

    def get_remaining_time_in_millis(self) -> int:
        """Until Lambda stops it."""
        ...


class Ask(Protocol):
    """Asks a restored database for its rows."""

    def __call__(self, *, address: str, port: int, login: Login) -> list[Check]:
        """Checks, whatever is found; see `row_checks`."""
        ...


def handler(
    event: object,
    context: Context,
    *,
    environ: Mapping[str, str] = os.environ,
    make_client: MakeClient = client,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    pause: Callable[[float], None] = time.sleep,
    ask: Ask = row_checks,
) -> dict[str, object]:
    """Raises `UnknownEventError`, `BadSettingError`, `NotToldError`."""
    try:
        settings = read_settings(environ)
        job_id = job_of_ours(event, settings.plan_arn_prefix)
    except (UnknownEventError, BadSettingError) as error:
        log_line("restore test not judged", reason=str(error))
        raise
    validation = _Validation(settings, Clients(make_client), context, pause, ask)
    verdict, facts = validation.verdict(event, job_id)
    log_line("restore test", kind=verdict.kind, good=verdict.good, reason=verdict.reason, **facts)
    week = validation.tell(job_id, verdict, facts, now())
    return {"job": job_id, "kind": verdict.kind, "good": verdict.good, "reason": verdict.reason, "week": week}


class _Validation:
    """One invocation."""

    def __init__(
        self, settings: Settings, clients: Clients, context: Context, pause: Callable[[float], None], ask: Ask
    ) -> None:
        self._settings, self._clients, self._context, self._pause = settings, clients, context, pause
        self._ask = ask

    def verdict(self, event: object, job_id: str) -> tuple[Verdict, dict[str, str]]:
        """What was found, and facts for the record. Never raises: what cannot be decided is no pass."""
        kind, facts = "unknown", {"job": job_id}
        try:
            told = read_event(event, self._settings.plan_arn_prefix)
            job = self._clients("backup").describe_restore_job(RestoreJobId=job_id)
            kind = self._kind(told, job)
            facts |= {
                "restored": told.created_arn,
                "recovery_point": str(job.get("RecoveryPointArn")),
                "taken": job["RecoveryPointCreationDate"].astimezone(UTC).isoformat(timespec="seconds"),
            }
            return Verdict(kind=kind, checks=self._checks(kind, told, job)), facts
        except UnknownEventError as error:
            found = f"not understood: {error}"
        except Exception as error:  # noqa: BLE001 (an error is no pass, whatever it is)
            found = failure(error)
        return Verdict(kind=kind, checks=[Check(name="validation", good=False, found=found)]), facts

    def _kind(self, told: RestoreJob, job: Mapping[str, Any]) -> str:
        """What was restored, by AWS Backup's own record of the job rather than by the event alone."""
        source = str(job.get("SourceResourceArn"))
        if job.get("Status") != "COMPLETED" or job.get("CreatedResourceArn") != told.created_arn:
            raise UnknownEventError(
                f"AWS Backup says {job.get('Status')} and {job.get('CreatedResourceArn')} of this job, the event says "
                f"COMPLETED and {told.created_arn}"
            )
        for kind, arn in self._settings.sources.items():
            if arn == source:
                return kind
        raise UnknownEventError(f"{source} is not backed up by this environment")

    def _checks(self, kind: str, told: RestoreJob, job: Mapping[str, Any]) -> list[Check]:
        expected = "RDS" if kind == "database" else "S3"
        if told.resource_type != expected:
            raise UnknownEventError(f"resourceType is {told.resource_type!r}; a {kind} is {expected}")
        name = told.created_arn.rpartition(":")[2]
        if kind != "database":
            source = self._settings.sources[kind].rpartition(":")[2]
            taken = job["RecoveryPointCreationDate"]
            checks = bucket_checks(self._clients, restored=name, source=source, taken=taken, seed=told.job_id)
            return [*checks, *self._readable(kind, name)]
        instance = self._instance(name)
        checks = database_checks(
            instance,
            engine_version=self._settings.engine_version or "",
            subnet_group=self._settings.subnet_group or "",
            backup_bytes=job.get("BackupSizeInBytes") or 0,
        )
        return [*checks, *self._row_checks(instance)]

    def _readable(self, kind: str, bucket: str) -> list[Check]:
        return configuration_checks(self._clients, restored=bucket) if kind == "configuration" else []

    def _row_checks(self, instance: Mapping[str, Any]) -> list[Check]:
        endpoint = instance.get("Endpoint")
        if not endpoint:
            return [Check(name="login", good=False, found="RDS names no address for it")]
        secret = self._clients("secretsmanager").get_secret_value(SecretId=self._settings.database_url_secret_arn)
        try:
            login = login_from(str(secret.get("SecretString")))
        except BadUrlError as error:
            return [Check(name="login", good=False, found=str(error))]
        return self._ask(address=endpoint["Address"], port=endpoint["Port"], login=login)

    def _instance(self, identifier: str) -> Mapping[str, Any]:
        """As soon as it is settled: after a restore, RDS still works on it for a while."""
        while True:
            answer = self._clients("rds").describe_db_instances(DBInstanceIdentifier=identifier)
            [instance] = answer["DBInstances"]
            left_seconds = self._context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS
            if instance.get("DBInstanceStatus") not in ON_ITS_WAY or left_seconds < PAUSE_SECONDS:
                return instance
            self._pause(PAUSE_SECONDS)

    def tell(self, job_id: str, verdict: Verdict, facts: dict[str, str], now: datetime) -> str:
        """AWS Backup, the record, and people if it is bad: each is tried. Returns the week."""
        week = ""
        troubles: list[str] = []
        try:
            self._tell_aws_backup(job_id, verdict)
        except Exception as error:  # noqa: BLE001 (the others are still to be told)
            troubles.append(f"AWS Backup: {failure(error)}")
        try:
            settings = self._settings
            week = Records(self._clients("s3"), settings.record_bucket, settings.record_key_arn).add(
                now, verdict, facts
            )
        except Exception as error:  # noqa: BLE001 (as above)
            troubles.append(f"record: {failure(error)}")
        if not verdict.good or troubles:
            try:
                self._tell_people(job_id, verdict, troubles)
            except Exception as error:  # noqa: BLE001 (as above)
                troubles.append(f"people: {failure(error)}")
        if troubles:
            log_line("restore test not told", job=job_id, reason="; ".join(troubles))
            raise NotToldError("; ".join(troubles))
        return week

    def _tell_aws_backup(self, job_id: str, verdict: Verdict) -> None:
        backup = self._clients("backup")
        # A verdict is final, and a second try of this function must not end in an error because of that.
        if backup.describe_restore_job(RestoreJobId=job_id).get("ValidationStatus") in FINAL:
            return
        backup.put_restore_validation_result(
            RestoreJobId=job_id,
            ValidationStatus="SUCCESSFUL" if verdict.good else "FAILED",
            ValidationStatusMessage=verdict.reason[:MESSAGE_CHARACTERS],
        )

    def _tell_people(self, job_id: str, verdict: Verdict, troubles: list[str]) -> None:
        settings = self._settings
        result = "good" if verdict.good else "FAILED"
        outcome = "is not as it should be" if not verdict.good else "is good, but that could not be documented"
        lines = [
            f"The weekly restore test of {settings.environment}: what was restored ({verdict.kind}) {outcome}.",
            f"Found: {verdict.reason}",
            *(f"Not told: {trouble}" for trouble in troubles),
            f"Restore job: {job_id}. The restored resource is deleted soon; the record is in restore-tests/.",
            f"What to do: {settings.guide_url}",
        ]
        self._clients("sns").publish(
            TopicArn=settings.topic_arn,
            Subject=f"Restore test of {settings.environment}: {verdict.kind} {result}",
            Message="\n".join(lines),
        )

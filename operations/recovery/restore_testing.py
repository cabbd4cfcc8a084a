"""Runs one restore test now: restores, validates as the weekly one does, documents, and deletes what it has made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

from functions.common import aws as functions_aws
from functions.restore_validation.bucket import bucket_checks
from functions.restore_validation.configuration import configuration_checks
from functions.restore_validation.database import ON_ITS_WAY, database_checks
from functions.restore_validation.record import NotDocumentedError, Records
from functions.restore_validation.settings import Settings, read_settings
from functions.restore_validation.verdicts import Check, Verdict
from operations.aws.errors import as_stopped, brief, code_of
from operations.errors import CommandStopped, refused
from operations.recovery.restore_test import RestoreTest, metadata, names_it
from operations.session import Session
from operations.terminal import say
from operations.waiting import Wait, wait_until
from runbook.whereabouts import prefix

LOOK_BACK = timedelta(days=2)  # a job that was begun earlier is nobody's interrupted command any more
RESTORE_HOURS, SETTLE_MINUTES = 12, 30
EVERY_SECONDS = 30
AT_ONCE = 1000  # S3 deletes so many versions in one request
GONE = frozenset({"DBInstanceNotFound", "DBInstanceNotFoundFault", "NoSuchBucket", "404"})


@dataclass(frozen=True, kw_only=True)
class RestoreTesting:
    """One test. `resume` is the command that goes on with it."""

    session: Session
    test: RestoreTest
    resume: str

    @property
    def _backup(self) -> Any:
        return self.session.clients.client("backup")

    # --- restore

    def begun(self) -> Mapping[str, Any] | None:
        """The job of an interrupted test, if what it makes is still there, or on its way."""
        for job in self._jobs():
            if job["Status"] in ("PENDING", "RUNNING"):
                return job
            if job["Status"] == "COMPLETED" and self._exists():
                return job
        return None

    def restore(self) -> Mapping[str, Any]:
        """Start the job, or go on with one; the completed job."""
        job = self.begun()
        job_id = str(job["RestoreJobId"]) if job else self._start()
        done: Mapping[str, Any] = wait_until(
            lambda: self._backup.describe_restore_job(RestoreJobId=job_id),
            lambda one: one["Status"] not in ("PENDING", "RUNNING"),
            lambda one: f"{one['Status']}, {one.get('PercentDone') or 'unknown'}",
            Wait(
                what=f"restore of the {self.test.kind}",
                until=self.session.clock.now() + timedelta(hours=RESTORE_HOURS),
                resume=self.resume,
                every_seconds=EVERY_SECONDS,
            ),
            self.session.clock,
        )
        if done["Status"] != "COMPLETED" or not self.test.is_ours(str(done.get("CreatedResourceArn"))):
            raise CommandStopped(
                f"the recovery point of the {self.test.kind} could not be restored: {done['Status']} "
                f"({done.get('StatusMessage') or done.get('CreatedResourceArn') or 'AWS Backup gives no reason'})",
                hint=f"{self.session.manifest.alerts.guide_url}#restore-test-failed tells what to do",
            )
        return done

    def _start(self) -> str:
        names, point = self.session.manifest.backups, self.test.point
        inferred = self._backup.get_restore_testing_inferred_metadata(
            BackupVaultName=names.vault, RecoveryPointArn=point.arn
        )["InferredMetadata"]
        selection = self._backup.get_restore_testing_selection(
            RestoreTestingPlanName=names.restore_test_plan, RestoreTestingSelectionName=self.test.kind
        )["RestoreTestingSelection"]
        over = sum(1 for job in self._jobs() if job["Status"] not in ("PENDING", "RUNNING"))
        answer = self._backup.start_restore_job(
            RecoveryPointArn=point.arn,
            IamRoleArn=names.role_arn,
            ResourceType=self.test.resource_type,
            Metadata=metadata(self.test, inferred, selection.get("RestoreMetadataOverrides", {})),
            # two people at once, or a lost answer: AWS Backup starts one job
            IdempotencyToken=f"{self.test.name}-{over}",
        )
        return str(answer["RestoreJobId"])

    def _jobs(self) -> list[Mapping[str, Any]]:
        """Of this test, the newest first; those of the weekly test are not ours."""
        asked = {
            "ByResourceType": self.test.resource_type,
            "ByCreatedAfter": self.session.clock.now() - LOOK_BACK,
        }
        found = [
            job
            for page in self._backup.get_paginator("list_restore_jobs").paginate(**asked)
            for job in page["RestoreJobs"]
            if job.get("RecoveryPointArn") == self.test.point.arn and not job.get("CreatedBy")
        ]
        ours = [
            job
            for job in found
            if names_it(self._backup.get_restore_job_metadata(RestoreJobId=job["RestoreJobId"])["Metadata"], self.test)
        ]
        return sorted(ours, key=lambda job: job["CreationDate"], reverse=True)

    # --- validate

    def validate(self, job: Mapping[str, Any]) -> Verdict:
        """The weekly test's checks, with its settings. Rows are left to it: they take a way into the subnets."""
        if not self._exists():  # nobody judges what is being deleted, for that would be documented as a failure
            raise refused(f"{self.test.name} was deleted meanwhile: somebody else has run the same test to its end")
        settings = self._settings()
        if self.test.kind == "database":
            checks = database_checks(
                self._settled_instance(),
                engine_version=settings.engine_version or "",
                subnet_group=settings.subnet_group or "",
                backup_bytes=job.get("BackupSizeInBytes") or 0,
            )
        else:
            checks = self._bucket_checks(settings, job)
        return Verdict(kind=self.test.kind, checks=checks)

    def _bucket_checks(self, settings: Settings, job: Mapping[str, Any]) -> list[Check]:
        clients = self._clients()
        checks = bucket_checks(
            clients,
            restored=self.test.name,
            source=settings.sources[self.test.kind].rpartition(":")[2],
            taken=job.get("RecoveryPointCreationDate") or self.test.point.created,
            seed=str(job["RestoreJobId"]),
        )
        readable = configuration_checks(clients, restored=self.test.name) if self.test.kind == "configuration" else []
        return [*checks, *readable]

    def _settings(self) -> Settings:
        """As the deployed function has them."""
        name = f"{prefix(self.session.manifest.environment)}-restore-validation"
        answer: Any = self.session.clients.client("lambda").get_function_configuration(FunctionName=name)
        return read_settings(answer.get("Environment", {}).get("Variables", {}))

    def _clients(self) -> functions_aws.Clients:
        """The function's way of asking, with this machine's credentials."""

        def make(service: str, *, region: str | None = None) -> Any:
            return self.session.clients.client(service, region=region)

        return functions_aws.Clients(make)

    def _settled_instance(self) -> Mapping[str, Any]:
        rds = self.session.clients.client("rds")
        return wait_until(
            lambda: rds.describe_db_instances(DBInstanceIdentifier=self.test.name)["DBInstances"][0],
            lambda one: one.get("DBInstanceStatus") not in ON_ITS_WAY,
            lambda one: f"{self.test.name} is {one.get('DBInstanceStatus')}",
            Wait(
                what="restored instance",
                until=self.session.clock.now() + timedelta(minutes=SETTLE_MINUTES),
                resume=self.resume,
                every_seconds=EVERY_SECONDS,
            ),
            self.session.clock,
        )

    # --- document, clean up

    def document(self, job: Mapping[str, Any], verdict: Verdict) -> str | None:
        """In the week's record, beside the weekly test's. Returns the week; None where it could not be written."""
        settings = self._settings()
        facts = {
            "job": str(job["RestoreJobId"]),
            "restored": str(job["CreatedResourceArn"]),
            "recovery_point": self.test.point.arn,
            "taken": self.test.point.created.astimezone(UTC).isoformat(timespec="seconds"),
        }
        records = Records(self.session.clients.client("s3"), settings.record_bucket, settings.record_key_arn)
        try:
            return records.add(self.session.clock.now(), verdict, facts)
        except NotDocumentedError as error:
            say(f"warning: the result is not in the week's record ({error})")
        except Exception as error:
            if as_stopped(error) is None:
                raise
            say(f"warning: the result is not in the week's record ({brief(error)})")
        return None

    def clean_up(self, job: Mapping[str, Any]) -> None:
        """Delete what this test has made, and nothing else."""
        if not self.test.is_ours(str(job.get("CreatedResourceArn"))):
            raise CommandStopped(f"{job.get('CreatedResourceArn')} was not made by this test; it was left alone")
        try:
            if self.test.resource_type == "RDS":
                self.session.clients.client("rds").delete_db_instance(
                    DBInstanceIdentifier=self.test.name, SkipFinalSnapshot=True, DeleteAutomatedBackups=True
                )
            else:
                self._delete_bucket()
        except Exception as error:
            if code_of(error) not in GONE:
                if code_of(error).startswith("InvalidDBInstanceState"):  # somebody else is deleting it
                    return
                raise
        say(f"deleted {self.test.name}")

    def _delete_bucket(self) -> None:
        s3: Any = self.session.clients.client("s3")
        batch: list[dict[str, str]] = []
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=self.test.name):
            for one in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                batch.append({"Key": one["Key"], "VersionId": one["VersionId"]})
                if len(batch) == AT_ONCE:
                    self._delete_versions(s3, batch)
                    batch = []
        if batch:
            self._delete_versions(s3, batch)
        s3.delete_bucket(Bucket=self.test.name)

    def _delete_versions(self, s3: Any, batch: list[dict[str, str]]) -> None:
        answer = s3.delete_objects(Bucket=self.test.name, Delete={"Objects": batch, "Quiet": True})
        if errors := answer.get("Errors"):
            raise CommandStopped(
                f"{len(errors)} objects of {self.test.name} could not be deleted: {errors[0].get('Code')}",
                hint=self.resume,
            )

    def _exists(self) -> bool:
        try:
            if self.test.resource_type == "RDS":
                rds = self.session.clients.client("rds")
                [one] = rds.describe_db_instances(DBInstanceIdentifier=self.test.name)["DBInstances"]
                return one.get("DBInstanceStatus") != "deleting"
            self.session.clients.client("s3").head_bucket(Bucket=self.test.name)
        except Exception as error:
            if code_of(error) not in GONE:
                raise
            return False
        return True

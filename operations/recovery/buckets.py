"""Restores a bucket's recovery point into a bucket that stands already, by a job of AWS Backup."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from operations.backups.recovery_points import RecoveryPoint
from operations.errors import CommandStopped
from operations.session import Session
from operations.waiting import Wait, wait_until

RESTORE_HOURS = 24
EVERY_SECONDS = 30
_RUNNING = ("PENDING", "RUNNING")


def restored(session: Session, point: RecoveryPoint, bucket: str) -> bool:
    """Whether a job has brought this recovery point into this bucket."""
    return any(job["Status"] == "COMPLETED" for job in _jobs(session, point, bucket))


def restore(session: Session, point: RecoveryPoint, bucket: str, resume: str) -> None:
    """Start the job, or go on with the one that runs; what is in the bucket beside it stays, as older versions."""
    backup: Any = session.clients.client("backup")
    jobs = _jobs(session, point, bucket)
    running = [job for job in jobs if job["Status"] in _RUNNING]
    job_id = str(running[0]["RestoreJobId"]) if running else _start(session, point, bucket, tries=len(jobs))
    done: Mapping[str, Any] = wait_until(
        lambda: backup.describe_restore_job(RestoreJobId=job_id),
        lambda one: one["Status"] not in _RUNNING,
        lambda one: f"{one['Status']}, {one.get('PercentDone') or 'unknown'}",
        Wait(
            what=f"restore of the {point.kind}",
            until=session.clock.now() + timedelta(hours=RESTORE_HOURS),
            resume=resume,
            every_seconds=EVERY_SECONDS,
        ),
        session.clock,
    )
    if done["Status"] != "COMPLETED":
        raise CommandStopped(
            f"the {point.kind} could not be restored: {done['Status']} ({done.get('StatusMessage', 'no reason')})",
            hint=f"`aws backup describe-restore-job --restore-job-id {job_id}`; {resume}",
        )


def _start(session: Session, point: RecoveryPoint, bucket: str, *, tries: int) -> str:
    token = f"{bucket}-{point.created:%Y%m%d%H%M}-{tries}"[:64]
    answer: Any = session.clients.client("backup").start_restore_job(
        RecoveryPointArn=point.arn,
        IamRoleArn=session.manifest.backups.role_arn,
        ResourceType="S3",
        Metadata={"DestinationBucketName": bucket, "NewBucket": "false", "Encrypted": "true", "CreationToken": token},
        IdempotencyToken=token,
    )
    return str(answer["RestoreJobId"])


def _jobs(session: Session, point: RecoveryPoint, bucket: str) -> list[Mapping[str, Any]]:
    backup: Any = session.clients.client("backup")
    found: list[Mapping[str, Any]] = []
    for page in backup.get_paginator("list_restore_jobs").paginate(ByResourceType="S3"):
        for job in page["RestoreJobs"]:
            if job.get("RecoveryPointArn") != point.arn or job.get("CreatedBy"):
                continue
            asked: Mapping[str, Any] = backup.get_restore_job_metadata(RestoreJobId=job["RestoreJobId"])["Metadata"]
            if bucket in asked.values():
                found.append(job)
    return found

"""AWS Backup's restore jobs, with what they make: an instance or a bucket, after a while, on a clock."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from tests.operations.aws_world import AwsWorld
from tests.operations.backup_world import ARNS, BackupWorld
from tests.operations.ecs_world import Refusal
from tests.operations.manifests import ACCOUNT, REGION

RESTORING_MINUTES, SETTLING_MINUTES = 25, 5
INFERRED = {
    "RDS": {"dBInstanceIdentifier": "awsbackup-restore-test-abc", "multiAz": "false", "deletionProtection": "false"},
    "S3": {"NewBucketName": "awsbackup-restore-test-abc", "encrypted": "true", "newBucket": "true"},
}
OVERRIDES = {
    "database": {"dbSubnetGroupName": "database-subnets", "vpcSecurityGroupIds": '["sg-1"]'},
    "objects": {},
    "configuration": {},
}
FUNCTION = {
    "ENVIRONMENT": "production",
    "PLAN_ARN_PREFIX": f"arn:aws:backup:{REGION}:{ACCOUNT}:restore-testing-plan:mockforge_production-",
    "OBJECTS_ARN": ARNS["objects"],
    "CONFIGURATION_ARN": ARNS["configuration"],
    "RECORD_KEY_ARN": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/data",
    "TOPIC_ARN": f"arn:aws:sns:{REGION}:{ACCOUNT}:warning",
    "GUIDE_URL": "https://example.com/incident-response.md#restore-test-failed",
    "DATABASE_ARN": ARNS["database"],
    "SUBNET_GROUP": "database-subnets",
    "ENGINE_VERSION": "16.10",
    "DATABASE_URL_SECRET_ARN": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:url",
}


@dataclass
class RestoreWorld:
    aws: AwsWorld
    backups: BackupWorld
    jobs: list[dict[str, Any]] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)
    instances: dict[str, dict[str, Any]] = field(default_factory=dict)
    buckets: dict[str, dict[str, tuple[bytes, datetime]]] = field(default_factory=dict)
    restored_objects: dict[str, tuple[bytes, datetime]] | None = None
    """What a bucket is restored as; None: as it was."""
    ends_as: str = "COMPLETED"
    instance_is: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for service, operations in {
            "backup": (
                *("GetRestoreTestingInferredMetadata", "GetRestoreTestingSelection", "StartRestoreJob"),
                *("ListRestoreJobs", "GetRestoreJobMetadata", "DescribeRestoreJob"),
            ),
            "lambda": ("GetFunctionConfiguration",),
            "rds": ("DescribeDBInstances", "DeleteDBInstance"),
            "s3": (
                *("ListObjectsV2", "HeadObject", "GetObject", "PutObject", "HeadBucket", "ListObjectVersions"),
                *("DeleteObjects", "DeleteBucket"),
            ),
        }.items():
            for operation in operations:
                self.aws.handlers[service, operation] = getattr(self, operation)
        old = self.aws.clock.now() - timedelta(days=9)
        self.buckets = {
            "objects-1a2b3c4": {f"plugins/{number}": (b"x" * number, old) for number in range(5)},
            "configuration-1a2b3c4": {"configuration/2026/11/23.json": (b"{}", old)},
        }

    @property
    def made(self) -> list[str]:
        """What restores have left."""
        self.advance()
        return sorted([*self.instances, *(name for name in self.buckets if name.startswith("awsbackup"))])

    # --- AWS Backup

    def GetRestoreTestingInferredMetadata(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"InferredMetadata": INFERRED[self._type_of(asked["RecoveryPointArn"])]}

    def GetRestoreTestingSelection(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        assert asked["RestoreTestingPlanName"] == "mockforge_production"
        name = asked["RestoreTestingSelectionName"]
        return {
            "RestoreTestingSelection": {
                "CreationTime": self.aws.clock.now(),
                "IamRoleArn": f"arn:aws:iam::{ACCOUNT}:role/backup-1a2b3c4",
                "ProtectedResourceType": "RDS" if name == "database" else "S3",
                "RestoreTestingPlanName": asked["RestoreTestingPlanName"],
                "RestoreTestingSelectionName": name,
                "RestoreMetadataOverrides": OVERRIDES[name],
            }
        }

    def StartRestoreJob(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        if known := self.tokens.get(asked["IdempotencyToken"]):
            return {"RestoreJobId": known}
        self._begin(asked)
        self.tokens[asked["IdempotencyToken"]] = self.jobs[-1]["RestoreJobId"]
        return {"RestoreJobId": self.jobs[-1]["RestoreJobId"]}

    def begin_weekly_test(self, point: str) -> None:
        """As the plan does by itself, on Mondays."""
        metadata = INFERRED[self._type_of(point)]
        self._begin({"RecoveryPointArn": point, "ResourceType": self._type_of(point), "Metadata": metadata})
        plan = f"arn:aws:backup:{REGION}:{ACCOUNT}:restore-testing-plan:mockforge_production-1"
        self.jobs[-1]["CreatedBy"] = {"RestoreTestingPlanArn": plan}

    def ListRestoreJobs(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self.advance()
        since = asked.get("ByCreatedAfter", self.aws.clock.now() - timedelta(days=30))
        found = [one for one in self.jobs if one["CreationDate"] >= since]
        found = [one for one in found if one["ResourceType"] == asked["ByResourceType"]]
        first = int(asked.get("NextToken", 0))
        more = {"NextToken": str(first + 1)} if first + 1 < len(found) else {}
        return {"RestoreJobs": [self._shown(one) for one in found[first : first + 1]]} | more

    def GetRestoreJobMetadata(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"RestoreJobId": asked["RestoreJobId"], "Metadata": self._job(asked["RestoreJobId"])["_metadata"]}

    def DescribeRestoreJob(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self.advance()
        return self._shown(self._job(asked["RestoreJobId"]))

    def GetFunctionConfiguration(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        assert asked["FunctionName"] == "mockforge-production-restore-validation"
        return {"Environment": {"Variables": FUNCTION}}

    # --- RDS

    def DescribeDBInstances(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self.advance()
        if asked["DBInstanceIdentifier"] == "mockforge-production":
            return self.backups.DescribeDBInstances(asked)
        if asked["DBInstanceIdentifier"] not in self.instances:
            raise Refusal("DBInstanceNotFound", "DBInstance not found.")
        one = self.instances[asked["DBInstanceIdentifier"]]
        return {"DBInstances": [{key: value for key, value in one.items() if not key.startswith("_")}]}

    def DeleteDBInstance(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        assert asked["DBInstanceIdentifier"].startswith("awsbackup-restore-test-production-")
        if asked["DBInstanceIdentifier"] not in self.instances:
            raise Refusal("DBInstanceNotFound", "DBInstance not found.")
        one = self.instances[asked["DBInstanceIdentifier"]]
        if one["DBInstanceStatus"] == "deleting":
            raise Refusal("InvalidDBInstanceState", "Instance is already being deleted.")
        one |= {"DBInstanceStatus": "deleting", "_until": self.aws.clock.now() + timedelta(minutes=4)}
        return {"DBInstance": {"DBInstanceIdentifier": asked["DBInstanceIdentifier"]}}

    # --- S3

    def ListObjectsV2(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        if asked["Bucket"] == "configuration-1a2b3c4" and "Prefix" in asked:  # what `backups verify` asks
            return self.backups.ListObjectsV2(asked)
        objects = self._bucket(asked["Bucket"])
        contents = [{"Key": key, "LastModified": at, "Size": len(body)} for key, (body, at) in objects.items()]
        return {"Contents": contents} if contents else {}

    def HeadObject(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"ContentLength": len(self._object(asked)[0])}

    def GetObject(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        body = self._object(asked)[0]
        return {"Body": BytesIO(body), "ETag": hashlib.sha256(body).hexdigest()}

    def PutObject(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._bucket(asked["Bucket"])[asked["Key"]] = (asked["Body"], self.aws.clock.now())
        return {"ETag": "x"}

    def HeadBucket(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        if asked["Bucket"] not in self.buckets:
            raise Refusal("404", "Not Found")
        return {}

    def ListObjectVersions(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"Versions": [{"Key": key, "VersionId": "1"} for key in self._bucket(asked["Bucket"])]}

    def DeleteObjects(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        assert asked["Bucket"].startswith("awsbackup-restore-test-production-")
        for one in asked["Delete"]["Objects"]:
            self._bucket(asked["Bucket"]).pop(one["Key"], None)
        return {}

    def DeleteBucket(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        assert asked["Bucket"].startswith("awsbackup-restore-test-production-")
        assert not self._bucket(asked["Bucket"]), "S3 deletes no bucket that holds something"
        del self.buckets[asked["Bucket"]]
        return {}

    # --- how time goes by

    def advance(self) -> None:
        now = self.aws.clock.now()
        for job in self.jobs:
            if job["Status"] == "RUNNING" and now >= job["_until"]:
                self._end(job)
        for name, one in list(self.instances.items()):
            if one["DBInstanceStatus"] == "deleting" and now >= one["_until"]:
                del self.instances[name]
            elif one["DBInstanceStatus"] == "backing-up" and now >= one["_until"]:
                one["DBInstanceStatus"] = "available"

    def _begin(self, asked: dict[str, Any]) -> None:
        now = self.aws.clock.now()
        point = next(one for one in self.backups.points if one["RecoveryPointArn"] == asked["RecoveryPointArn"])
        self.jobs.append(
            {
                "RestoreJobId": f"JOB-{len(self.jobs) + 1}",
                "RecoveryPointArn": asked["RecoveryPointArn"],
                "RecoveryPointCreationDate": point["CreationDate"],
                "ResourceType": asked["ResourceType"],
                "SourceResourceArn": point["ResourceArn"],
                "BackupSizeInBytes": 3 * 1024**3,
                "CreationDate": now,
                "Status": "RUNNING",
                "PercentDone": "0.00%",
                "_metadata": asked["Metadata"],
                "_until": now + timedelta(minutes=RESTORING_MINUTES),
            }
        )

    def _end(self, job: dict[str, Any]) -> None:
        job |= {"Status": self.ends_as, "CompletionDate": job["_until"], "PercentDone": "100.00%"}
        if self.ends_as != "COMPLETED":
            job["StatusMessage"] = "The subnet group does not exist."
            return
        named = {key.lower(): value for key, value in job["_metadata"].items()}
        if job["ResourceType"] == "RDS":
            name = named["dbinstanceidentifier"]
            job["CreatedResourceArn"] = f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{name}"
            self.instances[name] = {
                "DBInstanceIdentifier": name,
                "DBInstanceStatus": "backing-up",
                "Engine": "postgres",
                "EngineVersion": "16.10",
                "StorageEncrypted": True,
                "PubliclyAccessible": False,
                "AllocatedStorage": 50,
                "DBSubnetGroup": {"DBSubnetGroupName": named.get("dbsubnetgroupname", "default")},
                "_until": job["_until"] + timedelta(minutes=SETTLING_MINUTES),
            } | self.instance_is
            return
        name = named.get("newbucketname") or named["destinationbucketname"]
        job["CreatedResourceArn"] = f"arn:aws:s3:::{name}"
        source = self.buckets[job["SourceResourceArn"].rpartition(":")[2]]
        there = self.buckets.get(name, {}) if named.get("newbucket") == "false" else {}
        self.buckets[name] = there | (source if self.restored_objects is None else self.restored_objects)

    def _job(self, job_id: str) -> dict[str, Any]:
        return next(one for one in self.jobs if one["RestoreJobId"] == job_id)

    def _shown(self, job: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in job.items() if not key.startswith("_")}

    def _type_of(self, point: str) -> str:
        resource = next(one["ResourceArn"] for one in self.backups.points if one["RecoveryPointArn"] == point)
        return "RDS" if ":rds:" in resource else "S3"

    def _bucket(self, name: str) -> dict[str, tuple[bytes, datetime]]:
        if name not in self.buckets:
            raise Refusal("NoSuchBucket", "The specified bucket does not exist")
        return self.buckets[name]

    def _object(self, asked: dict[str, Any]) -> tuple[bytes, datetime]:
        if asked["Key"] not in self._bucket(asked["Bucket"]):
            raise Refusal("NoSuchKey", "The specified key does not exist.")
        return self._bucket(asked["Bucket"])[asked["Key"]]

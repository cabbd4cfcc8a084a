"""Amazon RDS as far as a recovery goes: restores, modifications and renamings that take time, on a clock.

An instance's status lags behind a request, and its name, ARN and endpoint change together at the end of a renaming.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import boto3

from tests.operations.aws_world import AwsWorld
from tests.operations.backup_world import BackupWorld
from tests.operations.ecs_world import Refusal
from tests.operations.manifests import ACCOUNT, REGION

NAME = "mockforge-production"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
OTHER_KEY = f"arn:aws:kms:us-west-2:{ACCOUNT}:key/99999999-2222-3333-4444-555555555555"
SNAPSHOT = f"arn:aws:rds:{REGION}:{ACCOUNT}:snapshot:awsbackup:job-1"
COPY = f"arn:aws:rds:us-west-2:{ACCOUNT}:snapshot:awsbackup:copyjob-2"
PASSWORD = "aB3dEfGhIjKlMnOpQrStUvWxYz0123456789aBcDeFgHiJkL"
OWNER_URL = f"postgres://mockforge:{PASSWORD}@{NAME}.c1a2b3.{REGION}.rds.amazonaws.com:5432/mockforge?sslmode=require"
SECRET = "mockforge-cloud/production/database-url"
PLACE = {
    "subnet_group": "database-subnets",
    "security_group_id": "sg-1",
    "parameter_group": "database-parameters",
    "instance_class": "db.m7g.large",
    "engine_version": "16.10",
    "multi_az": True,
    "protected": True,
}
CREATING_MINUTES, BACKING_UP_MINUTES, MODIFYING_MINUTES, COPYING_MINUTES = 20, 4, 2, 40
REQUESTED = {
    "MasterUserPassword": "MasterUserPassword",
    "NewDBInstanceIdentifier": "DBInstanceIdentifier",
}
"""What shows as pending: the name in the request to the name in `PendingModifiedValues`."""


@dataclass
class RdsWorld:
    """Production's instance, with logs of 35 days and a snapshot in each region."""

    aws: AwsWorld
    backups: BackupWorld
    instances: list[dict[str, Any]] = field(default_factory=list)
    snapshots: dict[str, dict[str, Any]] = field(default_factory=dict)
    logs: dict[str, tuple[datetime, datetime | None]] = field(default_factory=dict)
    """Resource id to earliest and latest restorable time; no latest: five minutes ago, whenever asked."""
    passwords: dict[str, str] = field(default_factory=dict)
    restore_ends_as: str = "available"
    name: str = NAME
    region: str = REGION
    secret: str = SECRET

    def __post_init__(self) -> None:
        for operation in (
            *("DescribeDBInstances", "DescribeDBInstanceAutomatedBackups", "DescribeDBSnapshots", "CopyDBSnapshot"),
            *("RestoreDBInstanceToPointInTime", "RestoreDBInstanceFromDBSnapshot", "ModifyDBInstance"),
            *("AddTagsToResource", "DeleteDBInstance"),
        ):
            self.aws.handlers["rds", operation] = getattr(self, operation)
        first = self._made(self.name, {"Tags": [{"Key": "Environment", "Value": "production"}]})
        first |= {"DBInstanceStatus": "available", "EnabledCloudwatchLogsExports": ["postgresql", "upgrade"]}
        first |= {"PreferredMaintenanceWindow": "sun:03:30-sun:04:00", "MaxAllocatedStorage": 200}
        first |= {"PerformanceInsightsEnabled": True, "PerformanceInsightsKMSKeyId": KEY}
        first |= {"PerformanceInsightsRetentionPeriod": 7, "DatabaseInsightsMode": "standard"}
        first |= {"Endpoint": {"Address": address(self.name), "Port": 5432}}
        del first["_until"]
        now = self.aws.clock.now()
        self.logs[first["DbiResourceId"]] = (now - timedelta(days=35), None)
        self.backups.drop("database", "mockforge-production")
        self.backups.drop("database", "mockforge-production-recovery")
        self.backups.add("database", "mockforge-production", hours=22, RecoveryPointArn=SNAPSHOT)
        self.backups.add("database", "mockforge-production-recovery", hours=22, RecoveryPointArn=COPY)
        self.snapshots = {
            "awsbackup:job-1": {"Status": "available", "KmsKeyId": KEY},
            "awsbackup:copyjob-2": {"Status": "available", "KmsKeyId": OTHER_KEY},
        }
        self.secrets.create_secret(Name=self.secret, SecretString=OWNER_URL.replace(address(NAME), address(self.name)))
        self.aws.ecs.register(41, "a")
        self.aws.ecs.deployed(41, days_ago=3)
        self.aws.calls.clear()

    # --- what a test looks at

    @property
    def secrets(self) -> Any:
        return boto3.client("secretsmanager", region_name=self.region)

    @property
    def names(self) -> list[str]:
        return sorted(one["DBInstanceIdentifier"] for one in self.instances)

    def one(self, identifier: str) -> dict[str, Any]:
        return next(one for one in self.instances if one["DBInstanceIdentifier"] == identifier)

    def tags(self, identifier: str) -> dict[str, str]:
        return {tag["Key"]: tag["Value"] for tag in self.one(identifier)["TagList"]}

    def url(self) -> str:
        return self.secrets.get_secret_value(SecretId=self.secret)["SecretString"]

    # --- what RDS answers

    def DescribeDBInstances(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self.advance()
        found = list(self.instances)
        if wanted := asked.get("DBInstanceIdentifier"):
            found = [one for one in found if one["DBInstanceIdentifier"] == wanted]
            if not found:
                raise Refusal("DBInstanceNotFound", "DBInstance not found.")
        for one in asked.get("Filters", []):
            assert one["Name"] == "dbi-resource-id"
            found = [instance for instance in found if instance["DbiResourceId"] in one["Values"]]
        first = int(asked.get("Marker", 0))
        more = {"Marker": str(first + 1)} if first + 1 < len(found) else {}  # pages of one
        return {"DBInstances": [self._shown(one) for one in found[first : first + 1]]} | more

    def DescribeDBInstanceAutomatedBackups(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self.advance()
        names = {one["DbiResourceId"]: one["DBInstanceIdentifier"] for one in self.instances}
        return {
            "DBInstanceAutomatedBackups": [
                {
                    "DbiResourceId": resource_id,
                    "DBInstanceIdentifier": names.get(resource_id, self.name),
                    "RestoreWindow": {
                        "EarliestTime": earliest,
                        "LatestTime": latest or self.aws.clock.now() - timedelta(minutes=5),
                    },
                }
                for resource_id, (earliest, latest) in self.logs.items()
            ]
            # another database of the account, whose name begins as ours does
            + [{"DbiResourceId": "db-OTHER", "DBInstanceIdentifier": f"{NAME}-dr"}]
        }

    def RestoreDBInstanceToPointInTime(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        earliest, latest = self.logs[asked["SourceDbiResourceId"]]
        if not earliest <= asked["RestoreTime"] < (latest or self.aws.clock.now() - timedelta(minutes=5)):
            raise Refusal("InvalidParameterValue", "The specified restore time is not restorable.")
        return {"DBInstance": self._shown(self._restored(asked["TargetDBInstanceIdentifier"], asked))}

    def RestoreDBInstanceFromDBSnapshot(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        snapshot = self.snapshots.get(asked["DBSnapshotIdentifier"])
        if snapshot is None or snapshot["Status"] != "available":
            raise Refusal("DBSnapshotNotFound", "DBSnapshot not found.")
        made = self._restored(asked["DBInstanceIdentifier"], asked)
        made["KmsKeyId"] = snapshot["KmsKeyId"]
        return {"DBInstance": self._shown(made)}

    def ModifyDBInstance(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self.advance()
        one = self._there(asked["DBInstanceIdentifier"])
        if one["DBInstanceStatus"] != "available" or one.get("_until"):
            raise Refusal("InvalidDBInstanceState", "Database instance is not in available state.")
        if (new := asked.get("NewDBInstanceIdentifier")) in self.names:
            raise Refusal("DBInstanceAlreadyExists", f"DB instance {new} already exists")
        assert asked["ApplyImmediately"]
        one["PendingModifiedValues"] = {
            shown: "****" if "Password" in name else asked[name] for name, shown in REQUESTED.items() if name in asked
        }
        one["_changes"], one["_until"] = asked, self.aws.clock.now() + timedelta(minutes=MODIFYING_MINUTES)
        return {"DBInstance": self._shown(one)}

    def AddTagsToResource(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        [one] = [one for one in self.instances if one["DBInstanceArn"] == asked["ResourceName"]]
        new = {tag["Key"]: tag["Value"] for tag in [*one["TagList"], *asked["Tags"]]}
        one["TagList"] = [{"Key": key, "Value": value} for key, value in new.items()]
        return {}

    def DeleteDBInstance(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        one = self._there(asked["DBInstanceIdentifier"])
        if one.get("DeletionProtection"):
            raise Refusal("InvalidParameterCombination", "Cannot delete protected DB Instance")
        one |= {"DBInstanceStatus": "deleting", "_until": self.aws.clock.now() + timedelta(minutes=3)}
        return {"DBInstance": self._shown(one)}

    def DescribeDBSnapshots(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self.advance()
        if (name := asked["DBSnapshotIdentifier"]) not in self.snapshots:
            raise Refusal("DBSnapshotNotFound", "DBSnapshot not found.")
        shown = {key: value for key, value in self.snapshots[name].items() if not key.startswith("_")}
        return {"DBSnapshots": [{"DBSnapshotIdentifier": name} | shown]}

    def CopyDBSnapshot(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        assert asked["SourceDBSnapshotIdentifier"].rpartition(":snapshot:")[2] in self.snapshots
        if (name := asked["TargetDBSnapshotIdentifier"]) in self.snapshots:
            raise Refusal("DBSnapshotAlreadyExists", "DBSnapshot already exists.")
        until = self.aws.clock.now() + timedelta(minutes=COPYING_MINUTES)
        self.snapshots[name] = {"Status": "creating", "KmsKeyId": asked["KmsKeyId"], "_until": until}
        return {"DBSnapshot": {"DBSnapshotIdentifier": name}}

    # --- how time goes by

    def advance(self) -> None:
        now = self.aws.clock.now()
        for snapshot in self.snapshots.values():
            if now >= snapshot.get("_until", now + timedelta(1)):
                snapshot["Status"] = "available"
        for one in list(self.instances):
            while one.get("_until") and now >= one["_until"]:
                self._next(one)
            if one.get("_changes") and one["_until"] - now < timedelta(minutes=MODIFYING_MINUTES, seconds=-30):
                renaming = "NewDBInstanceIdentifier" in one["_changes"]
                one["DBInstanceStatus"] = "renaming" if renaming else "modifying"

    def _next(self, one: dict[str, Any]) -> None:
        at, status = one.pop("_until"), one["DBInstanceStatus"]
        if status == "deleting":
            self.instances.remove(one)
            return
        if status == "creating" and self.restore_ends_as != "available":
            one["DBInstanceStatus"] = self.restore_ends_as
            return
        if status == "creating":
            one |= {"DBInstanceStatus": "backing-up", "_until": at + timedelta(minutes=BACKING_UP_MINUTES)}
            one["Endpoint"] = {"Address": address(one["DBInstanceIdentifier"]), "Port": 5432}
            self.logs[one["DbiResourceId"]] = (at, None)
            return
        one["DBInstanceStatus"] = "available"
        changes = one.pop("_changes", {})
        one["PendingModifiedValues"] = {}
        if name := changes.get("NewDBInstanceIdentifier"):
            one |= {"DBInstanceIdentifier": name, "DBInstanceArn": arn(name)}
            one["Endpoint"] = {"Address": address(name), "Port": 5432}
        if password := changes.get("MasterUserPassword"):
            self.passwords[one["DbiResourceId"]] = password
        if logs := changes.get("CloudwatchLogsExportConfiguration"):
            one["EnabledCloudwatchLogsExports"] = logs["EnableLogTypes"]
        same = ("MaxAllocatedStorage", "PreferredMaintenanceWindow", "DatabaseInsightsMode", "DeletionProtection")
        one |= {key: changes[key] for key in same if key in changes}

    # --- small things

    def _restored(self, name: str, asked: dict[str, Any]) -> dict[str, Any]:
        if name in self.names:
            raise Refusal("DBInstanceAlreadyExists", "DB instance already exists")
        return self._made(name, asked)

    def _made(self, name: str, asked: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {
            "DBInstanceIdentifier": name,
            "DBInstanceArn": arn(name),
            "DbiResourceId": f"db-{'ABCDEFGH'[len(self.logs) + len(self.instances)] * 26}",
            "DBInstanceStatus": "creating",
            "Engine": "postgres",
            "EngineVersion": "16.10",
            "AllocatedStorage": 50,
            "StorageEncrypted": True,
            "KmsKeyId": KEY,
            "DBInstanceClass": asked.get("DBInstanceClass", "db.m7g.large"),
            "MultiAZ": asked.get("MultiAZ", True),
            "DeletionProtection": asked.get("DeletionProtection", True),
            "PubliclyAccessible": asked.get("PubliclyAccessible", False),
            "DBSubnetGroup": {"DBSubnetGroupName": asked.get("DBSubnetGroupName", "database-subnets")},
            "VpcSecurityGroups": [{"VpcSecurityGroupId": one} for one in asked.get("VpcSecurityGroupIds", ["sg-1"])],
            "DBParameterGroups": [{"DBParameterGroupName": asked.get("DBParameterGroupName", "database-parameters")}],
            "CACertificateIdentifier": asked.get("CACertificateIdentifier", "rds-ca-rsa2048-g1"),
            "BackupRetentionPeriod": asked.get("BackupRetentionPeriod", 35),
            "PendingModifiedValues": {},
            "TagList": list(asked["Tags"]),
            "_until": self.aws.clock.now() + timedelta(minutes=CREATING_MINUTES),
        }
        self.instances.append(made)
        return made

    def _there(self, name: str) -> dict[str, Any]:
        if name not in self.names:
            raise Refusal("DBInstanceNotFound", "DBInstance not found.")
        return self.one(name)

    def _shown(self, one: dict[str, Any]) -> dict[str, Any]:
        shown = deepcopy({key: value for key, value in one.items() if not key.startswith("_")})
        if one["DbiResourceId"] in self.logs:
            latest = self.logs[one["DbiResourceId"]][1]
            shown["LatestRestorableTime"] = latest or self.aws.clock.now() - timedelta(minutes=5)
        return shown


def address(name: str) -> str:
    return f"{name}.c1a2b3.{REGION}.rds.amazonaws.com"


def arn(name: str) -> str:
    return f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{name}"

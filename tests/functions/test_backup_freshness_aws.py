"""The ages against AWS: recovery points by botocore's model of AWS Backup (moto has none), the bucket by moto."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.stub import Stubber
from moto import mock_aws

from functions.backup_freshness.handler import NotMeasuredError, handler
from tests.functions.account import client, fresh

NOW = datetime(2026, 11, 24, 12, 20, tzinfo=UTC)
EVENT = {"scheduledTime": "2026-11-24T12:20:00Z"}
DATABASE = "arn:aws:rds:eu-west-1:123456789012:db:mockforge-staging"
OBJECTS, CONFIGURATION = "arn:aws:s3:::objects", "arn:aws:s3:::configuration-backups"
ENVIRON = {
    "NAMESPACE": "MockForgeCloud/staging",
    "METRIC_NAME": "NewestRestorablePointAgeMinutes",
    "VAULT": "mockforge-staging",
    "RECOVERY_VAULT": "mockforge-staging",
    "RECOVERY_REGION": "eu-central-1",
    "OBJECTS_BUCKET_ARN": OBJECTS,
    "CONFIGURATION_BUCKET_ARN": CONFIGURATION,
    "CONFIGURATION_FOLDER": "configuration",
    "DATABASE_ARN": DATABASE,
}
ONLY_OBJECTS_AND_CONFIGURATION = {
    name: value for name, value in ENVIRON.items() if name not in ("DATABASE_ARN", "RECOVERY_VAULT", "RECOVERY_REGION")
}

Point = tuple[float, str]
"""Hours ago, state."""


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")


@pytest.fixture
def bucket() -> Iterator[Any]:
    with mock_aws():
        s3 = client("s3")
        s3.create_bucket(Bucket="configuration-backups", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        s3.put_bucket_versioning(Bucket="configuration-backups", VersioningConfiguration={"Status": "Enabled"})
        yield s3


def listing(*pages: list[Point], arn: str, encrypted: bool = True) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What AWS Backup answers, page by page, and what it must have been asked."""
    answers = []
    for number, page in enumerate(pages):
        points = [
            {
                "CreationDate": NOW - timedelta(hours=hours),
                "Status": state,
                "IsEncrypted": encrypted,
                "ResourceArn": arn,
            }
            for hours, state in page
        ]
        token = {"NextToken": f"page-{number + 1}"} if number + 1 < len(pages) else {}
        asked = {"BackupVaultName": "mockforge-staging", "ByResourceArn": arn}
        answers.append(
            ({"RecoveryPoints": points, **token}, asked | ({"NextToken": f"page-{number}"} if number else {}))
        )
    return answers


class Aws:
    """Stubbed clients, and the metric values that reached CloudWatch."""

    def __init__(
        self,
        *,
        primary: list[Any] | None = None,
        recovery: list[Any] | None = None,
        database: dict[str, Any] | str | None = None,
    ) -> None:
        self.published: dict[tuple[str, str], float] = {}
        self._listings = {None: primary or [], "eu-central-1": recovery or []}
        self._database = database

    def __call__(self, service: str, *, region: str | None = None) -> Any:
        if service == "s3":
            return client("s3")
        made = fresh(service, region)
        stubber = Stubber(made)
        if service == "backup":
            for answer in self._listings[region]:
                if isinstance(answer, str):
                    stubber.add_client_error("list_recovery_points_by_backup_vault", answer, "no")
                else:
                    stubber.add_response("list_recovery_points_by_backup_vault", *answer)
        elif service == "rds":
            if isinstance(self._database, str):
                stubber.add_client_error("describe_db_instances", self._database, "no")
            else:
                stubber.add_response(
                    "describe_db_instances",
                    {"DBInstances": [self._database or {}]},
                    {"DBInstanceIdentifier": "mockforge-staging"},
                )
        else:
            assert service == "cloudwatch"
            made.meta.events.register("provide-client-params.cloudwatch.PutMetricData", self._hear)
            for _ in range(6):
                stubber.add_response("put_metric_data", {})
        stubber.activate()
        return made

    def _hear(self, params: dict[str, Any], **_: Any) -> None:
        assert params["Namespace"] == "MockForgeCloud/staging"
        for one in params["MetricData"]:
            assert (one["MetricName"], one["Timestamp"]) == ("NewestRestorablePointAgeMinutes", NOW)
            assert [dimension["Name"] for dimension in one["Dimensions"]] == ["Kind", "Place"]
            kind, place = (dimension["Value"] for dimension in one["Dimensions"])
            self.published[kind, place] = one["Value"]


def measure(aws: Callable[..., Any], environ: dict[str, str] = ENVIRON, event: object = EVENT) -> Any:
    return handler(event, None, environ=environ, make_client=aws, now=lambda: NOW)


def write(s3: Any, day: str, hours_ago: float) -> None:
    """A backup of the configuration, written so long ago: moto's clock is the machine's, so it is set."""
    from moto.core.models import DEFAULT_ACCOUNT_ID
    from moto.s3.models import s3_backends

    answer = s3.put_object(Bucket="configuration-backups", Key=f"configuration/{day}.json", Body=b"{}")
    kept = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets["configuration-backups"].keys
    for version in kept.getlist(f"configuration/{day}.json"):
        if version.version_id == answer["VersionId"]:
            version.last_modified = (NOW - timedelta(hours=hours_ago)).replace(tzinfo=None)


CONTINUOUS = {"LatestRestorableTime": NOW - timedelta(minutes=4), "StorageEncrypted": True}


def test_every_kind_at_every_place_is_measured(bucket: Any):
    write(bucket, "2026/11/23", 31.6)
    write(bucket, "2026/11/24", 7.6)
    aws = Aws(
        primary=[
            *listing([(7.3, "COMPLETED")], arn=DATABASE),
            *listing([(7, "COMPLETED"), (31, "COMPLETED")], arn=OBJECTS),
            *listing([(7, "COMPLETED")], arn=CONFIGURATION),
        ],
        recovery=[
            *listing([(31.3, "COMPLETED")], arn=DATABASE),
            *listing([(7, "CREATING"), (31, "COMPLETED")], arn=OBJECTS),
            *listing([(31, "COMPLETED")], arn=CONFIGURATION),
        ],
        database=CONTINUOUS,
    )
    answer = measure(aws)
    assert aws.published == {
        ("database", "primary"): 4,
        ("database", "recovery"): 31.3 * 60,
        ("objects", "primary"): 7 * 60,
        ("objects", "recovery"): 31 * 60,
        ("configuration", "primary"): 7.6 * 60,
        ("configuration", "recovery"): 31.6 * 60,
    }
    assert answer["ages"] == {"/".join(name): age for name, age in aws.published.items()}
    assert answer["without_point"] == {}


def only(kind: str, aws: Aws) -> tuple[float | None, str]:
    """One kind at home, measured together with an object storage and a configuration that have nothing."""
    answer = measure(
        aws, {**ONLY_OBJECTS_AND_CONFIGURATION, **({"DATABASE_ARN": DATABASE} if kind == "database" else {})}
    )
    return aws.published.get((kind, "primary")), answer["without_point"].get(f"{kind}/primary", "")


NOTHING = [*listing([], arn=OBJECTS), *listing([], arn=CONFIGURATION)]


def test_the_database_is_as_fresh_as_its_transaction_logs():
    aws = Aws(primary=[*listing([(3, "COMPLETED")], arn=DATABASE), *NOTHING], database=CONTINUOUS)
    assert only("database", aws) == (4, "")


@pytest.mark.parametrize(
    "database",
    [
        {"StorageEncrypted": True},
        {"LatestRestorableTime": NOW, "StorageEncrypted": False},
        "DBInstanceNotFound",
        "DBInstanceNotFoundFault",
    ],
)
def test_without_continuous_backup_the_newest_snapshot_counts(database: Any):
    aws = Aws(primary=[*listing([(3, "COMPLETED")], arn=DATABASE), *NOTHING], database=database)
    assert only("database", aws) == (180, "")


def test_a_database_without_any_point_has_no_value_and_both_reasons():
    aws = Aws(primary=[*listing([(1, "CREATING")], arn=DATABASE), *NOTHING], database={"StorageEncrypted": True})
    age, reason = only("database", aws)
    assert age is None
    assert "there are: 1 CREATING" in reason
    assert "RDS keeps no continuous backup of mockforge-staging" in reason


def test_every_page_of_a_vault_is_read():
    pages = listing([(50, "COMPLETED")], [(40, "COMPLETED")], [(2, "COMPLETED")], arn=OBJECTS)
    assert only("objects", Aws(primary=[*pages, *listing([], arn=CONFIGURATION)])) == (120, "")


def test_a_job_that_was_merely_started_gives_no_value_and_the_log_says_so(capsys: pytest.CaptureFixture[str]):
    aws = Aws(primary=[*listing([(0, "CREATING")], arn=OBJECTS), *listing([], arn=CONFIGURATION)])
    age, reason = only("objects", aws)
    assert age is None
    assert reason == "no restorable recovery point; there are: 1 CREATING"
    line = json.loads(capsys.readouterr().out.splitlines()[0])
    assert line == {"message": "backup age", "kind": "objects", "place": "primary", "minutes": None, "reason": reason}


def test_what_is_not_encrypted_gives_no_value():
    aws = Aws(primary=[*listing([(1, "COMPLETED")], arn=OBJECTS, encrypted=False), *listing([], arn=CONFIGURATION)])
    assert only("objects", aws) == (None, "no restorable recovery point; there are: 1 COMPLETED but not encrypted")


def test_a_fresh_snapshot_of_an_old_configuration_is_old(bucket: Any):
    """The export has failed for a week, the bucket is still backed up every day."""
    write(bucket, "2026/11/17", 7 * 24 + 7.6)
    aws = Aws(primary=[*listing([], arn=OBJECTS), *listing([(7, "COMPLETED")], arn=CONFIGURATION)])
    assert only("configuration", aws) == ((7 * 24 + 7.6) * 60, "")


def test_a_configuration_that_was_written_again_after_the_snapshot_counts_as_it_was(bucket: Any):
    write(bucket, "2026/11/24", 7.6)
    write(bucket, "2026/11/24", 0.1)
    aws = Aws(primary=[*listing([], arn=OBJECTS), *listing([(7, "COMPLETED")], arn=CONFIGURATION)])
    assert only("configuration", aws) == (7.6 * 60, "")


def test_a_snapshot_without_any_configuration_gives_no_value(bucket: Any):
    bucket.put_object(Bucket="configuration-backups", Key="restore-tests/2026-11-23.json", Body=b"{}")
    aws = Aws(primary=[*listing([], arn=OBJECTS), *listing([(7, "COMPLETED")], arn=CONFIGURATION)])
    age, reason = only("configuration", aws)
    assert age is None
    assert reason.endswith("holds no backup of the configuration")


def test_more_versions_than_a_page_holds_are_read(bucket: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "2")
    for day in range(20, 25):
        write(bucket, f"2026/11/{day}", (24 - day) * 24 + 7.6)
    aws = Aws(primary=[*listing([], arn=OBJECTS), *listing([(7, "COMPLETED")], arn=CONFIGURATION)])
    assert only("configuration", aws) == (7.6 * 60, "")


def test_what_could_be_measured_is_published_before_the_run_fails(bucket: Any):
    write(bucket, "2026/11/24", 7.6)
    aws = Aws(
        primary=[
            "ThrottlingException",
            *listing([(7, "COMPLETED")], arn=OBJECTS),
            *listing([(7, "COMPLETED")], arn=CONFIGURATION),
        ],
        recovery=["AccessDeniedException"] * 3,
        database=CONTINUOUS,
    )
    with pytest.raises(NotMeasuredError) as raised:
        measure(aws)
    assert set(aws.published) == {("objects", "primary"), ("configuration", "primary")}
    assert str(raised.value) == (
        "database/primary: ListRecoveryPointsByBackupVault: ThrottlingException: no; "
        "database/recovery: ListRecoveryPointsByBackupVault: AccessDeniedException: no; "
        "objects/recovery: ListRecoveryPointsByBackupVault: AccessDeniedException: no; "
        "configuration/recovery: ListRecoveryPointsByBackupVault: AccessDeniedException: no"
    )


def test_an_age_that_cloudwatch_refuses_is_a_failure():
    class Refusing(Aws):
        def __call__(self, service: str, *, region: str | None = None) -> Any:
            if service != "cloudwatch":
                return super().__call__(service, region=region)
            made = fresh(service, region)
            stubber = Stubber(made)
            stubber.add_client_error("put_metric_data", "AccessDenied", "no")
            stubber.activate()
            return made

    aws = Refusing(primary=[*listing([(1, "COMPLETED")], arn=OBJECTS), *listing([], arn=CONFIGURATION)])
    with pytest.raises(NotMeasuredError, match="objects/primary: PutMetricData: AccessDenied: no"):
        measure(aws, ONLY_OBJECTS_AND_CONFIGURATION)


def test_a_database_that_stands_elsewhere_and_copies_that_nobody_makes_are_not_measured():
    aws = Aws(primary=NOTHING)
    assert set(measure(aws, ONLY_OBJECTS_AND_CONFIGURATION)["without_point"]) == {
        "objects/primary",
        "configuration/primary",
    }


@pytest.mark.parametrize("event", [None, "hourly", {}, {"manual": 1}, {"scheduledTime": 5}, {"Records": []}])
def test_an_event_of_another_shape_gives_one_clear_error_and_asks_aws_nothing(event: object):
    def nobody(*_args: object, **_names: object) -> Any:
        raise AssertionError("AWS was asked")

    with pytest.raises(NotMeasuredError, match=r'allowed are \{"scheduledTime"'):
        measure(nobody, event=event)

"""The weekly restore test's judge: S3 is moto's, other answers are checked against botocore's models."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from functions.common.configuration_document import Header, write
from functions.common.environ import BadSettingError
from functions.restore_validation.database import database_checks
from functions.restore_validation.event import UnknownEventError, read_event
from functions.restore_validation.handler import NotToldError, handler
from functions.restore_validation.query import Login
from functions.restore_validation.record import line_of, week_of, with_line, with_result
from functions.restore_validation.verdicts import Check, Verdict

HERE = "us-east-1:123456789012"
PLANS = f"arn:aws:backup:{HERE}:restore-testing-plan:mockforge_staging_weekly-"
DATABASE = f"arn:aws:rds:{HERE}:db:mockforge-staging"
RESTORED_DATABASE = f"arn:aws:rds:{HERE}:db:awsbackup-restore-test-1"
RESTORED_BUCKET = "arn:aws:s3:::awsbackup-restore-test-2"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ENVIRON = {
    "ENVIRONMENT": "staging",
    "PLAN_ARN_PREFIX": PLANS,
    "OBJECTS_ARN": "arn:aws:s3:::objects",
    "CONFIGURATION_ARN": "arn:aws:s3:::configuration",
    "DATABASE_ARN": DATABASE,
    "SUBNET_GROUP": "isolated",
    "ENGINE_VERSION": "16.10",
    "DATABASE_URL_SECRET_ARN": f"arn:aws:secretsmanager:{HERE}:secret:mockforge-cloud/staging/database-url-1",
    "RECORD_KEY_ARN": f"arn:aws:kms:{HERE}:key/1",
    "TOPIC_ARN": f"arn:aws:sns:{HERE}:warning",
    "GUIDE_URL": "https://guide.example/incident-response.md#restore-test-failed",
}
INSTANCE = {
    "DBInstanceStatus": "available",
    "Engine": "postgres",
    "EngineVersion": "16.10",
    "StorageEncrypted": True,
    "PubliclyAccessible": False,
    "AllocatedStorage": 100,
    "DBSubnetGroup": {"DBSubnetGroupName": "isolated"},
    "Endpoint": {"Address": "restored.example", "Port": 5432},
}


def an_event(**detail: Any) -> dict[str, Any]:
    told = {
        "restoreJobId": "job-1",
        "restoreTestingPlanArn": f"{PLANS}1234",
        "resourceType": "RDS",
        "createdResourceArn": RESTORED_DATABASE,
        "status": "COMPLETED",
    }
    return {"source": "aws.backup", "detail-type": "Restore Job State Change", "detail": told | detail}


def of_objects(**detail: Any) -> dict[str, Any]:
    return an_event(**({"resourceType": "S3", "createdResourceArn": RESTORED_BUCKET} | detail))


class Context:
    def __init__(self, seconds: float = 900) -> None:
        self._seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self._seconds * 1000)


class Aws:
    """AWS Backup, RDS and SNS, whose answers a test may change; S3 is moto's."""

    def __init__(self) -> None:
        self.job: dict[str, Any] = {
            "Status": "COMPLETED",
            "CreatedResourceArn": RESTORED_DATABASE,
            "SourceResourceArn": DATABASE,
            "RecoveryPointArn": f"arn:aws:backup:{HERE}:recovery-point:1",
            "RecoveryPointCreationDate": datetime.now(UTC) + timedelta(days=1),
            "BackupSizeInBytes": 12345,
        }
        self.instances = [INSTANCE]
        self.refused: str = ""
        self.validations: list[dict[str, Any]] = []
        self.messages: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.secret = "postgres://mockforge:s3cret@the-old-one.example:5432/mockforge?sslmode=require"
        self.logins: list[tuple[str, int, Login]] = []
        self.rows = Check(name="rows", good=True, found="1 of 2 tables have rows")

    def ask(self, *, address: str, port: int, login: Login) -> list[Check]:
        self.logins.append((address, port, login))
        return [self.rows]

    def client(self, service: str, *, region: str | None = None) -> Any:
        made: Any = boto3.client(service, region_name=region or "us-east-1")
        if service != "s3":
            made._make_api_call = lambda operation, asked: self._answer(made, operation, asked)
        return made

    def _answer(self, client: Any, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        model = client.meta.service_model.operation_model(operation)
        report = ParamValidator().validate(asked, model.input_shape)
        assert not report.has_errors(), report.generate_report()
        self.asked.append(operation)
        if operation == self.refused:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not allowed"}}, operation)
        match operation:
            case "DescribeRestoreJob":
                return self.job
            case "DescribeDBInstances":
                return {"DBInstances": [self.instances.pop(0) if len(self.instances) > 1 else self.instances[0]]}
            case "GetSecretValue":
                assert asked == {"SecretId": ENVIRON["DATABASE_URL_SECRET_ARN"]}
                return {"SecretString": self.secret}
            case "PutRestoreValidationResult":
                self.validations.append(asked)
            case "Publish":
                self.messages.append(asked)
            case _:
                raise AssertionError(operation)
        return {}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        s3: Any = boto3.client("s3")
        for bucket in ("objects", "configuration", "awsbackup-restore-test-2"):
            s3.create_bucket(Bucket=bucket)
        yield Aws()


def judge(aws: Aws, event: object = None, *, context: Context | None = None, **environ: str) -> dict[str, Any]:
    return handler(
        an_event() if event is None else event,
        context or Context(),
        environ=ENVIRON | environ,
        make_client=aws.client,
        now=lambda: NOW,
        pause=lambda _: None,
        ask=aws.ask,
    )


def judge_objects(aws: Aws) -> dict[str, Any]:
    aws.job |= {"CreatedResourceArn": RESTORED_BUCKET, "SourceResourceArn": "arn:aws:s3:::objects"}
    return judge(aws, of_objects())


def put(bucket: str, **objects: str) -> None:
    s3: Any = boto3.client("s3")
    for key, body in objects.items():
        s3.put_object(Bucket=bucket, Key=key, Body=body.encode())


def record(key: str) -> str:
    s3: Any = boto3.client("s3")
    return s3.get_object(Bucket="configuration", Key=key)["Body"].read().decode()


# --- the database ----------------------------------------------------------------------------------------------------


def test_a_good_database_is_told_to_aws_backup_and_documented_and_nobody_is_woken(aws: Aws):
    answer = judge(aws)
    assert (answer["kind"], answer["good"], answer["week"]) == ("database", True, "2026-W48")
    [validation] = aws.validations
    assert (validation["RestoreJobId"], validation["ValidationStatus"]) == ("job-1", "SUCCESSFUL")
    assert aws.messages == []
    document = json.loads(record("restore-tests/2026-W48.json"))
    assert document["results"]["database"]["good"] is True
    assert [one["name"] for one in document["results"]["database"]["checks"]] == [
        "status",
        "encryption",
        "subnet group",
        "public access",
        "engine",
        "size",
        "rows",
    ]
    assert record("restore-tests/log.md").splitlines()[-1] == "- 2026-W48: database good"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"DBInstanceStatus": "storage-full"}, "status: storage-full"),
        ({"StorageEncrypted": False}, "encryption: OFF"),
        ({"DBSubnetGroup": {"DBSubnetGroupName": "default"}}, "subnet group: default, expected isolated"),
        ({"PubliclyAccessible": True}, "public access: OPEN"),
        ({"EngineVersion": "15.14"}, "engine: postgres 15.14, expected postgres 16.10"),
        ({"Engine": "mysql"}, "engine: mysql 16.10, expected postgres 16.10"),
        ({"AllocatedStorage": 0}, "size: 12345 bytes restored to 0 GiB"),
        ({"StorageEncrypted": None}, "encryption: OFF"),
    ],
)
def test_a_database_that_is_not_as_it_should_be_fails_with_the_reason(aws: Aws, changes: dict[str, Any], says: str):
    aws.instances = [INSTANCE | changes]
    assert judge(aws)["good"] is False
    [validation] = aws.validations
    assert (validation["ValidationStatus"], validation["ValidationStatusMessage"]) == ("FAILED", says)
    [message] = aws.messages
    assert message["Subject"] == "Restore test of staging: database FAILED"
    assert says in message["Message"]
    assert "https://guide.example/incident-response.md#restore-test-failed" in message["Message"]


def test_the_restored_database_is_asked_for_rows_with_the_applications_login(aws: Aws):
    judge(aws)
    assert aws.logins == [("restored.example", 5432, Login(user="mockforge", password="s3cret", database="mockforge"))]


def test_a_database_without_rows_fails_with_the_reason(aws: Aws):
    aws.rows = Check(name="rows", good=False, found="0 of 2 tables have rows")
    assert judge(aws)["good"] is False
    assert aws.validations[0]["ValidationStatusMessage"] == "rows: 0 of 2 tables have rows"


def test_a_database_without_an_address_cannot_be_asked_and_is_no_pass(aws: Aws):
    aws.instances = [{key: value for key, value in INSTANCE.items() if key != "Endpoint"}]
    assert judge(aws)["good"] is False
    assert aws.validations[0]["ValidationStatusMessage"] == "login: RDS names no address for it"


def test_a_secret_of_another_shape_is_no_pass_and_stays_secret(aws: Aws, capsys: pytest.CaptureFixture[str]):
    aws.secret = "s3cret"
    assert judge(aws)["good"] is False
    assert "is no URL like postgres://" in aws.validations[0]["ValidationStatusMessage"]
    assert "s3cret" not in capsys.readouterr().out + str(aws.messages)


def test_a_secret_that_may_not_be_read_is_no_pass(aws: Aws):
    aws.refused = "GetSecretValue"
    assert judge(aws)["good"] is False
    assert "AccessDenied" in aws.messages[0]["Message"]


def test_a_database_that_is_still_being_set_up_is_waited_for(aws: Aws):
    aws.instances = [INSTANCE | {"DBInstanceStatus": status} for status in ("creating", "backing-up", "available")]
    assert judge(aws)["good"] is True


def test_waiting_ends_while_there_is_time_to_tell(aws: Aws):
    aws.instances = [INSTANCE | {"DBInstanceStatus": "modifying"}]
    assert judge(aws, context=Context(130))["good"] is False
    assert aws.validations[0]["ValidationStatusMessage"] == "status: modifying"


@pytest.mark.parametrize(
    ("wanted", "found", "good"), [("16", "16.10", True), ("16", "17.1", False), ("1", "16.1", False)]
)
def test_a_major_version_accepts_its_minor_versions(wanted: str, found: str, good: bool):
    checks = database_checks(
        INSTANCE | {"EngineVersion": found}, engine_version=wanted, subnet_group="isolated", backup_bytes=1
    )
    assert {check.name: check.good for check in checks}["engine"] is good


# --- buckets ---------------------------------------------------------------------------------------------------------


def test_a_bucket_with_everything_in_it_is_good(aws: Aws):
    put("objects", one="1", two="2")
    put("awsbackup-restore-test-2", one="1", two="2", deleted_since="3")
    answer = judge_objects(aws)
    assert (answer["kind"], answer["good"]) == ("objects", True)
    assert "3 restored, 2 unchanged in the source, 0 newer there" in answer["reason"]


@pytest.mark.parametrize(
    ("restored", "says"),
    [
        ({}, "objects: 0 restored, 2 unchanged in the source"),
        ({"one": "1", "other": "2"}, "sample: 1 of 2 compared are missing, for instance 'two'"),
        ({"one": "1", "two": "3"}, "content: 1 of 2 compared are different, for instance 'two'"),
    ],
)
def test_a_bucket_that_lacks_or_changed_something_fails_with_the_reason(aws: Aws, restored: dict[str, str], says: str):
    put("objects", one="1", two="2")
    put("awsbackup-restore-test-2", **restored)
    assert judge_objects(aws)["good"] is False
    assert says in aws.messages[0]["Message"]


def test_an_empty_source_may_be_restored_empty(aws: Aws):
    assert judge_objects(aws)["good"] is True


def test_what_was_written_after_the_recovery_point_is_not_expected_in_it(aws: Aws):
    put("objects", new="1")
    aws.job["RecoveryPointCreationDate"] = datetime.now(UTC) - timedelta(minutes=1)
    answer = judge_objects(aws)
    assert answer["good"] is True
    assert "0 unchanged in the source, 1 newer there" in answer["reason"]


def test_of_many_objects_all_are_counted_and_25_compared(aws: Aws):
    many = {f"object-{number}": str(number) for number in range(60)}
    put("objects", **many)
    put("awsbackup-restore-test-2", **many)
    answer = judge_objects(aws)
    assert "60 restored, 60 unchanged" in answer["reason"]
    assert "25 of 25 compared are equal" in answer["reason"]


# --- the configuration ----------------------------------------------------------------------------------------------


def judge_configuration(aws: Aws, **objects: str) -> dict[str, Any]:
    for bucket in ("configuration", "awsbackup-restore-test-2"):
        put(bucket, **objects)
    aws.job |= {"CreatedResourceArn": RESTORED_BUCKET, "SourceResourceArn": "arn:aws:s3:::configuration"}
    return judge(aws, of_objects())


def a_backup(day: int) -> dict[str, str]:
    due = datetime(2026, 11, day, 3, tzinfo=UTC)
    text = write({"alarms": {"cpu": {"Threshold": 80}}}, Header(environment="staging", due=due, taken=due)).decode()
    return {f"configuration/2026/11/{day:02}.json": text}


def test_the_newest_configuration_backup_is_read_back_from_the_restored_bucket(aws: Aws):
    answer = judge_configuration(aws, **a_backup(9), **a_backup(22), **{"restore-tests/log.md": "- 2026-W47"})
    assert (answer["kind"], answer["good"]) == ("configuration", True)
    assert "configuration/2026/11/22.json reads back, 1 sections" in answer["reason"]


def test_a_configuration_backup_that_was_damaged_before_it_was_copied_is_found(aws: Aws):
    [(key, text)] = a_backup(22).items()
    assert judge_configuration(aws, **a_backup(9), **{key: text.replace("80", "81")})["good"] is False
    assert f"configuration: {key} section alarms is not what was written" in aws.messages[0]["Message"]


def test_a_restored_configuration_without_a_backup_is_no_pass(aws: Aws):
    assert judge_configuration(aws, **{"restore-tests/log.md": "- 2026-W47"})["good"] is False
    assert "configuration: no backup under configuration/" in aws.messages[0]["Message"]


# --- what cannot be decided ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (None, "of the type NoneType"),
        ([], "of the type list"),
        ({}, "source and detail-type are None and None"),
        ({**an_event(), "source": "aws.ecs"}, "they must be 'aws.backup'"),
        ({**an_event(), "detail": "COMPLETED"}, "detail must be an object"),
        (an_event(restoreTestingPlanArn=None), "restoreTestingPlanArn is None"),
        (an_event(restoreTestingPlanArn=PLANS.replace("staging", "production")), "our plan's begins with"),
        (an_event(restoreJobId=17), "restoreJobId is 17"),
    ],
)
def test_an_event_that_is_not_of_our_test_is_refused_and_nothing_is_judged(aws: Aws, event: object, says: str):
    with pytest.raises(UnknownEventError, match=says.replace("(", "\\(")):
        handler(event, Context(), environ=ENVIRON, make_client=aws.client, now=lambda: NOW)
    assert aws.asked == []


@pytest.mark.parametrize(
    ("detail", "says"),
    [
        ({"status": "RUNNING"}, "status is 'RUNNING'; only COMPLETED can be judged"),
        ({"status": None}, "status is None"),
        ({"createdResourceArn": ""}, "createdResourceArn is ''"),
        ({"resourceType": None}, "resourceType is None"),
        ({"resourceType": "EBS"}, "resourceType is 'EBS'; a database is RDS"),
        ({"createdResourceArn": f"arn:aws:rds:{HERE}:db:other"}, "the event says COMPLETED and"),
    ],
)
def test_an_event_of_our_test_that_is_not_understood_fails_the_validation(aws: Aws, detail: dict[str, Any], says: str):
    assert judge(aws, an_event(**detail))["good"] is False
    assert aws.validations[0]["ValidationStatus"] == "FAILED"
    assert says in aws.messages[0]["Message"]


def test_a_resource_that_is_not_ours_fails_the_validation(aws: Aws):
    aws.job["SourceResourceArn"] = f"arn:aws:rds:{HERE}:db:other"
    assert judge(aws)["good"] is False
    assert "is not backed up by this environment" in aws.messages[0]["Message"]


@pytest.mark.parametrize("operation", ["DescribeDBInstances", "DescribeRestoreJob"])
def test_an_error_of_aws_is_no_pass(aws: Aws, operation: str):
    aws.refused = operation
    if operation == "DescribeRestoreJob":  # then AWS Backup cannot be told either
        with pytest.raises(NotToldError, match="AWS Backup: DescribeRestoreJob: AccessDenied"):
            judge(aws)
    else:
        assert judge(aws)["good"] is False
    assert "AccessDenied" in aws.messages[0]["Message"]


def test_a_status_called_state_is_understood():
    event = an_event(state="COMPLETED")
    del event["detail"]["status"]
    assert read_event(event, PLANS).job_id == "job-1"


@given(event=st.recursive(st.none() | st.text() | st.integers(), lambda some: st.dictionaries(st.text(), some)))
def test_no_odd_event_is_ever_a_pass(event: Any):
    with pytest.raises(UnknownEventError):
        read_event(event, PLANS)
    with pytest.raises(UnknownEventError):
        read_event({"source": "aws.backup", "detail-type": "Restore Job State Change", "detail": event}, PLANS)


def test_a_missing_variable_is_named(aws: Aws):
    with pytest.raises(BadSettingError, match="SUBNET_GROUP"):
        judge(aws, SUBNET_GROUP="")


# --- telling ---------------------------------------------------------------------------------------------------------


def test_a_verdict_is_final_so_a_second_try_leaves_it(aws: Aws):
    aws.job["ValidationStatus"] = "FAILED"
    judge(aws)
    assert aws.validations == []


def test_a_pass_that_aws_backup_could_not_be_told_is_told_to_people_and_tried_again(aws: Aws):
    aws.refused = "PutRestoreValidationResult"
    with pytest.raises(NotToldError, match="AWS Backup: PutRestoreValidationResult: AccessDenied"):
        judge(aws)
    assert "Not told: AWS Backup" in aws.messages[0]["Message"]
    assert record("restore-tests/log.md")


def test_a_failure_that_could_not_be_told_to_people_is_raised_after_all_else_was_done(aws: Aws):
    aws.refused, aws.instances = "Publish", [INSTANCE | {"StorageEncrypted": False}]
    with pytest.raises(NotToldError, match="people: Publish: AccessDenied"):
        judge(aws)
    assert aws.validations[0]["ValidationStatus"] == "FAILED"
    assert "database FAILED (encryption: OFF)" in record("restore-tests/log.md")


def test_each_decision_is_one_line_in_the_log(aws: Aws, capsys: pytest.CaptureFixture[str]):
    judge(aws)
    [line] = capsys.readouterr().out.splitlines()
    logged = json.loads(line)
    assert (logged["message"], logged["job"], logged["kind"], logged["good"]) == (
        "restore test",
        "job-1",
        "database",
        True,
    )


# --- the record ------------------------------------------------------------------------------------------------------


def test_the_results_of_a_week_stand_together_and_in_one_line(aws: Aws):
    put("objects", one="1")
    judge(aws)
    judge_objects(aws)
    document = json.loads(record("restore-tests/2026-W48.json"))
    assert list(document["results"]) == ["database", "objects"]
    assert record("restore-tests/log.md") == (
        "# Weekly restore tests\n\n- 2026-W48: database good; objects FAILED "
        "(objects: 0 restored, 1 unchanged in the source, 0 newer there; "
        "sample: 1 of 1 compared are missing, for instance 'one')\n"
    )


def test_the_same_result_twice_changes_nothing(aws: Aws):
    judge(aws)
    before = [record("restore-tests/2026-W48.json"), record("restore-tests/log.md")]
    judge(aws)
    assert [record("restore-tests/2026-W48.json"), record("restore-tests/log.md")] == before


@pytest.mark.parametrize("documents_are_there", [False, True])
def test_a_record_that_another_job_wrote_meanwhile_is_read_again_and_kept(aws: Aws, documents_are_there: bool):
    """The other job's result arrives between this one's reading and writing, of both documents."""
    if documents_are_there:
        job = dict(aws.job)
        aws.job |= {"CreatedResourceArn": RESTORED_BUCKET, "SourceResourceArn": "arn:aws:s3:::configuration"}
        put("configuration", **a_backup(22))
        put("awsbackup-restore-test-2", **a_backup(22))
        judge(aws, of_objects())
        aws.job = job
    expected = ["configuration", "database", "objects"] if documents_are_there else ["database", "objects"]
    put("objects", one="1")
    put("awsbackup-restore-test-2", one="1")
    meanwhile: list[Callable[[], object]] = [lambda: judge_objects(aws)]

    def make_client(service: str, *, region: str | None = None) -> Any:
        made = aws.client(service, region=region)
        if service == "s3":
            write = made.put_object

            def put_object(**asked: Any) -> Any:
                if meanwhile:
                    other = meanwhile.pop()
                    mine = dict(aws.job)
                    other()
                    aws.job.clear()
                    aws.job.update(mine)
                return write(**asked)

            made.put_object = put_object
        return made

    handler(
        an_event(),
        Context(),
        environ=ENVIRON,
        make_client=make_client,
        now=lambda: NOW,
        pause=lambda _: None,
        ask=aws.ask,
    )
    assert list(json.loads(record("restore-tests/2026-W48.json"))["results"]) == expected
    assert (
        record("restore-tests/log.md").splitlines()[-1] == f"- 2026-W48: {'; '.join(f'{one} good' for one in expected)}"
    )


@pytest.mark.parametrize(
    ("day", "week"),
    [("2026-11-23", "2026-W48"), ("2026-12-31", "2026-W53"), ("2027-01-01", "2026-W53"), ("2027-01-04", "2027-W01")],
)
def test_weeks_are_iso_weeks(day: str, week: str):
    assert week_of(datetime.fromisoformat(day)) == week


@given(weeks=st.lists(st.integers(1, 53), min_size=1, max_size=20))
def test_the_log_has_one_line_per_week_in_order_whatever_was_written_when(weeks: list[int]):
    log = ""
    for number in weeks:
        verdict = Verdict(kind="objects", checks=[Check(name="objects", good=True, found="1")])
        log = with_line(log, line_of(with_result({}, f"2026-W{number:02d}", verdict, {})))
    lines = [line for line in log.splitlines() if line.startswith("- ")]
    assert lines == [f"- 2026-W{number:02d}: objects good" for number in sorted(set(weeks))]


def test_nothing_checked_is_no_pass():
    assert Verdict(kind="database", checks=[]).good is False

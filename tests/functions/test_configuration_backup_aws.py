"""The configuration backup against an account: all of it is read, nothing secret is kept, and it is all or nothing."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import Stubber

from functions.common.configuration_document import Sections, read_back
from functions.configuration_backup import readers
from functions.configuration_backup.handler import BackupFailedError, handler
from functions.configuration_backup.sections import SECTIONS
from functions.configuration_backup.settings import read_settings
from functions.configuration_backup.source import Source
from tests.functions.account import (
    BUCKET,
    NAME,
    PASSWORD,
    PLAN_ID,
    TEST_HEADER_VALUE,
    an_account,
    client,
    clients,
)

KEY = "configuration/2026/11/24.json"
SETTINGS = [
    "ENVIRONMENT",
    "ACCOUNT_ID",
    "BUCKET",
    "KEY_ARN",
    "PARAMETER_PATH",
    "SECRET_PREFIX",
    "NAME_PREFIX",
    "OUTSIDE_REGION",
    "CLUSTER",
    "SERVICE",
    "LISTENER_ARN",
    "BACKUP_PLAN_IDS",
]
EVENT = {"scheduledTime": "2026-11-24T04:45:00Z"}
NOW = datetime(2026, 11, 24, 4, 45, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")


@pytest.fixture
def environ() -> Iterator[dict[str, str]]:
    with an_account() as variables:
        yield variables


def back_up(environ: dict[str, str], make_client: Any = None, event: object = EVENT, now: datetime = NOW) -> Any:
    return handler(event, None, environ=environ, make_client=make_client or clients(), now=lambda: now)


def stored(key: str = KEY) -> bytes:
    return client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()


def sections(environ: dict[str, str]) -> Sections:
    back_up(environ)
    return read_back(stored())


def keys() -> list[str]:
    return [one["Key"] for one in client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def test_one_object_a_day_holds_every_section_and_reads_back(environ: dict[str, str]):
    answer = back_up(environ)
    assert keys() == [KEY]
    assert answer["key"] == KEY
    read = read_back(stored())
    assert set(read) == {
        "parameters",
        "secrets",
        "service",
        "task_definition",
        "scaling",
        "alarms",
        "dashboards",
        "backup_plans",
        "listeners",
        "listener_rules",
        "target_groups",
    }
    assert answer["sections"] == {name: len(items) for name, items in read.items()}
    assert all(read.values())


def test_it_is_encrypted_under_the_environments_key_and_versioned(environ: dict[str, str]):
    answer = back_up(environ)
    head = client("s3").head_object(Bucket=BUCKET, Key=KEY)
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", environ["KEY_ARN"])
    assert head["VersionId"] == answer["version"]


def test_no_secret_is_in_it_by_value(environ: dict[str, str]):
    back_up(environ)
    text = stored().decode()
    assert PASSWORD not in text
    assert TEST_HEADER_VALUE not in text
    read = read_back(stored())
    assert read["parameters"]["/mockforge-cloud/staging/hidden"]["Value"] == "[not part of a backup]"
    assert read["parameters"]["/mockforge-cloud/staging/p001"]["Value"] == "value 1"


def test_secrets_are_named_with_their_versions_those_that_only_the_tasks_name_too(environ: dict[str, str]):
    found = sections(environ)["secrets"]
    assert set(found) == {"mockforge-cloud/staging/jwt", "shared/redis"}
    secret = client("secretsmanager").describe_secret(SecretId="mockforge-cloud/staging/jwt")
    [version] = secret["VersionIdsToStages"]
    assert found["mockforge-cloud/staging/jwt"] == {"ARN": secret["ARN"], "versions": {version: ["AWSCURRENT"]}}


def test_another_environments_parameters_secrets_and_alarms_are_not_in_it(environ: dict[str, str]):
    back_up(environ)
    text = stored().decode()
    assert "production" not in text
    assert "somebody-elses" not in text


def test_alarms_of_the_outside_region_are_in_it_too(environ: dict[str, str]):
    names = {alarm["AlarmName"] for alarm in sections(environ)["alarms"].values()}
    assert names == {f"{NAME}-{one}" for one in ("alarm-000", "alarm-001", "outside-check")}


def test_composite_alarms_are_in_it_page_by_page_and_their_states_are_not():
    """moto has no composite alarms."""
    made = client("cloudwatch")
    composite = {"AlarmName": "a", "AlarmArn": "arn:a", "AlarmRule": "ALARM(x)", "StateValue": "OK"}
    asked = {"AlarmNamePrefix": f"{NAME}-", "AlarmTypes": ["CompositeAlarm"]}
    metric: dict[str, Any] = {"AlarmNamePrefix": f"{NAME}-", "AlarmTypes": ["MetricAlarm"]}
    with Stubber(made) as stubber:
        for _region in range(2):
            stubber.add_response("describe_alarms", {"MetricAlarms": []}, metric)
            stubber.add_response("describe_alarms", {"CompositeAlarms": [composite], "NextToken": "more"}, asked)
            second = {**composite, "AlarmArn": "arn:b"}
            stubber.add_response("describe_alarms", {"CompositeAlarms": [second]}, {**asked, "NextToken": "more"})
        found = readers.alarms(Source(read_settings(dict.fromkeys(SETTINGS, NAME)), lambda *_, **__: made))
        stubber.assert_no_pending_responses()
    assert found == {arn: {"AlarmName": "a", "AlarmArn": arn, "AlarmRule": "ALARM(x)"} for arn in ("arn:a", "arn:b")}


def test_the_service_with_its_task_definition_and_scaling_is_in_it(environ: dict[str, str]):
    read = sections(environ)
    [task] = read["task_definition"].values()
    assert task["containerDefinitions"][0]["image"] == "registry.example/mockforge:0.3.238"
    assert read["service"][NAME]["taskDefinition"] in read["task_definition"]
    assert read["scaling"]["target/ecs:service:DesiredCount"]["MaxCapacity"] == 10
    assert read["scaling"]["policy/out"]["StepScalingPolicyConfiguration"]["StepAdjustments"][0] == {
        "MetricIntervalLowerBound": 0.0,
        "ScalingAdjustment": 1,
    }
    assert read["scaling"]["scheduled-action/fair"]["ScalableTargetAction"] == {"MinCapacity": 4}


def test_dashboards_rules_groups_and_plans_are_in_it(environ: dict[str, str]):
    read = sections(environ)
    assert read["dashboards"][NAME]["body"] == {"widgets": [{"type": "text"}]}
    assert {rule["Priority"] for rule in read["listener_rules"].values()} == {"100", "200", "default"}
    assert {group["TargetGroupName"] for group in read["target_groups"].values()} == {"blue", "green"}
    assert all(group["Attributes"] for group in read["target_groups"].values())
    assert set(read["backup_plans"]) == {f"plan/{PLAN_ID}"} | {f"selection/{PLAN_ID}/selection-{n}" for n in (0, 1)}
    assert read["backup_plans"][f"plan/{PLAN_ID}"]["plan"]["Rules"][0]["ScheduleExpression"] == "cron(0 5 ? * * *)"


def test_every_page_is_read():
    with an_account(parameters=23, alarms=120) as environ:
        answer = back_up(environ)
    assert answer["sections"]["parameters"] == 24
    assert answer["sections"]["alarms"] == 121


def test_two_days_without_a_change_differ_only_in_the_header(environ: dict[str, str]):
    back_up(environ)
    day_later = datetime(2026, 11, 25, 4, 45, 9, tzinfo=UTC)
    back_up(environ, event={"scheduledTime": "2026-11-25T04:45:00Z"}, now=day_later)
    one, other = json.loads(stored()), json.loads(stored("configuration/2026/11/25.json"))
    assert one.pop("header") != other.pop("header")
    assert one == other


def test_what_moves_by_itself_is_not_a_change(environ: dict[str, str]):
    before = sections(environ)
    client("ecs").update_service(cluster=NAME, service=NAME, desiredCount=5)
    client("cloudwatch").set_alarm_state(AlarmName=f"{NAME}-alarm-000", StateValue="ALARM", StateReason="high")
    client("secretsmanager").get_secret_value(SecretId="mockforge-cloud/staging/jwt")
    assert sections(environ) == before


def test_the_same_day_twice_is_two_versions_of_one_object(environ: dict[str, str]):
    first, second = back_up(environ), back_up(environ)
    assert keys() == [KEY]
    versions = client("s3").list_object_versions(Bucket=BUCKET)["Versions"]
    assert {one["VersionId"] for one in versions} == {first["version"], second["version"]}


def test_a_run_that_is_tried_again_after_midnight_belongs_to_the_day_it_was_due(environ: dict[str, str]):
    late = datetime(2026, 11, 25, 0, 3, tzinfo=UTC)
    answer = back_up(environ, event={"scheduledTime": "2026-11-24T23:50:00Z"}, now=late)
    assert answer["key"] == KEY


def test_by_hand_it_is_todays(environ: dict[str, str]):
    assert back_up(environ, event={"manual": True})["key"] == KEY


OPERATIONS = {
    "parameters": ("ssm", "get_parameters_by_path"),
    "secrets": ("secretsmanager", "list_secrets"),
    "service": ("ecs", "describe_services"),
    "scaling": ("application-autoscaling", "describe_scalable_targets"),
    "alarms": ("cloudwatch", "describe_alarms"),
    "listeners": ("elbv2", "describe_listeners"),
}


@pytest.mark.parametrize("section", OPERATIONS)
def test_a_section_that_cannot_be_read_leaves_nothing_behind_not_a_small_file(environ: dict[str, str], section: str):
    with pytest.raises(BackupFailedError, match=rf"{section}: .*ThrottlingException: Rate exceeded"):
        back_up(environ, clients(*OPERATIONS[section]))
    assert keys() == []


def test_every_section_that_failed_is_named_and_logged(environ: dict[str, str], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(BackupFailedError) as raised:
        back_up({**environ, "CLUSTER": "gone", "LISTENER_ARN": environ["LISTENER_ARN"] + "0"})
    for section in ("service", "task_definition", "scaling", "listeners", "listener_rules", "target_groups"):
        assert f"{section}: " in str(raised.value)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == len(SECTIONS) + 1
    assert lines[-1] == {"message": "configuration not backed up", "reason": str(raised.value)}
    assert keys() == []


@pytest.mark.parametrize(
    ("variable", "value", "section"),
    [
        ("PARAMETER_PATH", "/mockforge-cloud/nowhere", "parameters"),
        ("NAME_PREFIX", "nobody", "dashboards"),
    ],
)
def test_an_empty_answer_is_a_wrong_one(environ: dict[str, str], variable: str, value: str, section: str):
    with pytest.raises(BackupFailedError, match=f"{section}: AWS lists nothing"):
        back_up({**environ, variable: value})
    assert keys() == []


def test_a_secret_that_the_tasks_need_and_nobody_lists_is_a_failure(environ: dict[str, str]):
    client("secretsmanager").delete_secret(SecretId="shared/redis", ForceDeleteWithoutRecovery=True)
    with pytest.raises(BackupFailedError, match=r"secrets: AWS does not know secrets that the tasks need: arn:.*redis"):
        back_up(environ)


def test_a_bucket_without_versions_is_refused(environ: dict[str, str]):
    client("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})
    with pytest.raises(BackupFailedError, match="must be versioned"):
        back_up(environ)


def test_a_refusal_of_s3_says_what_and_why(environ: dict[str, str]):
    with pytest.raises(BackupFailedError, match="PutObject: AccessDenied"):
        back_up(environ, clients("s3", "put_object", "AccessDenied"))


@pytest.mark.parametrize(
    ("event", "says"),
    [
        ({}, "the event holds nothing; allowed are"),
        ([], "the event is of the type list"),
        ({"manual": False}, "the event holds manual"),
        ({"scheduledTime": "yesterday"}, "scheduledTime is not a time"),
        ({"scheduledTime": "2026-11-24T04:45:00"}, "has no time zone"),
        ({"scheduledTime": "2026-11-22T04:45:00Z"}, "more than 12 hours from now"),
        ({"scheduledTime": "2026-11-24T04:45:00Z", "also": 1}, "the event holds also, scheduledTime"),
        ({"hookDetails": {}}, "the event holds hookDetails"),
    ],
)
def test_an_event_of_another_shape_gives_one_clear_error_and_asks_aws_nothing(event: object, says: str):
    with pytest.raises(BackupFailedError, match=says):
        handler(event, None, environ=dict.fromkeys(SETTINGS, "x"), make_client=nobody, now=lambda: NOW)


def nobody(*_args: object, **_names: object) -> Any:
    raise AssertionError("AWS was asked")


def test_a_missing_setting_is_named():
    with pytest.raises(BackupFailedError, match="the environment variable LISTENER_ARN is missing"):
        handler(EVENT, None, environ={name: "x" for name in SETTINGS if name != "LISTENER_ARN"}, now=lambda: NOW)

"""`status`: the whole screen, and what stands there when AWS does not tell."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from functions.smoke_test.exchange import Answer, NoAnswer
from operations.state.reading import Status, gather
from operations.state.text import as_json, as_text
from tests.operations.aws_world import AwsWorld, aws_error, put
from tests.operations.manifests import ACCOUNT, REGION

GROUPS = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup"
BLUE, GREEN = f"{GROUPS}/blue-1a2b3c4/73e2d6bc24d8a067", f"{GROUPS}/green-1a2b3c4/943f017f100becff"
FULL = "100 % of the traffic"
SIDE = "3 of 3 tasks, {} % production, {} % test"
VAULTS = {"mockforge-production": "us-east-1", "mockforge-production-recovery": "us-west-2"}


@pytest.fixture
def baking(aws: AwsWorld, monkeypatch: pytest.MonkeyPatch) -> AwsWorld:
    """Version 42 bakes since 03:05; it is 03:25."""
    answer = Answer(status=200, headers={}, body=b'{"status": "healthy", "version": "0.3.239"}', milliseconds=9)
    monkeypatch.setattr("functions.smoke_test.exchange.fetch", lambda *_asked: answer)
    aws.ecs.register(41, "a")
    aws.ecs.register(42, "b")
    aws.ecs.approval = False
    aws.ecs.deployed(41, days_ago=2)
    aws.ecs.start(42)
    aws.clock.at += timedelta(minutes=25)
    now = aws.clock.now()

    def rules(asked: dict[str, Any]) -> dict[str, Any]:
        production = asked["RuleArns"][0].endswith("/7")
        groups = [
            {"TargetGroupArn": BLUE, "Weight": 0 if production else 100},
            {"TargetGroupArn": GREEN, "Weight": 100 if production else 0},
        ]
        return {"Rules": [{"Actions": [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]}]}

    def targets(asked: dict[str, Any]) -> dict[str, Any]:
        states = ["healthy", "healthy", "unhealthy"] if asked["TargetGroupArn"] == GREEN else []
        return {"TargetHealthDescriptions": [{"TargetHealth": {"State": state}} for state in states]}

    def points(asked: dict[str, Any]) -> dict[str, Any]:
        assert asked["BackupVaultName"] in VAULTS
        hours = {"objects-1a2b3c4": 30, "configuration-1a2b3c4": 6}.get(asked["ByResourceArn"].rpartition(":")[2], 6)
        finished = {"CreationDate": now - timedelta(hours=hours), "Status": "COMPLETED", "IsEncrypted": True}
        started = {"CreationDate": now, "Status": "CREATING", "IsEncrypted": True}
        return {"RecoveryPoints": [started, finished]}

    versions = [{"Key": "configuration/2026/11/23.json", "LastModified": now - timedelta(hours=7)}]
    database = {"StorageEncrypted": True, "LatestRestorableTime": now - timedelta(minutes=4)}
    alarms = {
        "CompositeAlarms": [{"AlarmName": "mockforge-production-latency-alert", "StateTransitionedTimestamp": now}],
        "MetricAlarms": [
            {"AlarmName": "mockforge-production-latency", "StateTransitionedTimestamp": now},
            {"AlarmName": "mockforge-production-scale-in", "StateTransitionedTimestamp": now},
        ],
    }
    target = {"MinCapacity": 2, "MaxCapacity": 10}
    aws.handlers |= {
        ("elbv2", "DescribeRules"): rules,
        ("elbv2", "DescribeTargetHealth"): targets,
        ("backup", "ListRecoveryPointsByBackupVault"): points,
        ("s3", "ListObjectVersions"): lambda _asked: {"Versions": versions, "IsTruncated": False},
        ("rds", "DescribeDBInstances"): lambda _asked: {"DBInstances": [database]},
        ("cloudwatch", "DescribeAlarms"): lambda _asked: alarms,
        ("application-autoscaling", "DescribeScalableTargets"): lambda _asked: {"ScalableTargets": [scalable(target)]},
        ("application-autoscaling", "DescribeScheduledActions"): lambda _asked: {"ScheduledActions": []},
    }
    return aws


def scalable(target: dict[str, Any]) -> dict[str, Any]:
    names = {"ServiceNamespace": "ecs", "ResourceId": "service/a/a", "ScalableDimension": "ecs:service:DesiredCount"}
    return target | names | {"RoleARN": "arn", "CreationTime": datetime(2026, 1, 1)}  # noqa: DTZ001 - nobody reads it


def test_one_screen_tells_what_is_live_what_moves_and_what_is_wrong(baking: AwsWorld):
    record = [{"image": f"sha256:{'d' * 64}", "at": "2026-11-20T00:00:00+00:00", "reason": "slow"}]
    put(baking, "/mockforge-cloud/production/withdrawn", json.dumps(record))
    baking.calls.clear()
    answer = baking("status", "production")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines() == [
        "production  2026-11-24 03:25 UTC  (us-east-1, account 123456789012)",
        "",
        "live         mockforge-production:42 (image sha256:bbbbbbbbbbbb)",
        "answers      version 0.3.239",
        "deployment   deployment2, since 2026-11-24 03:00 UTC",
        f"             IN_PROGRESS, stage BAKE_TIME, at most 40 min of the bake left, new 3 of 3 tasks, {FULL}",
        f"             old  mockforge-production:41 (image sha256:aaaaaaaaaaaa): {SIDE.format(0, 0)}",
        f"             new  mockforge-production:42 (image sha256:bbbbbbbbbbbb): {SIDE.format(100, 100)}",
        "             alarms MONITORING",
        "tasks        3 running of 3 desired, 0 pending",
        "bounds       2 to 10 tasks",
        "targets      blue   0 % production, 100 % test: no targets",
        "             green  100 % production, 0 % test: 2 healthy, 1 unhealthy",
        "alarms on    mockforge-production-latency-alert since 2026-11-24 03:25 UTC",
        "             mockforge-production-scale-in since 2026-11-24 03:25 UTC (scaling, tells nobody)",
        "backups      database, primary: 4 min old (late after 60 min)",
        "             database, recovery: 6 h old (late after 26 h)",
        "             objects, primary: LATE, 30 h old (late after 26 h)",
        "             objects, recovery: LATE, 30 h old (late after 26 h)",
        "             configuration, primary: 7 h old (late after 26 h)",
        "             configuration, recovery: 7 h old (late after 26 h)",
        "maintenance  next 2026-12-06 02:00 UTC (first Sunday 02:00–04:00 UTC)",
        f"withdrawn    2026-11-20 00:00 UTC  sha256:{'d' * 64}  slow",
    ]
    assert baking.changes == []


def test_the_stand_ins_status_says_at_its_top_that_it_is_not_the_real_one(
    baking: AwsWorld, monkeypatch: pytest.MonkeyPatch
):
    seen: list[Status] = []
    monkeypatch.setattr("operations.state.reading.gather", lambda session: seen.append(gather(session)) or seen[-1])
    assert "offline" not in baking("status", "production").out
    title = "production  2026-11-24 03:25 UTC  (offline, stand-in AWS; us-east-1, account 123456789012)\n"
    assert as_text(seen[0], offline=True).startswith(title)
    assert [json.loads(as_json(seen[0], offline=offline))["offline"] for offline in (True, False)] == [True, False]


def test_for_scripts_it_is_one_object(baking: AwsWorld):
    content = json.loads(baking("status", "production", "--json").out)
    assert content["live"]["task_definition"] == "mockforge-production:42"
    assert (content["deployment"]["stage"], content["deployment"]["bake_left_minutes_at_most"]) == ("BAKE_TIME", 40)
    assert content["targets"][1]["health"] == {"healthy": 2, "unhealthy": 1}
    assert content["backups"]["database, primary"]["age_minutes"] == 4
    assert content["maintenance"] == {"next_start": "2026-12-06T02:00:00+00:00", "now": False}
    assert content["bounds"]["held_until"] is None


def test_a_pause_is_shown_with_the_commands_that_answer_it(baking: AwsWorld):
    baking.ecs.approval = True
    baking.ecs.deployments.pop()
    baking.ecs.live = 41
    baking.ecs.start(42)
    baking.clock.at += timedelta(minutes=5)
    shown = baking("status", "production").out
    assert "live         mockforge-production:41 (image sha256:aaaaaaaaaaaa)" in shown
    assert (
        "             waits for an answer until 2026-11-25 03:29 UTC, then ROLLBACK: `mfcloud approve production`, or "
        "`mfcloud reject production`\n" in shown
    )


def test_after_a_rollback_it_tells_why_and_what_is_live(baking: AwsWorld):
    baking.ecs.advance()
    baking.ecs.raise_alarm("mockforge-production-deployment-errors")
    baking.clock.at += timedelta(minutes=5)
    shown = baking("status", "production").out
    assert "live         mockforge-production:41 (image sha256:aaaaaaaaaaaa)\n" in shown
    assert "because: Service deployment rolled back because of alarm mockforge-production-deployment-errors\n" in shown
    assert "ended 2026-11-24 03:28 UTC\n" in shown


def test_before_the_first_deployment_there_is_none(baking: AwsWorld):
    baking.ecs.deployments.clear()
    shown = baking("status", "production").out
    assert "live         nothing: there was no deployment yet\n" in shown
    assert "deployment   none yet\n" in shown


def test_a_kind_without_any_restorable_point_is_said_loudly(baking: AwsWorld):
    started = {"CreationDate": baking.clock.now(), "Status": "CREATING", "IsEncrypted": True}
    baking.handlers["backup", "ListRecoveryPointsByBackupVault"] = lambda _asked: {"RecoveryPoints": [started]}
    shown = baking("status", "production").out
    assert "objects, primary: NONE: no restorable recovery point; there are: 1 CREATING\n" in shown


def test_in_a_window_it_says_since_when(baking: AwsWorld):
    baking.clock.at = baking.clock.at.replace(month=12, day=6, hour=3, minute=0)
    assert "maintenance  NOW, since 2026-12-06 02:00 UTC (first Sunday" in baking("status", "production").out


ASKED = {  # operation that is refused -> the start of the line that becomes unknown
    "ListServiceDeployments": ("live", "deployment"),
    "DescribeServices": ("tasks",),
    "DescribeScalableTargets": ("bounds",),
    "DescribeRules": ("targets",),
    "DescribeTargetHealth": ("targets",),
    "DescribeAlarms": ("alarms on",),
}


@pytest.mark.parametrize("operation", ASKED)
def test_what_is_refused_is_unknown_with_its_reason_and_the_rest_is_shown(baking: AwsWorld, operation: str):
    baking.faults[operation] += [aws_error("AccessDeniedException", operation, "not authorized")]
    answer = baking("status", "production")
    assert (answer.code, answer.err) == (0, "")
    for label in ASKED[operation]:
        assert f"{label:<13}unknown: these credentials may not do {operation}: not authorized\n" in answer.out
    assert answer.out.count("unknown: these credentials") == len(ASKED[operation])


def test_one_kind_of_backup_that_cannot_be_read_leaves_the_others(baking: AwsWorld):
    baking.faults["DescribeDBInstances"] += [aws_error("AccessDenied", "DescribeDBInstances", "no")]
    shown = baking("status", "production").out
    assert "backups      database, primary: unknown: these credentials may not do DescribeDBInstances: no\n" in shown
    assert "objects, primary: LATE, 30 h old" in shown


def test_a_lost_connection_is_unknown_as_well(baking: AwsWorld):
    baking.faults["DescribeAlarms"] += [EndpointConnectionError(endpoint_url="https://monitoring.example")]
    shown = baking("status", "production").out
    assert "alarms on    unknown: AWS gave no answer (Could not connect to the endpoint URL" in shown


def test_a_service_that_does_not_answer_is_said(baking: AwsWorld, monkeypatch: pytest.MonkeyPatch):
    silence = NoAnswer(reason="no complete answer within 5 s", may_pass_later=True, milliseconds=5000)
    monkeypatch.setattr("functions.smoke_test.exchange.fetch", lambda *_asked: silence)
    shown = baking("status", "production").out
    assert "unknown: https://cloud.mockforge.dev/health/live gives no answer: no complete answer within 5 s\n" in shown


def test_signed_out_in_the_middle_it_stops_at_once(baking: AwsWorld):
    baking.faults["DescribeRules"] += [aws_error("ExpiredTokenException", "DescribeRules")]
    answer = baking("status", "production")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == (
        "error: AWS does not accept the credentials (ExpiredTokenException at DescribeRules)\n"
        "hint: sign in to AWS (for instance `aws sso login`, or set AWS_PROFILE), then run the same command again\n"
    )

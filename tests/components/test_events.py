"""Events as AWS's guides show them, against the patterns that are registered; and what a person reads of them."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest
from moto.events.models import EventPattern

from components.events import EVENTS, Events, EventsArgs
from tests.harness import Program
from tests.headings import anchors

Run = Callable[..., Program]

GUIDE = Path(__file__).parents[2] / "docs" / "incident-response.md"
ACCOUNT = "123456789012"
HERE = f"us-east-1:{ACCOUNT}"
VAULT = f"arn:aws:backup:{HERE}:backup-vault:mockforge-staging"
RECOVERY_VAULT = f"arn:aws:backup:us-west-2:{ACCOUNT}:backup-vault:mockforge-staging"
SERVICE = f"arn:aws:ecs:{HERE}:service/mockforge-staging/mockforge-staging"
CLUSTER = f"arn:aws:ecs:{HERE}:cluster/mockforge-staging"
CERTIFICATE = f"arn:aws:acm:{HERE}:certificate/1"
CHECKLIST = f"arn:aws:states:{HERE}:stateMachine:mockforge-staging-maintenance-checklist"
PLAN = f"arn:aws:backup:{HERE}:restore-testing-plan:mockforge_staging_weekly-1234"


def backup(**detail: Any) -> dict[str, Any]:
    told = {
        "backupJobId": "job-1",
        "backupVaultArn": VAULT,
        "resourceArn": f"arn:aws:rds:{HERE}:db:mockforge-staging",
        "state": "FAILED",
        "statusMessage": "Access denied",
    }
    return {"source": "aws.backup", "detail-type": "Backup Job State Change", "resources": [], "detail": told | detail}


def restore(**detail: Any) -> dict[str, Any]:
    told = {"restoreJobId": "job-2", "restoreTestingPlanArn": PLAN, "resourceType": "RDS", "status": "FAILED"}
    return {"source": "aws.backup", "detail-type": "Restore Job State Change", "resources": [], "detail": told | detail}


def deployment(name: str, service: str = SERVICE) -> dict[str, Any]:
    return {
        "source": "aws.ecs",
        "detail-type": "ECS Deployment State Change",
        "resources": [service],
        "detail": {"eventType": "ERROR", "eventName": name, "deploymentId": "ecs-svc/1", "reason": "tasks failed"},
    }


def hook(name: str, cluster: str = CLUSTER) -> dict[str, Any]:
    detail = {"eventName": name, "clusterArn": cluster, "lifecycleStage": "POST_TEST_TRAFFIC_SHIFT"}
    return {"source": "aws.ecs", "detail-type": "ECS Hook State Change", "resources": [], "detail": detail}


def certificate(what: str, arn: str = CERTIFICATE) -> dict[str, Any]:
    detail = {"DaysToExpiry": 31, "CommonName": "staging.example.com"}
    return {"source": "aws.acm", "detail-type": f"ACM Certificate {what}", "resources": [arn], "detail": detail}


def execution(status: str, machine: str = CHECKLIST) -> dict[str, Any]:
    return {
        "source": "aws.states",
        "detail-type": "Step Functions Execution Status Change",
        "resources": [],
        "detail": {"stateMachineArn": machine, "status": status, "executionArn": f"{machine}:1"},
    }


def copy(state: str) -> dict[str, Any]:
    detail = {"destinationBackupVaultArn": RECOVERY_VAULT, "state": state, "copyJobId": "job-3"}
    return {"source": "aws.backup", "detail-type": "Copy Job State Change", "resources": [], "detail": detail}


CASES: list[tuple[str | None, dict[str, Any]]] = [
    ("backup-failed", backup()),
    ("backup-failed", backup(state="EXPIRED")),
    ("backup-failed", backup(state="ABORTED")),
    (None, backup(state="COMPLETED")),
    (None, backup(state="RUNNING")),
    (None, backup(backupVaultArn=f"arn:aws:backup:{HERE}:backup-vault:another")),
    ("copy-failed", copy("FAILED")),
    (None, copy("COMPLETED")),
    ("restore-test-failed", restore()),
    ("restore-test-failed", {**restore(), "detail": {"restoreTestingPlanArn": PLAN, "state": "ABORTED"}}),
    (None, restore(status="COMPLETED")),
    (None, restore(restoreTestingPlanArn=None)),
    (None, restore(restoreTestingPlanArn=PLAN.replace("staging", "production"))),
    ("deployment-failed", deployment("SERVICE_DEPLOYMENT_FAILED")),
    (None, deployment("SERVICE_DEPLOYMENT_COMPLETED")),
    (None, deployment("SERVICE_DEPLOYMENT_FAILED", SERVICE.replace("staging", "production"))),
    ("hook-failed", hook("HOOK_FAILED")),
    ("hook-failed", hook("HOOK_TIMED_OUT")),
    (None, hook("HOOK_AWAITING_ACTION")),
    (None, hook("HOOK_FAILED", CLUSTER.replace("staging", "production"))),
    ("certificate-ends", certificate("Approaching Expiration")),
    ("certificate-ends", certificate("Expired")),
    ("certificate-ends", certificate("Renewal Action Required")),
    (None, certificate("Approaching Expiration", CERTIFICATE.replace("/1", "/2"))),
    ("checklist-failed", execution("FAILED")),
    ("checklist-failed", execution("TIMED_OUT")),
    ("checklist-failed", execution("ABORTED")),
    (None, execution("SUCCEEDED")),
    (None, execution("FAILED", CHECKLIST.replace("staging", "production"))),
]


def the_events(name: str = "events", **changes: Any) -> Callable[[], None]:
    def program() -> None:
        args: dict[str, Any] = {
            "environment_name": "staging",
            "prefix": "mockforge-staging",
            "region": "us-east-1",
            "account_id": pulumi.Output.from_input(ACCOUNT),
            "warning_topic_arn": f"arn:aws:sns:{HERE}:warning",
            "guide_url": "https://guide.example/incident-response.md",
            "cluster_arn": CLUSTER,
            "service_arn": pulumi.Output.from_input(SERVICE),
            "vault_arn": VAULT,
            "recovery_vault_arn": RECOVERY_VAULT,
            "restore_test_plan_name": "mockforge_staging_weekly",
            "certificate_arn": CERTIFICATE,
            "checklist_arn": CHECKLIST,
        }
        Events(name, EventsArgs(**(args | changes)))

    return program


@pytest.fixture(scope="module")
def program() -> Program:
    from tests.harness import registered

    return registered(the_events())


def told(program: Program, event: dict[str, Any]) -> dict[str, str]:
    """Rule → text that SNS is handed, as EventBridge fills it in."""
    found: dict[str, str] = {}
    for rule in program.all("EventRule"):
        pattern = rule["eventPattern"]
        if EventPattern(pattern, json.loads(pattern)).matches_event(event):  # type: ignore[arg-type]
            transformer = program.one("EventTarget", f"{rule.name}-message")["inputTransformer"]
            text = transformer["inputTemplate"]
            for name, path in transformer["inputPaths"].items():
                text = text.replace(f"<{name}>", str(at(event, path)))
            found[rule.name.removeprefix("events-")] = json.loads(text)
    return found


def at(event: Any, path: str) -> Any:
    for key in path.removeprefix("$.").split("."):
        event = event.get(key, "")
    return event


@pytest.mark.parametrize(("row", "event"), CASES, ids=str)
def test_an_event_is_told_by_its_own_row_and_what_is_no_trouble_or_not_ours_by_none(
    program: Program, row: str | None, event: dict[str, Any]
):
    assert list(told(program, event)) == ([] if row is None else [row])


def test_every_row_has_been_seen_to_match():
    assert {row for row, _ in CASES if row} == {row.id for row in EVENTS}


def test_a_failed_backup_reads_as_a_sentence_with_a_link(program: Program):
    assert told(program, backup())["backup-failed"] == (
        f"A backup in staging was not made: arn:aws:rds:{HERE}:db:mockforge-staging ended as FAILED. "
        "Reason: Access denied. Job: job-1 What to do: https://guide.example/incident-response.md#backup-failed"
    )


@pytest.mark.parametrize("row", EVENTS, ids=[row.id for row in EVENTS])
def test_every_sentence_links_to_a_section_that_exists_and_fills_in_what_it_names(program: Program, row: Any):
    assert row.runbook in anchors(GUIDE)
    assert set(re.findall(r"<(\w+)>", row.says)) == set(row.paths)
    assert "{environment}" in row.says


def test_events_go_to_the_warning_topic_because_pagerduty_reads_alarms_only(program: Program):
    assert {one["arn"] for one in program.all("EventTarget")} == {f"arn:aws:sns:{HERE}:warning"}


def test_where_nothing_is_copied_no_rule_waits_for_a_failed_copy(registered: Run):
    names = [one.name for one in registered(the_events(recovery_vault_arn=None)).all("EventRule")]
    assert len(names) == len(EVENTS) - 1
    assert "events-copy-failed" not in names


def test_two_environments_stand_side_by_side(registered: Run):
    def two() -> None:
        the_events("one", prefix="mockforge-one")()
        the_events("two", prefix="mockforge-two")()

    assert len(registered(two).all("EventRule")) == 2 * len(EVENTS)

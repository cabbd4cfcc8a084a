"""What AWS tells only once, as an event: failed backups, restore tests, deployments, checklists, an ending certificate.

One row per event: which one, the sentence that a person reads, and the section of the guide that says what to do. All
of them go to the warning topic: PagerDuty's integration reads alarms and nothing else, so the critical topic takes no
events. That a deployment waits for an approval is told by `approval.py`, which has to stand before the service.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws

from components.component import Component

Pattern = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class EventSubjects:
    """ARNs of what events are about."""

    environment: str
    cluster_arn: str
    service_arn: str
    vault_arn: str
    recovery_vault_arn: str | None
    restore_test_plan_arns: str
    """What the ARN of the restore-test plan begins with; AWS appends an id of its own."""
    certificate_arn: str
    checklist_arn: str


@dataclass(frozen=True, kw_only=True)
class EventRow:
    """One kind of event. In `says`, `<…>` is filled in by EventBridge, `{environment}` by us."""

    id: str
    source: str
    detail_types: tuple[str, ...]
    matches: Callable[[EventSubjects], Pattern]
    """What has to be true besides: `detail` and `resources` of EventBridge's patterns."""
    says: str
    paths: Mapping[str, str] = field(default_factory=dict[str, str])
    """Placeholder → where its value stands in the event."""
    runbook: str
    """Anchor in `docs/incident-response.md`."""


def _ended(*states: str) -> Pattern:
    """AWS Backup says `state` in its events on backups and `status` in others, and once the other way round."""
    return {"$or": [{"state": list(states)}, {"status": list(states)}]}


EVENTS: tuple[EventRow, ...] = (
    EventRow(
        id="backup-failed",
        source="aws.backup",
        detail_types=("Backup Job State Change",),
        matches=lambda known: {
            "detail": {"backupVaultArn": [known.vault_arn], **_ended("FAILED", "EXPIRED", "ABORTED")},
        },
        says="A backup in {environment} was not made: <resource> ended as <state>. Reason: <reason>. Job: <job>",
        paths={
            "resource": "$.detail.resourceArn",
            "state": "$.detail.state",
            "reason": "$.detail.statusMessage",
            "job": "$.detail.backupJobId",
        },
        runbook="backup-failed",
    ),
    EventRow(
        id="copy-failed",
        source="aws.backup",
        detail_types=("Copy Job State Change",),
        matches=lambda known: {
            "detail": {"destinationBackupVaultArn": [known.recovery_vault_arn or "none"], **_ended("FAILED")},
        },
        says="A backup of {environment} did not reach the recovery region: <resource>. Reason: <reason>. Job: <job>",
        paths={
            "resource": "$.detail.resourceArn",
            "reason": "$.detail.statusMessage",
            "job": "$.detail.copyJobId",
        },
        runbook="backup-failed",
    ),
    EventRow(
        id="restore-test-failed",
        source="aws.backup",
        detail_types=("Restore Job State Change",),
        matches=lambda known: {
            "detail": {
                "restoreTestingPlanArn": [{"prefix": known.restore_test_plan_arns}],
                **_ended("FAILED", "ABORTED"),
            },
        },
        says=(
            "The weekly restore test of {environment} could not restore a backup (<type>). Reason: <reason>. "
            "Job: <job>. Until it is repaired, nobody knows whether the backups can be restored."
        ),
        paths={"type": "$.detail.resourceType", "reason": "$.detail.statusMessage", "job": "$.detail.restoreJobId"},
        runbook="restore-test-failed",
    ),
    EventRow(
        id="deployment-failed",
        source="aws.ecs",
        detail_types=("ECS Deployment State Change",),
        matches=lambda known: {
            "resources": [known.service_arn],
            "detail": {"eventName": ["SERVICE_DEPLOYMENT_FAILED"]},
        },
        says=(
            "A deployment to {environment} failed, and is rolled back to the version before it. Reason: <reason>. "
            "Deployment: <deployment>"
        ),
        paths={"reason": "$.detail.reason", "deployment": "$.detail.deploymentId"},
        runbook="deployment-failed",
    ),
    EventRow(
        id="hook-failed",
        source="aws.ecs",
        detail_types=("ECS Hook State Change",),
        matches=lambda known: {
            "detail": {"clusterArn": [known.cluster_arn], "eventName": ["HOOK_FAILED", "HOOK_TIMED_OUT"]},
        },
        says=(
            "A deployment to {environment} was stopped and is rolled back, because the smoke test failed or nobody "
            "approved it in time: <event> at <stage>. Deployment: <deployment>"
        ),
        paths={
            "event": "$.detail.eventName",
            "stage": "$.detail.lifecycleStage",
            "deployment": "$.detail.serviceDeploymentArn",
        },
        runbook="deployment-failed",
    ),
    EventRow(
        id="certificate-ends",
        source="aws.acm",
        detail_types=(
            "ACM Certificate Approaching Expiration",
            "ACM Certificate Expired",
            "ACM Certificate Renewal Action Required",
        ),
        matches=lambda known: {"resources": [known.certificate_arn]},
        says=(
            "The certificate of {environment} (<name>) was not renewed: <event>, <days> days left. AWS renews it by "
            "itself 60 days before its end; that it did not is a problem of its validation record."
        ),
        paths={"name": "$.detail.CommonName", "event": "$.detail-type", "days": "$.detail.DaysToExpiry"},
        runbook="certificate",
    ),
    EventRow(
        id="checklist-failed",
        source="aws.states",
        detail_types=("Step Functions Execution Status Change",),
        matches=lambda known: {
            "detail": {"stateMachineArn": [known.checklist_arn], "status": ["FAILED", "TIMED_OUT", "ABORTED"]},
        },
        says=(
            "The maintenance checklist of {environment} ended as <status>, and its report may not have reached "
            "anybody. Execution: <execution>"
        ),
        paths={"status": "$.detail.status", "execution": "$.detail.executionArn"},
        runbook="maintenance-checklist",
    ),
)


@dataclass(frozen=True, kw_only=True)
class EventsArgs:
    """What events are about, and who is told."""

    environment_name: str
    prefix: str
    region: str
    account_id: pulumi.Input[str]
    warning_topic_arn: pulumi.Input[str]
    guide_url: str
    cluster_arn: pulumi.Input[str]
    service_arn: pulumi.Input[str]
    vault_arn: pulumi.Input[str]
    recovery_vault_arn: pulumi.Input[str] | None
    """None: nothing is copied, so no copy can fail."""
    restore_test_plan_name: pulumi.Input[str]
    certificate_arn: pulumi.Input[str]
    checklist_arn: pulumi.Input[str]


class Events(Component):
    """One rule and one target per row. `rule_names` by the row's id."""

    rule_names: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, args: EventsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        subjects = _subjects(args)
        rows = [row for row in EVENTS if row.id != "copy-failed" or args.recovery_vault_arn is not None]
        self.rule_names = {row.id: self._rule(name, row, args, subjects) for row in rows}
        self.register_outputs({"rule_names": self.rule_names})

    def _rule(
        self, name: str, row: EventRow, args: EventsArgs, subjects: pulumi.Output[EventSubjects]
    ) -> pulumi.Output[str]:
        rule = aws.cloudwatch.EventRule(
            f"{name}-{row.id}",
            name=f"{args.prefix}-{row.id}",
            description=f"Tells the operators of {args.environment_name}: {' or '.join(row.detail_types)}",
            event_pattern=subjects.apply(lambda known: json.dumps(pattern(row, known), sort_keys=True)),
            opts=self.child(),
        )
        aws.cloudwatch.EventTarget(
            f"{name}-{row.id}-message",
            rule=rule.name,
            arn=args.warning_topic_arn,
            input_transformer={
                "input_paths": dict(row.paths),
                "input_template": json.dumps(message(row, args.environment_name, args.guide_url)),
            },
            opts=self.child(),
        )
        return rule.name


def pattern(row: EventRow, known: EventSubjects) -> Pattern:
    """The whole event pattern of a row."""
    return {"source": [row.source], "detail-type": list(row.detail_types), **row.matches(known)}


def message(row: EventRow, environment: str, guide_url: str) -> str:
    """The sentence, and where it is said what to do."""
    return f"{row.says.format(environment=environment)} What to do: {guide_url}#{row.runbook}"


def _subjects(args: EventsArgs) -> pulumi.Output[EventSubjects]:
    plans = pulumi.Output.concat(
        f"arn:aws:backup:{args.region}:", args.account_id, ":restore-testing-plan:", args.restore_test_plan_name, "-"
    )
    return pulumi.Output.all(
        cluster_arn=args.cluster_arn,
        service_arn=args.service_arn,
        vault_arn=args.vault_arn,
        recovery_vault_arn=args.recovery_vault_arn,
        restore_test_plan_arns=plans,
        certificate_arn=args.certificate_arn,
        checklist_arn=args.checklist_arn,
    ).apply(lambda known: EventSubjects(environment=args.environment_name, **known))

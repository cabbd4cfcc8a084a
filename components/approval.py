"""Tells a person that a deployment waits for an answer before production traffic moves.

It exists before the service, and looks for the cluster rather than the service: the first deployment waits too.
"""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.component import Component


@dataclass(frozen=True, kw_only=True)
class ApprovalArgs:
    """Who is told, of which cluster."""

    environment_name: str
    cluster_arn: pulumi.Input[str]
    topic_arn: pulumi.Input[str]
    timeout_minutes: int


class Approval(Component):
    """An EventBridge rule on waiting lifecycle hooks, and its target. `resources` must exist before the service."""

    resources: list[pulumi.Resource]

    def __init__(self, name: str, args: ApprovalArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        rule = aws.cloudwatch.EventRule(
            f"{name}-waits",
            description=f"A deployment to {args.environment_name} waits for an approval",
            event_pattern=pulumi.Output.json_dumps(
                {
                    "source": ["aws.ecs"],
                    "detail-type": ["ECS Hook State Change"],
                    "detail": {"eventName": ["HOOK_AWAITING_ACTION"], "clusterArn": [args.cluster_arn]},
                },
                sort_keys=True,
            ),
            opts=self.child(),
        )
        target = aws.cloudwatch.EventTarget(
            f"{name}-message",
            rule=rule.name,
            arn=args.topic_arn,
            input_transformer={
                "input_paths": {"expires": "$.detail.expiresAt", "deployment": "$.detail.serviceDeploymentArn"},
                "input_template": json.dumps(message(args)),
            },
            opts=self.child(),
        )
        self.resources = [rule, target]
        self.register_outputs({"rule_name": rule.name})


def message(args: ApprovalArgs) -> str:
    """One sentence for each question of the person who reads it; `<…>` is filled in by EventBridge."""
    environment = args.environment_name
    return (
        f"A deployment of MockForge Cloud to {environment} is ready and waits for your answer before users reach it. "
        f"Approve: ./mfcloud approve {environment}. Reject: ./mfcloud reject {environment}. "
        f"Without an answer it is rolled back after {args.timeout_minutes} minutes, at <expires>. "
        "Runbook: docs/runbook.md#standard-deployment. Deployment: <deployment>"
    )

"""Starts one of our functions by the clock (EventBridge Scheduler), and tells it when it was due.

The function answers to nobody: Lambda tries a failed run again and then tells the function's failure destination. What
Scheduler could not even start is counted as `InvocationDroppedCount` of the schedule group.
"""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.policy import policy, trust

# Scheduler fills it in, so that a run that is tried again after midnight still belongs to the day that it was due.
INPUT = json.dumps({"scheduledTime": "<aws.scheduler.scheduled-time>"})
# Scheduler retries only what Lambda refused to take; its pauses grow from seconds to minutes.
RETRIES = 20


@dataclass(frozen=True, kw_only=True)
class FunctionScheduleArgs:
    """What is started, and when."""

    function_name: str
    """Name of schedule and group as well; at most 64 characters."""
    function_arn: pulumi.Input[str]
    description: str
    expression: str
    """A schedule expression of EventBridge Scheduler, UTC."""
    retry_seconds: int
    """A run that could not be started within this long is dropped (60 to 86,400)."""


class FunctionSchedule(Component):
    """`group_name` is the dimension of Scheduler's metrics."""

    group_name: pulumi.Output[str]

    def __init__(self, name: str, args: FunctionScheduleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)

        group = aws.scheduler.ScheduleGroup(f"{name}-group", name=args.function_name, opts=self.child())
        role = aws.iam.Role(
            f"{name}-role",
            description=f"Starts {args.function_name}",
            assume_role_policy=trust("scheduler.amazonaws.com", {"StringEquals": {"aws:SourceArn": group.arn}}),
            opts=self.child(),
        )
        allowed = aws.iam.RolePolicy(
            f"{name}-policy",
            role=role.name,
            policy=policy([{"Action": "lambda:InvokeFunction", "Resource": args.function_arn}]),
            opts=self.child(),
        )
        aws.scheduler.Schedule(
            name,
            name=args.function_name,
            description=args.description,
            group_name=group.name,
            schedule_expression=args.expression,
            schedule_expression_timezone="UTC",
            flexible_time_window={"mode": "OFF"},
            target={
                "arn": args.function_arn,
                "role_arn": role.arn,
                "input": INPUT,
                "retry_policy": {
                    "maximum_retry_attempts": RETRIES,
                    "maximum_event_age_in_seconds": args.retry_seconds,
                },
            },
            opts=self.child(depends_on=[allowed]),  # Scheduler tries the role when the schedule is made
        )

        self.group_name = group.name
        self.register_outputs({"group_name": self.group_name})

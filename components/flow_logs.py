"""Records who talked to whom in the network, for the weekly security review (runbook, "Weekly Tasks").

The log group is made here, before AWS would make one that is kept forever, and the role may write to nothing else.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.policy import policy, trust

# One record per connection and 10 minutes; 60 seconds would cost up to ten times as much.
AGGREGATION_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class FlowLogsArgs:
    """The network to record, and where to."""

    vpc_id: pulumi.Input[str]
    log_group_name: str
    region: str
    account_id: pulumi.Input[str]
    log_retention_days: int


class FlowLogs(Component):
    """Flow logs of one VPC. Output: `log_group_name`."""

    log_group_name: pulumi.Output[str]

    def __init__(self, name: str, args: FlowLogsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)

        group = aws.cloudwatch.LogGroup(
            f"{name}-group",
            name=args.log_group_name,
            retention_in_days=args.log_retention_days,
            opts=self.child(),
        )
        role = aws.iam.Role(f"{name}-role", assume_role_policy=_trust(args), opts=self.child())
        policy = aws.iam.RolePolicy(f"{name}-policy", role=role.id, policy=_may_write_to(group), opts=self.child())
        aws.ec2.FlowLog(
            name,
            vpc_id=args.vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            max_aggregation_interval=AGGREGATION_SECONDS,
            # Without the policy the flow log comes up, and stays in an error that nobody sees.
            opts=self.child(depends_on=[policy]),
        )

        self.log_group_name = group.name
        self.register_outputs({"log_group_name": self.log_group_name})


def _trust(args: FlowLogsArgs) -> pulumi.Output[str]:
    """Only flow logs of this account and region may take the role (VPC guide, "confused deputy")."""
    source = pulumi.Output.concat(f"arn:aws:ec2:{args.region}:", args.account_id, ":vpc-flow-log/*")
    return trust(
        "vpc-flow-logs.amazonaws.com",
        {"StringEquals": {"aws:SourceAccount": args.account_id}, "ArnLike": {"aws:SourceArn": source}},
    )


def _may_write_to(group: aws.cloudwatch.LogGroup) -> pulumi.Output[str]:
    """No `CreateLogGroup`: a group that AWS makes itself would keep its records forever."""
    actions = ("CreateLogStream", "DescribeLogGroups", "DescribeLogStreams", "PutLogEvents")
    return policy(
        [{"Action": [f"logs:{action}" for action in actions], "Resource": pulumi.Output.concat(group.arn, ":*")}]
    )

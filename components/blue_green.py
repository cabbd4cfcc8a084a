"""Two target groups that take turns, and the two listener rules whose weights ECS moves between them.

Which colour is live is known to ECS and the load balancer alone. The program says 100/0 once, when it makes the rules,
and never again: after a deployment green may be the live one.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.auto_name import short_name
from components.component import Component
from runbook import settings
from runbook.probes import TARGET_HEALTH_INTERVAL_SECONDS

TEST_HEADER = "X-MockForge-Test-Traffic"
"""Requests with the secret value in this header reach the colour under test."""

# Lower comes first. Fixed, because AWS gives the next free number otherwise and the order would be that of creation.
# 1 refuses /metrics (`LoadBalancer`): before the others, or it would refuse nothing. The test rule stands before the
# production rule, which matches the same requests. Gaps leave room for a rule of an operator's own.
TEST_RULE_PRIORITY = 100
PRODUCTION_RULE_PRIORITY = 200

# Answers while the database is down too: a restart would not bring it back. A 429 is a living server that has used up
# its own limit; taking it out of service would push its load onto the next one.
HEALTH_PATH, HEALTHY_STATUS_CODES = "/health/live", "200,429"
# The server answers liveness within milliseconds; three in a row, because one may be lost.
HEALTH_TIMEOUT_SECONDS, HEALTHY_ANSWERS, UNHEALTHY_ANSWERS = 5, 2, 3

# ECS registers each task with its container's own port, so this one is never used. It is not the service's: a target
# group cannot change its port, and replacing one would interrupt traffic.
UNUSED_PORT = 80


@dataclass(frozen=True, kw_only=True)
class BlueGreenTargetGroupsArgs:
    """Our section of the stack file, the listener, and the secret that opens the test rule."""

    service: settings.Service
    address: settings.Address
    vpc_id: pulumi.Input[str]
    listener_arn: pulumi.Input[str]
    test_header_value: pulumi.Input[str]
    """A Pulumi secret: up to 128 letters and digits (`*` and `?` would match anything). Case is not told apart."""
    protected: bool


class BlueGreenTargetGroups(Component):
    """Blue, green, and the rules that ECS steers. The service depends on `rules`: ECS refuses a group without one."""

    blue_arn: pulumi.Output[str]
    green_arn: pulumi.Output[str]
    blue_arn_suffix: pulumi.Output[str]
    green_arn_suffix: pulumi.Output[str]
    production_rule_arn: pulumi.Output[str]
    test_rule_arn: pulumi.Output[str]
    rules: list[pulumi.Resource]

    def __init__(self, name: str, args: BlueGreenTargetGroupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args

        blue, green = self._target_group("blue"), self._target_group("green")
        test = self._rule(
            "test",
            TEST_RULE_PRIORITY,
            {
                "http_header": {
                    "http_header_name": TEST_HEADER,
                    "values": [pulumi.Output.secret(args.test_header_value)],
                }
            },
            (blue, green),
            additional_secret_outputs=["conditions"],  # the header's value comes back as an output
        )
        production = self._rule(
            "production",
            PRODUCTION_RULE_PRIORITY,
            # Only our own name: scanners that go through Amazon's addresses would use up the server's one rate limit.
            {"host_header": {"values": [args.address.host_name]}},
            (blue, green),
        )

        self.blue_arn, self.green_arn = blue.arn, green.arn
        self.blue_arn_suffix, self.green_arn_suffix = blue.arn_suffix, green.arn_suffix
        self.production_rule_arn, self.test_rule_arn = production.arn, test.arn
        self.rules = [test, production]
        self.register_outputs(
            {
                "blue_arn": self.blue_arn,
                "green_arn": self.green_arn,
                "production_rule_arn": self.production_rule_arn,
                "test_rule_arn": self.test_rule_arn,
            }
        )

    def _target_group(self, colour: str) -> aws.lb.TargetGroup:
        return aws.lb.TargetGroup(
            short_name(f"{self._name}-{colour}"),
            vpc_id=self._args.vpc_id,
            target_type="ip",
            ip_address_type="ipv4",
            protocol="HTTP",
            protocol_version="HTTP1",
            port=UNUSED_PORT,
            deregistration_delay=self._args.service.deregistration_seconds,
            health_check={
                "enabled": True,
                "protocol": "HTTP",
                "port": "traffic-port",
                "path": HEALTH_PATH,
                "matcher": HEALTHY_STATUS_CODES,
                "interval": TARGET_HEALTH_INTERVAL_SECONDS,
                "timeout": HEALTH_TIMEOUT_SECONDS,
                "healthy_threshold": HEALTHY_ANSWERS,
                "unhealthy_threshold": UNHEALTHY_ANSWERS,
            },
            opts=self.child(protect=self._args.protected),
        )

    def _rule(
        self,
        suffix: str,
        priority: int,
        condition: "aws.lb.ListenerRuleConditionArgsDict",
        groups: tuple[aws.lb.TargetGroup, aws.lb.TargetGroup],
        *,
        additional_secret_outputs: list[str] | None = None,
    ) -> aws.lb.ListenerRule:
        """Only another listener replaces a rule; priority and conditions change in place."""
        blue, green = groups
        return aws.lb.ListenerRule(
            f"{self._name}-{suffix}",
            listener_arn=self._args.listener_arn,
            priority=priority,
            conditions=[condition],
            actions=[
                {
                    "type": "forward",
                    "forward": {
                        "target_groups": [{"arn": blue.arn, "weight": 100}, {"arn": green.arn, "weight": 0}],
                    },
                }
            ],
            opts=self.child(
                protect=self._args.protected,  # a rule made anew starts at 100/0, perhaps with an empty blue
                ignore_changes=["actions"],  # ECS moves the weights; a path inside `actions` would match nothing
                additional_secret_outputs=additional_secret_outputs,
            ),
        )

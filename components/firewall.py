"""The web application firewall before the load balancer: Amazon's managed rules, and a limit per address.

The limit matters most: the server's own is one bucket for everybody, so one eager client could shut out all others.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.blue_green import TEST_HEADER
from components.by_token import ByToken
from components.component import Component
from components.policy import policy
from runbook import settings

if TYPE_CHECKING:
    from pulumi_aws.wafv2 import WebAclRuleArgsDict, WebAclVisibilityConfigArgsDict

WEB_ACL = "aws:wafv2/webAcl:WebAcl"
ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"
LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
RATE_WINDOW_SECONDS = 300
TOO_MANY_REQUESTS = 429
# Never in the log: what opens an account, and what opens the colour under test. AWS wants header names in lower case.
REDACTED_HEADERS = ("authorization", "cookie", TEST_HEADER.lower())


@dataclass(frozen=True, kw_only=True)
class ManagedRules:
    """A group of rules that AWS keeps current, and those of its rules that only count."""

    name: str
    counted: tuple[str, ...] = ()


# In this order: 25 + 700 + 200 of the 1,500 capacity units that one price covers (WAF guide, "AWS Managed Rules").
MANAGED_RULES = (
    ManagedRules(name="AWSManagedRulesAmazonIpReputationList"),
    ManagedRules(
        name="AWSManagedRulesCommonRuleSet",
        counted=(
            "SizeRestrictions_BODY",  # refuses bodies above 8 KB; a plugin has up to 50 MiB
            # Bodies are mock definitions and plugins: markup, paths and URLs in them are the product, not an attack.
            "CrossSiteScripting_BODY",
            "EC2MetaDataSSRF_BODY",
            "GenericLFI_BODY",
            "GenericRFI_BODY",
        ),
    ),
    ManagedRules(name="AWSManagedRulesKnownBadInputsRuleSet"),
)


@dataclass(frozen=True, kw_only=True)
class FirewallArgs:
    """Our section of the stack file, and the load balancer to stand before."""

    firewall: settings.Firewall
    load_balancer_arn: pulumi.Input[str]
    prefix: str
    region: str
    account_id: pulumi.Input[str]
    log_retention_days: int


class Firewall(Component):
    """A web ACL, its place before the load balancer, and a log of what it stopped. Output: `web_acl_arn`."""

    web_acl_arn: pulumi.Output[str]

    def __init__(self, name: str, args: FirewallArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args

        limits = [] if args.firewall.requests_per_address is None else [self._limit(args.firewall.requests_per_address)]
        acl = ByToken(
            WEB_ACL,
            name,
            {
                "scope": "REGIONAL",
                "description": "Before the load balancer: managed rules and a limit per address",
                "default_action": {"allow": {}},
                "rules": [*limits, *(self._managed(row, place) for place, row in enumerate(MANAGED_RULES, start=1))],
                "visibility_config": self._metric("all"),
            },
            self.child(),
        )
        ByToken(
            ASSOCIATION,
            f"{name}-association",
            {"resource_arn": args.load_balancer_arn, "web_acl_arn": acl.arn},
            self.child(),
        )
        self._log(acl)

        self.web_acl_arn = acl.arn
        self.register_outputs({"web_acl_arn": self.web_acl_arn})

    def _limit(self, requests: int) -> "WebAclRuleArgsDict":
        """First, so that a flood costs no further rules; answered as the server answers its own limit."""
        return {
            "name": "requests-per-address",
            "priority": 0,
            "action": {"block": {"custom_response": {"response_code": TOO_MANY_REQUESTS}}},
            "statement": {
                "rate_based_statement": {
                    "limit": requests,
                    "aggregate_key_type": "IP",
                    "evaluation_window_sec": RATE_WINDOW_SECONDS,
                }
            },
            "visibility_config": self._metric("requests-per-address"),
        }

    def _managed(self, row: ManagedRules, priority: int) -> "WebAclRuleArgsDict":
        return {
            "name": row.name,
            "priority": priority,
            "override_action": {"none": {}},  # each rule does what its group says
            "statement": {
                "managed_rule_group_statement": {
                    "vendor_name": "AWS",
                    "name": row.name,
                    "rule_action_overrides": [{"name": rule, "action_to_use": {"count": {}}} for rule in row.counted],
                }
            },
            "visibility_config": self._metric(row.name),
        }

    def _metric(self, suffix: str) -> "WebAclVisibilityConfigArgsDict":
        return {
            "metric_name": f"{self._args.prefix}-{suffix}",
            "cloudwatch_metrics_enabled": True,
            "sampled_requests_enabled": False,  # samples would show the headers that the log leaves out
        }

    def _log(self, acl: ByToken) -> None:
        """What was blocked or counted; every request stands in the load balancer's own access log."""
        group = aws.cloudwatch.LogGroup(
            f"{self._name}-log",
            name=f"aws-waf-logs-{self._args.prefix}-{self._name}",  # WAF writes to no other beginning
            retention_in_days=self._args.log_retention_days,
            opts=self.child(),
        )
        # WAF would write this policy itself, for all log groups, and leave it behind.
        permission = aws.cloudwatch.LogResourcePolicy(
            f"{self._name}-log-policy",
            policy_name=f"{self._args.prefix}-{self._name}-log",
            policy_document=self._delivery_may_write_to(group),
            opts=self.child(),
        )
        ByToken(
            LOGGING,
            f"{self._name}-logging",
            {
                "resource_arn": acl.arn,
                "log_destination_configs": [group.arn],
                "redacted_fields": [{"single_header": {"name": header}} for header in REDACTED_HEADERS],
                "logging_filter": {
                    "default_behavior": "DROP",
                    "filters": [
                        {
                            "behavior": "KEEP",
                            "requirement": "MEETS_ANY",
                            "conditions": [{"action_condition": {"action": action}} for action in ("BLOCK", "COUNT")],
                        }
                    ],
                },
            },
            self.child(depends_on=[permission]),
        )

    def _delivery_may_write_to(self, group: aws.cloudwatch.LogGroup) -> pulumi.Output[str]:
        account_id = self._args.account_id
        return policy(
            [
                {
                    "Principal": {"Service": "delivery.logs.amazonaws.com"},
                    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                    "Resource": pulumi.Output.concat(group.arn, ":*"),
                    "Condition": {
                        "StringEquals": {"aws:SourceAccount": account_id},
                        "ArnLike": {
                            "aws:SourceArn": pulumi.Output.concat(
                                f"arn:aws:logs:{self._args.region}:", account_id, ":*"
                            )
                        },
                    },
                }
            ]
        )

"""A customer-managed KMS key with its alias: one per kind of data, so that access to each can be given and cut alone.

The account administers the key, so IAM policies decide who uses it. AWS services that act in their own name, not
through a role, have to stand in the key's policy: SNS would otherwise drop their messages without a word.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.component import Component

# KMS waits 7 to 30 days before a deleted key is gone, and everything under it unreadable.
DELETION_WINDOW_DAYS = 30
SHORTEST_DELETION_WINDOW_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyArgs:
    """What the key is for, and who uses it."""

    alias: str
    """Without `alias/`; unique in account and region, for instance `mockforge-staging-objects`."""
    description: str
    account_id: pulumi.Input[str]
    services: Sequence[str] = ()
    """Service principals that encrypt and decrypt with it, for instance `cloudwatch.amazonaws.com`.

    Without conditions: EventBridge and RDS send none of the context that a condition would look at (SNS guide,
    "Key management"). What they may publish where is the topic policy's business.
    """
    region: str | None = None
    """Where the key lives. Unset: the provider's region."""
    protected: bool


class EncryptionKey(Component):
    """A rotating symmetric key. Outputs: `arn`."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: EncryptionKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)

        key = aws.kms.Key(
            name,
            description=args.description,
            policy=_policy(args),
            enable_key_rotation=True,
            deletion_window_in_days=DELETION_WINDOW_DAYS if args.protected else SHORTEST_DELETION_WINDOW_DAYS,
            region=args.region,
            opts=self.child(protect=args.protected),
        )
        aws.kms.Alias(
            f"{name}-alias", name=f"alias/{args.alias}", target_key_id=key.id, region=args.region, opts=self.child()
        )

        self.arn = key.arn
        self.register_outputs({"arn": self.arn})


def _policy(args: EncryptionKeyArgs) -> pulumi.Output[str]:
    statements: list[dict[str, object]] = [
        {
            "Sid": "TheAccountAdministersItAndIamDecides",
            "Effect": "Allow",
            "Principal": {"AWS": pulumi.Output.concat("arn:aws:iam::", args.account_id, ":root")},
            "Action": "kms:*",
            "Resource": "*",
        }
    ]
    if args.services:
        statements.append(
            {
                "Sid": "ServicesEncryptWhatTheySend",
                "Effect": "Allow",
                "Principal": {"Service": list(args.services)},
                "Action": ["kms:GenerateDataKey*", "kms:Decrypt"],
                "Resource": "*",
            }
        )
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": statements})

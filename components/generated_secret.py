"""One secret that nobody ever types: random characters, or a text around them, kept in AWS Secrets Manager.

Tasks read it by ARN when they start, so neither the stack file nor a task definition ever holds the value. In Pulumi's
state it lies encrypted, because every output that carries it is a Pulumi secret.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from components.component import Component

# 62 kinds of character: 48 of them hold 285 bits, more than any key that is derived from them.
LENGTH_CHARACTERS = 48
# Secrets Manager: 7 to 30 days, or 0: at once, so that a destroyed staging can come up again under the same name.
RECOVERY_WINDOW_DAYS = 30


def random_characters(
    name: str, length: int = LENGTH_CHARACTERS, opts: pulumi.ResourceOptions | None = None
) -> random.RandomPassword:
    """Letters and digits only, so that the value stands in a URL or a header without quoting. `.result` is a secret."""
    return random.RandomPassword(name, length=length, special=False, opts=opts)


@dataclass(frozen=True, kw_only=True)
class GeneratedSecretArgs:
    """What to keep, and where."""

    secret_name: str
    """Full name in Secrets Manager, for instance `mockforge-cloud/staging/jwt`."""
    description: str
    value: pulumi.Input[str] | None = None
    """What to keep, for instance a URL around `random_characters(...).result`. Unset: fresh random characters."""
    length: int = LENGTH_CHARACTERS
    """Characters to generate when `value` is unset."""
    recovery_region: str | None = None
    """The secret is replicated to this region too, so that a recovery there finds it."""
    protected: bool
    """Pulumi refuses to delete it, and Secrets Manager keeps a deleted one for 30 days."""


class GeneratedSecret(Component):
    """A secret and its only version.

    Outputs: `secret_arn`, `secret_name`, `value` (a Pulumi secret), and `version`: whoever reads it at its start
    depends on it, because before it the secret exists and is empty. Encrypted by the account's AWS-managed
    key (`aws/secretsmanager`), so readers need no right on a key.
    """

    secret_arn: pulumi.Output[str]
    secret_name: pulumi.Output[str]
    value: pulumi.Output[str]
    version: aws.secretsmanager.SecretVersion

    def __init__(self, name: str, args: GeneratedSecretArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)

        # Replacing the characters changes the value under every reader, so they are protected like the secret itself.
        self.value = pulumi.Output.secret(
            random_characters(f"{name}-characters", args.length, self.child(protect=args.protected)).result
            if args.value is None
            else args.value
        )
        secret = aws.secretsmanager.Secret(
            name,
            name=args.secret_name,
            description=args.description,
            recovery_window_in_days=RECOVERY_WINDOW_DAYS if args.protected else 0,
            replicas=[{"region": args.recovery_region}] if args.recovery_region else None,
            opts=self.child(protect=args.protected),
        )
        self.version = aws.secretsmanager.SecretVersion(
            f"{name}-version", secret_id=secret.id, secret_string=self.value, opts=self.child()
        )
        self.secret_arn, self.secret_name = secret.arn, secret.name
        self.register_outputs({"secret_arn": self.secret_arn, "secret_name": self.secret_name})

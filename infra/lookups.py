"""What the program must ask AWS before it can compose: the account, the hosted zone, named secrets."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from runbook.settings import Environment


@dataclass(frozen=True, kw_only=True)
class Lookups:
    """Answers, as outputs."""

    account_id: pulumi.Output[str]
    hosted_zone_id: pulumi.Output[str]
    pagerduty_key: pulumi.Output[str] | None
    """Secret."""
    secret_arns: dict[str, pulumi.Output[str]]
    """Name of a secret in the settings to its ARN."""


def look_up(environment: Environment, provider: aws.Provider) -> Lookups:
    """Asks for exactly what the settings name."""
    options = pulumi.InvokeOutputOptions(provider=provider)
    names = dict.fromkeys(environment.service.secrets.values())
    names |= dict.fromkeys(
        name for name in (environment.database.external_url_secret, environment.database.app_url_secret) if name
    )
    zone = aws.route53.get_zone_output(name=environment.address.hosted_zone, private_zone=False, opts=options)
    return Lookups(
        account_id=aws.get_caller_identity_output(opts=options).account_id,
        hosted_zone_id=zone.zone_id,
        pagerduty_key=_secret_value(environment.notifications.pagerduty_secret, options),
        secret_arns={name: aws.secretsmanager.get_secret_output(name=name, opts=options).arn for name in names},
    )


def _secret_value(name: str | None, options: pulumi.InvokeOutputOptions) -> pulumi.Output[str] | None:
    if name is None:
        return None
    version = aws.secretsmanager.get_secret_version_output(secret_id=name, opts=options)
    return pulumi.Output.secret(version.secret_string)

"""The secrets of the application that the program makes up itself, one `GeneratedSecret` each.

Secrets that come from elsewhere (Stripe, SMTP) are named in the stack file and only looked up.
"""

from dataclasses import dataclass

import pulumi

from components.component import Component
from components.generated_secret import GeneratedSecret, GeneratedSecretArgs
from runbook.whereabouts import secret_name


@dataclass(frozen=True, kw_only=True)
class ApplicationSecretsArgs:
    """Where the secrets stand."""

    environment_name: str
    recovery_region: str | None
    """Replicated there too. `None`: not replicated."""
    protected: bool


class ApplicationSecrets(Component):
    """`jwt_secret_arn`, `scrape_token_arn`, `test_header_secret_arn`, the header's value, and the versions to wait for.

    `test_header_value` is a Pulumi secret: whoever knows it reaches the colour that is not live yet.
    """

    jwt_secret_arn: pulumi.Output[str]
    scrape_token_arn: pulumi.Output[str]
    test_header_secret_arn: pulumi.Output[str]
    test_header_secret_name: pulumi.Output[str]
    test_header_value: pulumi.Output[str]
    versions: list[pulumi.Resource]

    def __init__(self, name: str, args: ApplicationSecretsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)

        def secret(key: str, description: str) -> GeneratedSecret:
            return GeneratedSecret(
                f"{name}-{key}",
                GeneratedSecretArgs(
                    secret_name=secret_name(args.environment_name, key),
                    description=description,
                    recovery_region=args.recovery_region,
                    protected=args.protected,
                ),
                self.child(),
            )

        jwt = secret("jwt", "JWT_SECRET: signs log-ins; a new value logs everybody out")
        scrape = secret("scrape-token", "PROMETHEUS_SCRAPE_TOKEN: without it anybody who reaches a task reads /metrics")
        header = secret("test-header", "Value of the header that reaches the colour under test")

        self.jwt_secret_arn, self.scrape_token_arn = jwt.secret_arn, scrape.secret_arn
        self.test_header_secret_arn, self.test_header_value = header.secret_arn, header.value
        self.test_header_secret_name = header.secret_name
        self.versions = [one.version for one in (jwt, scrape, header)]
        self.register_outputs(
            {
                "jwt_secret_arn": self.jwt_secret_arn,
                "scrape_token_arn": self.scrape_token_arn,
                "test_header_secret_arn": self.test_header_secret_arn,
            }
        )

"""The gate of a deployment as a function: ECS calls it after the test-traffic shift, people and checklists by hand."""

from dataclasses import dataclass

import pulumi

from components.blue_green import TEST_HEADER
from components.component import Component
from components.function import Function, FunctionArgs
from runbook import settings

# The run ends within 120 s by itself; reading the secret and the images takes up to 40 s more, when AWS is slow.
TIMEOUT_SECONDS = 180
# Measured: 50 MiB, and 0.3 s of CPU of which the 11 requests take 4 ms each, TLS included. 256 MiB come with a seventh
# of a CPU: a cold start of 2 s, and 28 ms of our own in a latency whose limit is 500 ms; 128 MiB would double both.
MEMORY_MIB = 256

# Variables of the application that say whether an optional component is configured, and values that say it is not.
REDIS_VARIABLE, EMAIL_VARIABLE = "REDIS_URL", "EMAIL_PROVIDER"
EMAIL_OFF = "disabled"


@dataclass(frozen=True, kw_only=True)
class SmokeTestArgs:
    """Three sections of the stack file, and where we are."""

    service: settings.Service
    address: settings.Address
    alerts: settings.Alerts
    """Its limit of latency is the smoke test's as well."""
    prefix: str
    """Name of cluster and service, and start of the function's name."""
    region: str
    account_id: pulumi.Input[str]
    log_retention_days: int
    test_header_secret_arn: pulumi.Input[str]
    warning_topic_arn: pulumi.Input[str]
    warning_topic_key_arn: pulumi.Input[str]


class SmokeTest(Component):
    """`function_arn` is for the service's lifecycle hook; `function_name` is plain text, known early."""

    function_arn: pulumi.Output[str]
    function_name: str
    log_group_name: str

    def __init__(self, name: str, args: SmokeTestArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        function = Function(
            f"{name}-function",
            FunctionArgs(
                folder="smoke_test",
                function_name=f"{args.prefix}-smoke-test",
                description="Looks at a deployment's new tasks before users do",
                timeout_seconds=TIMEOUT_SECONDS,
                memory_mib=MEMORY_MIB,
                environment=_environment(args),
                statements=[
                    {
                        "Sid": "ReadTheTestHeader",
                        "Action": ["secretsmanager:GetSecretValue"],
                        "Resource": args.test_header_secret_arn,
                    },
                    {
                        "Sid": "SeeWhichImageIsDeployed",
                        "Action": ["ecs:DescribeServiceRevisions"],
                        "Resource": pulumi.Output.format(
                            "arn:aws:ecs:{0}:{1}:service-revision/{2}/{2}/*", args.region, args.account_id, args.prefix
                        ),
                    },
                ],
                log_retention_days=args.log_retention_days,
                failure_topic_arn=args.warning_topic_arn,
                failure_topic_key_arn=args.warning_topic_key_arn,
                retries=0,  # its answer matters when it is asked for, not an hour later
            ),
            self.child(),
        )
        self.function_arn, self.function_name = function.arn, function.function_name
        self.log_group_name = function.log_group_name
        self.register_outputs({"function_arn": self.function_arn, "function_name": self.function_name})


def configured_components(service: settings.Service) -> list[str]:
    """Of the application's optional components, those that must be healthy because the settings configure them."""
    variables = service.environment.keys() | service.secrets.keys()
    email_off = service.environment.get(EMAIL_VARIABLE, "").lower() == EMAIL_OFF
    configured = {"redis": REDIS_VARIABLE in variables, "email": EMAIL_VARIABLE in variables and not email_off}
    return sorted(name for name, is_configured in configured.items() if is_configured)


def _environment(args: SmokeTestArgs) -> dict[str, pulumi.Input[str]]:
    environment: dict[str, pulumi.Input[str]] = {
        "HOST_NAME": args.address.host_name,
        "TEST_HEADER": TEST_HEADER,
        "TEST_HEADER_SECRET": args.test_header_secret_arn,
        "EXPECTED_IMAGE": args.service.image,
        "LATENCY_MILLISECONDS": str(args.alerts.latency_p95_above_milliseconds),
    }
    if args.service.version is not None:
        environment["EXPECTED_VERSION"] = args.service.version
    if configured := configured_components(args.service):
        environment["CONFIGURED_COMPONENTS"] = ",".join(configured)
    return environment

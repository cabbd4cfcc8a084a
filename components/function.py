"""One Lambda function of ours, with all that belongs to it: role, log group, and who is told when it fails.

The package is made of the files' texts in a fixed order, so that the same code has the same hash on every machine and
a preview shows a change only where there is one. Pulumi keeps that hash, so none is given to the provider besides.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.policy import Statement, policy, trust

# The same for every function. ARM costs a fifth less, and nothing here is compiled.
RUNTIME, ARCHITECTURE = "python3.13", "arm64"
FUNCTIONS_FOLDER = Path(__file__).resolve().parent.parent / "functions"
SHARED_FOLDER = "common"
# An event that nobody could handle within the hour is told of rather than tried on.
MAXIMUM_EVENT_AGE_SECONDS = 3600


# Lambda puts one network interface per subnet and security group into a network (Lambda guide, "Execution role
# permissions"). AWS lets none of these be narrowed to a subnet for Lambda.
INTERFACE_ACTIONS = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)


@dataclass(frozen=True, kw_only=True)
class Placement:
    """A place in a network of ours, for a function that has to reach what stands there.

    The subnets need a way to AWS (NAT), because the function has no other any more.
    """

    subnet_ids: Sequence[pulumi.Input[str]]
    security_group_id: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class FunctionArgs:
    """What the code needs, and who is told when it fails."""

    folder: str
    """Below `functions/`; it holds `handler.py` with `handler(event, context)`."""
    function_name: str
    """Fixed, because alarms and log groups are named after it; at most 64 characters."""
    description: str
    timeout_seconds: int
    """At most 900 (Lambda)."""
    memory_mib: int
    """CPU comes with it: 1,769 MiB are one vCPU."""
    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])
    """Never a secret: anyone who may look at the function reads it. Name the secret instead."""
    statements: Sequence[Statement] = ()
    """What its role may do besides writing its log and telling of failures."""
    log_retention_days: int
    failure_topic_arn: pulumi.Input[str]
    """An event that was not answered to (asynchronous calls only) goes here after the retries."""
    failure_topic_key_arn: pulumi.Input[str]
    retries: int = 2
    """0 to 2, for asynchronous calls that raised an error."""
    reserved_concurrency: int | None = None
    """At most so many at once. Unset: the account's pool."""
    placement: Placement | None = None
    """Unset: outside of our network, which is quicker to start and to delete."""
    libraries: Sequence[str] = ()
    """Distributions of pure Python that go with the code, as requirements.txt locks them; what they need in turn is
    listed here as well, unless Lambda's runtime has it."""


class Function(Component):
    """Outputs: `arn` (known once the function can be called and its failures are heard), `role_arn`.

    `function_name` and `log_group_name` are plain text, known early; `name` is the same as an output.
    """

    arn: pulumi.Output[str]
    name: pulumi.Output[str]
    role_arn: pulumi.Output[str]
    function_name: str
    log_group_name: str

    def __init__(self, name: str, args: FunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.function_name = args.function_name
        self.log_group_name = f"/aws/lambda/{args.function_name}"

        # Lambda would make the group itself, and keep it for ever.
        logs = aws.cloudwatch.LogGroup(
            f"{name}-logs", name=self.log_group_name, retention_in_days=args.log_retention_days, opts=self.child()
        )
        role = aws.iam.Role(
            f"{name}-role",
            description=args.description,
            assume_role_policy=trust("lambda.amazonaws.com"),
            opts=self.child(),
        )
        rights = aws.iam.RolePolicy(
            f"{name}-policy",
            role=role.name,
            policy=policy([*_basics(args, logs.arn), *_interfaces(args), *args.statements]),
            opts=self.child(),
        )
        function = aws.lambda_.Function(
            name,
            name=args.function_name,
            description=args.description,
            role=role.arn,
            runtime=RUNTIME,
            architectures=[ARCHITECTURE],
            handler=f"functions.{args.folder}.handler.handler",
            code=package(args.folder, args.libraries),
            timeout=args.timeout_seconds,
            memory_size=args.memory_mib,
            environment={"variables": args.environment} if args.environment else None,
            logging_config={"log_format": "Text", "log_group": logs.name},  # the code writes lines of JSON itself
            reserved_concurrent_executions=args.reserved_concurrency,
            vpc_config=_vpc_config(args.placement),
            opts=self.child(depends_on=[rights, logs]),
        )
        failures = aws.lambda_.FunctionEventInvokeConfig(
            f"{name}-failures",
            function_name=function.name,
            maximum_retry_attempts=args.retries,
            maximum_event_age_in_seconds=MAXIMUM_EVENT_AGE_SECONDS,
            destination_config={"on_failure": {"destination": args.failure_topic_arn}},
            opts=self.child(),
        )

        self.role_arn, self.name = role.arn, function.name
        self.arn = pulumi.Output.all(function.arn, failures.id).apply(lambda known: str(known[0]))
        self.register_outputs({"arn": self.arn, "name": self.name, "role_arn": self.role_arn})


def package(folder: str, libraries: Sequence[str] = ()) -> pulumi.AssetArchive:
    """The code of one function: its folder, what all share, the package's own file, libraries. Raises ValueError.

    Texts rather than paths, so that neither the place of a checkout nor its line endings are part of the hash.
    """
    if not (FUNCTIONS_FOLDER / folder / "handler.py").is_file():
        known = ", ".join(sorted(path.parent.name for path in FUNCTIONS_FOLDER.glob("*/handler.py")))
        raise ValueError(f"functions/{folder}/handler.py does not exist; there are: {known}")
    files = [FUNCTIONS_FOLDER / "__init__.py"]
    for part in (SHARED_FOLDER, folder):
        files += (FUNCTIONS_FOLDER / part).rglob("*.py")
    root = FUNCTIONS_FOLDER.parent
    ours: dict[str, pulumi.Asset | pulumi.Archive] = {
        path.relative_to(root).as_posix(): _asset(path) for path in sorted(files)
    }
    return pulumi.AssetArchive(ours | {path: asset for name in libraries for path, asset in _library(name)})


def _library(distribution: str) -> Iterator[tuple[str, pulumi.Asset]]:
    """Its modules, by their own list. Files, because only their content counts and theirs is locked by hash."""
    from importlib.metadata import files

    for path in files(distribution) or ():
        if path.suffix == ".py" or path.name == "METADATA":  # some ask for their own version there
            yield path.as_posix(), pulumi.FileAsset(str(path.locate()))


def _asset(path: Path) -> pulumi.StringAsset:
    # The engine leaves an empty text out of what it hands back, and the SDK then stops at an "invalid asset".
    return pulumi.StringAsset(path.read_text("utf-8") or "\n")


def _vpc_config(placement: Placement | None) -> aws.lambda_.FunctionVpcConfigArgsDict | None:
    if placement is None:
        return None
    return {"subnet_ids": list(placement.subnet_ids), "security_group_ids": [placement.security_group_id]}


def _interfaces(args: FunctionArgs) -> list[Statement]:
    """Lambda may, with the function's role; its own code may not (Lambda guide, "Security best practices")."""
    if args.placement is None:
        return []
    return [
        {"Sid": "StandInTheNetwork", "Action": list(INTERFACE_ACTIONS), "Resource": "*"},
        {
            "Sid": "OnlyLambdaItself",
            "Effect": "Deny",
            "Action": list(INTERFACE_ACTIONS),
            "Resource": "*",
            "Condition": {"ArnLike": {"lambda:SourceFunctionArn": f"arn:aws:lambda:*:*:function:{args.function_name}"}},
        },
    ]


def _basics(args: FunctionArgs, log_group_arn: pulumi.Output[str]) -> list[Statement]:
    return [
        {
            "Sid": "WriteItsLog",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": pulumi.Output.concat(log_group_arn, ":*"),
        },
        {"Sid": "TellOfFailures", "Action": ["sns:Publish"], "Resource": args.failure_topic_arn},
        {
            "Sid": "EncryptWhatItTells",
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": args.failure_topic_key_arn,
        },
    ]

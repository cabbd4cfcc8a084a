"""Arguments and switches that several commands share."""

from typing import Annotated

import typer

EnvironmentName = Annotated[str, typer.Argument(metavar="ENV", help="Environment: the middle of Pulumi.ENV.yaml.")]
Offline = Annotated[
    bool, typer.Option("--offline", help="Against the stand-in AWS on this machine; no account needed.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]
Diff = Annotated[bool, typer.Option("--diff", help="Show old and new value of every changed property.")]
Unchanged = Annotated[bool, typer.Option("--unchanged", help="List resources that do not change as well.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; for automation.")]
Region = Annotated[
    str | None,
    typer.Option(
        "--region", help="AWS region of the environment; otherwise the stack file's, AWS_REGION or the profile's."
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, then stop.")]
Repair = Annotated[bool, typer.Option("--repair", help="First settle what an interrupted run left behind.")]

"""The operations manifest as one SSM parameter: what the runbook's commands read, and nothing secret.

It is written last, when everything it speaks of stands, so it also goes first. A destroy that is not previewed deletes
what nothing depends on and only then meets what is protected; here it meets the manifest, which depends on everything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.component import Component
from runbook.manifest import Manifest, parameter_name


@dataclass(frozen=True, kw_only=True)
class OperationsManifestArgs:
    """The manifest's fields (`runbook.manifest.Manifest`); any of them, at any depth, may be an output."""

    environment_name: str
    fields: Mapping[str, Any]
    after: Sequence[pulumi.Resource]
    """All of the environment."""
    protected: bool


class OperationsManifest(Component):
    """`parameter_name` is where it lies. Fields that do not make a manifest fail the update, before it is written."""

    parameter_name: pulumi.Output[str]

    def __init__(self, name: str, args: OperationsManifestArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        parameter = aws.ssm.Parameter(
            f"{name}-parameter",
            name=parameter_name(args.environment_name),
            description="What the runbook's commands know about this environment; written by Pulumi",
            type="String",
            tier="Advanced",  # a standard parameter holds 4 KB
            # nothing secret is in it, so a preview may show it
            insecure_value=pulumi.Output.json_dumps(args.fields).apply(_checked),
            opts=self.child(depends_on=[*args.after], protect=args.protected),
        )
        self.parameter_name = parameter.name
        self.register_outputs({"parameter_name": self.parameter_name})


def _checked(fields: str) -> str:
    return Manifest.from_parameter(fields).to_parameter()

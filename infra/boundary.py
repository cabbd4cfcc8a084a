"""The limit of what the program's own roles can ever do, where the settings name one.

Whoever may make a role and the code that takes it has every right that the role can get. A permissions boundary ends
that: GitHub's deploy role may make roles within it only (`bootstrap/template.yaml`).
"""

from typing import Any

import pulumi

from runbook.settings import Environment

ROLE = "aws:iam/role:Role"


def bounds(environment: Environment, account_id: pulumi.Output[str]) -> list[Any]:
    """Transformations for the options of every component; none where the settings name no boundary."""
    policy = environment.protection.roles_boundary
    if policy is None:
        return []
    arn = pulumi.Output.concat("arn:aws:iam::", account_id, f":policy/{policy}")

    def bound(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if args.type_ != ROLE:
            return None
        return pulumi.ResourceTransformationResult(props={**args.props, "permissions_boundary": arn}, opts=args.opts)

    return [bound]

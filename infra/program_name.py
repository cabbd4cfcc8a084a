"""Every resource that AWS can tag says which of the program's resources it is (`runbook.resource_tags`)."""

from typing import Any

import pulumi

from runbook.resource_tags import PROGRAM_NAME_TAG

_TAGGED_WITHOUT_A_CLASS = frozenset({"aws:wafv2/webAcl:WebAcl"})
"""What a component registers by its token, because importing the class would cost too much."""


def with_program_name(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    """A transformation for the options of a component: it reaches all resources below."""
    has_tags = isinstance(getattr(type(args.resource), "tags_all", None), property)
    if not has_tags and args.type_ not in _TAGGED_WITHOUT_A_CLASS:
        return None  # AWS cannot tag it, or it is no resource of AWS
    own: Any = args.props.get("tags")

    def add(tags: dict[str, Any] | None) -> dict[str, Any]:
        return {**(tags or {}), PROGRAM_NAME_TAG: args.name}

    # known tags stay known: what is only known later would show as a change in every preview
    tags: Any = add(own) if own is None or isinstance(own, dict) else pulumi.Output.from_input(own).apply(add)
    return pulumi.ResourceTransformationResult(props={**args.props, "tags": tags}, opts=args.opts)

"""Every resource that AWS can tag says which of the program's resources it is (`runbook.resource_tags`)."""

from collections.abc import Awaitable
from typing import Any, cast

import pulumi

from runbook.resource_tags import PROGRAM_NAME_TAG

_TAGGED_WITHOUT_A_CLASS = frozenset({"aws:wafv2/webAcl:WebAcl"})
"""What a component registers by its token, because importing the class would cost too much."""


def with_program_name(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    """A transformation for the options of a component: it reaches all resources below."""
    has_tags = isinstance(getattr(type(args.resource), "tags_all", None), property)
    if not has_tags and args.type_ not in _TAGGED_WITHOUT_A_CLASS:
        return None  # AWS cannot tag it, or it is no resource of AWS
    props: dict[str, Any] = {**args.props}
    own = props.get("tags")

    def add(tags: dict[str, Any] | None) -> dict[str, Any]:
        return {**(tags or {}), PROGRAM_NAME_TAG: args.name}

    # known tags stay known: what is only known later would show as a change in every preview
    if isinstance(own, (pulumi.Output, Awaitable)):
        props["tags"] = pulumi.Output.from_input(cast("Any", own)).apply(add)
    else:
        props["tags"] = add(own)
    return pulumi.ResourceTransformationResult(props=props, opts=args.opts)

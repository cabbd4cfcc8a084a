"""Every resource that AWS can tag says which of the program's resources it is (`runbook.resource_tags`)."""

import pulumi

from runbook.resource_tags import PROGRAM_NAME_TAG


_TAGGED_WITHOUT_A_CLASS = frozenset({"aws:wafv2/webAcl:WebAcl"})
"""What a component registers by its token, because importing the class would cost too much."""


def with_program_name(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    """A transformation for the options of a component: it reaches all resources below."""
    has_tags = isinstance(getattr(type(args.resource), "tags_all", None), property)
    if not has_tags and args.type_ not in _TAGGED_WITHOUT_A_CLASS:
        return None  # AWS cannot tag it, or it is no resource of AWS
    own = args.props.get("tags")
    tags = pulumi.Output.from_input(own).apply(lambda tags: _named(tags, args.name)) if _waits(own) else None
    return pulumi.ResourceTransformationResult(
        props={**args.props, "tags": tags or _named(own, args.name)}, opts=args.opts
    )


def _waits(tags: object) -> bool:
    return tags is not None and not isinstance(tags, dict)


def _named(tags: dict[str, str] | None, name: str) -> dict[str, str]:
    return {**(tags or {}), PROGRAM_NAME_TAG: name}

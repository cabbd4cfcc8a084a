"""The rule of `Check` that a resource's inputs are what its type allows."""

from collections.abc import Mapping

from offline.provider.naming import Refusal
from offline.provider.schema.judge import objections
from offline.provider.schema.published import edition, published
from offline.provider.wire import Value


def refusals(token: str, inputs: Mapping[str, Value]) -> list[Refusal]:
    """What AWS or the provider would refuse, with property, value, rule and source; nothing for an unknown type."""
    content = published(token)
    if content is None:
        return []
    return [
        Refusal(
            property=one.path,
            reason=f"{one.path or token.rsplit(':', 1)[1]}: {one.says} [{source(token, one.source)}]",
        )
        for one in objections(content, inputs)
    ]


def source(token: str, named: str) -> str:
    """The source of a rule, for people."""
    if named.startswith("AWS::"):
        return f"{named}, AWS's resource schema of {edition()['schemas']}"
    if named.startswith("cfn-lint "):
        return f"grammar {named.removeprefix('cfn-lint ')} of cfn-lint {edition()['cfn-lint']}"
    if "://" in named or ".com/" in named or ".io/" in named:
        return named
    if named:
        return f"{named}, botocore {edition()['botocore']}"
    package = f"pulumi-{token.partition(':')[0]}"
    return f"class {token.rsplit(':', 1)[1]} of {package} {edition()[package]}"

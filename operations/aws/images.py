"""Where a container image lies, as far as its name tells."""

import re
from dataclasses import dataclass

_ECR = re.compile(r"^(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/(?P<repository>[^:@]+)")


@dataclass(frozen=True, kw_only=True)
class EcrImage:
    """An image in a private registry of AWS."""

    account_id: str
    region: str
    repository: str
    tag: str | None
    digest: str | None


def ecr_image(reference: str) -> EcrImage | None:
    """Its parts; None for an image in another kind of registry."""
    found = _ECR.match(reference)
    if found is None:
        return None
    name, _, digest = reference.partition("@")
    _, _, tag = name.rpartition("/")[2].partition(":")
    return EcrImage(
        account_id=found["account"],
        region=found["region"],
        repository=found["repository"],
        tag=tag or None,
        digest=digest or None,
    )

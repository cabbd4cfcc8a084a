"""Looks into AWS: by the tags of the program, by what an id is made of, by the thing that it hangs on."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from operations.aws.errors import in_one_sentence
from operations.pending.aws_listing import LISTINGS
from operations.pending.finding import Found, Wanted
from runbook.resource_tags import PROGRAM_NAME_TAG

if TYPE_CHECKING:
    from operations.aws.clients import Clients

GLOBAL = "us-east-1"
"""Where the tagging API tells of what has no region (health checks, certificates for the whole world)."""


@dataclass(frozen=True, kw_only=True)
class Tagged:
    """One resource that carries our tags. `label`: service and resource of the ARN, `ec2:subnet/subnet-0f4b…`."""

    arn: str
    name: str
    region: str

    @property
    def label(self) -> str:
        """Service and resource of the ARN."""
        _, _, service, _, _, resource = self.arn.split(":", 5)
        return f"{service}:{resource}"

    @property
    def tail(self) -> str:
        """What follows the last `/` or `:`."""
        return re.split(r"[/:]", self.arn)[-1]


class AwsCloud:
    """`scope`: tags that tell this environment's resources from others'. The first region is the provider's own.

    The tagging API learns of a new resource within minutes, and not of every type (IAM roles): what has an id made of
    inputs is then handed on unseen, and the engine's reading tells whether it stands.
    """

    def __init__(self, clients: "Clients", scope: Mapping[str, str], *, regions: Sequence[str]) -> None:
        self._clients, self._scope, self._regions = clients, scope, regions

    def find(self, wanted: Wanted) -> list[Found]:
        """As `Cloud.find`. Raises CommandStopped where AWS does not answer."""
        with in_one_sentence():
            return self._find(wanted)

    def _find(self, wanted: Wanted) -> list[Found]:
        identity = wanted.identity
        by_inputs = wanted.id_by_inputs(self._account) if identity.id else None
        if identity.label:
            tagged = [one for one in self._tagged if one.name == wanted.name and one.label.startswith(identity.label)]
            if tagged:
                return [
                    Found(
                        id=one.arn if identity.id_is_arn else by_inputs or one.tail,
                        arn=one.arn,
                        region="" if one.region == self._regions[0] or one.region == GLOBAL else one.region,
                    )
                    for one in tagged
                ]
        if by_inputs and wanted.recorded:
            return [Found(id=by_inputs, sure=False)]
        if identity.among and wanted.type in LISTINGS:
            region = str(wanted.inputs.get("region") or self._regions[0])
            return list(LISTINGS[wanted.type](self._clients, wanted, region))
        return []

    @cached_property
    def _account(self) -> str:
        return str(self._clients.client("sts").get_caller_identity()["Account"])

    @cached_property
    def _tagged(self) -> list[Tagged]:
        return [one for region in dict.fromkeys((*self._regions, GLOBAL)) for one in self._tagged_in(region)]

    def _tagged_in(self, region: str) -> Iterator[Tagged]:
        pages = self._clients.client("resourcegroupstaggingapi", region=region).get_paginator("get_resources")
        filters = [{"Key": key, "Values": [value]} for key, value in self._scope.items()]
        for page in pages.paginate(TagFilters=[*filters, {"Key": PROGRAM_NAME_TAG}]):
            for one in page["ResourceTagMappingList"]:
                tags = {tag["Key"]: tag["Value"] for tag in one["Tags"]}
                yield Tagged(arn=one["ResourceARN"], name=tags[PROGRAM_NAME_TAG], region=region)

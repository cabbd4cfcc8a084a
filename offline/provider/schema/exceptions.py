"""Where a published rule would refuse what AWS and the provider accept: each with the reason it does not count here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Exempt:
    """What of AWS's rules does not count at a property.

    `words` are keywords that are dropped (`required`: it may be left out), `also` values beside those of an `enum`.
    """

    because: str
    words: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


def _optional(because: str) -> Exempt:
    return Exempt(words=("required",), because=because)


EXCEPTIONS: Final[Mapping[str, Mapping[str, Exempt]]] = {
    "BucketAcl": {
        "acl": Exempt(
            also=("aws-exec-read", "log-delivery-write", "bucket-owner-read", "bucket-owner-full-control"),
            because="S3 User Guide, canned ACLs: the service model lists four of them",
        )
    },
    "BucketVersioningVersioningConfiguration": {
        "status": Exempt(also=("Disabled",), because="the provider's word for a bucket that never had versions")
    },
    "FlowLogDestinationOptions": {
        "hiveCompatiblePartitions": _optional("the provider says false"),
        "perHourPartition": _optional("the provider says false"),
        "fileFormat": _optional("the provider says plain-text"),
    },
    "Function": {"code": _optional("the provider takes s3Bucket or imageUri in its place")},
    "FunctionEventInvokeConfig": {"qualifier": _optional("the provider means $LATEST")},
    "GroupResourceQuery": {"type": _optional("the provider says TAG_FILTERS_1_0")},
    "LayerVersion": {name: _optional("the provider uploads `code` by itself") for name in ("s3Bucket", "s3Key")},
    "ListenerRule": {"priority": _optional("the provider takes the next free one")},
    "LogGroup": {
        "retentionInDays": _optional("left out, logs are kept for ever; the call belongs to the property alone")
    },
    "MaintenanceWindow": {"allowUnassociatedTargets": _optional("the provider says false")},
    "Parameter": {
        "value": _optional("insecureValue or valueWo stands in its place"),
        "type": Exempt(also=("SecureString",), because="CloudFormation alone cannot make secure strings"),
    },
    "ParameterGroup": {"parameters": _optional("a group without parameters of its own is a copy of its family's")},
    "RouteTableAssociation": {"subnetId": _optional("a gateway can stand in its place")},
    "SecurityGroup": {"dependentRequired": Exempt(because="without a VPC the provider means the default one")},
    "ZoneVpc": {"vpcRegion": _optional("the provider means its own region")},
}
"""Class → property (or keyword, for a rule between properties) → what does not count."""

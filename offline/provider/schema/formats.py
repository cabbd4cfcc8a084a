"""Forms that AWS's schemas name instead of spelling them out. Source: the rules of cfn-lint of the same names."""

import ipaddress
import re
from collections.abc import Mapping
from typing import Final

_ARN: Final = r"arn:aws[A-Za-z\-]*?:"
_ID: Final = r"-([0-9a-fA-F]{8}|[0-9a-fA-F]{17})"
FORMS: Final[Mapping[str, tuple[str, str]]] = {
    "AWS::ACM::Certificate.Arn": (_ARN + r"acm:[a-z0-9-]+:\d{12}:certificate/.+", "the ARN of a certificate"),
    "AWS::EC2::SecurityGroup.Id": ("sg" + _ID, "the id of a security group (sg-…)"),
    "AWS::EC2::Subnet.Id": ("subnet" + _ID, "the id of a subnet (subnet-…)"),
    "AWS::EC2::VPC.Id": ("vpc" + _ID, "the id of a VPC (vpc-…)"),
    "AWS::EC2::SecurityGroup.Name": (
        r"[a-zA-Z0-9 \._\-:\/()#\,@\[\]+=&;\{\}!\$\*]+",
        "a name that a security group can have",
    ),
    "AWS::IAM::Role.Arn": (_ARN + r"iam::\d{12}:role/.+", "the ARN of a role"),
    "AWS::KMS::Alias.AliasName": (r"alias/[a-zA-Z0-9:/_-]+", "an alias of a key (alias/…)"),
    "AWS::KMS::Key.Arn": (_ARN + r"kms:[a-z0-9-]+:\d{12}:(key|alias)/.+", "the ARN of a key"),
    "AWS::Lambda::Function.Arn": (_ARN + r"lambda:[a-z0-9-]+:\d{12}:function:.+", "the ARN of a function"),
    "AWS::Logs::LogGroup.Name": (r"[\.\-_\/#A-Za-z0-9]{1,512}", "a name that a log group can have"),
    "AWS::S3::Bucket.Name": (
        r"(?![.\-])(?!.*\.\.)(?!.*\-\.)(?!.*\.\-)[a-z0-9.\-]{3,63}(?<![.\-])",
        "a name that a bucket can have (3-63 of a-z, 0-9, dot and hyphen)",
    ),
    "AWS::SNS::Topic.Arn": (_ARN + r"sns:[a-z0-9-]+:\d{12}:.+", "the ARN of a topic"),
}


def fits(format_: str, text: str) -> str | None:
    """None, or what is wrong; a form that nobody wrote down fits."""
    if format_ in FORMS:
        form, says = FORMS[format_]
        return None if re.fullmatch(form, text) else f"is not {says}"
    if format_ in ("ipv4-network", "ipv6-network"):
        version = int(format_[3])
        try:
            network = ipaddress.ip_network(text, strict=False)
        except ValueError:
            return f"is no IPv{version} range like {'10.0.0.0/16' if version == 4 else '2001:db8::/56'}"  # noqa: PLR2004
        return None if network.version == version else f"is no IPv{version} range"
    return None

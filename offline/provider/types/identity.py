"""IAM: global, without a region."""

from typing import Final

from offline.provider.catalog import Name, ResourceType, row
from offline.provider.facts import CREATED, Facts

_IAM: Final = "arn:aws:iam::{account}:"


def _path(facts: Facts) -> str:
    return str(facts.inputs.get("path", "/"))


def _service_linked_name(facts: Facts) -> str:
    service = str(facts.inputs.get("awsServiceName", "")).partition(".")[0]
    return f"AWSServiceRoleFor{service.replace('-', ' ').title().replace(' ', '')}"


TYPES: Final[tuple[ResourceType, ...]] = (
    row(
        "iam/role:Role",
        id="{name}",
        arn=lambda facts: facts.fill(_IAM + f"role{_path(facts)}{{name}}"),
        name=Name(limit=64),
        computed={"uniqueId": "AROA{upper17}", "createDate": CREATED},
        replaces=("path",),
        is_global=True,
    ),
    row(
        "iam/policy:Policy",
        arn=lambda facts: facts.fill(_IAM + f"policy{_path(facts)}{{name}}"),
        name=Name(limit=128),
        computed={"policyId": "ANPA{upper17}", "attachmentCount": 0},
        replaces=("path", "description"),
        is_global=True,
    ),
    row(
        "iam/rolePolicy:RolePolicy",
        id="{in[role]}:{name}",
        name=Name(limit=128),
        replaces=("role",),
        is_global=True,
        tagged=False,
    ),
    row(
        "iam/rolePolicyAttachment:RolePolicyAttachment",
        id="{in[role]}/{in[policyArn]}",
        replaces=("role", "policyArn"),
        is_global=True,
        tagged=False,
    ),
    *(
        row(
            f"iam/{tail[0].lower()}{tail[1:]}:{tail}",
            id="{in[roleName]}",
            replaces=("roleName",),
            is_global=True,
            tagged=False,
        )
        for tail in ("RolePoliciesExclusive", "RolePolicyAttachmentsExclusive")
    ),
    row(
        "iam/instanceProfile:InstanceProfile",
        id="{name}",
        arn=_IAM + "instance-profile/{name}",
        name=Name(limit=128),
        computed={"uniqueId": "AIPA{upper17}", "createDate": CREATED},
        is_global=True,
    ),
    row(
        "iam/openIdConnectProvider:OpenIdConnectProvider",
        arn=lambda facts: (
            facts.fill(_IAM + "oidc-provider/") + str(facts.inputs.get("url", "")).removeprefix("https://")
        ),
        replaces=("url",),
        is_global=True,
    ),
    row(
        "iam/serviceLinkedRole:ServiceLinkedRole",
        arn=lambda facts: facts.fill(
            _IAM + f"role/aws-service-role/{{in[awsServiceName]}}/{_service_linked_name(facts)}"
        ),
        computed={
            "name": _service_linked_name,
            "uniqueId": "AROA{upper17}",
            "createDate": CREATED,
            "path": "/aws-service-role/",
        },
        replaces=("awsServiceName", "customSuffix"),
        is_global=True,
    ),
)

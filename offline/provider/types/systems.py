"""Systems Manager, and what an account keeps about itself."""

from typing import Final

from offline.provider.catalog import Name, ResourceType, row
from offline.provider.facts import CREATED, Facts

_SSM: Final = "arn:aws:ssm:{region}:{account}:"


def _parameter_arn(facts: Facts) -> str:
    return facts.fill(_SSM + "parameter/") + facts.name.removeprefix("/")


TYPES: Final[tuple[ResourceType, ...]] = (
    row(
        "ssm/parameter:Parameter",
        id="{name}",
        arn=_parameter_arn,
        name=Name(limit=2048),
        computed={"version": 1, "hasValueWo": False, "dataType": "text"},
        replaces=("dataType",),
        secrets=("value", "valueWo"),
    ),
    row(
        "ssm/document:Document",
        id="{name}",
        arn=_SSM + "document/{name}",
        name=Name(limit=128),
        computed={
            "createdDate": CREATED,
            "defaultVersion": "1",
            "documentVersion": "1",
            "latestVersion": "1",
            "schemaVersion": "0.3",
            "hash": "{hex64}",
            "hashType": "Sha256",
            "owner": "{account}",
            "status": "Active",
            "platformTypes": ["Linux"],
        },
        replaces=("documentType",),
    ),
    row("ssm/maintenanceWindow:MaintenanceWindow", id="mw-0{hex16}", name=Name(limit=128), replaces=("-name",)),
    row(
        "ssm/maintenanceWindowTarget:MaintenanceWindowTarget",
        id="{uuid}",
        name=Name(limit=128),
        replaces=("windowId", "resourceType", "-name"),
        tagged=False,
    ),
    row(
        "ssm/maintenanceWindowTask:MaintenanceWindowTask",
        id="{uuid}",
        arn=_SSM + "windowtask/{uuid}",
        name=Name(limit=128),
        computed={"windowTaskId": "{uuid}"},
        replaces=("windowId", "taskType", "-name"),
        tagged=False,
    ),
    row(
        "cloudtrail/trail:Trail",
        arn="arn:aws:cloudtrail:{region}:{account}:trail/{name}",
        name=Name(limit=128),
        computed={"homeRegion": "{region}", "snsTopicArn": ""},
    ),
    row(
        "guardduty/detector:Detector",
        id="{hex32}",
        arn="arn:aws:guardduty:{region}:{account}:detector/{hex32}",
        computed={"accountId": "{account}"},
    ),
    row(
        "resourcegroups/group:Group",
        id="{name}",
        arn="arn:aws:resource-groups:{region}:{account}:group/{name}",
        name=Name(limit=300),
    ),
)

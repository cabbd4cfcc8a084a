"""Security patches: what ECR found in the image that runs, its age, and what RDS has waiting."""

import re
from collections.abc import Iterator
from typing import Any

from operations.aws.errors import code_of
from operations.aws.images import ecr_image
from operations.deployments.asking import EcsDeployments
from operations.errors import CommandStopped
from operations.reports.counted import counted
from operations.reports.finding import Finding, good, judged, not_enabled, unknown, yours
from operations.reports.reading import Reading
from operations.reports.utilisation import described_database

OLD_IMAGE_DAYS = 30
"""The runbook's maintenance is monthly: an image that missed one brings an older base."""
SERIOUS = ("CRITICAL", "HIGH")


def image(reading: Reading) -> Iterator[Finding]:
    """Age and findings of the image that the service runs."""
    reference = _running_image(reading)
    one = ecr_image(reference)
    if one is None:
        yield yours(f"{reference} lies in a registry that tells nothing of its age and findings")
        return
    client = reading.client("ecr", region=one.region)
    place = {"registryId": one.account_id, "repositoryName": one.repository}
    named = {"imageDigest": one.digest} if one.digest else {"imageTag": one.tag or "latest"}
    [described] = client.describe_images(**place, imageIds=[named])["imageDetails"]
    days = (reading.session.clock.now() - described["imagePushedAt"]).days
    yield judged(
        f"the image that runs was made {counted(days, 'day')} ago, and what it is based on is older",
        bad=days > OLD_IMAGE_DAYS,
    )
    yield _scan(client, place, named)


def _scan(client: Any, place: dict[str, str], named: dict[str, str]) -> Finding:
    try:
        answer = client.describe_image_scan_findings(**place, imageId=named)
    except Exception as error:
        if code_of(error) != "ScanNotFoundException":
            raise
        return not_enabled(f"scanning of images in {place['repositoryName']}")
    status = answer.get("imageScanStatus", {})
    if status.get("status") not in ("COMPLETE", "ACTIVE"):
        return unknown(f"the scan of the image is {status.get('status', 'unknown')}: {status.get('description', '')}")
    found = answer.get("imageScanFindings", {})
    counts: dict[str, int] = found.get("findingSeverityCounts", {})
    spelled = ", ".join(f"{count} {severity.lower()}" for severity, count in counts.items()) or "nothing"
    at = found.get("imageScanCompletedAt")
    when = f" (scanned {at:%Y-%m-%d})" if at else ""
    return judged(f"ECR found {spelled} in the image{when}", bad=any(counts.get(severity) for severity in SERIOUS))


def database(reading: Reading) -> Iterator[Finding]:
    """Maintenance that RDS has waiting, and the newest minor version of the engine."""
    if reading.session.manifest.database.identifier is None:
        yield yours("the database stands elsewhere: whoever runs it patches it")
        return
    found, rds = described_database(reading), reading.client("rds")
    pages = rds.get_paginator("describe_pending_maintenance_actions").paginate(
        ResourceIdentifier=found["DBInstanceArn"]
    )
    waiting = [
        action
        for page in pages
        for one in page["PendingMaintenanceActions"]
        for action in one["PendingMaintenanceActionDetails"]
    ]
    yield judged(
        f"RDS has {counted(len(waiting), 'maintenance action')} waiting; the next window applies them"
        if waiting
        else "RDS has no maintenance waiting",
        *(f"{one['Action']}: {one.get('Description', '')}" for one in waiting),
        bad=bool(waiting),
    )
    yield _engine(rds, found["Engine"], found["EngineVersion"])


def _engine(rds: Any, engine: str, version: str) -> Finding:
    versions = rds.describe_db_engine_versions(Engine=engine, EngineVersion=version)["DBEngineVersions"]
    if not versions:
        return unknown(f"RDS does not know {engine} {version} any more")
    newer = [
        one["EngineVersion"] for one in versions[0].get("ValidUpgradeTarget", []) if not one["IsMajorVersionUpgrade"]
    ]
    if not newer:
        return good(f"{engine} {version} is the newest minor version")
    newest = max(newer, key=_numbers)
    return judged(f"{engine} {version}: {newest} is there (`database.engine_version`)", bad=True)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _running_image(reading: Reading) -> str:
    ecs, names = reading.client("ecs"), reading.session.manifest.service
    service = EcsDeployments(reading.session).service()
    definition = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    for container in definition["containerDefinitions"]:
        if container["name"] == names.container:
            return str(container["image"])
    raise CommandStopped(f"the task definition {service['taskDefinition']} has no container {names.container}")

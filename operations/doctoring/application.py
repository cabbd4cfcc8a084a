"""What the service is made of: its domain, image, secrets, database."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from operations.aws.errors import code_of
from operations.aws.hosted_zone import public_zone_ids
from operations.aws.images import EcrImage, ecr_image
from operations.doctoring.check import Finding, unknown, well, wrong
from operations.doctoring.patient import Patient, Unanswered

ROW_SECURITY = "select rolsuper, rolbypassrls from pg_roles where rolname = current_user;"
PLATFORMS = {"arm64": "arm64", "x86_64": "amd64"}
"""As the settings say it → as images say it."""
MANIFESTS = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
)


def hosted_zone(patient: Patient) -> Iterator[Finding]:
    """There is one, and the world asks it."""
    domain = patient.settings.address.hosted_zone
    zones = public_zone_ids(patient.clients, domain)
    if not zones:
        yield wrong(
            f"this account has no public hosted zone {domain}",
            f"aws route53 create-hosted-zone --name {domain} --caller-reference $(date +%s); then delegate to it",
        )
        return
    if len(zones) > 1:
        yield wrong(f"there are {len(zones)} public zones {domain}: {', '.join(zones)}", "delete those nobody asks")
        return
    ours = _name_servers(patient, zones[0])
    try:
        world = patient.outside.name_servers(domain)
    except Unanswered as reason:
        yield unknown(
            f"who answers for {domain} could not be asked ({reason})",
            f"dig +short NS {domain}, and compare with {', '.join(sorted(ours))}",
        )
        return
    if world == ours:
        yield well(f"{domain} is delegated to {zones[0]}")
    else:
        said = ", ".join(sorted(world)) or "nobody"
        yield wrong(
            f"{domain} is answered by {said}, not by zone {zones[0]}: no certificate could be validated",
            f"where the domain is registered (or in the zone above it), enter {', '.join(sorted(ours))}",
        )


def _name_servers(patient: Patient, zone_id: str) -> frozenset[str]:
    answer = patient.client("route53").get_hosted_zone(Id=zone_id)
    return frozenset(name.rstrip(".").lower() for name in answer["DelegationSet"]["NameServers"])


def image(patient: Patient) -> Iterator[Finding]:
    """It is there, and runs on the settings' kind of processor."""
    reference, architecture = patient.settings.service.image, patient.settings.service.architecture
    found = ecr_image(reference)
    if found is None:
        yield unknown(
            f"{reference} lies in a registry that is none of AWS's",
            f"docker buildx imagetools inspect {reference}, and look for linux/{PLATFORMS[architecture]}",
        )
        return
    try:
        manifest = _manifest(patient, found)
        if manifest is None:
            yield wrong(
                f"repository {found.repository} in {found.account_id}, {found.region} has no such image: "
                f"{found.digest or found.tag or 'latest'}",
                f"push it, and write its digest into service.image of Pulumi.{patient.name}.yaml",
            )
            return
        platforms = _platforms(patient, found, manifest)
    except Unanswered as reason:
        yield unknown(f"the image is there, but its platform could not be read ({reason})", "docker manifest inspect")
        return
    wanted = f"linux/{PLATFORMS[architecture]}"
    if wanted in platforms:
        yield well(f"{found.repository} {found.digest or found.tag}, {wanted}")
    else:
        yield wrong(
            f"the image is for {', '.join(sorted(platforms)) or 'no platform'}; service.architecture {architecture} "
            f"needs {wanted}",
            f"docker buildx build --platform {wanted} …, or change service.architecture",
        )


def _manifest(patient: Patient, one: EcrImage) -> dict[str, Any] | None:
    identifier = {"imageDigest": one.digest} if one.digest else {"imageTag": one.tag or "latest"}
    answer = patient.client("ecr", one.region).batch_get_image(
        registryId=one.account_id,
        repositoryName=one.repository,
        imageIds=[identifier],
        acceptedMediaTypes=list(MANIFESTS),
    )
    if not answer["images"]:
        return None
    return _json(answer["images"][0]["imageManifest"])


def _platforms(patient: Patient, one: EcrImage, manifest: dict[str, Any]) -> set[str]:
    if "manifests" in manifest:  # an index of several
        return {_platform(entry.get("platform", {})) for entry in manifest["manifests"]}
    layer = patient.client("ecr", one.region).get_download_url_for_layer(
        registryId=one.account_id, repositoryName=one.repository, layerDigest=manifest["config"]["digest"]
    )
    return {_platform(_json(patient.outside.fetch(layer["downloadUrl"])))}


def _platform(said: Mapping[str, Any]) -> str:
    return f"{said.get('os', 'unknown')}/{said.get('architecture', 'unknown')}"


def _json(text: str | bytes) -> dict[str, Any]:
    try:
        return dict(json.loads(text))
    except ValueError as error:
        raise Unanswered("it is not JSON") from error


def secrets(patient: Patient) -> Iterator[Finding]:
    """Those that the settings name are there and have a value."""
    settings = patient.settings
    named = {
        **{name: f"service.secrets, {variable}" for variable, name in settings.service.secrets.items()},
        settings.notifications.pagerduty_secret: "notifications.pagerduty_secret",
        settings.database.external_url_secret: "database.external_url_secret",
        settings.database.app_url_secret: "database.app_url_secret",
    }
    there: list[str] = []
    for name, key in named.items():
        if name is None:
            continue
        if problem := _secret_problem(patient, name):
            yield wrong(f"secret {name} ({key}) {problem[0]}", problem[1])
        else:
            there.append(name)
    if there or not any(named):
        yield well(", ".join(there) or "none is named; what is generated comes with `up`")


def _secret_problem(patient: Patient, name: str) -> tuple[str, str] | None:
    from botocore.exceptions import ClientError

    try:
        one = patient.client("secretsmanager").describe_secret(SecretId=name)
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
        return (
            "is not there",
            f"aws secretsmanager create-secret --name {name} --secret-string file://… (in {patient.region})",
        )
    if "DeletedDate" in one:
        return "is about to be deleted", f"aws secretsmanager restore-secret --secret-id {name}"
    if not any("AWSCURRENT" in stages for stages in one.get("VersionIdsToStages", {}).values()):
        return "has no value", f"aws secretsmanager put-secret-value --secret-id {name} --secret-string file://…"
    return None


def database(patient: Patient) -> Iterator[Finding]:
    """RDS offers version, class and shape here."""
    settings = patient.settings.database
    if settings.kind == "external":
        yield well("elsewhere: its version and size are somebody else's")
        return
    rds = patient.client("rds")
    versions = [
        one["EngineVersion"]
        for page in rds.get_paginator("describe_db_engine_versions").paginate(Engine="postgres")
        for one in page["DBEngineVersions"]
    ]
    version = settings.engine_version
    if version not in versions:
        same = [one for one in versions if one.split(".")[0] == version.split(".")[0]]
        yield wrong(
            f"RDS does not offer PostgreSQL {version} in {patient.region}",
            f"database.engine_version: one of {', '.join(same or versions) or 'none'}",
        )
        return
    offers = [
        one
        for page in rds.get_paginator("describe_orderable_db_instance_options").paginate(
            Engine="postgres", EngineVersion=version, DBInstanceClass=settings.instance_class, Vpc=True
        )
        for one in page["OrderableDBInstanceOptions"]
        if one.get("StorageType") == "gp3" and (one.get("MultiAZCapable") or not settings.multi_az)
    ]
    shape = f"{settings.instance_class}{', in two zones' if settings.multi_az else ''}, gp3"
    if offers:
        yield well(f"PostgreSQL {version} on {shape}")
    else:
        yield wrong(f"RDS does not offer {shape} with PostgreSQL {version} here", "another database.instance_class")


def row_security(patient: Patient) -> Iterator[Finding]:
    """The server of MockForge stops at a migration for an owner without that right (docs/prove-in-staging.md, 1)."""
    settings = patient.settings.database
    by_hand = f"as the role of DATABASE_URL: {ROW_SECURITY} At least one must be true; see docs/prove-in-staging.md, 1"
    if settings.kind == "rds" or settings.external_url_secret is None:
        yield unknown("whether RDS's owner may bypass row security cannot be seen from outside the network", by_hand)
        return
    try:
        url = patient.client("secretsmanager").get_secret_value(SecretId=settings.external_url_secret)["SecretString"]
        rights = patient.outside.role_of(url)
    except Unanswered as reason:
        yield unknown(f"the database could not be asked from here ({reason})", by_hand)
        return
    if any(rights.values()):
        yield well(f"the role may: {', '.join(name for name, has in rights.items() if has)}")
    else:
        yield wrong(
            "the database role has neither SUPERUSER nor BYPASSRLS: the server stops at migration 20250101000086",
            "alter role … bypassrls, by a superuser of that server",
        )

"""The account: whose it is, its regions, what `bootstrap` makes, its quotas."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs

from operations.aws.errors import code_of
from operations.aws.lookups import has_bucket, has_key, has_policy, has_role
from operations.aws.service_roles import SERVICE_ROLES
from operations.bootstrapping.names import key_alias, state_bucket
from operations.doctoring.check import Finding, unknown, well, wrong
from operations.doctoring.patient import Patient
from operations.errors import CommandStopped
from operations.project import refuse_passphrase, secrets_provider


def credentials(patient: Patient) -> Iterator[Finding]:
    """Whether they are of the account that the settings name."""
    wanted = patient.settings.location.account_id
    if wanted is None:
        yield well(f"account {patient.account_id} as {patient.who}; location.account_id names none, so any is taken")
    elif wanted != patient.account_id:
        yield wrong(
            f"account {patient.account_id} as {patient.who}, but location.account_id is {wanted}",
            "sign in to that account (AWS_PROFILE, `aws sso login`)",
        )
    else:
        yield well(f"account {wanted} as {patient.who}")


def regions(patient: Patient) -> Iterator[Finding]:
    """Switched on, with the zones that the settings name."""
    location, ec2 = patient.settings.location, patient.client("ec2")
    wanted: list[str] = [location.region, *([location.recovery_region] if location.recovery_region else [])]
    there = ec2.describe_regions(RegionNames=wanted, AllRegions=True)["Regions"]
    for one in there:
        if one.get("OptInStatus") == "not-opted-in":
            yield wrong(
                f"{one['RegionName']} is switched off", f"aws account enable-region --region-name {one['RegionName']}"
            )
    zones = [f"{location.region}{letter}" for letter in patient.settings.network.zones]
    found = ec2.describe_availability_zones(Filters=[{"Name": "zone-name", "Values": zones}])["AvailabilityZones"]
    usable = {one["ZoneName"] for one in found if one["State"] == "available"}
    if missing := [zone for zone in zones if zone not in usable]:
        yield wrong(
            f"this account has no zone {', '.join(missing)}",
            "network.zones names those to use; `aws ec2 describe-availability-zones` shows what there is",
        )
    else:
        yield well(f"{' and '.join(wanted)}; zones {', '.join(patient.settings.network.zones)}")


def state(patient: Patient) -> Iterator[Finding]:
    """Pulumi's state and the key of the secrets in it."""
    bootstrap = f"./mfcloud bootstrap {patient.name}"
    bucket = state_bucket(patient.name, patient.account_id, patient.region)
    provider = secrets_provider(patient.name, patient.root)
    try:
        refuse_passphrase(patient.name, patient.root)
    except CommandStopped as stopped:
        yield wrong(stopped.message, stopped.hint)
        provider = ""
    if has_bucket(patient.clients, bucket):
        yield well(f"state bucket {bucket}")
    elif provider:
        yield unknown(
            f"there is no bucket {bucket}; the stack has been made elsewhere",
            "`pulumi whoami -v` shows where; its bucket should be versioned, encrypted and private",
        )
    else:
        yield wrong(f"there is no state bucket {bucket}", bootstrap)
    key, region = _key(provider) if provider else (key_alias(patient.name), patient.region)
    if has_key(patient.clients, key, region or patient.region):
        yield well(f"secrets key {key}")
    else:
        yield wrong(f"there is no secrets key {key} in {region or patient.region}", bootstrap)


def _key(provider: str) -> tuple[str, str]:
    """Of `awskms://alias/name?region=…`, `awskms://<id>?…` or `awskms:///<ARN>?…`: the key, and region or nothing."""
    key, _, query = provider.removeprefix("awskms://").removeprefix("/").partition("?")
    return key, "".join(parse_qs(query).get("region", []))


def boundary(patient: Patient) -> Iterator[Finding]:
    """Whether GitHub's deploy role could make the program's roles."""
    named = patient.settings.protection.roles_boundary
    if named is None:
        if has_role(patient.clients, f"{patient.settings.prefix}-deploy"):
            yield wrong(
                "GitHub's deploy role may make roles within a boundary only, and the settings name none",
                f"in Pulumi.{patient.name}.yaml, mockforge-cloud:protection: "
                f"{{ roles_boundary: {patient.settings.prefix}-boundary }}",
            )
        else:
            yield well("none, and no deploy role of GitHub's that would need one")
    elif has_policy(patient.clients, patient.account_id, named):
        yield well(f"policy {named}")
    else:
        yield wrong(f"there is no policy {named}: no role could be made", f"./mfcloud bootstrap {patient.name}")


def service_roles(patient: Patient) -> Iterator[Finding]:
    """Those that AWS's services make for themselves."""
    missing = [row for row in SERVICE_ROLES if not has_role(patient.clients, row.name)]
    for row in missing:
        yield wrong(
            f"{row.name} is missing ({row.why})", f"aws iam create-service-linked-role --aws-service-name {row.service}"
        )
    if not missing:
        yield well(f"all {len(SERVICE_ROLES)}")


@dataclass(frozen=True, kw_only=True)
class Quota:
    """A limit of the account that an environment can run into. Codes: Service Quotas, list-service-quotas."""

    service: str
    code: str
    says: str
    needed: Callable[[Patient], float]
    used: Callable[[Patient], int] | None
    """By others in this account and region; None where AWS counts nothing that can be asked for."""


def _vcpus(patient: Patient) -> float:
    """Both colours run during a deployment, each with every task there can be."""
    return 2 * patient.settings.scaling.maximum_tasks * patient.settings.service.cpu_units / 1024


def _gateways(patient: Patient) -> float:
    network = patient.settings.network
    return len(network.zones) if network.nat_gateways == "per_zone" else 1


def _addresses_of_others(patient: Patient) -> int:
    return sum(not _ours(patient, one) for one in patient.client("ec2").describe_addresses()["Addresses"])


def _networks_of_others(patient: Patient) -> int:
    pages = patient.client("ec2").get_paginator("describe_vpcs").paginate()
    return sum(not _ours(patient, one) for page in pages for one in page["Vpcs"])


def _ours(patient: Patient, one: dict[str, list[dict[str, str]]]) -> bool:
    tags = {tag["Key"]: tag["Value"] for tag in one.get("Tags", [])}
    return (tags.get("Service"), tags.get("Environment")) == ("mockforge-cloud", patient.name)


QUOTAS = (
    Quota(service="fargate", code="L-3032A538", says="vCPUs of tasks at once", needed=_vcpus, used=None),
    Quota(service="ec2", code="L-0263D0A3", says="public addresses", needed=_gateways, used=_addresses_of_others),
    Quota(service="vpc", code="L-F678F1CE", says="networks", needed=lambda _: 1, used=_networks_of_others),
)


def quotas(patient: Patient) -> Iterator[Finding]:
    """Whether the environment fits at its largest."""
    for row in QUOTAS:
        limit, used = _limit(patient, row), row.used(patient) if row.used else 0
        needed = row.needed(patient)
        line = f"{row.says}: {needed:g} needed, {limit - used:g} of {limit:g} free"
        if row.used is None:
            line = f"{row.says}: up to {needed:g} needed, {limit:g} allowed"
        if limit - used < needed:
            yield wrong(
                line,
                f"aws service-quotas request-service-quota-increase --service-code {row.service} "
                f"--quota-code {row.code} --desired-value {used + needed:g} --region {patient.region}",
            )
        else:
            yield well(line)


def _limit(patient: Patient, row: Quota) -> float:
    from botocore.exceptions import ClientError

    client, asked = patient.client("service-quotas"), {"ServiceCode": row.service, "QuotaCode": row.code}
    try:
        answer = client.get_service_quota(**asked)
    except ClientError as error:
        if code_of(error) != "NoSuchResourceException":
            raise
        answer = client.get_aws_default_service_quota(**asked)  # never raised for this account
    return float(answer["Quota"]["Value"])

"""Whether what must hold still holds: encryption, privacy, protection; and what AWS Config says where it is on."""

from collections.abc import Iterator
from typing import Any

from operations.aws.errors import code_of
from operations.reports.access_logs import attributes, log_bucket
from operations.reports.finding import Finding, judged, look, not_enabled, yours
from operations.reports.reading import Reading
from operations.reports.utilisation import described_database

SHOWN = 10
PUBLIC_ACCESS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def database(reading: Reading) -> Iterator[Finding]:
    """Encrypted, reachable from inside only, and not to be deleted by a slip."""
    if reading.session.manifest.database.identifier is None:
        yield yours("the database stands elsewhere: whoever runs it answers for it")
        return
    found = described_database(reading)
    wrong = [
        sentence
        for sentence, bad in (
            ("is NOT encrypted", not found.get("StorageEncrypted")),
            ("is PUBLICLY accessible", found.get("PubliclyAccessible", True)),
        )
        if bad
    ]
    protected = "protected" if found.get("DeletionProtection") else "not protected"
    yield judged(
        f"the database {', '.join(wrong) or 'is encrypted and private'}; {protected} from deletion", bad=bool(wrong)
    )


def buckets(reading: Reading) -> Iterator[Finding]:
    """Every bucket of ours is private and encrypted."""
    names = reading.session.manifest.backups
    logs = log_bucket(reading)
    for bucket in (names.objects_bucket, names.configuration_bucket, *([logs.bucket] if logs else [])):
        open_doors = _open_doors(reading, bucket)
        rules = reading.client("s3").get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        kind = rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] if rules else "nothing"
        yield judged(
            f"bucket {bucket}: {'private' if not open_doors else 'NOT private, off: ' + ', '.join(open_doors)}, "
            f"encrypted with {kind}",
            bad=bool(open_doors) or not rules,
        )


def load_balancer(reading: Reading) -> Iterator[Finding]:
    """Protected, and strict about headers."""
    found = attributes(reading)
    strict = found.get("routing.http.drop_invalid_header_fields.enabled") == "true"
    protected = found.get("deletion_protection.enabled") == "true"
    yield judged(
        f"the load balancer drops invalid headers: {'yes' if strict else 'NO'}; "
        f"{'protected' if protected else 'not protected'} from deletion",
        bad=not strict,
    )


def aws_config(reading: Reading) -> Iterator[Finding]:
    """Rules that something breaks, where the account has AWS Config on."""
    client = reading.client("config")
    if not client.describe_configuration_recorders()["ConfigurationRecorders"]:
        yield not_enabled(f"AWS Config in {reading.session.manifest.region}")
        return
    pages = client.get_paginator("describe_compliance_by_config_rule").paginate(ComplianceTypes=["NON_COMPLIANT"])
    broken = [one["ConfigRuleName"] for page in pages for one in page["ComplianceByConfigRules"]]
    yield judged(f"AWS Config: {len(broken)} rules are broken in this account", *broken[:SHOWN], bad=bool(broken))


def security_hub(reading: Reading) -> Iterator[Finding]:
    """Its link, where it is on."""
    region = reading.session.manifest.region
    try:
        reading.client("securityhub").describe_hub()
    except Exception as error:
        if code_of(error) not in ("InvalidAccessException", "ResourceNotFoundException"):
            raise
        yield not_enabled(f"Security Hub in {region}")
        return
    yield yours("Security Hub keeps a score", link=f"{reading.console}/securityhub/home?region={region}#/summary")


def _open_doors(reading: Reading, bucket: str) -> list[str]:
    try:
        answer: Any = reading.client("s3").get_public_access_block(Bucket=bucket)
    except Exception as error:
        if code_of(error) != "NoSuchPublicAccessBlockConfiguration":
            raise
        return list(PUBLIC_ACCESS)
    settings = answer["PublicAccessBlockConfiguration"]
    return [one for one in PUBLIC_ACCESS if not settings.get(one)]


def vault_lock(reading: Reading) -> Iterator[Finding]:
    """Whether recovery points can be deleted before their time."""
    names = reading.session.manifest.backups
    recovery = reading.session.manifest.recovery_region
    vaults = [(names.vault, None), *([(names.recovery_vault, recovery)] if names.recovery_vault else [])]
    for vault, region in vaults:
        found = reading.client("backup", region=region).describe_backup_vault(BackupVaultName=vault)
        locked = "locked" if found.get("Locked") else "not locked"
        if found.get("EncryptionKeyArn"):
            yield judged(f"vault {vault}: encrypted, {locked}", bad=False)
        else:
            yield look(f"vault {vault}: NOT encrypted with a key of its own, {locked}")

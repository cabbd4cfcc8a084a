"""S3, Secrets Manager, KMS."""

from typing import Final

from offline.provider.catalog import Name, ResourceType, row
from offline.provider.facts import HOME_REGION, Facts
from offline.provider.wire import Value

_BUCKET_SETTINGS: Final = (
    "BucketVersioning",
    "BucketServerSideEncryptionConfiguration",
    "BucketPublicAccessBlock",
    "BucketPolicy",
    "BucketLifecycleConfiguration",
    "BucketOwnershipControls",
    "BucketNotification",
    "BucketLogging",
    "BucketReplicationConfig",
    "BucketObjectLockConfiguration",
    "BucketCorsConfiguration",
    "BucketAcl",
)
_ZONES: Final = {"us-east-1": "Z3AQBSTGFYJSTF", "us-west-2": "Z3BJ6K6RIION7M", "eu-west-1": "Z1BKCTXD74EZPE"}


def _low(tail: str) -> str:
    return tail[0].lower() + tail[1:]


def _secret_arn(facts: Facts) -> str:
    return facts.fill("arn:aws:secretsmanager:{region}:{account}:secret:{name}-") + facts.upper(6)


def _version_id(facts: Facts) -> str:
    return facts.uuid("version")


def _alias_target(facts: Facts) -> Value:
    key = str(facts.inputs.get("targetKeyId", ""))
    return key if key.startswith("arn:") else facts.fill("arn:aws:kms:{region}:{account}:key/") + key


def _website(facts: Facts) -> Value:
    return (
        f"s3-website-{facts.region}.amazonaws.com"
        if facts.region == HOME_REGION
        else f"s3-website.{facts.region}.amazonaws.com"
    )


TYPES: Final[tuple[ResourceType, ...]] = (
    row(
        "s3/bucket:Bucket",
        id="{name}",
        arn="arn:aws:s3:::{name}",
        name=Name(property="bucket", limit=63, lower=True),
        computed={
            "bucketDomainName": "{name}.s3.amazonaws.com",
            "bucketRegionalDomainName": "{name}.s3.{region}.amazonaws.com",
            "bucketRegion": "{region}",
            "hostedZoneId": lambda facts: _ZONES.get(facts.region, "Z3AQBSTGFYJSTF"),
            "websiteDomain": _website,
            "websiteEndpoint": lambda facts: f"{facts.name}.{_website(facts)}",
        },
        replaces=("objectLockEnabled", "bucketNamespace"),
    ),
    *(
        row(f"s3/{_low(tail)}:{tail}", id="{in[bucket]}", replaces=("bucket",), tagged=False)
        for tail in _BUCKET_SETTINGS
    ),
    row(
        "s3/bucketMetric:BucketMetric",
        id="{in[bucket]}:{name}",
        name=Name(limit=64),
        replaces=("bucket",),
        tagged=False,
    ),
    *(
        row(
            f"s3/{_low(tail)}:{tail}",
            id="{in[bucket]}/{in[key]}",
            arn="arn:aws:s3:::{in[bucket]}/{in[key]}",
            computed={"versionId": "{upper32}", "etag": "{hex32}", "serverSideEncryption": "AES256"},
            replaces=("bucket", "key"),
        )
        for tail in ("BucketObject", "BucketObjectv2")
    ),
    row(
        "kms/key:Key",
        id="{uuid}",
        arn="arn:aws:kms:{region}:{account}:key/{uuid}",
        computed={"keyId": "{uuid}"},
        replaces=("customerMasterKeySpec", "keyUsage", "multiRegion", "customKeyStoreId", "xksKeyId"),
    ),
    row(
        "kms/replicaKey:ReplicaKey",
        id="{uuid}",
        arn="arn:aws:kms:{region}:{account}:key/{uuid}",
        computed={
            "keyId": "{uuid}",
            "keyRotationEnabled": True,
            "keySpec": "SYMMETRIC_DEFAULT",
            "keyUsage": "ENCRYPT_DECRYPT",
        },
        replaces=("primaryKeyArn",),
    ),
    row(
        "kms/alias:Alias",
        id="{name}",
        arn="arn:aws:kms:{region}:{account}:{name}",
        name=Name(limit=256, prefix="alias/"),
        computed={"targetKeyArn": _alias_target},
        tagged=False,
    ),
    row(
        "kms/grant:Grant",
        id="{in[keyId]}:{hex32}",
        name=Name(limit=256),
        computed={"grantId": "{hex64}", "grantToken": "{hex64}"},
        secrets=("grantToken",),
        replaces=("keyId", "granteePrincipal", "operations", "constraints", "retiringPrincipal"),
        tagged=False,
    ),
    row("kms/keyPolicy:KeyPolicy", id="{in[keyId]}", replaces=("keyId",), tagged=False),
    row(
        "secretsmanager/secret:Secret",
        arn=_secret_arn,
        name=Name(limit=512),
        sets=("replicas",),
    ),
    row(
        "secretsmanager/secretVersion:SecretVersion",
        id=lambda facts: f"{facts.inputs.get('secretId', '')}|{_version_id(facts)}",
        computed={
            "arn": "{in[secretId]}",
            "secretArn": "{in[secretId]}",
            "versionId": _version_id,
            "versionStages": ["AWSCURRENT"],
            "hasSecretStringWo": False,
        },
        # a version is never rewritten: another value is another version
        replaces=("secretId", "secretString", "secretBinary", "secretStringWoVersion"),
        secrets=("secretString", "secretBinary", "secretStringWo"),
        tagged=False,
    ),
    row("secretsmanager/secretPolicy:SecretPolicy", id="{in[secretArn]}", replaces=("secretArn",), tagged=False),
    row("secretsmanager/secretRotation:SecretRotation", id="{in[secretId]}", replaces=("secretId",), tagged=False),
)

"""Where a backup is kept: one object per day in a versioned bucket, encrypted under the environment's own key."""

from functions.configuration_backup.settings import Settings
from functions.configuration_backup.source import Source


class NotKeptError(Exception):
    """S3 took the object, but not as a backup has to be kept."""


def keep(source: Source, settings: Settings, key: str, data: bytes) -> str:
    """Write it; a second one of the same day is a new version beside the first. Returns the version's id.

    Raises `NotKeptError`, and botocore's errors: among them when the bucket is not this account's, or when what
    arrived is not what was sent.
    """
    answer = source.client("s3").put_object(
        Bucket=settings.bucket,
        Key=key,
        Body=data,
        ContentType="application/json",
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId=settings.key_arn,
        ChecksumAlgorithm="SHA256",
        ExpectedBucketOwner=settings.account_id,
    )
    if answer.get("ServerSideEncryption") != "aws:kms":
        raise NotKeptError(f"{key} was not encrypted under the key it was meant for")
    if not (version := answer.get("VersionId")) or version == "null":
        raise NotKeptError(f"{key} has no version: the bucket {settings.bucket} must be versioned")
    return str(version)

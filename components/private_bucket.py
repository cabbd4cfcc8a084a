"""An S3 bucket that nobody reaches without a right or without TLS, and whose contents end when they should.

Everything a bucket needs is a resource of its own, in the order AWS wants: no policy before the public access block, no
rule about previous versions before versioning.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.component import Component

# An upload that was never finished costs, and nobody sees it. In a log bucket nothing outlives the logs.
UNFINISHED_UPLOAD_DAYS = 7
UNFINISHED_LOG_DAYS = 1
# A log bucket has no versions. Should somebody turn them on, an expired log must not live on as one (least: a day).
EXPIRED_LOG_VERSION_DAYS = 1


Rule = aws.s3.BucketLifecycleConfigurationRuleArgs


@dataclass(frozen=True, kw_only=True)
class ServiceWriter:
    """An AWS service that delivers into the bucket in its own name."""

    sid: str
    service: str
    """Service principal."""
    key_pattern: pulumi.Input[str]
    """Which keys it writes, for instance `load-balancer/AWSLogs/123456789012/*`."""
    source_arn: pulumi.Input[str]
    """On whose behalf; may hold `*`."""
    source_account: pulumi.Input[str] | None = None
    """Owner of the source, where its ARN does not tell (a bucket's). A load balancer's does, and no more is sent."""


@dataclass(frozen=True, kw_only=True)
class PrivateBucketArgs:
    """What is kept, how, and for how long."""

    key_arn: pulumi.Input[str] | None = None
    """KMS key. Unset: S3's own (SSE-S3), the only encryption that load-balancer access logs can be delivered under."""
    versioned: bool
    expire_after_days: int | None = None
    """Everything is deleted after this many days. Unset: kept."""
    previous_version_days: int | None = None
    """Overwritten and deleted objects are kept this long."""
    writers: Sequence[ServiceWriter] = ()
    backed_up: bool = False
    """AWS Backup turns EventBridge notifications on and needs them to stay on."""
    protected: bool


class PrivateBucket(Component):
    """Outputs: `bucket` (name), `arn`, and `policy`: who writes into the bucket depends on that resource."""

    bucket: pulumi.Output[str]
    arn: pulumi.Output[str]
    policy: aws.s3.BucketPolicy

    def __init__(self, name: str, args: PrivateBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args

        bucket = aws.s3.Bucket(name, force_destroy=not args.protected, opts=self.child(protect=args.protected))
        self.bucket, self.arn = bucket.bucket, bucket.arn
        closed = self._closed()
        self._encrypted()
        self._lifecycle([self._versioning()] if args.versioned else [])
        self.policy = aws.s3.BucketPolicy(
            f"{name}-policy", bucket=self.bucket, policy=self._policy_document(), opts=self.child(depends_on=closed)
        )
        if args.backed_up:
            # The whole notification configuration stands in this one resource: a second one would overwrite it.
            aws.s3.BucketNotification(f"{name}-events", bucket=self.bucket, eventbridge=True, opts=self.child())

        self.register_outputs({"bucket": self.bucket, "arn": self.arn})

    def _closed(self) -> list[pulumi.Resource]:
        blocked = aws.s3.BucketPublicAccessBlock(
            f"{self._name}-private",
            bucket=self.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self.child(),
        )
        owned = aws.s3.BucketOwnershipControls(
            f"{self._name}-ownership",
            bucket=self.bucket,
            rule={"object_ownership": "BucketOwnerEnforced"},  # access lists are off: policies alone decide
            opts=self.child(depends_on=[blocked]),  # S3 refuses two changes of one bucket's access at a time
        )
        return [blocked, owned]

    def _encrypted(self) -> None:
        key_arn = self._args.key_arn
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{self._name}-encryption",
            bucket=self.bucket,
            rules=[
                aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(
                    apply_server_side_encryption_by_default=(
                        aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
                            sse_algorithm="AES256" if key_arn is None else "aws:kms", kms_master_key_id=key_arn
                        )
                    ),
                    bucket_key_enabled=key_arn is not None,  # one request to KMS for many objects
                    blocked_encryption_types=["SSE-C"],  # what a caller encrypts with its own key, no backup can read
                )
            ],
            opts=self.child(),
        )

    def _versioning(self) -> pulumi.Resource:
        return aws.s3.BucketVersioning(
            f"{self._name}-versions",
            bucket=self.bucket,
            versioning_configuration={"status": "Enabled"},
            opts=self.child(),
        )

    def _lifecycle(self, versioning: Sequence[pulumi.Resource]) -> None:
        aws.s3.BucketLifecycleConfiguration(
            f"{self._name}-lifecycle",
            bucket=self.bucket,
            rules=[_expire_everything(self._args) if self._args.expire_after_days else _expire_leftovers(self._args)],
            opts=self.child(depends_on=versioning),
        )

    def _policy_document(self) -> pulumi.Output[str]:
        statements = [
            {
                "Sid": "RefuseWhatComesWithoutTls",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [self.arn, pulumi.Output.concat(self.arn, "/*")],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
            *(
                {
                    "Sid": writer.sid,
                    "Effect": "Allow",
                    "Principal": {"Service": writer.service},
                    "Action": "s3:PutObject",
                    "Resource": pulumi.Output.concat(self.arn, "/", writer.key_pattern),
                    "Condition": _on_behalf_of(writer),
                }
                for writer in self._args.writers
            ),
        ]
        return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": statements})


def _on_behalf_of(writer: ServiceWriter) -> dict[str, dict[str, pulumi.Input[str]]]:
    condition: dict[str, dict[str, pulumi.Input[str]]] = {"ArnLike": {"aws:SourceArn": writer.source_arn}}
    if writer.source_account is not None:
        condition["StringEquals"] = {"aws:SourceAccount": writer.source_account}
    return condition


def _expire_everything(args: PrivateBucketArgs) -> Rule:
    return Rule(
        id=f"everything-ends-after-{args.expire_after_days}-days",
        status="Enabled",
        filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
        expiration=aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(days=args.expire_after_days),
        noncurrent_version_expiration=_noncurrent(EXPIRED_LOG_VERSION_DAYS),
        abort_incomplete_multipart_upload=_unfinished(UNFINISHED_LOG_DAYS),
    )


def _expire_leftovers(args: PrivateBucketArgs) -> Rule:
    return Rule(
        id="leftovers-end",
        status="Enabled",
        filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
        expiration=aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(expired_object_delete_marker=True),
        noncurrent_version_expiration=_noncurrent(args.previous_version_days) if args.previous_version_days else None,
        abort_incomplete_multipart_upload=_unfinished(UNFINISHED_UPLOAD_DAYS),
    )


def _noncurrent(days: int) -> aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs:
    return aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(noncurrent_days=days)


def _unfinished(days: int) -> aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs:
    return aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(days_after_initiation=days)

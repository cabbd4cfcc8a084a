"""The three buckets of an environment: the application's objects, access logs, and backups of the configuration.

Objects and configuration are versioned and under a key of their own; AWS Backup covers both. Logs come from the load
balancer and from S3 itself and end after the runbook's 30 days ("Backup Schedule").
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.encryption_key import EncryptionKey, EncryptionKeyArgs
from components.private_bucket import PrivateBucket, PrivateBucketArgs, ServiceWriter
from runbook.settings import Storage

# Where in the log bucket the load balancer delivers: `access_logs.prefix` of the load balancer.
LOAD_BALANCER_LOG_PREFIX = "load-balancer"
# The same for the access logs of the two other buckets.
BUCKET_LOG_PREFIX = "buckets"


@dataclass(frozen=True, kw_only=True)
class ObjectStorageArgs:
    """Our section of the stack file, and where we are."""

    storage: Storage
    prefix: str
    """Start of the key's alias: `mockforge-<environment>`."""
    region: str
    account_id: pulumi.Input[str]
    log_retention_days: int
    protected: bool
    """Pulumi refuses to delete the buckets; otherwise they are emptied and deleted with the stack."""


class ObjectStorage(Component):
    """Outputs: name and ARN of each bucket, `logs_bucket_policy` (wait for it before delivering), `key_arn`.

    `key_arn` encrypts objects and configuration: whoever reads or writes them needs kms:Decrypt and
    kms:GenerateDataKey on it.
    """

    objects_bucket: pulumi.Output[str]
    objects_bucket_arn: pulumi.Output[str]
    logs_bucket: pulumi.Output[str]
    logs_bucket_arn: pulumi.Output[str]
    logs_bucket_policy: pulumi.Resource
    configuration_bucket: pulumi.Output[str]
    configuration_bucket_arn: pulumi.Output[str]
    key_arn: pulumi.Output[str]

    def __init__(self, name: str, args: ObjectStorageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args

        self.key_arn = EncryptionKey(
            f"{name}-key",
            EncryptionKeyArgs(
                alias=f"{args.prefix}-objects",
                description="Objects and configuration backups in S3",
                account_id=args.account_id,
                protected=args.protected,
            ),
            self.child(),
        ).arn
        objects, configuration = self._data_bucket("objects"), self._data_bucket("configuration")
        logs = self._logs_bucket({"objects": objects.arn, "configuration": configuration.arn})
        self._log_access("objects", objects, logs)
        self._log_access("configuration", configuration, logs)

        self.objects_bucket, self.objects_bucket_arn = objects.bucket, objects.arn
        self.configuration_bucket, self.configuration_bucket_arn = configuration.bucket, configuration.arn
        self.logs_bucket, self.logs_bucket_arn, self.logs_bucket_policy = logs.bucket, logs.arn, logs.policy
        self.register_outputs(
            {
                "objects_bucket": self.objects_bucket,
                "logs_bucket": self.logs_bucket,
                "configuration_bucket": self.configuration_bucket,
                "key_arn": self.key_arn,
            }
        )

    def _data_bucket(self, kind: str) -> PrivateBucket:
        return PrivateBucket(
            f"{self._name}-{kind}",
            PrivateBucketArgs(
                key_arn=self.key_arn,
                versioned=True,  # AWS Backup takes versioned buckets only
                previous_version_days=self._args.storage.previous_version_days,
                backed_up=True,
                protected=self._args.protected,
            ),
            self.child(),
        )

    def _logs_bucket(self, logged: dict[str, pulumi.Output[str]]) -> PrivateBucket:
        account_id = self._args.account_id
        load_balancer = ServiceWriter(
            sid="LoadBalancerAccessLogs",
            service="logdelivery.elasticloadbalancing.amazonaws.com",
            key_pattern=pulumi.Output.concat(LOAD_BALANCER_LOG_PREFIX, "/AWSLogs/", account_id, "/*"),
            source_arn=pulumi.Output.concat(
                "arn:aws:elasticloadbalancing:", self._args.region, ":", account_id, ":loadbalancer/*"
            ),
        )
        buckets = [
            ServiceWriter(
                sid=f"AccessLogsOf{kind.capitalize()}",
                service="logging.s3.amazonaws.com",
                key_pattern=f"{BUCKET_LOG_PREFIX}/{kind}/*",
                source_arn=arn,
                source_account=account_id,
            )
            for kind, arn in logged.items()
        ]
        return PrivateBucket(
            f"{self._name}-logs",
            PrivateBucketArgs(
                versioned=False,
                expire_after_days=self._args.log_retention_days,
                writers=[load_balancer, *buckets],
                protected=self._args.protected,
            ),
            self.child(),
        )

    def _log_access(self, kind: str, source: PrivateBucket, logs: PrivateBucket) -> None:
        aws.s3.BucketLogging(
            f"{self._name}-{kind}-access-log",
            bucket=source.bucket,
            target_bucket=logs.bucket,
            target_prefix=f"{BUCKET_LOG_PREFIX}/{kind}/",
            # A folder per day of the event, so that reviewing a day reads that day.
            target_object_key_format={"partitioned_prefix": {"partition_date_source": "EventTime"}},
            opts=self.child(depends_on=[logs.policy]),
        )

"""The certificate of the service's name, proven to Amazon by a record in our own zone, and renewed by Amazon forever.

The record stays: without it the renewal fails, about a year after everybody has forgotten why it was there.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.component import Component

# Seconds; Amazon asks rarely, and a short time lets a corrected record work soon.
RECORD_TTL_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class CertificateArgs:
    """The one name, and the zone it lies in."""

    host_name: str
    hosted_zone_id: pulumi.Input[str]


class Certificate(Component):
    """Output: `arn`, known once the certificate is issued, so a listener that takes it waits for that."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: CertificateArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)

        certificate = aws.acm.Certificate(name, domain_name=args.host_name, validation_method="DNS", opts=self.child())
        # One name, so exactly one option: no loop over outputs, and the record shows in the preview.
        proof = certificate.domain_validation_options[0]
        record = aws.route53.Record(
            f"{name}-proof",
            zone_id=args.hosted_zone_id,
            name=proof.resource_record_name,
            type=proof.resource_record_type,
            records=[proof.resource_record_value],
            ttl=RECORD_TTL_SECONDS,
            # It is the same for every certificate of this name in the account, and one may have been here before.
            allow_overwrite=True,
            opts=self.child(),
        )
        validated = aws.acm.CertificateValidation(
            f"{name}-validated",
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn],
            opts=self.child(),
        )

        self.arn = validated.certificate_arn
        self.register_outputs({"arn": self.arn})

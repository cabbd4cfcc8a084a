"""Programs for the tests of what traffic passes through, small enough to read at a glance."""

import pulumi
import pulumi_aws as aws

from components.blue_green import BlueGreenTargetGroups, BlueGreenTargetGroupsArgs
from components.component import Component
from components.load_balancer import LoadBalancer, LoadBalancerArgs
from components.network import Network, NetworkArgs
from runbook import settings

ACCOUNT = "123456789012"
REGION = "us-east-1"
ADDRESS = settings.Address(hosted_zone="mockforge.dev", host_name="cloud.mockforge.dev")
SERVICE = settings.Service(image="registry.example/mockforge:1.0.0")
TEST_VALUE = "abcDEF0123456789"


def network(
    name: str = "network", *, protected: bool = False, external_database: bool = False, **section: object
) -> Network:
    """`section`: keys of the stack file's section that differ from their defaults."""
    return Network(
        name,
        NetworkArgs(
            network=settings.Network.model_validate(section),
            prefix="mockforge-staging",
            region=REGION,
            account_id=ACCOUNT,
            service_port=8080,
            external_database=external_database,
            log_retention_days=30,
            protected=protected,
        ),
    )


class LogsBucket(Component):
    """A bucket and its policy, in place of the object storage."""

    bucket: pulumi.Output[str]
    policy: aws.s3.BucketPolicy

    def __init__(self, name: str) -> None:
        super().__init__(name)
        bucket = aws.s3.Bucket(f"{name}-bucket", bucket="logs", opts=self.child())
        self.bucket = bucket.bucket
        self.policy = aws.s3.BucketPolicy(
            f"{name}-policy",
            bucket=bucket.id,
            policy=pulumi.Output.json_dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
                            "Action": "s3:PutObject",
                            "Resource": pulumi.Output.concat(bucket.arn, "/*"),
                        }
                    ],
                }
            ),
            opts=self.child(),
        )
        self.register_outputs({})


def load_balancer(
    name: str = "web",
    *,
    protected: bool = False,
    firewall: settings.Firewall | None = None,
    inside: Network | None = None,
) -> LoadBalancer:
    inside = inside or network(f"{name}-network")
    logs = LogsBucket(f"{name}-logs")
    return LoadBalancer(
        name,
        LoadBalancerArgs(
            address=ADDRESS,
            firewall=firewall or settings.Firewall(),
            hosted_zone_id="Z0123456789ABC",
            subnet_ids=inside.public_subnet_ids,
            public_routes=inside.public_routes,
            security_group_id=inside.load_balancer_security_group_id,
            logs_bucket=logs.bucket,
            logs_bucket_policy=logs.policy,
            prefix="mockforge-staging",
            region=REGION,
            account_id=ACCOUNT,
            log_retention_days=30,
            protected=protected,
        ),
    )


def blue_green(
    name: str = "web",
    *,
    protected: bool = False,
    service: settings.Service = SERVICE,
    vpc_id: pulumi.Input[str] = "vpc-0123456789abcdef0",
    listener_arn: pulumi.Input[str] = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/web/1/2",
) -> BlueGreenTargetGroups:
    return BlueGreenTargetGroups(
        name,
        BlueGreenTargetGroupsArgs(
            service=service,
            address=ADDRESS,
            vpc_id=vpc_id,
            listener_arn=listener_arn,
            test_header_value=pulumi.Output.secret(TEST_VALUE),
            protected=protected,
        ),
    )

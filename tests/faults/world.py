"""Small enough for the real engine in two seconds, and with every way in which AWS knows a resource again.

Names made up and given, ids of AWS's and of names, with tags and without, several of a kind, what hangs on another,
a secret, one in a second region, one whose older revisions are kept.
"""

import json
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from infra.program_name import with_program_name

SCOPE = {"Service": "mockforge-cloud", "Environment": "dev"}
PORT = 8080


@dataclass
class Wishes:
    """What the next run of the program asks for; the second round changes and replaces."""

    second_round: bool = False


class World(pulumi.ComponentResource):
    def __init__(self, name: str, wishes: Wishes, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mockforge:cloud:World", name, None, opts)
        self._second = wishes.second_round
        network = self._network(name)
        self._notices(name)
        self._task(name, self._role(name))
        self._storage(name)
        aws.lb.TargetGroup(
            f"{name}-blue",
            port=PORT + int(self._second),  # another port is another target group
            protocol="HTTP",
            target_type="ip",
            vpc_id=network.id,
            opts=self._child(),
        )
        self.register_outputs({})

    def _network(self, name: str) -> aws.ec2.Vpc:
        vpc = aws.ec2.Vpc(f"{name}-vpc", cidr_block="10.0.0.0/16", enable_dns_support=True, opts=self._child())
        table = aws.ec2.RouteTable(f"{name}-routes", vpc_id=vpc.id, opts=self._child())
        gateway = aws.ec2.InternetGateway(f"{name}-gateway", vpc_id=vpc.id, opts=self._child())
        aws.ec2.Route(
            f"{name}-out",
            route_table_id=table.id,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=gateway.id,
            opts=self._child(),
        )
        for at, zone in enumerate("ab"):
            subnet = aws.ec2.Subnet(
                f"{name}-{zone}",
                vpc_id=vpc.id,
                cidr_block=f"10.0.{at}.0/24",
                availability_zone=f"us-east-1{zone}",
                opts=self._child(),
            )
            aws.ec2.RouteTableAssociation(
                f"{name}-{zone}", subnet_id=subnet.id, route_table_id=table.id, opts=self._child()
            )
        group = aws.ec2.SecurityGroup(
            f"{name}-group",
            vpc_id=vpc.id,
            description="the world's",
            opts=self._child(),
        )
        for port in (80, 443):
            aws.vpc.SecurityGroupIngressRule(
                f"{name}-from-{port}",
                security_group_id=group.id,
                cidr_ipv4="0.0.0.0/0",
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                opts=self._child(),
            )
        return vpc

    def _role(self, name: str) -> aws.iam.Role:
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
        rights = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}],
        }
        role = aws.iam.Role(f"{name}-role", assume_role_policy=json.dumps(trust), opts=self._child())
        aws.iam.RolePolicy(f"{name}-rights", role=role.name, policy=json.dumps(rights), opts=self._child())
        return role

    def _task(self, name: str, role: aws.iam.Role) -> None:
        container = {"name": "app", "image": "public.ecr.aws/docker/library/busybox:1", "essential": True}
        aws.ecs.TaskDefinition(
            f"{name}-task",
            family=name,
            requires_compatibilities=["FARGATE"],
            network_mode="awsvpc",
            cpu="512" if self._second else "256",  # another revision
            memory="1024",
            execution_role_arn=role.arn,
            container_definitions=json.dumps([container]),
            skip_destroy=True,
            opts=self._child(),
        )

    def _notices(self, name: str) -> None:
        topic = aws.sns.Topic(f"{name}-topic", opts=self._child())
        aws.sns.TopicSubscription(
            f"{name}-mail", topic=topic.arn, protocol="email", endpoint="ops@example.com", opts=self._child()
        )
        rule = aws.cloudwatch.EventRule(
            f"{name}-rule", event_pattern=json.dumps({"source": ["aws.ecs"]}), opts=self._child()
        )
        may_publish = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": "*",
        }
        policy = aws.sns.TopicPolicy(
            f"{name}-publish",
            arn=topic.arn,
            policy=json.dumps({"Version": "2012-10-17", "Statement": [may_publish]}),
            opts=self._child(),
        )
        aws.cloudwatch.EventTarget(
            f"{name}-target", rule=rule.name, arn=topic.arn, opts=self._child(depends_on=[policy])
        )

    def _storage(self, name: str) -> None:
        bucket = aws.s3.Bucket(f"{name}-files", opts=self._child())
        aws.s3.BucketVersioning(
            f"{name}-versions",
            bucket=bucket.bucket,
            versioning_configuration={"status": "Enabled"},
            opts=self._child(),
        )
        aws.kms.Key(
            f"{name}-key",
            description="in the second region",
            deletion_window_in_days=7,
            region="us-west-2",
            opts=self._child(),
        )
        password = random.RandomPassword(f"{name}-password", length=24, opts=self._child())
        secret = aws.secretsmanager.Secret(f"{name}-secret", opts=self._child())
        aws.secretsmanager.SecretVersion(
            f"{name}-version", secret_id=secret.id, secret_string=password.result, opts=self._child()
        )
        aws.cloudwatch.LogGroup(
            f"{name}-log",
            name=f"/world/{name}",
            retention_in_days=30 if self._second else 14,
            opts=self._child(),
        )

    def _child(self, **options: Any) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, **options)


def program(wishes: Wishes) -> None:
    # the second round changes every tag, so that whatever has tags is updated
    tags = {**SCOPE, "Round": "2" if wishes.second_round else "1"}
    provider = aws.Provider("aws", region="us-east-1", default_tags={"tags": tags})
    World("w", wishes, pulumi.ResourceOptions(providers=[provider], transformations=[with_program_name]))

"""A shop of a dozen resources, small enough for the real engine in a second; `Wishes` is what a test wants to vary."""

from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_random as random


@dataclass
class Wishes:
    """What the next run of the program asks for."""

    cidr: str = "10.0.0.0/16"
    tags: dict[str, str] = field(default_factory=lambda: {"team": "shop"})
    blue_weight: int = 100
    cpu: str = "256"
    protected: bool = False
    bucket_name: str = "files"
    hooks: pulumi.ResourceHookBinding | None = None


class Shop(pulumi.ComponentResource):
    def __init__(self, name: str, wishes: Wishes, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mockforge:cloud:Shop", name, None, opts)
        vpc = aws.ec2.Vpc(f"{name}-vpc", cidr_block=wishes.cidr, opts=self._child(protect=wishes.protected))
        subnets = [
            aws.ec2.Subnet(
                f"{name}-{zone}",
                vpc_id=vpc.id,
                cidr_block=f"10.0.{number}.0/24",
                availability_zone=f"eu-west-1{zone}",
                opts=self._child(),
            )
            for number, zone in enumerate("ab")
        ]
        balancer = aws.lb.LoadBalancer(
            f"{name}-lb", internal=True, subnets=[one.id for one in subnets], opts=self._child()
        )
        blue, green = (
            aws.lb.TargetGroup(f"{name}-{colour}", port=8080, protocol="HTTP", vpc_id=vpc.id, opts=self._child())
            for colour in ("blue", "green")
        )
        listener = aws.lb.Listener(
            f"{name}-http",
            load_balancer_arn=balancer.arn,
            port=80,
            default_actions=[{"type": "forward", "target_group_arn": blue.arn}],
            opts=self._child(),
        )
        weights = [
            aws.lb.ListenerRuleActionForwardTargetGroupArgs(arn=group.arn, weight=weight)
            for group, weight in ((blue, wishes.blue_weight), (green, 0))
        ]
        aws.lb.ListenerRule(
            f"{name}-rule",
            listener_arn=listener.arn,
            conditions=[{"path_pattern": {"values": ["/*"]}}],
            actions=[
                aws.lb.ListenerRuleActionArgs(
                    type="forward", forward=aws.lb.ListenerRuleActionForwardArgs(target_groups=weights)
                )
            ],
            opts=self._child(ignore_changes=["actions"]),
        )
        password = random.RandomPassword(f"{name}-password", length=24, opts=self._child())
        secret = aws.secretsmanager.Secret(f"{name}-secret", opts=self._child())
        aws.secretsmanager.SecretVersion(
            f"{name}-version",
            secret_id=secret.id,
            secret_string=pulumi.Output.concat("postgres://shop:", password.result, "@db/shop"),
            opts=self._child(),
        )
        task = aws.ecs.TaskDefinition(
            f"{name}-task", family=name, cpu=wishes.cpu, memory="512", container_definitions="[]", opts=self._child()
        )
        bucket = aws.s3.Bucket(f"{name}-{wishes.bucket_name}", tags=wishes.tags, opts=self._child(hooks=wishes.hooks))
        self.password, self.task_arn, self.bucket, self.secret_arn = password.result, task.arn, bucket, secret.arn
        self.register_outputs({"bucket": bucket.bucket})

    def _child(self, **options: Any) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, **options)


def program(wishes: Wishes) -> None:
    provider = aws.Provider("aws", region="eu-west-1", default_tags={"tags": {"project": "shop"}})
    account = aws.get_caller_identity(opts=pulumi.InvokeOptions(provider=provider)).account_id
    shop = Shop("web", wishes, pulumi.ResourceOptions(providers=[provider]))
    pulumi.export("account", account)
    pulumi.export("bucket", shop.bucket.bucket)
    pulumi.export("tags", shop.bucket.tags_all)
    pulumi.export("task", shop.task_arn)
    pulumi.export("secret_arn", shop.secret_arn)
    pulumi.export("password", shop.password)

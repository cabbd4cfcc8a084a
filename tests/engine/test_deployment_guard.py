"""The engine itself refuses a deployment that should not start, under a plain `pulumi up`."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pulumi_aws as aws
import pytest
from pulumi import automation

from components.service import Service, ServiceArgs
from runbook.deployments import RunningDeployment, Withdrawal, write_withdrawals
from tests.components.service_program import IMAGE, service_args, service_settings
from tests.engine.conftest import Project, changes

pytestmark = pytest.mark.engine

REPAIRED_DIGEST = "sha256:" + "7a" * 32
REPAIRED = IMAGE.split("@")[0] + "@" + REPAIRED_DIGEST
BAKING = RunningDeployment(
    arn="arn:aws:ecs:us-east-1:123456789012:service-deployment/mockforge-staging/mockforge-staging/a1",
    status="IN_PROGRESS",
    since=datetime(2026, 11, 24, 10, 5, tzinfo=UTC),
)


def of_another_account(args: ServiceArgs) -> ServiceArgs:
    """Neighbours that nobody made here: of our own account the offline AWS would know that they do not exist."""

    def moved(value: str | None) -> str | None:
        return value and value.replace("123456789012", "111122223333")

    arns = ("cluster_arn", "blue_arn", "green_arn", "production_rule_arn", "test_rule_arn", "approval_topic_arn")
    return replace(
        args,
        **{name: moved(getattr(args, name)) for name in (*arns, "smoke_test_function_arn")},
        secrets={name: moved(str(arn)) for name, arn in args.secrets.items()},
    )


def network() -> dict[str, Any]:
    """Where the tasks stand: AWS wants to see ids of subnets and of a security group, and that they are there."""
    vpc = aws.ec2.Vpc("net", cidr_block="10.0.0.0/16")
    subnets = [
        aws.ec2.Subnet(f"net-{zone}", vpc_id=vpc.id, cidr_block=cidr, availability_zone=f"us-east-1{zone}")
        for zone, cidr in (("a", "10.0.0.0/24"), ("b", "10.0.1.0/24"))
    ]
    table = aws.ec2.RouteTable("net-table", vpc_id=vpc.id)
    route = aws.ec2.Route(
        "net-route",
        route_table_id=table.id,
        destination_cidr_block="0.0.0.0/0",
        transit_gateway_id="tgw-0a1b2c3d4e5f60718",  # the shortest way out
    )
    ways = [
        aws.ec2.RouteTableAssociation(f"net-way-{number}", subnet_id=subnet.id, route_table_id=table.id)
        for number, subnet in enumerate(subnets)
    ]
    group = aws.ec2.SecurityGroup("net-tasks", vpc_id=vpc.id, description="tasks")
    egress = aws.vpc.SecurityGroupEgressRule(
        "net-egress", security_group_id=group.id, ip_protocol="-1", cidr_ipv4="0.0.0.0/0"
    )
    return {
        "subnet_ids": [one.id for one in subnets],
        "security_group_id": group.id,
        "private_routes": [route, *ways],
        "security_rules": [egress],
    }


@dataclass
class World:
    """What the stack file says, and what is known of deployments. Both change between two runs of one program."""

    image: str = IMAGE
    health_grace_seconds: int = 300
    offline: bool = True
    deployment: RunningDeployment | None = None
    withdrawn: list[Withdrawal] = field(default_factory=list)

    def running(self) -> RunningDeployment | None:
        return self.deployment

    def withdrawals(self) -> Sequence[Withdrawal]:
        return self.withdrawn

    def program(self) -> None:
        settings = service_settings(image=self.image, health_grace_seconds=self.health_grace_seconds)
        logs = aws.cloudwatch.LogGroup("logs", name="/mockforge-cloud/staging/service", retention_in_days=1)
        args = service_args(
            service=settings,
            registry=self if self.offline else None,
            log_groups=[logs],
            deployment_alarm_names=[],
        )
        Service("service", replace(of_another_account(args), **network()))


def deployed(project: Project):
    return project.cloud.one("ecs/service:Service", "service").outputs["taskDefinition"]


def test_a_new_image_waits_until_the_running_deployment_has_ended(project: Project):
    world = World()
    stack = project.open(world.program)
    stack.up()
    before = deployed(project)

    world.image, world.deployment = REPAIRED, BAKING
    with pytest.raises(automation.CommandError, match="has been running since 2026-11-24 10:05 UTC") as refused:
        stack.up()
    assert "./mfcloud rollback staging" in str(refused.value)
    assert "Traceback" not in str(refused.value)
    assert deployed(project) == before

    world.deployment = None
    stack.up()
    assert deployed(project) != before
    assert changes(stack.preview()) == {}


@pytest.mark.slow  # the decision itself is tested without an engine
def test_a_change_that_starts_no_deployment_passes_while_one_is_running(project: Project):
    world = World()
    stack = project.open(world.program)
    stack.up()
    world.health_grace_seconds, world.deployment = 600, BAKING
    assert changes(stack.up()) == {"update": 1}


def test_a_withdrawn_image_does_not_come_back_and_a_repaired_one_is_deployed(project: Project):
    world = World()
    stack = project.open(world.program)
    stack.up()
    world.image = REPAIRED
    world.withdrawn = [Withdrawal(image=REPAIRED_DIGEST, at="2026-11-24T09:30:00Z", reason="error rate above 1 %")]
    with pytest.raises(automation.CommandError, match=r"was withdrawn from staging by a rollback at 2026-11-24 09:30"):
        stack.up()

    world.withdrawn = []
    stack.up()
    assert changes(stack.preview()) == {}


@pytest.mark.slow  # the decision itself is tested without an engine
def test_without_credentials_nobody_knows_whether_one_runs_so_it_is_refused(project: Project):
    world = World(offline=False)
    stack = project.open(world.program)
    stack.up()
    world.image = REPAIRED
    with pytest.raises(automation.CommandError, match="no AWS credentials for ecs:ListServiceDeployments: sign in"):
        stack.up()


def test_autoscaling_and_a_rollback_have_written_and_an_up_leaves_both_alone(project: Project):
    stack = project.open(World().program)
    stack.up()
    project.cloud.change("ecs/service:Service", "service", lambda one: one.update(desiredCount=7))
    withdrawn = write_withdrawals([Withdrawal(image=REPAIRED_DIGEST, at="2026-11-24T09:30:00Z", reason="slow")])
    record = "ssm/parameter:Parameter", "service-withdrawn"
    project.cloud.change(*record, lambda one: one.update(insecureValue=withdrawn))
    assert changes(stack.preview(refresh=True)) == {}
    assert changes(stack.up(refresh=True)) == {}
    assert project.cloud.one("ecs/service:Service", "service").outputs["desiredCount"] == 7
    assert project.cloud.one(*record).outputs["insecureValue"] == withdrawn

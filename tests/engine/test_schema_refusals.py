"""What a resource's schema forbids stops a preview of the real engine, and a secret is not printed."""

from collections.abc import Callable

import pulumi
import pulumi_aws as aws
import pulumi_random as random
import pytest
from pulumi import automation

from tests.engine.conftest import Project

pytestmark = pytest.mark.engine
TRUST = '{"Statement": [{"Effect": "Alow", "Principal": {"Service": "ecs.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'


def group_with_a_port_too_many() -> None:
    aws.lb.TargetGroup("blue", port=80000, protocol="HTTP", vpc_id=aws.ec2.Vpc("net", cidr_block="10.0.0.0/16").id)


def group_with_a_mistyped_setting() -> None:
    aws.lb.TargetGroup("blue", health_check={"helthy_threshold": 2})  # pyright: ignore[reportArgumentType]


def cluster_in_a_service_that_launches_nothing() -> None:
    aws.ecs.Service("web", cluster=aws.ecs.Cluster("main").arn, launch_type="FARGAT")


def role_that_nobody_may_take() -> None:
    aws.iam.Role("tasks", assume_role_policy=TRUST)


def log_group_for_a_month() -> None:
    aws.cloudwatch.LogGroup("web", retention_in_days=31)


def short_password() -> None:
    random.RandomPassword("password", length=0)


MISTAKES: tuple[tuple[Callable[[], None], str], ...] = (
    (group_with_a_port_too_many, "port: 80000 is above 65535, the largest allowed [AWS::ElasticLoadBalancingV2"),
    (group_with_a_mistyped_setting, "healthCheck.helthy_threshold: is no property; did you mean healthyThreshold"),
    (cluster_in_a_service_that_launches_nothing, 'launchType: "FARGAT" is not one of EC2, EXTERNAL, FARGATE'),
    (role_that_nobody_may_take, 'assumeRolePolicy.Statement[0].Effect: "Alow" is not one of Allow, Deny'),
    (log_group_for_a_month, "retentionInDays: 31 is none of the"),
    (short_password, "length: 0 is below 1, the smallest allowed"),
)


@pytest.mark.parametrize(("program", "says"), MISTAKES, ids=[program.__name__ for program, _ in MISTAKES])
def test_a_preview_stops_at_the_mistake_with_its_sentence(project: Project, program, says):
    with pytest.raises(automation.CommandError) as stopped:
        project.open(program).preview()
    assert says in str(stopped.value)
    assert project.cloud.all() == []


def test_the_engine_does_not_print_a_secret_that_was_refused(project: Project):
    def program() -> None:
        aws.rds.Instance(
            "web",
            engine="postgres",
            instance_class="db.t4g.medium",
            allocated_storage=20,
            username="app",
            password=pulumi.Output.secret("hush/hush"),
            skip_final_snapshot=True,
        )

    with pytest.raises(automation.CommandError) as stopped:
        project.open(program).up()
    assert "password: the secret value does not have the form" in str(stopped.value)
    assert "hush" not in str(stopped.value)

"""Every component can stand twice in one program: no name is taken from anywhere but its own."""

from collections.abc import Callable

import pytest

from components.application_secrets import ApplicationSecrets, ApplicationSecretsArgs
from components.autoscaling import Autoscaling, AutoscalingArgs
from components.cluster import Cluster, ClusterArgs
from components.service import Service
from runbook.settings import Scaling
from tests.components.service_program import FUNCTION_ARN, service_args
from tests.harness import Program


def twice() -> None:
    args = service_args(smoke_test_function_arn=FUNCTION_ARN)
    for name in ("one", "two"):
        Service(f"{name}-service", args)
        Cluster(
            f"{name}-cluster",
            ClusterArgs(prefix=f"mockforge-{name}", environment_name=name, log_retention_days=30),
        )
        ApplicationSecrets(
            f"{name}-secrets",
            ApplicationSecretsArgs(environment_name=name, recovery_region=None, protected=False),
        )
        Autoscaling(
            f"{name}-scaling",
            AutoscalingArgs(scaling=Scaling(), prefix=f"mockforge-{name}", cluster_name=name, service_name=name),
        )


@pytest.mark.parametrize("preview", [True, False])
def test_two_of_each_stand_side_by_side(registered: Callable[..., Program], preview: bool):
    program = registered(twice, preview=preview)
    ours = [one for one in program.resources if one.name.startswith(("one-", "two-"))]
    names = {one.name for one in ours}
    assert {name.replace("one-", "two-", 1) for name in names} <= names
    assert sorted(program.hooks) == ["one-service-deployment-guard", "two-service-deployment-guard"]


def test_the_name_of_a_child_begins_with_the_name_of_its_component(registered: Callable[..., Program]):
    program = registered(twice)
    by_urn = {one.urn: one for one in program.resources}
    children = [one for one in program.resources if one.name.startswith(("one-", "two-")) and one.parent in by_urn]
    assert len(children) > 40
    assert [one.name for one in children if not one.name.startswith(_component(one.parent))] == []


def _component(urn: str) -> str:
    """Logical name of a parent; the stack's own has no say."""
    return "" if "pulumi:pulumi:Stack" in urn else urn.rsplit("::", 1)[-1]

"""Network, load balancer and colours under the real engine: what an edit changes, and what it must never replace."""

from dataclasses import dataclass, field

import pytest
from pulumi.automation import CommandError

from runbook import settings
from tests.components.traffic_programs import SERVICE, TEST_VALUE, blue_green, load_balancer, network
from tests.engine.conftest import changes

pytestmark = [pytest.mark.engine, pytest.mark.slow]


@dataclass
class Edits:
    """What the next run of the program asks for."""

    section: dict[str, object] = field(default_factory=lambda: {"zones": ("a", "b"), "nat_gateways": "single"})
    service: settings.Service = SERVICE
    protected: bool = False


def traffic(edits: Edits) -> None:
    inside = network("network", protected=edits.protected, external_database=False, **edits.section)
    balancer = load_balancer(inside=inside, protected=edits.protected)
    blue_green(
        service=edits.service,
        vpc_id=inside.vpc_id,
        listener_arn=balancer.listener_arn,
        protected=edits.protected,
    )


def move_traffic_to_green(cloud):
    def shift(rule):
        for group, weight in zip(rule["actions"][0]["forward"]["targetGroups"], (0, 100), strict=True):
            group["weight"] = weight

    for name in ("web-test", "web-production"):
        cloud.change("ListenerRule", name, shift)


def test_traffic_that_ecs_moved_stays_moved_through_edits_of_the_service_and_the_zones(project):
    edits = Edits()
    stack = project.open(lambda: traffic(edits))
    stack.up()
    assert changes(stack.preview()) == {}
    assert TEST_VALUE not in project.state

    move_traffic_to_green(project.cloud)
    assert changes(stack.preview(refresh=True)) == {}

    edits.service = SERVICE.model_copy(update={"port": 9090, "deregistration_seconds": 120})
    assert changes(stack.up(refresh=True)) == {"update": 2}  # the delay of both groups

    edits.section = {"zones": ("a", "b", "c"), "nat_gateways": "per_zone"}
    planned = changes(stack.preview())
    assert set(planned) == {"create", "update"}
    stack.up()
    for name in ("web-test", "web-production"):
        groups = project.cloud.one("ListenerRule", name).outputs["actions"][0]["forward"]["targetGroups"]
        assert [group["weight"] for group in groups] == [0, 100]

    stack.destroy()
    assert project.cloud.all() == []


def test_in_production_a_zone_is_not_taken_away_by_an_edit(project):
    edits = Edits(protected=True)
    stack = project.open(lambda: traffic(edits))
    stack.up()
    before = project.cloud.all()
    edits.section = {"zones": ("a", "c"), "nat_gateways": "single"}
    with pytest.raises(CommandError, match="cannot be deleted"):
        stack.preview()
    with pytest.raises(CommandError, match="cannot be deleted"):
        stack.up()  # without a preview before it the engine does what it may, and then stops
    assert {one.key for one in before} <= {one.key for one in project.cloud.all()}

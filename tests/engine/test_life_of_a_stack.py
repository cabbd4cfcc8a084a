"""The real engine over the offline AWS, from the first update to the last."""

from typing import Any

import pulumi
import pytest
from pulumi import automation

from offline.provider.store import Store
from tests.engine.conftest import Project, changes
from tests.engine.shop import Wishes, program

pytestmark = pytest.mark.engine


def weights(rule: dict[str, Any]) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = rule["actions"][0]["forward"]["targetGroups"]
    return groups


def move_traffic_to_green(cloud: Store) -> None:
    def shift(rule: dict[str, Any]) -> None:
        for group, weight in zip(weights(rule), (0, 100), strict=True):
            group["weight"] = weight

    cloud.change("ListenerRule", "web-rule", shift)


def test_after_an_update_nothing_is_left_to_do_even_when_aws_has_moved_the_traffic_and_destroy_leaves_nothing(
    project: Project,
):
    stack = project.open(lambda: program(Wishes()))
    assert changes(stack.up()) == {"create": 16}
    assert changes(stack.preview()) == {}

    move_traffic_to_green(project.cloud)
    assert changes(stack.preview()) == {}
    stack.refresh()
    assert changes(stack.up()) == {}
    assert [group["weight"] for group in weights(project.cloud.one("ListenerRule", "web-rule").outputs)] == [0, 100]

    stack.destroy()
    assert project.cloud.all() == []


def test_outputs_look_like_aws_and_say_the_region_and_all_tags(project: Project):
    outputs = project.open(lambda: program(Wishes())).up().outputs
    assert outputs["account"].value == "123456789012"
    assert outputs["tags"].value == {"project": "shop", "team": "shop"}
    assert outputs["task"].value == "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1"
    assert outputs["bucket"].value.startswith("web-files-")
    assert len(outputs["bucket"].value) == len("web-files-") + 7


def test_a_changed_task_definition_is_the_next_revision(project: Project):
    wishes = Wishes()
    stack = project.open(lambda: program(wishes))
    stack.up()
    wishes.cpu = "512"
    result = stack.up()
    assert changes(result) == {"replace": 1}
    assert result.outputs["task"].value.endswith("task-definition/web:2")
    assert len(project.cloud.all("TaskDefinition")) == 1


@pytest.mark.slow
def test_a_tag_changed_by_hand_shows_in_a_refreshing_preview_and_the_next_update_puts_it_back(project: Project):
    stack = project.open(lambda: program(Wishes()))
    stack.up()
    project.cloud.change("Bucket", "web-files", lambda bucket: bucket["tags"].update(team="somebody else"))
    assert changes(stack.preview()) == {}
    assert changes(stack.preview(refresh=True)) == {"update": 1}
    assert changes(stack.up(refresh=True)) == {"update": 1}
    assert project.cloud.one("Bucket", "web-files").outputs["tags"] == {"team": "shop"}


def test_what_somebody_deleted_by_hand_is_made_again(project: Project):
    stack = project.open(lambda: program(Wishes()))
    stack.up()
    bucket = project.cloud.one("Bucket", "web-files")
    project.cloud.delete(bucket.type, bucket.region, bucket.key)
    assert changes(stack.up(refresh=True)) == {"create": 1}
    assert project.cloud.one("Bucket", "web-files").generation == 1


def test_a_secret_is_plain_neither_in_the_state_nor_in_the_cloud_nor_on_the_screen(project: Project):
    shown: list[str] = []
    result = project.open(lambda: program(Wishes())).up(on_output=shown.append)
    password = result.outputs["password"]
    assert password.secret
    assert len(password.value) == 24
    cloud = b"".join(path.read_bytes() for path in project.home.glob("cloud.sqlite3*"))
    assert b"secretString" in cloud
    assert password.value not in project.state
    assert password.value.encode() not in cloud
    assert password.value not in "".join(shown)


def test_an_unknown_data_source_is_an_error_that_names_it_and_the_place_for_its_answer(project: Project):
    def asks_for_an_image() -> None:
        pulumi.runtime.invoke("aws:ec2/getAmi:getAmi", {"owners": ["self"]})

    with pytest.raises(automation.CommandError, match=r"aws:ec2/getAmi:getAmi .*owners.*offline/provider/lookups\.py"):
        project.open(asks_for_an_image).preview()


def test_an_unknown_type_is_an_error_that_names_it_and_the_place_for_its_row(project: Project):
    def makes_something_odd() -> None:
        pulumi.CustomResource("aws:odd/thing:Thing", "odd", {})

    with pytest.raises(automation.CommandError, match=r"type aws:odd/thing:Thing: add a row .*offline/provider/types"):
        project.open(makes_something_odd).preview()


def test_a_made_up_name_longer_than_aws_allows_is_refused_in_the_preview(project: Project):
    def long_name() -> None:
        pulumi.CustomResource("aws:lb/targetGroup:TargetGroup", "a-name-of-25-characters-x", {"port": 80})

    with pytest.raises(automation.CommandError, match="at most 32 characters"):
        project.open(long_name).preview()

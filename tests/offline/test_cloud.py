"""Names, differences and refusals, without the protocol."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline.provider.cloud import Cloud, NotFound, Settings, known_type, settings_from
from offline.provider.comparing import compare
from offline.provider.lookups import ANSWERS, UnknownLookup, answer
from offline.provider.naming import Mode, Wish
from offline.provider.store import Store

GROUP = "aws:lb/targetGroup:TargetGroup"
BUCKET = "aws:s3/bucket:Bucket"
TASK = "aws:ecs/taskDefinition:TaskDefinition"


def urn(token: str, name: str) -> str:
    return f"urn:pulumi:dev::shop::{token}::{name}"


@pytest.fixture
def cloud(tmp_path: Path) -> Cloud:
    return Cloud(store=Store(tmp_path / "cloud.sqlite3"), settings=Settings(default_tags={"project": "shop"}))


def checked(
    cloud: Cloud,
    token: str,
    name: str,
    news: dict[str, Any],
    olds: dict[str, Any] | None = None,
    wish: Wish | None = None,
):
    return cloud.check(token, urn(token, name), news, olds or {}, wish)


def test_a_name_that_the_program_leaves_out_is_the_logical_name_and_seven_hex_digits_and_stays(cloud):
    first, _ = checked(cloud, GROUP, "blue", {})
    assert first["name"].startswith("blue-")
    assert len(first["name"]) == len("blue-") + 7
    again, _ = checked(cloud, GROUP, "blue", {}, olds=first)
    assert again["name"] == first["name"]


def test_a_replacement_gets_another_name_than_what_it_replaces(cloud):
    first, _ = checked(cloud, GROUP, "blue", {})
    cloud.create(GROUP, urn(GROUP, "blue"), first)
    second, _ = checked(cloud, GROUP, "blue", {})
    assert second["name"] != first["name"]


@pytest.mark.parametrize(("length", "refused"), [(24, 0), (25, 1)])
def test_a_target_groups_logical_name_has_room_for_24_characters(cloud, length, refused):
    _, refusals = checked(cloud, GROUP, "x" * length, {})
    assert len(refusals) == refused


def test_an_over_long_name_is_refused_with_the_limit_the_name_and_its_length(cloud):
    _, [refusal] = checked(cloud, GROUP, "x", {"name": "y" * 33})
    assert refusal.property == "name"
    assert "at most 32 characters" in refusal.reason
    assert "has 33" in refusal.reason


def test_a_bucket_is_named_in_lower_case(cloud):
    inputs, _ = checked(cloud, BUCKET, "Files", {})
    assert inputs["bucket"].startswith("files-")


def test_a_dashboard_is_not_named_for_the_program(cloud):
    _, [refusal] = checked(cloud, "aws:cloudwatch/dashboard:Dashboard", "health", {"dashboardBody": "{}"})
    assert "Dashboard needs dashboardName" in refusal.reason


def test_the_engines_naming_wish_is_followed(cloud):
    wish = Wish(name="dev-files-abc", mode=Mode.PROPOSE)
    inputs, _ = checked(cloud, BUCKET, "files", {}, wish=wish)
    assert inputs["bucket"] == "dev-files-abc"


def test_with_naming_switched_off_a_name_has_to_be_given(cloud):
    _, [refusal] = checked(cloud, BUCKET, "files", {}, wish=Wish(name="", mode=Mode.DISABLE))
    assert "needs bucket" in refusal.reason


def test_changing_the_port_of_a_target_group_replaces_it_and_changing_its_health_check_does_not():
    type_ = known_type(GROUP)
    assert compare(type_, {"port": 80}, {"port": 8080}).replacing == ("port",)
    assert compare(type_, {"healthCheck": {"path": "/"}}, {"healthCheck": {"path": "/x"}}).replacing == ()


def test_a_fixed_name_makes_the_replacement_wait_until_the_old_one_is_gone():
    type_ = known_type(GROUP)
    fixed = compare(type_, {"name": "blue", "port": 80}, {"name": "blue", "port": 81})
    made_up = compare(type_, {"name": "b-1", "port": 80}, {"name": "b-2", "port": 81, "__defaults": ["name"]})
    assert (fixed.delete_first, made_up.delete_first) == (True, False)


def test_a_database_is_renamed_in_place_but_another_engine_is_another_database():
    type_ = known_type("aws:rds/instance:Instance")
    assert compare(type_, {"identifier": "a"}, {"identifier": "b"}).replacing == ()
    assert compare(type_, {"engine": "postgres"}, {"engine": "mysql"}).replacing == ("engine",)


@given(st.permutations(["subnet-a", "subnet-b", "subnet-c"]))
def test_the_order_of_subnets_is_no_difference(order):
    type_ = known_type("aws:lb/loadBalancer:LoadBalancer")
    assert compare(type_, {"subnets": ["subnet-a", "subnet-b", "subnet-c"]}, {"subnets": order}).changed == ()


def test_an_update_sends_only_what_changed_so_what_aws_moved_stays_moved(cloud):
    service = "aws:ecs/service:Service"
    inputs = {"name": "web", "desiredCount": 2, "taskDefinition": "web:1"}
    made = cloud.create(service, urn(service, "web"), inputs)
    cloud.store.change("Service", "web", lambda properties: properties.update(desiredCount=7))
    news = {**inputs, "taskDefinition": "web:2"}
    outputs = cloud.update(service, urn(service, "web"), made.id, olds=made.outputs, old_inputs=inputs, news=news)
    assert (outputs["desiredCount"], outputs["taskDefinition"]) == (7, "web:2")
    row = cloud.store.one("Service", "web")
    assert (row.inputs["desiredCount"], row.inputs["taskDefinition"]) == (7, "web:2")


def test_a_property_that_the_program_gives_no_more_is_gone_from_the_cloud(cloud):
    inputs = {"bucket": "files", "tags": {"team": "shop"}}
    made = cloud.create(BUCKET, urn(BUCKET, "files"), inputs)
    news = {"bucket": "files"}
    outputs = cloud.update(BUCKET, urn(BUCKET, "files"), made.id, olds=made.outputs, old_inputs=inputs, news=news)
    assert "tags" not in outputs
    assert outputs["tagsAll"] == {"project": "shop"}


def test_updating_what_somebody_deleted_says_so(cloud):
    with pytest.raises(NotFound, match=r"Bucket files was not found .*refresh"):
        cloud.update(BUCKET, urn(BUCKET, "files"), "files", olds={}, old_inputs={}, news={"bucket": "files"})


def test_an_import_reads_every_input_and_a_refresh_only_those_that_the_program_gives(cloud):
    cloud.create(BUCKET, urn(BUCKET, "files"), {"bucket": "files", "tags": {"team": "shop"}})
    imported, _ = cloud.read(BUCKET, "files", {}, {})
    assert imported == {"bucket": "files", "tags": {"team": "shop"}}
    refreshed, _ = cloud.read(BUCKET, "files", {"bucket": "files"}, {})
    assert refreshed == {"bucket": "files"}


def test_provider_settings_come_as_json_texts():
    settings = settings_from({"region": "eu-west-1", "defaultTags": '{"tags": {"project": "shop"}}'})
    assert settings == Settings(region="eu-west-1", default_tags={"project": "shop"})


@pytest.mark.parametrize("token", sorted(ANSWERS))
def test_every_data_source_answers_with_an_id_and_repeats_its_arguments(token):
    found = answer(token, {"marker": 1}, "eu-west-1")
    assert found["id"]
    assert found["marker"] == 1


def test_an_unknown_data_source_is_named_with_its_arguments_and_the_place_for_an_answer():
    with pytest.raises(
        UnknownLookup, match=r"aws:ec2/getAmi:getAmi \(arguments: owners\).*offline/provider/lookups\.py"
    ):
        answer("aws:ec2/getAmi:getAmi", {"owners": ["self"]}, "us-east-1")


def test_what_is_made_with_skip_destroy_outlives_its_deletion_as_a_task_definitions_revision_does(cloud):
    for kept in (True, False):
        inputs = {"family": f"web-{kept}", "skipDestroy": kept}
        made = cloud.create(TASK, urn(TASK, f"task-{kept}"), inputs)
        cloud.delete(TASK, made.id, made.outputs)
    assert [row.inputs["skipDestroy"] for row in cloud.store.all(TASK)] == [True]

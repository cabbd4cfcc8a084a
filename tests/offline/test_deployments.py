"""A deployment in the offline cloud as ECS, the load balancer, the alarms and users show it."""

from datetime import timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from offline.application import answer
from offline.course import Failure
from offline.deployments import deployments, fail_next, finish, start
from tests.offline.api_world import BLUE, GREEN, SERVICE, World, image

BLUE_LIVE, GREEN_LIVE = {BLUE: 100, GREEN: 0}, {BLUE: 0, GREEN: 100}


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path / "cloud.sqlite3")
    made.surroundings()
    made.service()
    return made


def alarms_on(world: World) -> list[str]:
    answer = world.client("cloudwatch").describe_alarms(
        StateValue="ALARM", AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    return [one["AlarmName"] for one in (*answer["MetricAlarms"], *answer["CompositeAlarms"])]


def running_definition(world: World) -> str:
    return str(world.row("ecs/service:Service", "service").outputs["taskDefinition"]).rpartition("/")[2]


def test_the_deployment_that_made_the_service_is_over_at_once(world: World):
    assert world.newest()["status"] == "SUCCESSFUL"
    assert world.weights("production") == BLUE_LIVE
    assert (world.healthy(BLUE), world.healthy(GREEN)) == (["healthy"] * 2, [])


def test_another_image_goes_through_its_stages_in_seconds_and_ends_on_the_other_colour(world: World):
    world.deploys("2")
    seen = []
    for _ in range(30):
        now = world.newest()
        if now["lifecycleStage"] not in seen:
            seen.append(now["lifecycleStage"])
        world.passes(1)
    assert seen == [
        "SCALE_UP",
        "TEST_TRAFFIC_SHIFT",
        "POST_TEST_TRAFFIC_SHIFT",
        "PRODUCTION_TRAFFIC_SHIFT",
        "BAKE_TIME",
        "CLEAN_UP",
    ]
    assert world.newest()["status"] == "SUCCESSFUL"
    assert (world.weights("production"), world.weights("test")) == (GREEN_LIVE, GREEN_LIVE)
    assert (world.healthy(BLUE), world.healthy(GREEN)) == ([], ["healthy"] * 2)


def test_new_tasks_are_not_healthy_before_they_run(world: World):
    world.deploys("2")
    world.passes(1)
    assert world.healthy(GREEN) == ["initial"] * 2
    world.passes(3)
    assert world.healthy(GREEN) == ["healthy"] * 2


def test_a_deployment_that_is_over_says_since_when(world: World):
    world.deploys("2")
    assert "finishedAt" not in world.newest()
    world.passes(60)
    found = world.newest()
    assert found["finishedAt"] - found["createdAt"] == timedelta(minutes=23)


def test_a_planned_change_of_the_bounds_happens_when_its_moment_has_come(world: World):
    scaling = world.client("application-autoscaling")
    target = {
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/{SERVICE}/{SERVICE}",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    planned = {"ScheduledActionName": "hold", "Schedule": "at(2026-11-24T11:00:00)"}
    scaling.put_scheduled_action(**target, **planned, ScalableTargetAction={"MinCapacity": 1})
    scaling.register_scalable_target(**target, MinCapacity=3)

    def minimum() -> int:
        return scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"][0]["MinCapacity"]

    assert minimum() == 3
    world.passes(3601)
    assert minimum() == 1
    assert scaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"] == []


def test_both_colours_run_in_the_bake_and_test_traffic_comes_first(world: World):
    world.deploys("2")
    world.passes(4.5)
    assert (world.weights("test"), world.weights("production")) == (GREEN_LIVE, BLUE_LIVE)
    world.passes(5)
    assert world.newest()["lifecycleStage"] == "BAKE_TIME"
    assert world.weights("production") == GREEN_LIVE
    assert (world.healthy(BLUE), world.healthy(GREEN)) == (["healthy"] * 2, ["healthy"] * 2)


def test_colours_take_turns(world: World):
    for digit, weights in (("2", GREEN_LIVE), ("3", BLUE_LIVE), ("4", GREEN_LIVE)):
        world.deploys(digit)
        world.passes(60)
        assert world.weights("production") == weights


@pytest.mark.parametrize("failure", list(Failure))
def test_a_failing_deployment_brings_everything_back_to_the_old_version(world: World, failure: Failure):
    before = running_definition(world)
    fail_next(world.store, failure)
    world.deploys("2")
    assert running_definition(world) != before
    world.passes(60)
    assert world.newest()["status"] == "ROLLBACK_SUCCESSFUL"
    assert running_definition(world) == before
    assert (world.weights("production"), world.weights("test")) == (BLUE_LIVE, BLUE_LIVE)
    assert (world.healthy(BLUE), world.healthy(GREEN)) == (["healthy"] * 2, [])
    world.deploys("3")  # only the next one was to fail
    world.passes(60)
    assert world.newest()["status"] == "SUCCESSFUL"


def test_an_alarm_is_on_while_its_deployment_goes_back_and_off_afterwards(world: World):
    fail_next(world.store, Failure.ALARM)
    world.deploys("2")
    world.passes(8)
    assert alarms_on(world) == []
    world.passes(4)
    assert alarms_on(world) == [f"{SERVICE}-error-rate", f"{SERVICE}-error-rate-alert"]
    assert world.newest()["alarms"]["triggeredAlarmNames"] == [f"{SERVICE}-error-rate"]
    world.passes(10)
    assert alarms_on(world) == []


def test_while_users_met_errors_there_are_failed_requests_and_log_lines(world: World):
    fail_next(world.store, Failure.ALARM)
    world.deploys("2")
    world.passes(60)
    now = world.clock.now()
    metric = {"Namespace": "AWS/ApplicationELB", "MetricName": "HTTPCode_Target_5XX_Count"}
    answer = world.client("cloudwatch").get_metric_data(
        MetricDataQueries=[{"Id": "a", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}],
        StartTime=now - timedelta(hours=2),
        EndTime=now,
    )
    assert 4 <= len(answer["MetricDataResults"][0]["Values"]) <= 6
    lines = world.client("logs").filter_log_events(logGroupName="/mockforge-cloud/staging/service")["events"]
    assert len(lines) == 3


def test_stopped_in_the_bake_the_old_version_serves_at_once(world: World):
    arn = world.deploys("2")
    world.passes(10)
    assert world.weights("production") == GREEN_LIVE
    world.client("ecs").stop_service_deployment(serviceDeploymentArn=arn, stopType="ROLLBACK")
    assert world.weights("production") == BLUE_LIVE
    world.passes(5)
    assert world.newest()["status"] == "ROLLBACK_SUCCESSFUL"
    with pytest.raises(ClientError, match="ConflictException"):
        world.client("ecs").stop_service_deployment(serviceDeploymentArn=arn, stopType="ROLLBACK")


def test_the_older_task_definition_can_be_deployed_again(world: World):
    world.deploys("2")
    world.passes(60)
    world.client("ecs").update_service(cluster=SERVICE, service=SERVICE, taskDefinition=f"{SERVICE}:1")
    world.passes(60)
    revision = world.newest()["targetServiceRevision"]["arn"]
    [found] = world.client("ecs").describe_service_revisions(serviceRevisionArns=[revision])["serviceRevisions"]
    assert found["containerImages"][0]["image"] == image("1")


def test_the_approval_is_waited_for_by_the_real_clock(tmp_path: Path):
    world = World(tmp_path / "cloud.sqlite3", approval=True)
    world.service()
    arn = world.deploys("2")
    world.passes(60)
    waiting = world.newest()
    assert waiting["lifecycleStage"] == "PRE_PRODUCTION_TRAFFIC_SHIFT"
    [hook] = [one for one in waiting["lifecycleHookDetails"] if one["status"] == "AWAITING_ACTION"]
    before = world.clock.now()
    world.passes(60)
    assert world.clock.now() - before == timedelta(seconds=60)
    real = world.real
    world.clock.sleep(10)  # whoever follows it
    assert world.real - real == timedelta(seconds=10)
    asked = {"serviceDeploymentArn": arn, "hookId": hook["hookId"], "action": "CONTINUE"}
    world.client("ecs").continue_service_deployment(**asked)
    world.passes(2)
    assert world.weights("production") == GREEN_LIVE
    with pytest.raises(ClientError, match="InvalidParameterException"):
        world.client("ecs").continue_service_deployment(**asked)


def test_a_changed_number_of_tasks_is_true_two_minutes_later(world: World):
    def counts() -> tuple[int, int, int]:
        [found] = world.client("ecs").describe_services(cluster=SERVICE, services=[SERVICE])["services"]
        return found["desiredCount"], found["runningCount"], found["pendingCount"]

    world.client("ecs").update_service(cluster=SERVICE, service=SERVICE, desiredCount=4)
    assert counts() == (4, 2, 2)
    world.passes(3)
    assert counts() == (4, 4, 0)
    assert world.newest()["status"] == "SUCCESSFUL"  # no deployment began


def test_a_deployment_that_a_test_leaves_running_goes_on_until_it_is_finished(world: World):
    start(world.store, SERVICE, at=world.clock.now())
    world.passes(6000)
    assert [one.status for one in deployments(world.store, SERVICE, world.clock)] == ["SUCCESSFUL", "IN_PROGRESS"]
    finish(world.store, SERVICE, unfinished={"IN_PROGRESS"})
    assert [one.status for one in deployments(world.store, SERVICE, world.clock)] == ["SUCCESSFUL", "SUCCESSFUL"]


def test_another_process_sees_the_same_deployment(tmp_path: Path):
    world = World(tmp_path / "cloud.sqlite3")
    world.service()
    arn = world.deploys("2")
    world.passes(8)
    other = World(tmp_path / "cloud.sqlite3", real=world.real)
    assert other.newest() == world.newest()
    assert other.newest()["serviceDeploymentArn"] == arn


def test_users_are_answered_by_what_is_live_and_testers_by_what_is_tested(world: World):
    world._row("route53/record:Record", "host", {"name": "staging.example", "arn": "arn:record"})

    def version(*, test_traffic: bool = False) -> object:
        answered = answer(world.store, world.clock, "staging.example", "/health/live", test_traffic=test_traffic)
        assert answered is not None
        return answered[1]["version"]

    assert version() == "0.3.238"
    fail_next(world.store, Failure.ALARM)
    world.deploys("2")
    world.passes(4.5)
    assert (version(), version(test_traffic=True)) == ("0.3.238", "unknown")
    world.passes(4)
    ready = answer(world.store, world.clock, "staging.example", "/health/ready", test_traffic=False)
    assert ready is not None
    assert ready[0] == 503
    world.passes(60)
    assert version() == "0.3.238"
    assert answer(world.store, world.clock, "other.example", "/health/live", test_traffic=False) is None

"""`scale`: whole commands against a made-up account with tasks that take time to start."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.operations.aws_world import AwsWorld, aws_error
from tests.operations.scaling_world import TARGET, ScalingWorld


@pytest.fixture
def scaling(aws: AwsWorld) -> ScalingWorld:
    return ScalingWorld(aws=aws)


def test_scale_up_says_before_and_after_changes_only_the_number_and_waits_until_all_run(scaling: ScalingWorld):
    answer = scaling.aws("scale", "up", "production", "--instances", "5", "--yes")
    assert (answer.code, answer.out) == (0, "production: 5 of 5 tasks run\n")
    assert answer.err.splitlines() == [
        "production: 3 → 5 tasks",
        "  bounds   2 to 10 tasks",
        "number of tasks of production: 3 of 5 tasks run, 2 start (0 min 00 s; until 03:20 UTC at the latest)",
        "number of tasks of production: 3 of 5 tasks run, 2 start (1 min 00 s; until 03:20 UTC at the latest)",
        "number of tasks of production: 5 of 5 tasks run (1 min 30 s; until 03:20 UTC at the latest)",
    ]
    assert scaling.aws.changes == ["UpdateService"]


def test_scale_down_takes_tasks_away(scaling: ScalingWorld):
    answer = scaling.aws("scale", "down", "production", "--instances", "2", "--yes", "--json")
    assert answer.code == 0
    assert json.loads(answer.out) == {
        "environment": "production",
        "before": 3,
        "asked": 2,
        "desired": 2,
        "running": 2,
        "held_until": None,
    }


def test_repeating_it_changes_nothing_and_is_fine(scaling: ScalingWorld):
    scaling.desired = scaling.running = 5
    answer = scaling.aws("scale", "up", "production", "--instances", "5")
    assert (answer.code, answer.out) == (0, "production: 5 of 5 tasks run\n")
    assert answer.err.startswith("production shall run 5 tasks already\n")
    assert scaling.aws.changes == []


def test_a_dry_run_and_a_person_who_is_not_there_change_nothing(scaling: ScalingWorld):
    dry = scaling.aws("scale", "up", "production", "--instances", "5", "--dry-run")
    assert (dry.code, dry.err.splitlines()[-1]) == (0, "dry run: nothing was changed")
    unasked = scaling.aws("scale", "up", "production", "--instances", "5")
    assert unasked.code == 2
    assert unasked.err.endswith(
        "error: there is no terminal to ask at: Change production from 3 to 5 tasks?\n"
        "hint: add --yes if the answer is yes; nothing was changed\n"
    )
    assert scaling.aws.changes == []


# --- refused


def test_above_the_maximum_it_says_which_setting_is_in_the_way(scaling: ScalingWorld):
    answer = scaling.aws("scale", "up", "production", "--instances", "11", "--yes")
    assert (answer.code, answer.out) == (3, "")
    assert answer.err == (
        "error: 11 tasks are above the maximum of 10; nothing was changed\n"
        "hint: raise scaling.maximum_tasks in Pulumi.production.yaml (and look at the connection budget), then run "
        "`mfcloud up production`\n"
    )
    assert scaling.aws.changes == []


def test_below_the_minimum_it_says_which_setting_is_in_the_way(scaling: ScalingWorld):
    answer = scaling.aws("scale", "down", "production", "--instances", "1", "--yes")
    assert answer.code == 3
    assert answer.err == (
        "error: 1 tasks are below the minimum of 2; nothing was changed\n"
        "hint: lower scaling.minimum_tasks in Pulumi.production.yaml, then run `mfcloud up production`\n"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("up", "2"), "production shall run 3 tasks already; `scale up` never lowers that"),
        (("down", "5"), "production shall run only 3 tasks; `scale down` never raises that"),
    ],
)
def test_up_never_lowers_and_down_never_raises(scaling: ScalingWorld, words: tuple[str, str], said: str):
    direction, instances = words
    answer = scaling.aws("scale", direction, "production", "--instances", instances, "--yes")
    assert (answer.code, answer.err.splitlines()[0]) == (3, f"error: {said}")
    assert scaling.aws.changes == []


def test_during_a_deployment_tasks_are_added_with_a_warning_and_none_is_taken_away(scaling: ScalingWorld):
    for number, digit in ((41, "a"), (42, "b")):
        scaling.aws.ecs.register(number, digit)
    scaling.aws.ecs.deployed(41, days_ago=2)
    scaling.aws.ecs.start(42)
    down = scaling.aws("scale", "down", "production", "--instances", "2", "--yes")
    assert (down.code, scaling.aws.changes) == (3, [])
    assert down.err.startswith(
        "error: deployment deployment2 is unfinished (IN_PROGRESS, stage SCALE_UP); taking tasks away now would weaken "
        "the version that a rollback returns to\n"
    )
    up = scaling.aws("scale", "up", "production", "--instances", "5", "--yes")
    assert up.code == 0
    assert (
        "  warning  deployment deployment2 is unfinished (IN_PROGRESS, stage SCALE_UP): tasks are added beside it"
        in up.err.splitlines()
    )


# --- holding


def test_a_hold_arranges_its_end_before_it_begins(scaling: ScalingWorld):
    answer = scaling.aws("scale", "up", "production", "--instances", "5", "--hold-minutes", "120", "--yes")
    assert answer.code == 0
    assert answer.err.splitlines()[2] == (
        "  hold     not below 5 until 2026-11-24 05:00 UTC, then 2 again; "
        "`mfcloud scale release production` ends it earlier"
    )
    assert scaling.aws.changes == ["PutScheduledAction", "RegisterScalableTarget", "UpdateService"]
    assert scaling.aws.asked("PutScheduledAction") == [
        {
            **TARGET,
            "ScheduledActionName": "mockforge-production-hold",
            "Schedule": "at(2026-11-24T05:00:00)",
            "Timezone": "UTC",
            "ScalableTargetAction": {"MinCapacity": 2},
        }
    ]
    assert scaling.aws.asked("RegisterScalableTarget") == [{**TARGET, "MinCapacity": 5}]


def test_what_is_held_is_not_scaled_below_until_it_is_released(scaling: ScalingWorld):
    scaling.aws("scale", "up", "production", "--instances", "5", "--hold-minutes", "120", "--yes")
    refused = scaling.aws("scale", "down", "production", "--instances", "3", "--yes")
    assert (refused.code, refused.err) == (
        3,
        (
            "error: at least 5 tasks are held until 2026-11-24 05:00 UTC; nothing was changed\n"
            "hint: `mfcloud scale release production` ends the hold\n"
        ),
    )
    released = scaling.aws("scale", "release", "production", "--yes")
    assert (released.code, scaling.minimum, scaling.actions) == (0, 2, {})
    assert released.err == (
        "production: at least 5 tasks are kept; afterwards 2 as set\n"
        "production: autoscaling moves between 2 and 10 tasks\n"
    )
    assert scaling.aws("scale", "release", "production").err == (
        "nothing is held in production: at least 2 tasks run, as the settings say\n"
    )
    assert scaling.aws("scale", "down", "production", "--instances", "3", "--yes").code == 0


def test_the_end_of_a_hold_as_json(scaling: ScalingWorld):
    scaling.aws("scale", "up", "production", "--instances", "5", "--hold-minutes", "120", "--yes")
    looked = scaling.aws("scale", "release", "production", "--dry-run", "--json")
    assert json.loads(looked.out) == {"released": False, "minimum": 5, "maximum": 10}
    done = scaling.aws("scale", "release", "production", "--yes", "--json")
    assert json.loads(done.out) == {"released": True, "minimum": 2, "maximum": 10}


def test_a_hold_whose_time_is_over_holds_nothing(scaling: ScalingWorld):
    scaling.aws("scale", "up", "production", "--instances", "5", "--hold-minutes", "60", "--yes")
    scaling.minimum = 2  # the scheduled action has run; AWS still lists it
    scaling.aws.clock.at += timedelta(minutes=61)
    assert scaling.aws("scale", "down", "production", "--instances", "3", "--yes").code == 0
    scaling.minimum = 5  # the scheduled action has failed
    checked = scaling.aws("scale", "check", "production").out.splitlines()[1]
    assert "the raised minimum has no end; `mfcloud scale release` ends it" in checked
    assert "held until" not in checked


# --- waiting


def test_an_interrupted_hold_leaves_no_floor_without_an_end(scaling: ScalingWorld):
    scaling.aws.faults["RegisterScalableTarget"].append(KeyboardInterrupt())
    words = ("scale", "up", "production", "--instances", "5", "--hold-minutes", "60", "--yes")
    assert scaling.aws(*words).code == 130
    assert (scaling.minimum, list(scaling.actions)) == (2, ["mockforge-production-hold"])
    assert scaling.aws(*words).code == 0
    assert (scaling.minimum, scaling.desired) == (5, 5)


def test_ctrl_c_while_waiting_says_how_to_go_on_and_the_command_again_changes_nothing(scaling: ScalingWorld):
    def press() -> None:
        raise KeyboardInterrupt

    scaling.aws.clock.once(press)
    answer = scaling.aws("scale", "up", "production", "--instances", "5", "--yes")
    assert (answer.code, answer.out) == (130, "")
    assert answer.err.endswith(
        "error: interrupted while waiting for the number of tasks of production; it goes on in AWS\n"
        "hint: `mfcloud scale up production --instances 5` goes on waiting\n"
    )
    assert scaling.aws("scale", "up", "production", "--instances", "5").code == 0
    assert scaling.aws.changes == ["UpdateService"]


@pytest.mark.slow
@pytest.mark.parametrize("when", ["faults", "lost"])
@pytest.mark.parametrize("operation", ["DescribeServices", "DescribeScalableTargets", "UpdateService"])
def test_ctrl_c_at_any_step_and_the_command_again_ends_at_the_number(scaling: ScalingWorld, operation: str, when: str):
    getattr(scaling.aws, when)[operation].append(KeyboardInterrupt())
    assert scaling.aws("scale", "up", "production", "--instances", "5", "--yes").code == 130
    assert scaling.aws("scale", "up", "production", "--instances", "5", "--yes").code == 0
    assert scaling.running == 5


def test_throttling_while_waiting_is_asked_again(scaling: ScalingWorld):
    throttled = aws_error("ThrottlingException", "DescribeServices")
    scaling.aws.clock.once(lambda: scaling.aws.faults["DescribeServices"].append(throttled))
    answer = scaling.aws("scale", "up", "production", "--instances", "5", "--yes")
    assert answer.code == 0
    assert "AWS does not answer (ThrottlingException), asking again" in answer.err


def test_what_autoscaling_takes_back_meanwhile_fails_and_says_what_keeps_it(scaling: ScalingWorld):
    def scales_in() -> None:
        scaling.desired = 4

    scaling.aws.clock.once(scales_in)
    answer = scaling.aws("scale", "up", "production", "--instances", "5", "--yes")
    assert answer.code == 1
    assert answer.err.endswith(
        "error: 5 tasks were asked for; autoscaling or somebody else has set 4 since\n"
        "hint: `mfcloud scale check production` shows why; --hold-minutes keeps autoscaling from lowering it\n"
    )


def test_tasks_that_do_not_start_end_its_patience(scaling: ScalingWorld):
    scaling.stuck = True
    answer = scaling.aws("scale", "up", "production", "--instances", "5", "--yes")
    assert answer.code == 1
    assert answer.err.endswith(
        "error: number of tasks of production: not finished by 03:20 UTC; it goes on in AWS\n"
        "hint: `mfcloud scale up production --instances 5` goes on waiting\n"
    )


# --- check


def test_check_shows_bounds_utilisation_and_the_next_step(scaling: ScalingWorld):
    scaling.measure("CPUUtilization", dict.fromkeys(range(1, 4), 75.25) | {4: 60.0})
    scaling.measure("MemoryUtilization", dict.fromkeys(range(1, 16), 55.0))
    scaling.activities = [
        {
            **TARGET,
            "ActivityId": "one",
            "Description": "Setting desired count to 3.",
            "Cause": "monitor alarm",
            "StartTime": datetime(2026, 11, 24, 1, 12, tzinfo=UTC),
            "StatusCode": "Successful",
        }
    ]
    answer = scaling.aws("scale", "check", "production")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines() == [
        "production: 3 of 3 tasks run",
        "  bounds       2 to 10 tasks",
        "  CPU          75.2 % (adds tasks above 70 %, may remove below 30 %)",
        "  memory       55.0 % (adds tasks above 80 %, may remove below 40 %)",
        "  next         adds 1 task in 2 minutes if that stays so: CPU is above 70 % for 3 minutes",
        "  last change  2026-11-24 01:12 UTC: Setting desired count to 3. (Successful)",
        "  deployment   none running",
    ]
    assert scaling.aws.changes == []


def test_what_is_not_measured_is_unknown_and_never_zero(scaling: ScalingWorld):
    answer = scaling.aws("scale", "check", "production", "--json")
    told = json.loads(answer.out)
    assert (answer.code, told["cpu_percent"], told["memory_percent"], told["next_known"]) == (0, None, None, False)
    assert told["next"] == "unknown: CPU and memory have no recent measurement; silence never scales"


def test_check_fails_while_tasks_are_missing(scaling: ScalingWorld):
    scaling.desired = 5
    answer = scaling.aws("scale", "check", "production")
    assert answer.code == 1
    assert answer.out.startswith("production: 3 of 5 tasks run, 2 start\n")
    assert answer.err.startswith("error: production is not settled: 3 of 5 tasks run, 2 start\n")


def test_check_names_every_way_in_which_the_bounds_differ_from_the_settings(scaling: ScalingWorld):
    scaling.minimum = 5
    scaling.suspended = {"DynamicScalingInSuspended": True}
    lines = scaling.aws("scale", "check", "production").out.splitlines()
    assert lines[1] == (
        "  bounds       5 to 10 tasks; the settings say 2 to 10; the raised minimum has no end; `mfcloud scale "
        "release` ends it; suspended by somebody: scaling in"
    )
    scaling.registered = False
    lines = scaling.aws("scale", "check", "production").out.splitlines()
    assert lines[1] == (
        "  bounds       2 to 10 tasks; not in force: Application Auto Scaling does not know this service"
    )

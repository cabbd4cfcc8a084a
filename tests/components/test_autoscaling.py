from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.autoscaling import (
    Autoscaling,
    AutoscalingArgs,
    StepAdjustment,
    both_low,
    scale_in_steps,
    scale_out_steps,
)
from runbook.settings import Scaling
from tests.harness import Program, Registered
from tests.metric_math import alarm_state, evaluate

Run = Callable[..., Program]

PERCENT = st.floats(0, 100)


def autoscaling(**changes: Any):
    def program() -> None:
        args = AutoscalingArgs(
            scaling=Scaling(**changes),
            prefix="mockforge-staging",
            cluster_name="mockforge-staging",
            service_name="mockforge-staging",
        )
        Autoscaling("scaling", args)

    return program


def alarm(program: Program, kind: str):
    return program.one("MetricAlarm", f"scaling-{kind}")


def steps(program: Program, one: Registered) -> list[dict[str, Any]]:
    [arn] = one["alarmActions"]
    return program.by_arn(arn)["stepScalingPolicyConfiguration"]["stepAdjustments"]


def added(adjustments: list[dict[str, Any]], distance: float) -> list[int]:
    """What step scaling does at this distance above the threshold: lower bounds count in, upper bounds do not."""
    return [
        one["scalingAdjustment"]
        for one in adjustments
        if float(one.get("metricIntervalLowerBound", "-inf"))
        <= distance
        < float(one.get("metricIntervalUpperBound", "inf"))
    ]


@pytest.mark.parametrize(
    ("kind", "metric", "percent"),
    [("scale-out-cpu", "CPUUtilization", 70), ("scale-out-memory", "MemoryUtilization", 80)],
)
def test_five_hot_minutes_add_a_task(registered: Run, kind: str, metric: str, percent: int):
    program = registered(autoscaling())
    one = alarm(program, kind)
    assert (one["namespace"], one["metricName"], one["statistic"]) == ("AWS/ECS", metric, "Average")
    assert one["dimensions"] == {"ClusterName": "mockforge-staging", "ServiceName": "mockforge-staging"}
    assert (one["comparisonOperator"], one["threshold"]) == ("GreaterThanThreshold", percent)
    assert (one["period"], one["evaluationPeriods"], one["datapointsToAlarm"]) == (60, 5, 5)
    assert one["treatMissingData"] == "notBreaching"
    assert added(steps(program, one), 1) == [1]


def test_a_large_breach_adds_two_tasks_at_once(registered: Run):
    program = registered(autoscaling())
    assert added(steps(program, alarm(program, "scale-out-cpu")), 14.9) == [1]  # 84.9 % CPU
    assert added(steps(program, alarm(program, "scale-out-cpu")), 15) == [2]  # 85 % CPU
    assert added(steps(program, alarm(program, "scale-out-memory")), 20) == [2]  # 100 % memory


def test_ten_quiet_minutes_of_cpu_and_memory_together_remove_one_task(registered: Run):
    program = registered(autoscaling())
    one = alarm(program, "scale-in")
    assert (one["evaluationPeriods"], one["datapointsToAlarm"]) == (10, 10)
    assert [query["metric"]["period"] for query in one["metricQueries"] if "metric" in query] == [60, 60]
    assert {query["metric"]["metricName"] for query in one["metricQueries"] if "metric" in query} == {
        "CPUUtilization",
        "MemoryUtilization",
    }
    assert alarm_state(one.inputs, {"cpu": 29.9, "memory": 39.9}) == "ALARM"
    assert alarm_state(one.inputs, {"cpu": 30, "memory": 10}) == "OK"
    assert alarm_state(one.inputs, {"cpu": 10, "memory": 40}) == "OK"
    distance = evaluate(one["metricQueries"][-1]["expression"], {"cpu": 1, "memory": 1}) - one["threshold"]
    assert added(steps(program, one), distance) == [-1]


def test_one_busy_minute_in_ten_keeps_every_task(registered: Run):
    quiet, busy = {"cpu": 5.0, "memory": 5.0}, {"cpu": 50.0, "memory": 5.0}
    one = alarm(registered(autoscaling()), "scale-in")
    assert alarm_state(one.inputs, *[quiet] * 9, busy) == "OK"
    assert alarm_state(one.inputs, *[quiet] * 10) == "ALARM"


@pytest.mark.parametrize(
    "silent", [{"cpu": None, "memory": None}, {"cpu": None, "memory": 5}, {"cpu": 5, "memory": None}]
)
def test_silence_never_scales_in(registered: Run, silent: dict[str, float | None]):
    one = alarm(registered(autoscaling()), "scale-in")
    assert alarm_state(one.inputs, silent) == "OK"
    assert one["treatMissingData"] == "notBreaching"


def test_the_number_of_tasks_stays_between_minimum_and_maximum(registered: Run):
    target = registered(autoscaling(minimum_tasks=2, maximum_tasks=10)).one("Target")
    assert (target["minCapacity"], target["maxCapacity"]) == (2, 10)
    assert target["resourceId"] == "service/mockforge-staging/mockforge-staging"
    assert (target["serviceNamespace"], target["scalableDimension"]) == ("ecs", "ecs:service:DesiredCount")
    assert target.options.get("ignore_changes") is None  # or a changed setting would never arrive


def test_after_a_step_there_is_a_pause(registered: Run):
    program = registered(autoscaling())
    configuration = "stepScalingPolicyConfiguration"
    assert program.one("appautoscaling/policy:Policy", "scaling-scale-out")[configuration]["cooldown"] == 180
    assert program.one("appautoscaling/policy:Policy", "scaling-scale-in")[configuration]["cooldown"] == 600


def test_every_number_is_a_setting(registered: Run):
    program = registered(
        autoscaling(
            scale_out_cpu_percent=60,
            scale_out_minutes=3,
            scale_in_cpu_percent=20,
            scale_in_memory_percent=25,
            scale_in_minutes=15,
            scale_out_tasks=2,
            large_breach_percent=20,
            large_breach_tasks=4,
            scale_in_tasks=2,
        )
    )
    hot = alarm(program, "scale-out-cpu")
    assert (hot["threshold"], hot["evaluationPeriods"]) == (60, 3)
    assert (added(steps(program, hot), 19.9), added(steps(program, hot), 20)) == ([2], [4])
    quiet = alarm(program, "scale-in")
    assert quiet["evaluationPeriods"] == 15
    assert alarm_state(quiet.inputs, {"cpu": 19.9, "memory": 24.9}) == "ALARM"
    assert added(steps(program, quiet), 0) == [-2]


def test_scaling_alarms_have_fixed_names_say_what_happens_and_tell_nobody(registered: Run):
    program = registered(autoscaling())
    assert [one["name"] for one in program.all("MetricAlarm")] == [
        "mockforge-staging-scale-out-cpu",
        "mockforge-staging-scale-out-memory",
        "mockforge-staging-scale-in",
    ]
    assert alarm(program, "scale-out-cpu")["alarmDescription"] == (
        "CPUUtilization above 70 % for 5 minutes: tasks are added, up to 10. Runbook: docs/runbook.md#auto-scaling"
    )
    for one in program.all("MetricAlarm"):
        assert [program.by_arn(arn).type for arn in one["alarmActions"]] == ["aws:appautoscaling/policy:Policy"]
        assert "okActions" not in one


def bounds(adjustments: list[StepAdjustment]) -> list[dict[str, Any]]:
    return [
        {
            "scalingAdjustment": one.scaling_adjustment,
            **(
                {"metricIntervalLowerBound": one.metric_interval_lower_bound} if one.metric_interval_lower_bound else {}
            ),
            **(
                {"metricIntervalUpperBound": one.metric_interval_upper_bound} if one.metric_interval_upper_bound else {}
            ),
        }
        for one in adjustments
    ]


@st.composite
def scalings(draw: st.DrawFn) -> Scaling:
    few = draw(st.integers(1, 20))
    return Scaling(
        scale_out_cpu_percent=draw(st.floats(1, 80)),
        scale_in_cpu_percent=draw(st.floats(1, 80)),
        scale_in_memory_percent=draw(st.floats(1, 80)),
        scale_out_tasks=few,
        large_breach_tasks=draw(st.integers(few, 20)),
        large_breach_percent=draw(st.floats(0.5, 19)),
        scale_in_tasks=draw(st.integers(1, 20)),
    )


@given(scaling=scalings(), one=PERCENT, other=PERCENT)
def test_every_breach_has_exactly_one_step_and_a_larger_one_never_adds_less(scaling: Scaling, one: float, other: float):
    lower, higher = sorted((one, other))
    found = [added(bounds(scale_out_steps(scaling)), distance) for distance in (lower, higher)]
    assert [len(tasks) for tasks in found] == [1, 1]
    assert 0 < found[0][0] <= found[1][0]


@given(scaling=scalings(), cpu=PERCENT, memory=PERCENT)
def test_the_scale_in_expression_is_one_exactly_when_both_are_low(scaling: Scaling, cpu: float, memory: float):
    low = cpu < float(f"{scaling.scale_in_cpu_percent:g}") and memory < float(f"{scaling.scale_in_memory_percent:g}")
    assert evaluate(both_low(scaling), {"cpu": cpu, "memory": memory}) == (1 if low else 0)


@given(scaling=scalings())
def test_the_scale_in_step_begins_at_the_threshold_and_only_removes(scaling: Scaling):
    assert added(bounds(scale_in_steps(scaling)), 0) == [-scaling.scale_in_tasks]

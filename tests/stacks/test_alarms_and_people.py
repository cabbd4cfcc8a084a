"""Alarms across components: what names what, who is told of it and of its end, and what is held back.

Guards: a page that names an alarm which does not exist, an alarm nobody hears of, a recovery that is not sent, a
runbook link into nowhere.
"""

import re

from tests.harness import Program, Registered
from tests.headings import anchors
from tests.stacks.stack import ROOT, Stack

SCALING = {"autoscaling-scale-in", "autoscaling-scale-out-cpu", "autoscaling-scale-out-memory"}
OUTSIDE, MAINTENANCE = "outside-outside-check", "maintenance-alarm-window"
INFO = {"alarms-target-availability", "alarms-target-errors", "alarms-target-latency"}
DEPLOYMENT = {"deployment-alarms-availability", "deployment-alarms-error-rate", "deployment-alarms-latency"}
NEVER_HELD_BACK = {
    "alerts-database-disk",
    "alerts-backup-failed",
    "alerts-backups-late",
    "alerts-backups-too-late",
    "alerts-functions",
}


def named_in(alert: Registered) -> list[str]:
    return re.findall(r'ALARM\("([^"]+)"\)', alert["alarmRule"])


def by_name(program: Program) -> dict[str, Registered]:
    return {one["name"]: one for one in program.all("MetricAlarm")}


def test_every_alarm_that_a_page_names_exists_in_its_region_and_before_it(stack: Stack):
    alarms = by_name(stack.up)
    for alert in stack.up.all("CompositeAlarm"):
        names = named_in(alert)
        assert names, alert.name
        for name in names:
            assert alarms[name].region == alert.region, alert.name
            assert stack.up.waits_for(alert, alarms[name]), alert.name


def test_nobody_is_left_out_every_alarm_tells_scales_or_informs(stack: Stack):
    named = {name for alert in stack.up.all("CompositeAlarm") for name in named_in(alert)}
    silent = {one.name for one in stack.up.all("MetricAlarm") if one["name"] not in named}
    assert silent == SCALING | INFO | {OUTSIDE, MAINTENANCE}


def test_whoever_is_told_of_an_alarm_is_told_of_its_end(stack: Stack):
    topics = {one.outputs["arn"]: one for one in stack.up.all("sns/topic:Topic")}
    telling = [*stack.up.all("CompositeAlarm"), stack.up.one("MetricAlarm", OUTSIDE)]
    for one in telling:
        assert one["alarmActions"] == one["okActions"], one.name
        (topic,) = one["alarmActions"]
        assert topics[topic].region == one.region, one.name


def test_only_pages_the_outside_check_and_scaling_act(stack: Stack):
    acting = {
        one.name
        for one in stack.up.all("MetricAlarm")
        if any(one.get(key) for key in ("alarmActions", "okActions", "insufficientDataActions"))
    }
    assert acting == SCALING | {OUTSIDE}


def test_every_topic_that_alarms_use_reaches_somebody(stack: Stack):
    used = {topic for one in stack.up.all("CompositeAlarm") for topic in one["alarmActions"]}
    used |= set(stack.up.one("MetricAlarm", OUTSIDE)["alarmActions"])
    assert used <= {one["topic"] for one in stack.up.all("TopicSubscription")}


def test_the_maintenance_alarm_holds_back_what_the_design_says(stack: Stack):
    window = stack.up.one("MetricAlarm", MAINTENANCE)["name"]
    held_back = {
        one.name: one["actionsSuppressor"]["alarm"]
        for one in stack.up.all("CompositeAlarm")
        if "actionsSuppressor" in one
    }
    everything = {one.name for one in stack.up.all("CompositeAlarm")}
    assert held_back == dict.fromkeys(everything - NEVER_HELD_BACK, window)


def test_nothing_switches_alarms_off(stack: Stack):
    assert [one.name for one in stack.up.resources if one.get("actionsEnabled") is False] == []


def test_deployment_alarms_roll_back_and_stand_before_the_service(stack: Stack):
    service, alarms = stack.up.one("ecs/service:Service"), by_name(stack.up)
    named = [alarms[name] for name in service["alarms"]["alarmNames"]]
    assert {one.name for one in named} == DEPLOYMENT
    assert (service["alarms"]["enable"], service["alarms"]["rollback"]) == (True, True)
    assert [one.name for one in named if not stack.up.waits_for(service, one)] == []


def test_every_alarm_links_to_a_section_that_exists(stack: Stack):
    alarms = [*stack.up.all("MetricAlarm"), *stack.up.all("CompositeAlarm")]
    broken: list[str] = []
    for one in alarms:
        if one.name == MAINTENANCE:  # it is no problem, and nothing is to do
            continue
        link = re.search(
            r"Runbook: (?:\S+/)?docs/([\w-]+\.md)#([\w-]+)$", one.get("alarmDescription") or one["description"]
        )
        if link is None or link[2] not in anchors(ROOT / "docs" / link[1]):
            broken.append(f"{one.name}: {link and link[0]}")
    assert broken == []


def test_the_approval_message_names_a_section_that_exists(production: Stack):
    template = production.up.one("EventTarget", "service-approval-message")["inputTransformer"]["inputTemplate"]
    link = re.search(r"docs/([\w-]+\.md)#([\w-]+)", template)
    assert link is not None
    assert link[2] in anchors(ROOT / "docs" / link[1])

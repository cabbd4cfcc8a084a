"""Target groups and rules. `answer` reads the registered rules as the load balancer does, lowest priority first."""

from fnmatch import fnmatchcase

import pytest

from components.blue_green import BlueGreenTargetGroups, BlueGreenTargetGroupsArgs
from runbook import settings
from tests.components.traffic_programs import ADDRESS, SERVICE, TEST_VALUE, blue_green, load_balancer
from tests.harness import registered

HOST = "cloud.mockforge.dev"


def behind_a_load_balancer():
    blue_green(listener_arn=load_balancer().listener_arn)


@pytest.fixture(scope="module")
def program():
    return registered(blue_green)


@pytest.fixture(scope="module")
def whole():
    return registered(behind_a_load_balancer)


def matches(condition, *, host, path, headers):
    """One condition as Elastic Load Balancing compares: paths by case, names and header values not; `*` and `?`."""
    [(field, wanted)] = condition.items()
    if field == "pathPattern":
        return any(fnmatchcase(path, pattern) for pattern in wanted["values"])
    if field == "hostHeader":
        return any(fnmatchcase(host.lower(), pattern.lower()) for pattern in wanted["values"])
    assert field == "httpHeader"
    sent = {key.lower(): value.lower() for key, value in headers.items()}.get(wanted["httpHeaderName"].lower())
    return sent is not None and any(fnmatchcase(sent, pattern.lower()) for pattern in wanted["values"])


def answer(program, *, host=HOST, path="/", headers=None):
    """Logical name of the rule that takes the request, or "default"."""
    for rule in sorted(program.all("ListenerRule"), key=lambda one: one["priority"]):
        if all(matches(one, host=host, path=path, headers=headers or {}) for one in rule["conditions"]):
            return rule.name
    return "default"


def test_both_colours_are_the_same_but_for_their_name(program):
    blue, green = program.one("TargetGroup", "web-blue"), program.one("TargetGroup", "web-green")
    assert blue.inputs == green.inputs
    assert blue.options == green.options


def test_a_task_is_asked_every_10_seconds_and_a_429_counts_as_alive(program):
    check = program.one("TargetGroup", "web-blue")["healthCheck"]
    assert (check["path"], check["matcher"], check["interval"]) == ("/health/live", "200,429", 10)
    assert (check["protocol"], check["port"]) == ("HTTP", "traffic-port")
    assert check["timeout"] < check["interval"]
    assert check["unhealthyThreshold"] * check["interval"] == 30


def test_open_requests_get_the_time_of_the_settings_to_finish():
    service = SERVICE.model_copy(update={"deregistration_seconds": 90})
    program = registered(lambda: blue_green(service=service))
    assert [one["deregistrationDelay"] for one in program.all("TargetGroup")] == [90, 90]


def test_tasks_are_registered_by_address_over_plain_http(program):
    group = program.one("TargetGroup", "web-green")
    assert (group["targetType"], group["protocol"], group["protocolVersion"]) == ("ip", "HTTP", "HTTP1")


def test_both_rules_forward_to_both_groups_and_begin_with_blue(program):
    blue, green = (program.one("TargetGroup", f"web-{colour}").outputs["arn"] for colour in ("blue", "green"))
    for rule in program.all("ListenerRule"):
        [action] = rule["actions"]
        assert action == {
            "type": "forward",
            "forward": {"targetGroups": [{"arn": blue, "weight": 100}, {"arn": green, "weight": 0}]},
        }


def test_weights_that_ecs_has_moved_are_left_alone(program):
    assert [one.options["ignore_changes"] for one in program.all("ListenerRule")] == [["actions"], ["actions"]]


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        ("/", {}, "web-production"),
        ("/api/v1/status", {}, "web-production"),
        ("/METRICS", {}, "web-production"),  # the server knows no such path
        ("/", {"X-MockForge-Test-Traffic": TEST_VALUE}, "web-test"),
        ("/health/ready", {"x-mockforge-test-traffic": TEST_VALUE}, "web-test"),
        ("/", {"X-MockForge-Test-Traffic": "guess"}, "web-production"),
        ("/", {"X-MockForge-Test-Traffic": ""}, "web-production"),
        ("/metrics", {}, "web-no-metrics"),
        ("/metrics/", {}, "web-no-metrics"),
        ("/metrics/health", {}, "web-no-metrics"),
        ("/metrics", {"X-MockForge-Test-Traffic": TEST_VALUE}, "web-no-metrics"),
    ],
)
def test_every_request_finds_the_rule_that_is_meant_for_it(whole, path, headers, expected):
    assert answer(whole, path=path, headers=headers) == expected


def test_a_request_for_another_name_never_reaches_the_server(whole):
    assert answer(whole, host="203.0.113.7") == "default"
    assert answer(whole, host="web-alb-1.us-east-1.elb.amazonaws.com") == "default"
    assert answer(whole, host="CLOUD.mockforge.dev") == "web-production"


def test_priorities_are_fixed_because_a_free_number_depends_on_the_order_of_creation(whole):
    assert {one.name: one["priority"] for one in whole.all("ListenerRule")} == {
        "web-no-metrics": 1,
        "web-test": 100,
        "web-production": 200,
    }


@pytest.mark.parametrize("preview", [True, False])
def test_the_value_that_opens_the_test_rule_stays_secret(preview):
    program = registered(blue_green, preview=preview)
    rule = program.one("ListenerRule", "web-test")
    assert program.is_secret(rule, "conditions[0].httpHeader.values[0]")
    assert rule["conditions"][0]["httpHeader"]["values"] == [TEST_VALUE]
    assert rule.options["additional_secret_outputs"] == ["conditions"]


def test_the_value_becomes_secret_even_when_it_came_in_plain():
    def program():
        BlueGreenTargetGroups(
            "web",
            BlueGreenTargetGroupsArgs(
                service=SERVICE,
                address=ADDRESS,
                vpc_id="vpc-1",
                listener_arn="arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/web/1/2",
                test_header_value="plain",
                protected=False,
            ),
        )

    recorded = registered(program)
    rule = recorded.one("ListenerRule", "web-test")
    assert recorded.is_secret(rule, "conditions[0].httpHeader.values[0]")


@pytest.mark.parametrize("protected", [True, False])
def test_groups_and_rules_are_protected_in_production_only(protected):
    program = registered(lambda: blue_green(protected=protected))
    kept = [*program.all("TargetGroup"), *program.all("ListenerRule")]
    assert [one.options["protect"] for one in kept] == [protected] * 4


@pytest.mark.parametrize(
    "change",
    [
        {"port": 9090},
        {"deregistration_seconds": 120},
        {"requests_per_minute": 12_000},
        {"cpu_units": 1024, "memory_mib": 2048},
        {"image": "registry.example/mockforge:2.0.0"},
    ],
)
def test_no_edit_of_the_service_replaces_a_group_or_a_rule(program, change):
    service = settings.Service.model_validate({**SERVICE.model_dump(), **change})
    edited = registered(lambda: blue_green(service=service))
    # What the provider cannot change in place (terraform-provider-aws, ForceNew).
    for kind, fixed in {
        "TargetGroup": ("name", "port", "protocol", "protocolVersion", "targetType", "vpcId", "ipAddressType"),
        "ListenerRule": ("listenerArn",),
    }.items():
        for before, after in zip(program.all(kind), edited.all(kind), strict=True):
            assert {key: before.get(key) for key in fixed} == {key: after.get(key) for key in fixed}


def test_a_name_that_aws_would_refuse_is_refused_before():
    with pytest.raises(ValueError, match=r"'mockforge-production-blue' has 25 characters; .* at most 24"):
        registered(lambda: blue_green("mockforge-production"))


def test_names_leave_room_for_what_the_engine_appends(whole):
    named = [*whole.all("TargetGroup"), *whole.all("lb/loadBalancer:LoadBalancer")]
    assert len(named) == 3
    assert all(len(one.name) <= 24 for one in named)


def test_two_pairs_stand_side_by_side():
    def program():
        blue_green("first")
        blue_green("second")

    assert len(registered(program).all("TargetGroup")) == 4


def test_the_service_gets_all_it_needs(program):
    outputs = program.one("BlueGreenTargetGroups").outputs
    for colour in ("blue", "green"):
        assert outputs[f"{colour}_arn"] == program.one("TargetGroup", f"web-{colour}").outputs["arn"]
    for rule in ("production", "test"):
        assert outputs[f"{rule}_rule_arn"] == program.one("ListenerRule", f"web-{rule}").outputs["arn"]

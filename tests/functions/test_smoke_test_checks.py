import dataclasses
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.smoke_test.checks import CHECKS, Check, Report, Result, run_checks
from functions.smoke_test.exchange import Answer, Target
from functions.smoke_test.verdicts import Expected, Outcome, judged, percentile
from tests.functions.mockforge_server import (
    HEADER_VALUE,
    HEALTHY_COMPONENTS,
    Answering,
    Authority,
    Behaviour,
    Serve,
    answers,
    closes,
    closes_in_the_middle,
    echoes_headers,
    floods,
    silent_port,
    speaks_nonsense,
    trickles,
)

EXPECTED = Expected(version="0.3.238", latency_milliseconds=2000)


def quick(seconds: float = 0.6) -> list[Check]:
    """The same list, with a test's patience."""
    return [dataclasses.replace(check, seconds=seconds) for check in CHECKS]


def outcomes(report: Report) -> dict[str, str]:
    return {one.name: str(one.outcome) for one in report.results}


def result(report: Report, name: str) -> Result:
    return next(one for one in report.results if one.name == name)


def components(**states: str) -> dict[str, Any]:
    changed = {name: {"status": status, "message": f"{name} is not well"} for name, status in states.items()}
    return {**HEALTHY_COMPONENTS, **changed}


def test_a_healthy_server_without_redis_and_email_passes_although_it_calls_itself_degraded(serve: Serve):
    report = run_checks(serve(), EXPECTED)
    assert set(outcomes(report).values()) == {"ok"}
    assert report.passed
    assert result(report, "ready").reason == "healthy; not configured: email, redis"


def test_everything_is_asked_through_the_test_rules_header(serve: Serve):
    behaviour = Behaviour()
    run_checks(serve(behaviour), EXPECTED)
    assert {header for _, _, header in behaviour.seen} == {HEADER_VALUE}
    assert ("POST", "/api/v1/plugins/search") in {(method, path) for method, path, _ in behaviour.seen}


def test_green_is_judged_and_not_blue(serve: Serve):
    broken_blue = Behaviour(version="0.3.237", components=components(database="unhealthy"))
    assert run_checks(serve(Behaviour(blue=broken_blue)), EXPECTED).passed


def test_a_header_that_opens_nothing_shows_by_the_version(serve: Serve):
    target = serve(Behaviour(blue=Behaviour(version="0.3.237")))
    report = run_checks(dataclasses.replace(target, headers={"X-MockForge-Test-Traffic": "wrong"}), EXPECTED)
    assert result(report, "version").reason == 'runs "0.3.237", not "0.3.238"'
    assert not report.passed


def test_a_version_that_nobody_knows_is_not_checked_and_said_so(serve: Serve):
    report = run_checks(serve(), Expected(latency_milliseconds=2000))
    assert outcomes(report)["version"] == "not-checked"
    assert result(report, "version").reason == "no expected version is known"
    assert report.passed


@pytest.mark.parametrize(
    ("states", "configured", "reason"),
    [
        ({"database": "unhealthy"}, (), "database is unhealthy (database is not well)"),
        ({"storage": "unhealthy"}, (), "storage is unhealthy (storage is not well)"),
        ({"storage": "degraded"}, (), "storage is degraded (storage is not well)"),
        ({"redis": "degraded"}, ("redis",), "redis is degraded (redis is not well)"),
        ({"email": "degraded"}, ("email",), "email is degraded (email is not well)"),
        ({"redis": "unhealthy"}, (), "redis is unhealthy (redis is not well)"),
        ({"queue": "unhealthy"}, (), "queue is unhealthy (queue is not well)"),
    ],
)
def test_a_component_is_judged_by_whether_it_is_configured(
    serve: Serve, states: dict[str, str], configured: tuple[str, ...], reason: str
):
    expected = dataclasses.replace(EXPECTED, configured=frozenset(configured))
    report = run_checks(serve(components=components(**states)), expected)
    assert result(report, "ready").reason == reason
    assert not report.passed
    assert report.may_pass_later


def test_a_ready_answer_that_does_not_mention_the_database_is_no_good(serve: Serve):
    without = {name: one for name, one in HEALTHY_COMPONENTS.items() if name != "database"}
    ready = answers(200, {"status": "healthy", "components": without})
    report = run_checks(serve(overrides={"/health/ready": ready}), EXPECTED)
    assert result(report, "ready").reason == "database is not listed"


def test_a_server_that_says_unhealthy_late_is_unhealthy_and_one_that_says_nothing_too(serve: Serve):
    late = {"components": components(database="unhealthy"), "database_delay_seconds": 0.3}
    assert "database is unhealthy" in result(run_checks(serve(**late), EXPECTED), "ready").reason
    began = time.monotonic()
    report = run_checks(serve(**late), EXPECTED, checks=quick(seconds=0.2))
    assert time.monotonic() - began < 3
    assert result(report, "ready").reason == "no complete answer within 0.2 s"
    assert report.may_pass_later


def test_the_list_waits_longer_for_readiness_than_the_30_s_a_dead_database_takes():
    waits = {check.name: check.seconds for check in CHECKS}
    assert waits["ready"] > 30
    assert sum(check.seconds * check.times for check in CHECKS) <= 120


def test_a_slow_server_fails_by_its_latency(serve: Serve):
    expected = dataclasses.replace(EXPECTED, latency_milliseconds=100)
    report = run_checks(serve(delay_seconds=0.15), expected)
    assert outcomes(report)["latency"] == "failed"
    assert result(report, "latency").reason.endswith("ms (percentile 80 of 5), above 100 ms")


def test_an_empty_bucket_is_told_apart_from_a_broken_server(serve: Serve):
    pauses: list[float] = []
    behaviour = Behaviour(requests_left=2)
    report = run_checks(serve(behaviour), EXPECTED, pause=pauses.append)
    assert list(outcomes(report).values()) == ["ok", "ok", "rate-limited", *["not-checked"] * 4]
    assert (
        result(report, "metrics-refused").reason == "status 429: the server's limit of requests per minute is used up"
    )
    assert result(report, "ready").reason == "not checked, because of metrics-refused"
    assert not report.passed
    assert report.may_pass_later
    assert pauses == [5, 5]
    assert len(behaviour.seen) == 5


def test_a_bucket_that_fills_again_soon_is_waited_for(serve: Serve):
    behaviour = Behaviour(requests_left=0, retry_after="1")
    pauses: list[float] = []

    def refill(seconds: float) -> None:
        pauses.append(seconds)
        behaviour.requests_left = 100

    assert run_checks(serve(behaviour), EXPECTED, pause=refill).passed
    assert pauses == [1]


def test_public_metrics_fail_and_waiting_does_not_heal_them(serve: Serve):
    report = run_checks(serve(metrics_status=200), EXPECTED)
    assert result(report, "metrics-refused").reason == "answered with status 200 where it must refuse"
    assert not report.may_pass_later


@pytest.mark.parametrize("status", [401, 403, 404])
def test_metrics_may_be_refused_in_any_of_the_usual_ways(serve: Serve, status: int):
    assert run_checks(serve(metrics_status=status), EXPECTED).passed


def test_a_status_page_that_is_not_operational_names_the_service(serve: Serve):
    page = {"status": "degraded", "services": [{"name": "Storage", "status": "degraded"}]}
    report = run_checks(serve(overrides={"/api/v1/status": answers(200, page)}), EXPECTED)
    assert result(report, "status").reason == 'status is "degraded"; Storage is degraded'


@pytest.mark.parametrize(
    ("answering", "reason", "may_pass_later"),
    [
        (answers(200, {"results": []}), "the answer holds no list of plugins", False),
        (answers(200, [1]), "status 200 ([1]) is not a JSON object", False),
        (answers(200, "<html>hello"), "status 200 (<html>hello) is not JSON", False),
        (answers(200, b"[" * 100_000), "is not JSON", False),
        (answers(405, ""), "status 405", False),
        (answers(500, {"error_code": "DATABASE_ERROR"}), 'status 500 ({"error_code": "DATABASE_ERROR"})', True),
        (answers(503, "<html>503 Service Unavailable"), "status 503 (<html>503 Service Unavailable)", True),
    ],
)
def test_a_search_that_does_not_answer_properly_fails_with_what_it_said(
    serve: Serve, answering: Answering, reason: str, may_pass_later: bool
):
    report = run_checks(serve(overrides={"/api/v1/plugins/search": answering}), EXPECTED)
    found = result(report, "plugin-search")
    assert reason in found.reason
    assert (found.outcome, found.may_pass_later) == (Outcome.FAILED, may_pass_later)


def test_a_redirect_is_not_followed_and_its_target_is_named(serve: Serve):
    loop = answers(302, "", Location="/health/live")
    behaviour = Behaviour(overrides={"/health/live": loop})
    report = run_checks(serve(behaviour), EXPECTED)
    assert result(report, "live").reason == "redirected (status 302) to /health/live"
    assert [path for _, path, _ in behaviour.seen].count("/health/live") == 3
    assert not report.may_pass_later


@pytest.mark.parametrize(
    ("answering", "reason", "may_pass_later"),
    [
        (closes, "connection closed", True),
        (closes_in_the_middle, "connection closed (IncompleteRead)", True),
        (speaks_nonsense, "not an HTTP answer (BadStatusLine)", False),
        (trickles, "no complete answer within 0.6 s", True),
        (floods, "status 200 with a body of more than 262144 bytes", False),
        (lambda _handler: time.sleep(2), "no complete answer within 0.6 s", True),
    ],
)
def test_a_server_that_gives_no_answer_ends_the_run_at_once(
    serve: Serve, answering: Answering, reason: str, may_pass_later: bool
):
    target = serve(overrides={"*": answering})
    began = time.monotonic()
    report = run_checks(target, EXPECTED, checks=quick())
    assert time.monotonic() - began < 1.5
    assert list(outcomes(report).values()) == ["failed", *["not-checked"] * 6]
    assert reason in report.results[0].reason
    assert (report.passed, report.may_pass_later) == (False, may_pass_later)


def test_a_port_that_takes_connections_and_says_nothing_ends_in_time():
    with silent_port() as port:
        began = time.monotonic()
        report = run_checks(Target(host="localhost", port=port), EXPECTED, checks=quick())
        assert time.monotonic() - began < 1.5
    assert report.may_pass_later
    assert "in time" in report.reason or "within 0.6 s" in report.reason


def test_a_port_without_a_server_may_get_one():
    with silent_port() as port:
        pass
    report = run_checks(Target(host="localhost", port=port), EXPECTED, checks=quick())
    assert report.results[0].reason == "connection closed (ConnectionRefusedError)"
    assert report.may_pass_later


def test_a_host_that_does_not_resolve_is_named_as_such():
    report = run_checks(Target(host="no-such-host.invalid"), EXPECTED, checks=quick(seconds=5))
    assert report.results[0].reason.startswith("the host name does not resolve")


def test_a_certificate_that_nobody_vouches_for_is_not_accepted(serve: Serve):
    target = serve()
    report = run_checks(Target(host=target.host, port=target.port), EXPECTED)
    assert report.results[0].reason == "TLS: the certificate is not accepted (self-signed certificate)"
    assert not report.may_pass_later


def test_a_certificate_of_another_name_is_not_accepted(serve: Serve, authority: Authority):
    other = Target(host="127.0.0.1", port=serve().port, tls=authority.client_context())
    report = run_checks(other, EXPECTED, checks=quick())
    assert "TLS: the certificate is not accepted (IP address mismatch" in report.results[0].reason
    assert not report.may_pass_later


def test_the_whole_run_ends_in_time_however_slow_each_answer_is(serve: Serve):
    began = time.monotonic()
    report = run_checks(serve(delay_seconds=0.2), EXPECTED, seconds=0.7)
    assert time.monotonic() - began < 1.5
    assert report.results[-1].reason == "no time was left for it"
    assert not report.passed


def test_one_answer_cannot_outlast_the_whole_run(serve: Serve):
    began = time.monotonic()
    report = run_checks(serve(delay_seconds=3), EXPECTED, seconds=0.4)
    assert time.monotonic() - began < 1.5
    assert report.results[0].reason.startswith("no complete answer within 0.")


def test_a_server_that_does_not_call_itself_healthy_is_not_live(serve: Serve):
    report = run_checks(serve(live_status="starting"), EXPECTED)
    assert result(report, "live").reason == 'status is "starting", not "healthy"'
    assert report.may_pass_later


def test_an_echoed_header_does_not_reach_a_reason(serve: Serve):
    report = run_checks(serve(overrides={"*": echoes_headers}), EXPECTED)
    assert "[secret]" in str(report)
    assert HEADER_VALUE not in str(report)


def test_the_target_does_not_show_its_secret(serve: Serve):
    assert HEADER_VALUE not in repr(serve())


@given(st.lists(st.floats(0, 1e6), min_size=1), st.integers(1, 100))
def test_a_percentile_is_a_measured_value_and_enough_values_lie_at_or_below_it(values: list[float], percent: int):
    found = percentile(values, percent)
    assert found in values
    assert sum(value <= found for value in values) >= len(values) * percent / 100


@given(
    status=st.integers(100, 599),
    body=st.one_of(
        st.binary(),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(),
            lambda inner: (
                st.lists(inner) | st.dictionaries(st.sampled_from(["status", "components", "plugins"]), inner)
            ),
        ).map(lambda value: json.dumps(value).encode()),
    ),
)
def test_no_answer_whatsoever_breaks_a_judge_and_an_error_status_is_never_ok(status: int, body: bytes):
    answer = Answer(status=status, headers={}, body=body, milliseconds=1)
    for check in CHECKS:
        verdict = judged(check.judge, [answer] * check.times, EXPECTED)
        assert "\n" not in verdict.reason
        assert len(verdict.reason) < 1000
        if status >= 300 and check.name != "metrics-refused":
            assert verdict.outcome is not Outcome.OK

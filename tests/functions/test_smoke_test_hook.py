import copy
import dataclasses
import json
import ssl
from collections.abc import Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.smoke_test.checks import Report, run_checks
from functions.smoke_test.exchange import Target
from functions.smoke_test.handler import handler
from functions.smoke_test.verdicts import Expected, Outcome, Verdict, failed, ok
from tests.functions.mockforge_server import HEADER, HEADER_VALUE, Behaviour, Serve, answers

DEPLOYMENT = "arn:aws:ecs:eu-west-1:123456789012:service-deployment/mockforge-staging/mockforge-staging/TFX5sH9q9XDb"
REVISION = "arn:aws:ecs:eu-west-1:123456789012:service-revision/mockforge-staging/mockforge-staging/9386398427419951854"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:mockforge-cloud/staging/test-header-AbCdEf"
IMAGE = "registry.example/mockforge:0.3.238@sha256:" + "a" * 64
ENVIRON = {
    "HOST_NAME": "localhost",
    "TEST_HEADER": HEADER,
    "TEST_HEADER_SECRET": SECRET,
    "EXPECTED_VERSION": "0.3.238",
    "EXPECTED_IMAGE": IMAGE,
    "CONFIGURED_COMPONENTS": "",
    "LATENCY_MILLISECONDS": "2000",
}
# As ECS was seen to send it: the weights are empty maps.
EVENT: dict[str, Any] = {
    "executionId": "a635edb5-a66b-4f44-bf3f-fcee4b3641a5",
    "lifecycleStage": "POST_TEST_TRAFFIC_SHIFT",
    "resourceArn": DEPLOYMENT,
    "executionDetails": {
        "serviceArn": "arn:aws:ecs:eu-west-1:123456789012:service/mockforge-staging/mockforge-staging",
        "targetServiceRevisionArn": REVISION,
        "testTrafficWeights": {},
        "productionTrafficWeights": {},
    },
}
GOOD = Report.of("live", ok("healthy"))
LIMITED = Report.of(
    "live", Verdict(outcome=Outcome.RATE_LIMITED, reason="status 429: the bucket is empty", may_pass_later=True)
)
NOT_YET = Report.of("live", failed("no connection in time", may_pass_later=True))
NEVER = Report.of("metrics-refused", failed("answered with status 200 where it must refuse"))


class Context:
    def __init__(self, seconds: float = 180) -> None:
        self._milliseconds = int(seconds * 1000)

    def get_remaining_time_in_millis(self) -> int:
        return self._milliseconds


class FakeAws:
    """Answers, and counts what was asked."""

    def __init__(self, secret: str = HEADER_VALUE, images: Sequence[tuple[str, str]] = ((IMAGE, ""),)) -> None:
        self._secret, self._images = secret, list(images)
        self.asked: list[str] = []

    def secret(self, secret_id: str) -> str:
        self.asked.append(secret_id)
        return self._secret

    def revision_images(self, revision_arn: str) -> list[tuple[str, str]]:
        self.asked.append(revision_arn)
        return self._images


class Runs:
    """Stands in for the checks: gives one report, and remembers what it was to look at."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.calls: list[dict[str, Any]] = []

    def __call__(self, target: Target, expected: Expected, *, seconds: float) -> Report:
        self.calls.append({"target": target, "expected": expected, "seconds": seconds})
        return self.report


def no_trust() -> ssl.SSLContext:
    """Quicker to make than one that reads every authority there is; nobody connects with it."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def called(
    event: Any,
    report: Report = GOOD,
    *,
    aws: FakeAws | None = None,
    environ: dict[str, str] = ENVIRON,
    seconds: float = 180,
) -> tuple[Any, Runs]:
    runs = Runs(report)
    answer = handler(event, Context(seconds), aws=lambda: aws or FakeAws(), run=runs, environ=environ, tls=no_trust)
    return answer, runs


def event(*, details: object = None, **execution: Any) -> dict[str, Any]:
    made = copy.deepcopy(EVENT)
    made["executionDetails"].update(execution)
    if details is not None:
        made["hookDetails"] = details
    return made


@pytest.mark.parametrize(
    ("report", "details", "status"),
    [
        (GOOD, None, "SUCCEEDED"),
        (GOOD, {"attempt": 7, "beganAt": 0}, "SUCCEEDED"),
        (NEVER, None, "FAILED"),
        (NOT_YET, None, "IN_PROGRESS"),
        (NOT_YET, {}, "IN_PROGRESS"),
        (LIMITED, None, "IN_PROGRESS"),
        (NOT_YET, {"attempt": 18, "beganAt": 4e9}, "IN_PROGRESS"),
        (NOT_YET, {"attempt": 19, "beganAt": 4e9}, "FAILED"),
        (LIMITED, {"attempt": 19, "beganAt": 4e9}, "FAILED"),
        (NOT_YET, {"attempt": 2, "beganAt": 1_700_000_000}, "FAILED"),
    ],
)
def test_the_answer_to_ecs_follows_from_the_checks_and_the_attempts(report: Report, details: Any, status: str):
    assert called(event(details=details), report)[0]["hookStatus"] == status


def test_attempts_are_counted_from_one_answer_to_the_next_until_the_twentieth_fails():
    details: dict[str, Any] | None = None
    statuses = []
    for _ in range(20):
        answer, _ = called(event(details=details), NOT_YET)
        statuses.append(answer["hookStatus"])
        details = json.loads(json.dumps(answer["hookDetails"]))
    assert statuses == ["IN_PROGRESS"] * 19 + ["FAILED"]
    assert details is not None
    assert details["attempt"] == 20
    assert details["gaveUp"] == "after 20 attempts"
    assert details["reason"] == "live: no connection in time"


def test_15_minutes_after_the_first_attempt_it_gives_up(monkeypatch: pytest.MonkeyPatch):
    now = [1_800_000_000.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    first, _ = called(event(), NOT_YET)
    now[0] += 15 * 60
    last, _ = called(event(details=first["hookDetails"]), NOT_YET)
    assert (first["hookStatus"], last["hookStatus"]) == ("IN_PROGRESS", "FAILED")
    assert last["hookDetails"]["gaveUp"] == "after 15 minutes"


def test_configured_hook_details_stay_what_they_are_and_name_the_version():
    answer, runs = called(event(details={"expectedVersion": "0.4.0", "anything": "else"}), NOT_YET)
    assert runs.calls[0]["expected"].version == "0.4.0"
    assert answer["hookDetails"]["attempt"] == 1


def test_no_delay_is_asked_for_because_its_spelling_is_not_certain():
    assert set(called(event(), NOT_YET)[0]) == {"hookStatus", "hookDetails"}


@pytest.mark.parametrize("stage", ["TEST_TRAFFIC_SHIFT", "POST_TEST_TRAFFIC_SHIFT", "PRE_PRODUCTION_TRAFFIC_SHIFT"])
def test_a_rollback_is_let_through_and_nothing_is_asked(stage: str):
    rolling_back = {**event(testTrafficWeights={REVISION: 0}), "lifecycleStage": stage}
    answer, runs = called(rolling_back, NEVER)
    assert answer["hookStatus"] == "SUCCEEDED"
    assert "rollback" in answer["hookDetails"]["reason"]
    assert runs.calls == []


@pytest.mark.parametrize(
    "weights", [{REVISION: 100}, {REVISION: 100.0}, {}, {DEPLOYMENT: 0}, {REVISION: 1}, None], ids=str
)
def test_without_a_weight_of_0_it_is_no_rollback_and_green_is_looked_at(weights: Any):
    answer, runs = called(event(testTrafficWeights=weights), NEVER)
    assert answer["hookStatus"] == "FAILED"
    assert len(runs.calls) == 1


def test_production_weights_of_0_are_normal_before_the_shift():
    assert called(event(productionTrafficWeights={REVISION: 0}), NEVER)[0]["hookStatus"] == "FAILED"


@pytest.mark.parametrize("stage", ["PRE_SCALE_UP", "POST_SCALE_UP", "BAKE_TIME", "POST_PRODUCTION_TRAFFIC_SHIFT", ""])
def test_in_a_stage_without_test_traffic_a_weight_of_0_is_no_pass(stage: str):
    early = {**event(testTrafficWeights={REVISION: 0}), "lifecycleStage": stage}
    answer, _ = called(early)
    assert answer["hookStatus"] == "FAILED"
    assert "lifecycleStage" in answer["hookDetails"]["reason"]


def without(*path: str) -> dict[str, Any]:
    made = event()
    inner = made
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return made


@pytest.mark.parametrize(
    ("strange", "says"),
    [
        (None, "the event is of the type NoneType; it must be an object"),
        ([], "the event is of the type list; it must be an object"),
        ({}, "executionDetails is missing; it must be an object"),
        (without("executionId"), "executionId is missing; it must be a text"),
        (without("resourceArn"), "resourceArn is missing; it must be a text"),
        (without("executionDetails", "targetServiceRevisionArn"), "targetServiceRevisionArn is missing"),
        ({**EVENT, "resourceArn": "mockforge"}, "resourceArn is 'mockforge'; that is no ARN"),
        (event(targetServiceRevisionArn=DEPLOYMENT), "targetServiceRevisionArn is 'arn:aws:ecs:"),
        (event(testTrafficWeights={REVISION: "0"}), "must be a number from 0 to 100"),
        (event(testTrafficWeights={REVISION: False}), "must be a number from 0 to 100"),
        (event(testTrafficWeights=[0]), "testTrafficWeights is of the type list; it must be an object"),
        (event(details=[1]), "hookDetails is of the type list; it must be an object"),
        (event(details={"attempt": "3"}), "hookDetails.attempt is of the type str; it must be a number"),
        (event(details={"attempt": -5}), "hookDetails.attempt is -5; it must be a whole number from 0 on"),
        (event(details={"beganAt": float("nan")}), "hookDetails.beganAt is of the type float; it must be a number"),
        (event(details={"expectedVersion": 3}), "expectedVersion is of the type int; it must be a text"),
    ],
)
def test_an_event_of_another_shape_is_one_clear_error_and_a_failed_hook(strange: Any, says: str):
    answer, runs = called(strange)
    assert answer["hookStatus"] == "FAILED"
    assert answer["hookDetails"]["reason"].startswith("not understood: ")
    assert says in answer["hookDetails"]["reason"]
    assert runs.calls == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just(REVISION),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10) | st.sampled_from([*EVENT]), inner)
    ),
    max_leaves=12,
)


@given(JSON)
@settings(max_examples=300)
def test_no_event_but_those_of_ecs_ever_passes_though_every_check_would(strange: Any):
    answer, _ = called(strange)
    assert answer.get("hookStatus", "FAILED") == "FAILED"
    json.dumps(answer)


@given(
    st.sampled_from(
        [
            ("executionId",),
            ("lifecycleStage",),
            ("resourceArn",),
            ("executionDetails",),
            ("executionDetails", "targetServiceRevisionArn"),
            ("executionDetails", "serviceArn"),
        ]
    ),
    JSON,
)
@settings(max_examples=300)
def test_an_event_of_ecs_with_one_field_replaced_by_another_kind_never_passes(path: tuple[str, ...], value: Any):
    made = event()
    inner = made
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = None if isinstance(value, str) else value
    assert called(made)[0].get("hookStatus") == "FAILED"


def test_the_stacks_version_is_expected_of_the_stacks_image():
    assert called(event())[1].calls[0]["expected"].version == "0.3.238"


def test_the_stacks_version_is_expected_of_the_stacks_digest_under_another_name():
    aws = FakeAws(images=[("mirror.example/mockforge", "sha256:" + "a" * 64)])
    assert called(event(), aws=aws)[1].calls[0]["expected"].version == "0.3.238"


def test_a_rollback_to_an_earlier_image_is_not_held_to_the_stacks_version():
    aws = FakeAws(images=[("registry.example/mockforge:0.3.237", "sha256:" + "b" * 64)])
    expected = called(event(), aws=aws)[1].calls[0]["expected"]
    assert expected.version is None
    assert expected.version_unknown_because == "registry.example/mockforge:0.3.237 is not the stack file's image"


def test_without_a_version_in_the_stack_file_none_is_expected_and_nothing_is_looked_up():
    aws = FakeAws()
    _, runs = called(event(), aws=aws, environ={**ENVIRON, "EXPECTED_VERSION": ""})
    assert runs.calls[0]["expected"].version is None
    assert aws.asked == [SECRET]


def test_the_checks_end_before_lambda_ends_the_function():
    assert called(event(), seconds=60)[1].calls[0]["seconds"] <= 50
    assert called(event(), seconds=900)[1].calls[0]["seconds"] <= 120


@pytest.mark.parametrize("name", ["HOST_NAME", "TEST_HEADER", "TEST_HEADER_SECRET", "LATENCY_MILLISECONDS"])
def test_a_missing_setting_is_named_and_fails(name: str):
    environ = {key: value for key, value in ENVIRON.items() if key != name}
    answer, _ = called(event(), environ=environ)
    assert answer["hookStatus"] == "FAILED"
    assert f"environment variable {name} is missing" in answer["hookDetails"]["reason"]


@pytest.mark.parametrize("value", ["", "has space", "line\r\nBreak: 1", "ü", "x" * 129, '{"key": "value"}'])
def test_a_secret_that_is_no_header_value_is_refused_without_showing_it(value: Any, capsys: pytest.CaptureFixture[str]):
    answer, _ = called(event(), aws=FakeAws(secret=value))
    assert answer["hookStatus"] == "FAILED"
    assert "must hold 1 to 128 letters and digits" in answer["hookDetails"]["reason"]
    assert not value or value not in capsys.readouterr().out


def test_an_unforeseen_error_is_a_failure_and_not_a_traceback():
    def broken(*_args: object, **_more: object) -> Report:
        raise RuntimeError(HEADER_VALUE)

    answer = handler(event(), Context(), aws=FakeAws, run=broken, environ=ENVIRON)
    assert answer == {
        "hookStatus": "FAILED",
        "hookDetails": {"reason": "the smoke test itself failed (RuntimeError)"},
    }


@pytest.mark.parametrize("case", [(event(), GOOD), (event(), NOT_YET), ({}, GOOD), ({"manual": True}, GOOD)])
def test_every_decision_is_one_line_of_json(case: tuple[Any, Report], capsys: pytest.CaptureFixture[str]):
    answer, _ = called(*case)
    line = json.loads(capsys.readouterr().out)
    assert line.items() >= {"message": "smoke test", **answer}.items()


def test_by_hand_it_tells_what_it_found_and_no_hook_status():
    answer, runs = called({"manual": True, "expectedVersion": "0.3.238"})
    assert answer == {
        "passed": True,
        "rateLimited": False,
        "reason": "1 checks, all ok",
        "results": [{"name": "live", "outcome": "ok", "reason": "healthy", "milliseconds": 0}],
    }
    assert runs.calls[0]["expected"].version == "0.3.238"
    assert runs.calls[0]["target"].headers == {HEADER: HEADER_VALUE}


def test_by_hand_it_can_look_as_users_do_and_then_reads_no_secret():
    aws = FakeAws()
    _, runs = called({"manual": True, "testTraffic": False}, aws=aws)
    assert runs.calls[0]["target"].headers == {}
    assert aws.asked == []


def test_by_hand_no_version_is_expected_unless_it_is_named():
    assert called({"manual": True})[1].calls[0]["expected"].version is None


@pytest.mark.parametrize(
    ("strange", "says"),
    [
        ({"manual": 1}, "manual must be true"),
        ({"manual": False}, "manual must be true"),
        ({"manual": True, "testTraffic": "no"}, "testTraffic true or false"),
        ({"manual": True, "expectedVersion": 3}, "expectedVersion must be a text"),
        ({"manual": True, "colour": "green"}, "colour: by hand, only"),
        ({"manual": True, **EVENT}, "executionId"),
    ],
)
def test_by_hand_too_an_unknown_wish_is_refused(strange: Any, says: str):
    answer, runs = called(strange)
    assert answer["passed"] is False
    assert says in answer["reason"]
    assert runs.calls == []


@pytest.mark.parametrize(
    ("behaviour", "status", "reason"),
    [
        (Behaviour(), "SUCCEEDED", "7 checks, all ok"),
        (Behaviour(version="0.3.237"), "IN_PROGRESS", 'version: runs "0.3.237", not "0.3.238"'),
        (Behaviour(metrics_status=200), "FAILED", "metrics-refused: answered with status 200 where it must refuse"),
        (Behaviour(requests_left=0, retry_after="0"), "IN_PROGRESS", "live: status 429"),
        (
            Behaviour(overrides={"*": answers(301, "", Location="https://elsewhere.example/")}),
            "FAILED",
            "live: redirected (status 301) to https://elsewhere.example/",
        ),
        (Behaviour(overrides={"*": answers(502, "<html>")}), "IN_PROGRESS", "live: status 502 (<html>)"),
    ],
    ids=["healthy", "wrong version", "public metrics", "rate limited", "redirect", "bad gateway"],
)
def test_from_ecs_to_a_real_server_and_back(
    serve: Serve, behaviour: Behaviour, status: str, reason: str, capsys: pytest.CaptureFixture[str]
):
    server = serve(behaviour)

    def run(target: Target, expected: Expected, *, seconds: float) -> Report:
        return run_checks(dataclasses.replace(target, port=server.port), expected, seconds=seconds)

    answer: Any = handler(event(), Context(), aws=FakeAws, run=run, environ=ENVIRON, tls=lambda: server.tls)
    assert answer["hookStatus"] == status
    assert answer["hookDetails"]["reason"].startswith(reason)
    assert HEADER_VALUE not in capsys.readouterr().out + json.dumps(answer)


def test_aws_that_does_not_answer_is_asked_again_and_not_a_pass():
    class Throttled(FakeAws):
        def secret(self, secret_id: str) -> str:
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": secret_id}}, "GetSecretValue")

    answer, runs = called(event(), aws=Throttled())
    assert answer["hookStatus"] == "IN_PROGRESS"
    assert answer["hookDetails"]["reason"] == "aws: AWS did not answer GetSecretValue: ThrottlingException"
    assert runs.calls == []

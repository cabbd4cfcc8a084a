"""What every function needs: clients that retry, events of the scheduler, failures in a few words."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError, ConnectTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from functions.common.aws import Clients, client, failure
from functions.common.scheduled_event import UnknownEventError, due

NOW = datetime(2026, 11, 24, 4, 45, tzinfo=UTC)
THROTTLED = (400, {"__type": "ThrottlingException", "message": "Rate exceeded"})


class Body:
    """What botocore reads an answer from."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def stream(self, **_: Any) -> Any:
        yield self._data


def answering(answers: list[tuple[int, dict[str, Any]]]) -> tuple[Callable[..., Any], list[dict[str, Any]]]:
    """Clients that get these answers from the wire, below the retries; and what they asked."""
    asked: list[dict[str, Any]] = []

    def send(request: Any, **_: Any) -> AWSResponse:
        asked.append(json.loads(request.body))
        status, body = answers[min(len(asked), len(answers)) - 1]
        return AWSResponse(request.url, status, {}, Body(json.dumps(body).encode()))  # type: ignore[arg-type]

    def make(service: str, *, region: str | None = None) -> Any:
        made = client(service, region=region)
        made.meta.events.register("before-send", send)
        return made

    return make, asked


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    monkeypatch.setattr("time.sleep", slept.append)
    return slept


def test_a_throttled_page_is_asked_for_again_and_the_listing_goes_on(pauses: list[float]):
    first = (200, {"Parameters": [{"Name": "a"}], "NextToken": "more"})
    make, asked = answering([first, THROTTLED, THROTTLED, (200, {"Parameters": [{"Name": "b"}]})])
    found = Clients(make).all("ssm", "get_parameters_by_path", "Parameters", Path="/x")
    assert [one["Name"] for one in found] == ["a", "b"]
    assert [one.get("NextToken") for one in asked] == [None, "more", "more", "more"]
    assert len(pauses) == 2


def test_whoever_stays_throttled_gives_up_after_five_attempts_and_says_so(pauses: list[float]):
    make, asked = answering([THROTTLED])
    with pytest.raises(ClientError) as raised:
        Clients(make).all("ssm", "get_parameters_by_path", "Parameters", Path="/x")
    assert len(asked) == 5
    assert failure(raised.value) == "GetParametersByPath: ThrottlingException: Rate exceeded"


def test_a_client_is_made_once_per_service_and_region():
    made: list[tuple[str, str | None]] = []

    def make(service: str, *, region: str | None) -> str:
        made.append((service, region))
        return f"{service} in {region}"

    clients = Clients(make)
    assert [clients("s3"), clients("s3"), clients("s3", "eu-west-1")] == ["s3 in None"] * 2 + ["s3 in eu-west-1"]
    assert made == [("s3", None), ("s3", "eu-west-1")]


def test_a_failure_without_an_answer_is_told_by_its_kind():
    assert failure(ConnectTimeoutError(endpoint_url="https://x")).startswith("ConnectTimeoutError: ")
    assert failure(RuntimeError("two\nlines")) == "RuntimeError: two lines"
    assert len(failure(RuntimeError("x" * 10_000))) == 400


@given(st.timedeltas(min_value=timedelta(hours=-12), max_value=timedelta(hours=12)))
def test_a_run_knows_when_it_was_due(distance: timedelta):
    assert due({"scheduledTime": (NOW + distance).isoformat()}, NOW) == NOW + distance


@given(
    st.none() | st.text() | st.integers() | st.lists(st.text()) | st.dictionaries(st.text(), st.text() | st.booleans())
)
def test_any_other_event_is_refused_in_words_that_say_what_is_allowed(event: object):
    with pytest.raises(UnknownEventError, match=r'allowed are \{"scheduledTime"'):
        due(event, NOW)


@pytest.mark.parametrize("function", ["configuration_backup", "backup_freshness"])
def test_a_cold_start_loads_no_boto3_before_it_is_needed_and_nothing_of_ours_from_elsewhere(
    project_root: Path, function: str
):
    code = (
        f"import sys, functions.{function}.handler;"
        "print(sorted({name.partition('.')[0] for name in sys.modules}"
        " & {'boto3', 'botocore', 'pulumi', 'pydantic', 'runbook', 'components', 'operations', 'offline', 'infra'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=project_root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

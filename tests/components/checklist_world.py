"""The maintenance checklist executed: moto's interpreter runs the definition, and this stands for AWS around it.

What Step Functions calls is caught where botocore would send it, because moto knows no AWS Backup jobs. Names are
checked as Step Functions does: spelt as in the AWS SDK for Java, and known to botocore's model of the service.
"""

import itertools
import json
import re
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from unittest.mock import patch

import boto3
import botocore.client
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from botocore.validate import ParamValidator
from jsonpath_ng.ext.parser import parse
from moto import mock_aws
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from components.maintenance_definition import definition
from components.maintenance_parts import Parts
from components.maintenance_timing import Timing
from functions.maintenance_checklist.handler import handler

ACCOUNT = "123456789012"


class QuickTiming(Timing):
    """Without the reserves before the backups: a path meets one trouble, not all of them at their worst."""

    @property
    def backup_before_end_seconds(self) -> int:
        return self.database_before_end_seconds

    @property
    def least_seconds(self) -> int:
        return self.database_before_end_seconds


# Small enough to be run; reserves follow from these as in real windows.
QUICK = QuickTiming(
    window_seconds=60,
    alarm_seconds=3,
    poll_seconds=1,
    settle_seconds=1,
    call_seconds=2,
    compose_seconds=2,
    smoke_test_seconds=2,
    verify_seconds=2,
    retries=1,
    retry_seconds=1,
    margin_seconds=2,
    backup_percent=12,
    database_percent=20,
)
ANNOUNCEMENT, WARNING = "announcement", "warning"

Behaviour = Callable[["World", dict[str, Any]], Any]


@dataclass
class World:
    """What one execution meets, and what it did. `behaviours` replace an operation's good answer."""

    name: str
    behaviours: Mapping[str, Behaviour]
    database: bool = True
    given: Mapping[str, object] | None = None
    """The execution's input; unset, `window_ends_at` at the end of the window."""
    calls: list[tuple[float, str, dict[str, Any]]] = field(default_factory=list)
    at_work: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    began: float = 0
    seconds: float = 0
    """How long the execution ran."""
    status: str = ""
    error: str | None = None
    states: list[str] = field(default_factory=list)
    """Names in the order in which they were entered."""

    def told(self, topic: str) -> list[tuple[str, str]]:
        """Subject and text of each message that was accepted."""
        return [
            (asked["Subject"], asked["Message"])
            for _, operation, asked in self.calls
            if operation == "Publish" and asked["TopicArn"].endswith(f"-{topic}")
        ]

    @property
    def reports(self) -> list[tuple[str, str]]:
        return [one for one in self.told(WARNING) if "report" in one[0] or "did not begin" in one[0]]

    def asked(self, operation: str) -> list[dict[str, Any]]:
        return [asked for _, name, asked in self.calls if name == operation]


def parts(world: World) -> Parts:
    here = f"us-east-1:{ACCOUNT}:{world.name}"
    return Parts(
        checklist_function_arn=f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{world.name}-checklist",
        smoke_test_function_arn=f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{world.name}-smoke-test",
        announcement_topic_arn=f"arn:aws:sns:{here}-announcement",
        warning_topic_arn=f"arn:aws:sns:{here}-warning",
        maintenance_alarm_name=f"{world.name}-maintenance",
        vault_name=world.name,
        backup_role_arn=f"arn:aws:iam::{ACCOUNT}:role/{world.name}-backup",
        backed_up={
            **({"database": f"arn:aws:rds:us-east-1:{ACCOUNT}:db:{world.name}"} if world.database else {}),
            "objects": f"arn:aws:s3:::{world.name}-objects",
            "configuration": f"arn:aws:s3:::{world.name}-configuration",
        },
        backup_days=35,
        database_arn=f"arn:aws:rds:us-east-1:{ACCOUNT}:db:{world.name}" if world.database else None,
        word_parameter=f"/mockforge-cloud/{world.name}/maintenance-word",
    )


# --- behaviours ------------------------------------------------------------------------------------------------------


def fails(_: World, __: dict[str, Any]) -> Any:
    raise ClientError(
        {
            "Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"},
            "ResponseMetadata": {"HTTPStatusCode": 400, "RequestId": "1"},  # type: ignore[typeddict-item]
        },
        "It",
    )


def hangs(world: World, _: dict[str, Any]) -> Any:
    world.over.wait(QUICK.window_seconds)
    raise ConnectionError


def odd(_: World, __: dict[str, Any]) -> Any:
    """An answer without anything of what is expected in it."""
    return {}


def first(bad: Behaviour, times: int = 1) -> Behaviour:
    """Bad for the first times, then as ever."""
    seen: dict[str, int] = defaultdict(int)
    lock = threading.Lock()

    def behave(world: World, asked: dict[str, Any]) -> Any:
        with lock:
            key = asked.get("BackupJobId", "")  # each job has a first time of its own
            seen[key] += 1
            turn = seen[key]
        return bad(world, asked) if turn <= times else NotImplemented

    return behave


def where(text: str, bad: Behaviour) -> Behaviour:
    """Bad for calls that hold this text, as ever for others."""

    def behave(world: World, asked: dict[str, Any]) -> Any:
        return bad(world, asked) if text in json.dumps(asked, default=str) else NotImplemented

    return behave


def answers(**value: Any) -> Behaviour:
    return lambda _world, _asked: value


def operator_answers(after_seconds: float = 0.3, **said: Any) -> Behaviour:
    """Takes the token out of the parameter, as the operators' command does."""

    def behave(_: World, asked: dict[str, Any]) -> Any:
        _until, _execution, token = asked["Value"].split(" ")

        def answer() -> None:
            client = boto3.client("stepfunctions", region_name="us-east-1")
            if "error" in said:
                client.send_task_failure(taskToken=token, **said)
            else:
                client.send_task_success(taskToken=token, output=json.dumps(said))

        threading.Timer(after_seconds, answer).start()
        return {"Version": 2}

    return behave


GOOD: dict[str, Behaviour] = {
    "DescribeAlarms": answers(MetricAlarms=[{"StateValue": "ALARM"}], CompositeAlarms=[]),
    "Publish": answers(MessageId="1"),
    "StartBackupJob": lambda world, asked: {"BackupJobId": f"{world.name}/{asked['ResourceArn']}"},
    "DescribeBackupJob": answers(State="COMPLETED"),
    "DescribePendingMaintenanceActions": lambda world, _: {
        "PendingMaintenanceActions": [
            {
                "ResourceIdentifier": f"arn:aws:rds:us-east-1:{ACCOUNT}:db:{world.name}",
                "PendingMaintenanceActionDetails": [
                    {"Action": "system-update", "Description": "New operating system"},
                    {"Action": "db-upgrade", "Description": "New minor version"},
                ],
            }
        ]
    },
    "ApplyPendingMaintenanceAction": answers(ResourcePendingMaintenanceActions={}),
    "ModifyDBInstance": answers(DBInstance={}),
    "DescribeDBInstances": answers(DBInstances=[{"DBInstanceStatus": "available"}]),
    "PutParameter": operator_answers(by="ada", note="indexes rebuilt"),
    "smoke-test": answers(passed=True, rateLimited=False, reason="7 checks, all ok", results=[]),
}


# --- AWS as Step Functions sees it -----------------------------------------------------------------------------------

_NAME = re.compile(r"case-\d+")
# What Step Functions itself does with Java's names; where they differ from the service's own, Java's count.
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


def java(name: str) -> str:
    """`DBInstanceIdentifier` as the SDK for Java writes it: `DbInstanceIdentifier`."""
    return "".join(word.capitalize() for word in _WORD.findall(name))


def to_service(value: Any, shape: Any) -> Any:
    """Java's names to the service's own. Whatever is spelt otherwise is refused, as Step Functions refuses it."""
    if shape.type_name == "structure":
        by_java = {java(member): member for member in shape.members}
        if unknown := value.keys() - by_java.keys():
            raise AssertionError(f"{sorted(unknown)} of {shape.name}; there are {sorted(by_java)}")
        return {by_java[key]: to_service(one, shape.members[by_java[key]]) for key, one in value.items()}
    if shape.type_name == "list":
        return [to_service(one, shape.member) for one in value]
    return value


def to_java(value: Any, shape: Any) -> Any:
    if shape.type_name == "structure":
        return {java(key): to_java(one, shape.members[key]) for key, one in value.items()}
    if shape.type_name == "list":
        return [to_java(one, shape.member) for one in value]
    return value


class Cloud:
    """Runs any number of executions side by side."""

    def __init__(self) -> None:
        self._worlds: dict[str, World] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._executions: dict[str, str] = {}

    def world(self, *, database: bool = True, given: Mapping[str, object] | None = None, **bad: Behaviour) -> World:
        bad = {name.replace("_", "-"): behaviour for name, behaviour in bad.items()}
        world = World(name=f"case-{next(self._numbers)}", behaviours=bad, database=database, given=given)
        self._worlds[world.name] = world
        return world

    def start(self, world: World, timing: Timing = QUICK) -> None:
        client = boto3.client("stepfunctions", region_name="us-east-1")
        with ExitStack() as stack:
            if self._executions:  # they differ in names only, and parsing takes most of a run's time
                stack.enter_context(patch.object(StepFunctionsParserBackend, "_validate_definition"))
            machine = client.create_state_machine(
                name=world.name,
                definition=json.dumps(definition(parts(world), timing)),
                roleArn=f"arn:aws:iam::{ACCOUNT}:role/checklist",
            )
        world.began = time.monotonic()
        ends = datetime.now(UTC) + timedelta(seconds=timing.window_seconds)
        given = world.given if world.given is not None else {"window_ends_at": ends.isoformat()}
        execution = client.start_execution(
            stateMachineArn=machine["stateMachineArn"], name=f"{world.name}-run", input=json.dumps(given)
        )
        self._executions[world.name] = execution["executionArn"]
        # Parsing is work, and would come in between the others' seconds.
        world.at_work.wait(10)

    def finish(self, seconds: float = QUICK.window_seconds + 20) -> None:
        """Wait for all of them."""
        client = boto3.client("stepfunctions", region_name="us-east-1")
        open_ = dict(self._executions)
        deadline = time.monotonic() + seconds
        while open_ and time.monotonic() < deadline:
            for name, arn in list(open_.items()):
                seen = client.describe_execution(executionArn=arn)
                if seen["status"] != "RUNNING":
                    world = self._worlds[name]
                    world.seconds = (seen["stopDate"] - seen["startDate"]).total_seconds()
                    world.status, world.error = seen["status"], seen.get("error")
                    world.states = _entered(client, arn)
                    del open_[name]
            time.sleep(0.2)
        for world in self._worlds.values():
            world.over.set()
        if open_:
            raise AssertionError(f"still running after {seconds:g} s: {sorted(open_)}")

    def make_api_call(self, client: Any, operation: str, asked: dict[str, Any], original: Any) -> Any:
        service = client.meta.service_model.service_name
        if service == "stepfunctions":
            return original(client, operation, asked)
        model = client.meta.service_model.operation_model(operation)
        wanted = asked if service == "lambda" else to_service(asked, model.input_shape)
        if problems := ParamValidator().validate(wanted, model.input_shape).generate_report():
            raise AssertionError(problems)
        found = _NAME.search(json.dumps(wanted, default=str))
        assert found, f"{operation} with {wanted} names nothing of ours"
        world = self._worlds[found.group()]
        if service == "lambda":
            return {"StatusCode": 200, "Payload": self._invoke(world, wanted)}
        answer = self._answer(world, operation, wanted)
        return to_java(answer, model.output_shape)

    def _invoke(self, world: World, asked: dict[str, Any]) -> StreamingBody:
        event = json.loads(asked["Payload"])
        name = asked["FunctionName"].rpartition(f"{world.name}-")[2]
        operation = name if name == "smoke-test" else str(event.get("do"))
        answer = self._answer(world, operation, event)
        raw = json.dumps(answer).encode()
        return StreamingBody(BytesIO(raw), len(raw))

    def _answer(self, world: World, operation: str, asked: dict[str, Any]) -> Any:
        world.at_work.set()
        behaviour = world.behaviours.get(operation)
        answer = behaviour(world, asked) if behaviour else NotImplemented
        if answer is NotImplemented:
            good = GOOD.get(operation)
            answer = good(world, asked) if good else checklist_function(asked)
        with self._lock:
            world.calls.append((time.monotonic() - world.began, operation, asked))
        return answer


def checklist_function(event: dict[str, Any]) -> dict[str, Any]:
    environ = {
        "ENVIRONMENT": "production",
        "URL": "https://cloud.mockforge.dev",
        "GUIDE_URL": "https://guide.example/incident-response.md#maintenance-checklist",
    }
    return json.loads(json.dumps(handler(event, None, environ=environ)))


def _entered(client: Any, arn: str) -> list[str]:
    pages = client.get_paginator("get_execution_history").paginate(executionArn=arn)
    events = [event for page in pages for event in page["events"]]
    return [one["stateEnteredEventDetails"]["name"] for one in events if "stateEnteredEventDetails" in one]


@contextmanager
def running() -> Generator[Cloud]:
    """moto with its interpreter on, and `Cloud` in place of every other service."""
    cloud = Cloud()
    original = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]

    def make_api_call(client: Any, operation: str, asked: dict[str, Any]) -> Any:
        return cloud.make_api_call(client, operation, asked, original)

    with ExitStack() as stack:
        stack.enter_context(mock_aws(config={"stepfunctions": {"execute_state_machine": True}}))
        stack.enter_context(patch.object(botocore.client.BaseClient, "_make_api_call", make_api_call))
        for closer_to_aws in _corrections():
            stack.enter_context(closer_to_aws)
        yield cloud


def _corrections() -> Iterator[Any]:
    """Where moto 5.2 reads the language otherwise than AWS does."""
    from moto.stepfunctions.parser.asl.component.state.choice.comparison.operator.implementations import is_operator
    from moto.stepfunctions.parser.asl.utils import json_path

    # It compares only whole seconds with a Z, and writes neither; AWS takes every RFC 3339 time.
    yield patch.object(is_operator.IsTimestamp, "string_to_timestamp", staticmethod(datetime.fromisoformat))

    def extract_json(path: str, data: Any) -> Any:
        """`$.a[0].b` is one value (moto: a list of it), `$.a[*].b` a list however many there are (moto: not of one)."""
        found = [one.value for one in parse(path).find(data)]
        if re.search(r"\*|\.\.|\?\(|\[\d*:", path):
            return found
        if not found:
            raise json_path.NoSuchJsonPathError(json_path=path, data=data)
        return found[0]

    theirs = json_path.extract_json
    for module in list(sys.modules.values()):
        if module.__name__.startswith("moto.stepfunctions.") and getattr(module, "extract_json", None) is theirs:
            yield patch.object(module, "extract_json", extract_json)

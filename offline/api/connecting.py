"""boto3 clients whose requests never leave the process."""

import functools
import importlib
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final

from offline.api.asking import Asking, Operation, Operations
from offline.api.refusal import Refusal
from offline.clock import OfflineClock
from offline.no_cloud import without_aws
from offline.provider.store import Store

NOT_PLAYED: Final = "NotPlayedOffline"
"""Code of the refusal where nobody answers an operation."""
SERVICES: Final = {
    "application-autoscaling": "application_autoscaling",
    "backup": "backup",
    "cloudwatch": "cloudwatch",
    "ecs": "ecs",
    "elbv2": "elbv2",
    "lambda": "functions",
    "logs": "logs",
    "rds": "rds",
    "s3": "s3",
    "secretsmanager": "secretsmanager",
    "ssm": "ssm",
    "sts": "sts",
}
"""boto3's name of a service to the module of this package that has its operations as `OPERATIONS`."""
_ASKED: Final = "offline_asked"
_OK, _BAD = 200, 400


@dataclass(frozen=True, kw_only=True)
class _Answers:
    """Two of botocore's events: the first knows the parameters by name, the second may answer for the network."""

    cloud: Store
    clock: OfflineClock
    service: str
    region: str

    def remember(self, params: dict[str, Any], context: dict[str, Any], **_other: object) -> None:
        context[_ASKED] = dict(params)

    def answer(self, model: Any, context: dict[str, Any], **_other: object) -> tuple[Any, dict[str, Any]]:
        asking = Asking(
            cloud=self.cloud, clock=self.clock, region=self.region, parameters=dict(context.get(_ASKED) or {})
        )
        try:
            answered, status = _operation(self.service, str(model.name))(asking), _OK
        except Refusal as refusal:
            answered, status = {"Error": {"Code": refusal.code, "Message": refusal.message}}, _BAD
        metadata: dict[str, Any] = {
            "HTTPStatusCode": status,
            "HTTPHeaders": {},
            "RetryAttempts": 0,
            "RequestId": "offline",
        }
        return SimpleNamespace(status_code=status), {**answered, "ResponseMetadata": metadata}


def client(service: str, *, region: str, cloud: Store, clock: OfflineClock) -> Any:
    """A client like any other, but for its answers. Credentials are neither looked for nor used."""
    from botocore.config import Config

    with without_aws():
        config = Config(ignore_configured_endpoint_urls=True)
        made: Any = _session().client(service, region_name=region, config=config)
    answers = _Answers(cloud=cloud, clock=clock, service=service, region=region)
    made.meta.events.register_last("before-parameter-build", answers.remember)
    made.meta.events.register_first("before-call", answers.answer)
    return made


@functools.cache
def _session() -> Any:
    """One for all clients: the models that it has read are the costly part."""
    import boto3

    made: Any = boto3.Session(aws_access_key_id="offline", aws_secret_access_key="offline")  # noqa: S106 (signs nothing)
    return made


def _operation(service: str, name: str) -> Operation:
    operations = operations_of(service)
    if name not in operations:
        raise Refusal(NOT_PLAYED, f"the offline AWS has no answer to {service}:{name}; it takes an AWS account")
    return operations[name]


def operations_of(service: str) -> Operations:
    """What is answered of a service; nothing of one that nobody plays."""
    if service not in SERVICES:
        return {}
    operations: Operations = importlib.import_module(f"offline.api.{SERVICES[service]}").OPERATIONS
    return operations

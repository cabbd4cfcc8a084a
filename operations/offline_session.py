"""`--offline`: the same commands over the offline cloud that `mfcloud up ENV --offline` has filled."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from operations.aws.clients import Clients
from operations.errors import CommandStopped
from operations.project import PROJECT_ROOT, stack_file

_COMMAND = re.compile(
    r"`(mfcloud (?:up|refresh|deploy|status|approve|reject|rollback|smoke-test|scale|backups) [^`]*?)(?: --offline)?`"
)
"""A command in a hint that can be run offline as well."""

if TYPE_CHECKING:
    from functions.smoke_test.exchange import Answer, Ask, Limits, NoAnswer, Request, Target
    from offline.clock import OfflineClock
    from offline.provider.store import Store


class OfflineClients(Clients):
    """Clients whose requests are answered in this process."""

    def __init__(self, *, region: str, cloud: "Store", clock: "OfflineClock") -> None:
        super().__init__(region=region)
        self._cloud, self._clock = cloud, clock

    def _make(self, service: str, region: str) -> Any:
        from offline.api import client

        return client(service, region=region, cloud=self._cloud, clock=self._clock)


@contextmanager
def offline_cloud(environment: str) -> Generator["Store"]:
    """The cloud of an environment; stops the command where it is not up, or its file cannot be read."""
    from offline.provider.store import Store, StoreError
    from offline.workspace import home_of, store_path

    stack_file(environment)  # whoever misspells the name is told so
    path = store_path(home_of(PROJECT_ROOT, environment))
    if not path.exists():
        raise CommandStopped(
            f"{environment} does not stand offline on this machine",
            hint=f"`mfcloud up {environment} --offline` brings it up, without an account",
        )
    try:
        cloud = Store(path)
    except StoreError as error:
        raise CommandStopped(str(error)) from error
    try:
        yield cloud
    finally:
        cloud.close()


def asking(cloud: "Store", clock: "OfflineClock") -> "Ask":
    """Answers requests to the environment's public name as its tasks would."""

    def ask(target: "Target", request: "Request", limits: "Limits") -> "Answer | NoAnswer":  # noqa: ARG001 (as fetch)
        from json import dumps

        from functions.smoke_test.exchange import Answer, NoAnswer
        from offline.application import MILLISECONDS, answer

        answered = answer(cloud, clock, target.host, request.path, test_traffic=bool(target.headers))
        if answered is None:
            reason = f"the offline cloud has no {target.host}"
            return NoAnswer(reason=reason, may_pass_later=False, milliseconds=MILLISECONDS)
        status, body = answered
        return Answer(status=status, headers={}, body=dumps(body).encode(), milliseconds=MILLISECONDS)

    return ask


def to_be_run_offline(hint: str) -> str:
    """The hint with `--offline` in the commands that it names: without, they would ask AWS."""
    return _COMMAND.sub(r"`\1 --offline`", hint)

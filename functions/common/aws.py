"""Clients that retry, listings read to their end, and failures in a few words. boto3 is loaded by the first client."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

# A call that hangs must not use up the time of the others. Throttled calls are repeated, each time after a longer wait.
CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 3, 10, 5
_REASON_CHARACTERS = 400

Client: TypeAlias = Any
"""boto3 has no types; what comes from it is read where it is needed."""
Answer: TypeAlias = Any


def client(service: str, *, region: str | None = None) -> Client:
    """A boto3 client; `region` None is the function's own."""
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    )
    make: Callable[..., Client] = getattr(boto3, "client")  # noqa: B009 (its own signature is not typed)
    return make(service, region_name=region, config=config)


MakeClient: TypeAlias = Callable[..., Client]
"""`client`, or what stands in for it."""


class Clients:
    """Clients by service and region, each made on first use and once."""

    def __init__(self, make: MakeClient = client) -> None:
        self._make = make
        self._made: dict[tuple[str, str | None], Client] = {}

    def __call__(self, service: str, region: str | None = None) -> Client:
        """The client of a service."""
        if (service, region) not in self._made:
            self._made[service, region] = self._make(service, region=region)
        return self._made[service, region]

    def pages(self, service: str, operation: str, region: str | None = None, **asked: object) -> Iterator[Answer]:
        """Every page of a listing. Raises botocore's errors: a listing that breaks off is no listing."""
        yield from self(service, region).get_paginator(operation).paginate(**asked)

    def all(
        self, service: str, operation: str, key: str, region: str | None = None, **asked: object
    ) -> list[dict[str, Any]]:
        """Every page's entries under `key`. Raises as `pages`."""
        return [entry for page in self.pages(service, operation, region, **asked) for entry in page.get(key, [])]


def error_code(error: Exception) -> str:
    """AWS's own word for what went wrong, or the error's type."""
    response = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code") or type(error).__name__)


def failure(error: Exception) -> str:
    """One line for people: operation, code, and what AWS said. AWS repeats what it was asked, never what it keeps."""
    response = getattr(error, "response", {})
    said = response.get("Error", {}).get("Message") or ("" if response else str(error))
    parts = (getattr(error, "operation_name", ""), error_code(error), said)
    return " ".join(": ".join(filter(None, parts)).split())[:_REASON_CHARACTERS]

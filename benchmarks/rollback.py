"""At night every second counts: `mfcloud rollback` up to its first request, against boto3 with one client."""

import sys

from measuring import ROOT, Command, measure, show

LIMIT = 1.5
BARE = "import boto3; boto3.Session().client('ssm', region_name='us-east-1')"
UP_TO_THE_FIRST_REQUEST = """
import os
from typing import Any

from operations.aws.clients import Clients

make = Clients._make

def watched(clients: Clients, service: str, region: str) -> Any:
    client = make(clients, service, region)
    client.meta.events.register("before-call", lambda **_request: os._exit(0))  # asked, and not sent
    return client

Clients._make = watched

from operations.application import run

run(["rollback", "production", "--reason", "a measurement", "--dry-run"])
os._exit(1)  # it ended without asking anything
"""


def main() -> int:
    """Print the ratio; 1 when it misses its limit."""
    python = ROOT / ".venv/bin/python"
    bare, rollback = measure(
        Command(words=[python, "-c", BARE]),
        Command(words=[python, "-c", UP_TO_THE_FIRST_REQUEST]),
        rounds=10,
    )
    return (
        0 if show("mfcloud rollback to its first request, against boto3", rollback.seconds / bare.seconds, LIMIT) else 1
    )


if __name__ == "__main__":
    sys.exit(main())

"""One line of an Application Load Balancer's access log, and what a heap of them says. Pure.

Source: Elastic Load Balancing guide for Application Load Balancers, "Access log entries": fields are separated by
spaces, those with spaces in them stand in quotes, new ones are added at the end.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urlsplit

from operations.plain_text import plain

# Positions of the fields we use.
CLIENT, ELB_STATUS, REQUEST, USER_AGENT = 3, 8, 12, 13
_FIELD = re.compile(r'"([^"]*)"|(\S+)')
SIGN_UP, LOG_IN = "/api/v1/auth/register", "/api/v1/auth/login"
HEALTH = "/health"
PROBE_AGENTS = ("Amazon-Route53-Health-Check-Service", "ELB-HealthChecker")
WRONG_CREDENTIALS = 401
FIRST_FAILURE, FIRST_REFUSAL = 500, 400
PATH_CHARACTERS = 80


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request, whoever answered it."""

    client: str
    """Address, without the port."""
    method: str
    path: str
    """Without the query: values in it are nobody's business."""
    status: int
    """What the client got."""
    agent: str

    @property
    def is_probe(self) -> bool:
        """Of the health checks."""
        return self.agent.startswith(PROBE_AGENTS) or self.path.startswith(HEALTH)

    @property
    def succeeded(self) -> bool:
        """2xx and 3xx."""
        return self.status < FIRST_REFUSAL


def parse(line: str) -> Request | None:
    """None for a line of another shape."""
    try:
        fields = [
            found[1] if found[1] is not None else found[2] for found in islice(_FIELD.finditer(line), USER_AGENT + 1)
        ]
        method, url, _protocol = fields[REQUEST].split(" ", 2)
        return Request(
            client=fields[CLIENT].rpartition(":")[0],
            method=method,
            path=plain(urlsplit(url).path)[:PATH_CHARACTERS] or "/",
            status=int(fields[ELB_STATUS]),
            agent=fields[USER_AGENT],
        )
    except (ValueError, IndexError):
        return None


@dataclass
class Summary:
    """Counts over many lines; lines are added one by one, so that a week fits into memory."""

    requests: int = 0
    probes: int = 0
    unreadable: int = 0
    statuses: Counter[int] = field(default_factory=Counter[int])
    refused_clients: Counter[str] = field(default_factory=Counter[str])
    """4xx by address."""
    failed_paths: Counter[str] = field(default_factory=Counter[str])
    """5xx by method and path."""
    refused_paths: Counter[str] = field(default_factory=Counter[str])
    sign_ups: Counter[bool] = field(default_factory=Counter[bool])
    """True: succeeded."""
    log_ins: Counter[bool] = field(default_factory=Counter[bool])
    wrong_log_ins: Counter[str] = field(default_factory=Counter[str])
    """Log-ins with wrong credentials by address."""
    logged_in_clients: set[str] = field(default_factory=set[str])

    def add(self, line: str) -> None:
        """One line of a log."""
        one = parse(line)
        if one is None:
            self.unreadable += 1
            return
        if one.is_probe:
            self.probes += 1
            return
        self.requests += 1
        self.statuses[one.status] += 1
        if one.status >= FIRST_FAILURE:
            self.failed_paths[f"{one.method} {one.path}"] += 1
        elif one.status >= FIRST_REFUSAL:
            self.refused_clients[one.client] += 1
            self.refused_paths[f"{one.method} {one.path}"] += 1
        if one.method == "POST":
            self._users(one)

    def _users(self, one: Request) -> None:
        path = one.path.rstrip("/")
        if path == SIGN_UP:
            self.sign_ups[one.succeeded] += 1
        elif path == LOG_IN:
            self.log_ins[one.succeeded] += 1
            if one.succeeded:
                self.logged_in_clients.add(one.client)
            elif one.status == WRONG_CREDENTIALS:
                self.wrong_log_ins[one.client] += 1

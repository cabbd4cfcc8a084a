"""A server that behaves as MockForge's registry server 0.3 does, and as broken ones do: real sockets, real TLS.

`Behaviour` says what it does; what is not said is a healthy server without Redis and e-mail.
"""

import datetime as dt
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from functions.smoke_test.exchange import Target

HEADER, HEADER_VALUE = "X-MockForge-Test-Traffic", "letMeSeeGreen1234567890"
HEALTHY_COMPONENTS = {
    "database": {"status": "healthy", "latency_ms": 0},
    "redis": {"status": "degraded", "message": "Redis not configured"},
    "storage": {"status": "healthy", "latency_ms": 12},
    "email": {"status": "degraded", "message": "Email service disabled"},
}
SEARCH_FIELDS = {"tags": list, "sort": str, "page": int, "perPage": int}

Answering = Callable[[BaseHTTPRequestHandler], None]
"""Writes an answer of its own making to the connection."""

Serve = Callable[..., Target]
"""The fixture: starts a server, gives its address."""


@dataclass
class Behaviour:
    """What the server does. `seen` collects method, path and the test header's value of every request."""

    version: str = "0.3.238"
    live_status: str = "healthy"
    components: dict[str, Any] = field(default_factory=lambda: dict(HEALTHY_COMPONENTS))
    database_delay_seconds: float = 0
    """Before everything that asks the database; the real server gives up after 30."""
    delay_seconds: float = 0
    """Before every answer."""
    requests_left: float = float("inf")
    """One bucket for everybody, as `RATE_LIMIT_PER_MINUTE`."""
    retry_after: str = "60"
    metrics_status: int = 404
    blue: "Behaviour | None" = None
    """What answers without the right test header. None: the header does not matter."""
    overrides: dict[str, Answering] = field(default_factory=dict)
    """Path to an answer of its own; "*" is every path."""
    seen: list[tuple[str, str, str | None]] = field(default_factory=list)

    @property
    def database_is_down(self) -> bool:
        return self.components["database"]["status"] == "unhealthy"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        behaviour = cast("_Server", self.server).behaviour
        header = self.headers.get(HEADER)
        behaviour.seen.append((self.command, self.path, header))
        if behaviour.blue is not None and header != HEADER_VALUE:
            behaviour = behaviour.blue
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if override := behaviour.overrides.get(self.path) or behaviour.overrides.get("*"):
            return override(self)
        time.sleep(behaviour.delay_seconds)
        behaviour.requests_left -= 1
        if behaviour.requests_left < 0:
            return self.say(429, {"error": "rate limited"}, {"Retry-After": behaviour.retry_after})
        if self.path == "/metrics":
            return self.say(behaviour.metrics_status, {})
        route = getattr(self, "_" + self.path.rpartition("/")[2], None)
        return self.say(404, None) if route is None else route(behaviour, body)

    def _live(self, behaviour: Behaviour, _body: bytes) -> None:
        self.say(200, {"status": behaviour.live_status, "version": behaviour.version})

    def _ready(self, behaviour: Behaviour, _body: bytes) -> None:
        time.sleep(behaviour.database_delay_seconds)
        states = {name: one["status"] for name, one in behaviour.components.items()}
        down = "unhealthy" in (states.get("database"), states.get("storage"))
        status = "unhealthy" if down else "degraded" if set(states.values()) != {"healthy"} else "healthy"
        body = {"status": status, "version": behaviour.version, "components": behaviour.components}
        self.say(503 if down else 200, body)

    def _status(self, behaviour: Behaviour, _body: bytes) -> None:
        time.sleep(behaviour.database_delay_seconds)
        database = "down" if behaviour.database_is_down else "operational"
        services = [{"name": "Database", "status": database}, {"name": "API", "status": "operational"}]
        self.say(200, {"status": database, "services": services, "incidents": []})

    def _search(self, behaviour: Behaviour, body: bytes) -> None:
        if self.command != "POST":
            return self.say(405, None)
        if self.headers.get("Content-Type") != "application/json":
            return self.say(415, None)
        query = json.loads(body)
        if not all(isinstance(query.get(key), kind) for key, kind in SEARCH_FIELDS.items()):
            return self.say(422, {"error": "missing field"})
        time.sleep(behaviour.database_delay_seconds)
        if behaviour.database_is_down:
            return self.say(500, {"error_code": "DATABASE_ERROR", "error": "Database error", "status": 500})
        return self.say(200, {"plugins": [], "total": 0, "page": 0, "perPage": query["perPage"]})

    def say(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        self.send(status, b"" if body is None else json.dumps(body).encode(), headers)

    def send(self, status: int, raw: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_args: object, **_more: object) -> None:
        """Be quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    behaviour: Behaviour

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are what the tests are about."""


def answers(status: int, body: object = None, **headers: str) -> Answering:
    """The same answer always; text and bytes go as they are, the rest as JSON."""
    raw = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return lambda handler: handler.send(status, raw, named)  # type: ignore[attr-defined]


def closes(handler: BaseHTTPRequestHandler) -> None:
    """Hangs up instead of answering."""
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def closes_in_the_middle(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"status"')
    closes(handler)


def speaks_nonsense(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    closes(handler)


def trickles(handler: BaseHTTPRequestHandler) -> None:
    """A byte now and then: no timeout of a single read ever passes."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for _ in range(300):
        handler.wfile.write(b"X")
        time.sleep(0.05)


def floods(handler: BaseHTTPRequestHandler) -> None:
    """A body without an end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    for _ in range(4096):
        handler.wfile.write(b"a" * 65536)


def echoes_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.send(400, str(handler.headers).encode())  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Authority:
    """Certificates for `localhost`, and a client's context that trusts them."""

    folder: Path

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "server.pem", self.folder / "server.key")
        return context

    def client_context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.folder / "server.pem"))


def make_authority(folder: Path) -> Authority:
    """A self-signed certificate that only the tests trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        # From Python 3.13 on, a certificate without these is not accepted.
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "server.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "server.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return Authority(folder)


@contextmanager
def serving(behaviour: Behaviour, authority: Authority) -> Generator[Target]:
    """The server while the block runs; its address with the header's right value."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.behaviour = behaviour
    server.socket = authority.server_context().wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Target(
            host="localhost",
            port=server.server_address[1],
            headers={HEADER: HEADER_VALUE},
            tls=authority.client_context(),
        )
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def silent_port() -> Generator[int]:
    """A port that takes connections and never says a word, not even in the TLS handshake."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]

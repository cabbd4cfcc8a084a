"""Asks the world: name servers, image descriptions, a database elsewhere. Nothing waits longer than a few seconds."""

from collections.abc import Mapping
from typing import cast

from operations.doctoring.patient import ANSWER_SECONDS, Outside, Unanswered

LARGEST_BYTES = 1024 * 1024  # an image's description has a few thousand


def outside() -> Outside:
    """The real world."""
    return Outside(name_servers=name_servers, fetch=fetch, role_of=role_of)


def name_servers(domain: str) -> frozenset[str]:
    """In lower case, without the dot at the end."""
    import dns.exception
    import dns.resolver

    try:
        resolver = dns.resolver.Resolver()
        resolver.lifetime = ANSWER_SECONDS
        answer = resolver.resolve(domain, "NS")
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return frozenset()
    except (dns.exception.DNSException, OSError) as error:
        raise Unanswered(f"{type(error).__name__}: {error}") from error
    return frozenset(str(one).rstrip(".").lower() for one in answer)


def fetch(address: str) -> bytes:
    """At most a megabyte."""
    import urllib.request
    from http.client import HTTPException

    if not address.startswith("https://"):
        raise Unanswered("the address is not https")
    try:
        with urllib.request.urlopen(address, timeout=ANSWER_SECONDS) as answer:  # noqa: S310 - https, as seen
            return answer.read(LARGEST_BYTES)
    except (OSError, HTTPException) as error:
        raise Unanswered(f"{type(error).__name__}") from error  # its text may repeat the address, which is signed


def role_of(url: str) -> Mapping[str, bool]:
    """Read-only, and encrypted as the application does it: without knowing the server's authority."""
    import contextlib
    import ssl
    from urllib.parse import unquote, urlsplit

    from pg8000.exceptions import DatabaseError, InterfaceError
    from pg8000.native import Connection

    try:
        parts = urlsplit(url)
        host, port, user = parts.hostname, parts.port or 5432, unquote(parts.username or "")
    except ValueError:
        raise Unanswered("the secret is no URL like postgres://user:password@host:port/database") from None
    if not (host and user and parts.scheme in {"postgres", "postgresql"}):
        raise Unanswered("the secret is no URL like postgres://user:password@host:port/database")
    encrypted = ssl.create_default_context()
    encrypted.check_hostname, encrypted.verify_mode = False, ssl.CERT_NONE
    try:
        connection = Connection(
            user,
            host=host,
            port=port,
            database=unquote(parts.path.lstrip("/")),
            password=unquote(parts.password or ""),
            timeout=ANSWER_SECONDS,
            ssl_context=encrypted,
            application_name="mfcloud doctor",
            startup_params={"default_transaction_read_only": "on"},
        )
        try:
            question = "select rolsuper, rolbypassrls from pg_roles where rolname = current_user"
            rows = cast("list[list[bool]]", connection.run(question) or [])
        finally:
            with contextlib.suppress(InterfaceError, OSError):
                connection.close()
    except (DatabaseError, InterfaceError, OSError) as error:
        raise Unanswered(f"{type(error).__name__} from {host}:{port}") from error
    [[superuser, bypasses]] = rows
    return {"rolsuper": superuser, "rolbypassrls": bypasses}

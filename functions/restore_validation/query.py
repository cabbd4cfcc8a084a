"""Looks into a restored database: it has to accept the application's login, and its tables have to give rows.

The address is the restored instance's, everything else is the application's own `DATABASE_URL`. Nothing is written:
the session is read-only. Which tables there are is the application's affair, so all of them are asked for a row.
"""

import contextlib
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import unquote, urlsplit

from functions.restore_validation.verdicts import Check

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pg8000.native import Connection

ANSWER_SECONDS: Final = 20
"""A restored instance reads its blocks from S3 the first time, so a first answer takes its time (RDS guide)."""
STATEMENT_SECONDS: Final = 60
_WRONG_PASSWORD: Final = frozenset({"28P01", "28000"})
_TABLES: Final = """
    select quote_ident(schemaname) || '.' || quote_ident(tablename) from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema') order by 1
"""


@dataclass(frozen=True, kw_only=True)
class Login:
    """Who asks which database. Never printed: it holds a password."""

    user: str
    password: str
    database: str


class BadUrlError(ValueError):
    """The secret's text is no PostgreSQL URL. The message does not quote it."""


def login_from(url: str) -> Login:
    """What a restored copy shares of `postgres://user:password@host:port/database?…`. Raises `BadUrlError`."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    user, password, database = parts.username, parts.password, parts.path.lstrip("/")
    if parts.scheme not in ("postgres", "postgresql") or not (user and password and database):
        raise BadUrlError("the secret is no URL like postgres://user:password@host:port/database")
    return Login(user=unquote(user), password=unquote(password), database=unquote(database))


def row_checks(*, address: str, port: int, login: Login) -> list[Check]:
    """Two checks: it answers to the application's login, and its tables have rows. Never raises for what it finds."""
    from pg8000.exceptions import DatabaseError, InterfaceError

    try:
        connection = _connect(address=address, port=port, login=login)
    except DatabaseError as error:
        return [Check(name="login", good=False, found=_refused(error))]
    except (InterfaceError, OSError) as error:
        return [Check(name="login", good=False, found=f"no answer from {address}:{port}: {error}")]
    login_good = Check(name="login", good=True, found="accepted")
    try:
        return [login_good, _rows(connection)]
    except (DatabaseError, InterfaceError, OSError) as error:
        return [login_good, Check(name="rows", good=False, found=_told(error))]
    finally:
        _leave(connection)


def _connect(*, address: str, port: int, login: Login) -> "Connection":
    from pg8000.native import Connection

    # Encrypted without knowing RDS's own authority, as the application does it. The password stays safe from whoever
    # answers instead: SCRAM shows it to nobody, and is bound to the certificate that was seen.
    encrypted = ssl.create_default_context()
    encrypted.check_hostname, encrypted.verify_mode = False, ssl.CERT_NONE
    return Connection(
        login.user,
        host=address,
        port=port,
        database=login.database,
        password=login.password,
        timeout=ANSWER_SECONDS,
        ssl_context=encrypted,
        application_name="restore-validation",
        startup_params={
            "default_transaction_read_only": "on",
            "statement_timeout": str(STATEMENT_SECONDS * 1000),
        },
    )


def _rows(connection: "Connection") -> Check:
    tables = [str(name) for [name] in _asked(connection, _TABLES)]
    if not tables:
        return Check(name="rows", good=False, found="the database has no table")
    # The names are PostgreSQL's own, quoted by itself.
    filled = [
        name
        for name in tables
        if _asked(connection, f"select exists(select 1 from {name})") == [[True]]  # noqa: S608 (as said above)
    ]
    return Check(name="rows", good=bool(filled), found=f"{len(filled)} of {len(tables)} tables have rows")


def _asked(connection: "Connection", question: str) -> list[list[Any]]:
    return cast("list[list[Any]] | None", connection.run(question)) or []


def _refused(error: Exception) -> str:
    if _said(error).get("C") in _WRONG_PASSWORD:
        return "the password in the secret is not the restored database's: was it changed after the backup was taken?"
    return _told(error)


def _told(error: Exception) -> str:
    """PostgreSQL's sentence with its code; a lost connection in its own words."""
    said = _said(error)
    return f"PostgreSQL says {said.get('M')} ({said.get('C')})" if said else f"the connection was lost: {error}"


def _said(error: Exception) -> "Mapping[str, str]":
    """PostgreSQL's fields of an error (`C` code, `M` message); none where it did not answer."""
    said = error.args[0] if error.args else None
    return cast("Mapping[str, str]", said) if isinstance(said, dict) else {}


def _leave(connection: "Connection") -> None:
    from pg8000.exceptions import InterfaceError

    with contextlib.suppress(InterfaceError, OSError):  # it is lost already, and that has been told
        connection.close()

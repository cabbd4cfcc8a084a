"""A restored database is asked for its rows: against a real PostgreSQL, with a password and over TLS."""

import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.restore_validation.query import BadUrlError, Login, login_from, row_checks
from functions.restore_validation.verdicts import Check
from tests.functions.postgresql import PostgreSql, running

PASSWORD = "s3cret/with:signs"
HERE = "127.0.0.1"


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgreSql]:
    # not pytest's folder: PostgreSQL runs as another user where we are root, and could not reach it
    folder = Path(tempfile.mkdtemp(prefix="restored-"))
    folder.chmod(0o755)
    try:
        with running(folder, PASSWORD) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def tables(postgresql: PostgreSql) -> Iterator[PostgreSql]:
    """Two tables of the application, one of them filled."""
    postgresql.sql('set role mockforge; create table "Plugins" (id int); create table migrations (version bigint)')
    postgresql.sql("insert into migrations values (20250101000001)")
    yield postgresql
    postgresql.sql('drop table "Plugins"; drop table migrations')


def login(password: str = PASSWORD, database: str = "mockforge") -> Login:
    return Login(user="mockforge", password=password, database=database)


def found(checks: list[Check]) -> dict[str, tuple[bool, str]]:
    return {one.name: (one.good, one.found) for one in checks}


def test_a_restored_database_that_answers_with_rows_is_good(tables):
    assert found(row_checks(address=HERE, port=tables.port, login=login())) == {
        "login": (True, "accepted"),
        "rows": (True, "1 of 2 tables have rows"),
    }


def test_an_empty_database_is_no_restored_one(postgresql):
    checks = found(row_checks(address=HERE, port=postgresql.port, login=login()))
    assert checks["rows"] == (False, "the database has no table")


def test_tables_without_any_row_are_no_restored_ones(tables):
    tables.sql("delete from migrations")
    checks = found(row_checks(address=HERE, port=tables.port, login=login()))
    assert checks["rows"] == (False, "0 of 2 tables have rows")


def test_a_table_that_cannot_be_read_is_told_with_postgresqls_words(tables):
    tables.sql("alter table migrations owner to postgres")
    checks = found(row_checks(address=HERE, port=tables.port, login=login()))
    assert checks["rows"] == (False, "PostgreSQL says permission denied for table migrations (42501)")


def test_a_password_that_was_changed_since_is_told_as_that_and_not_shown(tables):
    [check] = row_checks(address=HERE, port=tables.port, login=login(password="0ther"))
    assert (check.name, check.good) == ("login", False)
    assert "changed after the backup was taken" in check.found
    assert "0ther" not in check.found


def test_a_database_that_is_not_there_is_told_with_postgresqls_words(tables):
    tables.sql("create role mockforge_gone")
    [check] = row_checks(address=HERE, port=tables.port, login=login(database="gone"))
    assert not check.good
    assert check.found


def test_nothing_can_be_written(tables):
    from pg8000.exceptions import DatabaseError

    from functions.restore_validation.query import _connect

    connection = _connect(address=HERE, port=tables.port, login=login())
    with pytest.raises(DatabaseError, match="read-only transaction"):
        connection.run("insert into migrations values (1)")
    connection.close()


def test_a_port_where_nobody_answers_is_told_with_the_address():
    with socket.create_server((HERE, 0)) as closed:
        port = closed.getsockname()[1]
    [check] = row_checks(address=HERE, port=port, login=login())
    assert not check.good
    assert check.found.startswith(f"no answer from {HERE}:{port}")


def test_a_server_without_tls_gets_no_password():
    heard = bytearray()
    with socket.create_server((HERE, 0)) as plain:

        def refuse() -> None:
            guest, _ = plain.accept()
            with guest:
                guest.recv(8)
                guest.sendall(b"N")
                while data := guest.recv(1024):
                    heard.extend(data)

        thread = threading.Thread(target=refuse)
        thread.start()
        [check] = row_checks(address=HERE, port=plain.getsockname()[1], login=login())
        thread.join(timeout=5)
    assert not check.good
    assert not heard


# the driver leaves the socket to the garbage collector where the start of TLS fails
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning")
def test_a_server_that_never_answers_is_given_up(monkeypatch):
    monkeypatch.setattr("functions.restore_validation.query.ANSWER_SECONDS", 0.2)
    began = time.monotonic()
    with socket.create_server((HERE, 0)) as silent:
        [check] = row_checks(address=HERE, port=silent.getsockname()[1], login=login())
    assert not check.good
    assert "no answer from" in check.found
    assert time.monotonic() - began < 2


def test_the_login_is_read_from_the_applications_own_url():
    url = "postgres://mock%40forge:a%2Fb%3Ac@host:5432/mock%2Dforge?sslmode=require"
    assert login_from(url) == Login(user="mock@forge", password="a/b:c", database="mock-forge")


@pytest.mark.parametrize(
    "text",
    ["", "None", "mysql://u:p@h/d", "postgres://h/d", "postgres://u@h/d", "postgres://u:p@h", "postgres://[u:p@h/d"],
)
def test_a_secret_of_another_shape_is_told_without_being_shown(text):
    with pytest.raises(BadUrlError, match="is no URL like postgres://user:password") as refused:
        login_from(text)
    assert not text or text == "None" or text not in str(refused.value)

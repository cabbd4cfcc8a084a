"""The cloud's memory: one SQLite file beside the stack's state, and apart from it.

Because Pulumi's state and this file are two things, `refresh` really reads a cloud, and a test can play AWS: it
changes a resource here and looks what Pulumi makes of it. Secrets are kept as fingerprints only.
"""

import hashlib
import json
import sqlite3
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from offline.provider.wire import Secret, Value, is_list, is_object

FINGERPRINT: Final = "$sha256"
_LAYOUT: Final = 1
_SCHEMA: Final = """
create table if not exists resource (
    type text not null, region text not null, key text not null, id text not null, urn text not null,
    generation integer not null, inputs text not null, outputs text not null,
    primary key (type, region, key)
) without rowid;
create index if not exists resource_urn on resource (urn);
create table if not exists creation (urn text primary key, count integer not null) without rowid;
"""
_MEMORY: Final = "create table if not exists memory (key text primary key, value text not null) without rowid;"
"""Added later; a file without it is as good."""


class StoreError(Exception):
    """The file cannot be used. The message names the file and the way out."""


class AlreadyExists(Exception):
    """A resource of this type, region and id is there already."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One resource as the cloud has it. Secret parts are `{"$sha256": fingerprint}`.

    `key` tells resources of a type and region apart: the id, or the ARN where several share an id. `generation`
    counts how often this URN had been created before.
    """

    type: str
    region: str
    key: str
    id: str
    urn: str
    generation: int = 0
    inputs: dict[str, Value] = field(default_factory=dict)
    outputs: dict[str, Value] = field(default_factory=dict)


class Store:
    """All resources of one stack. Safe to share between threads and, through SQLite's own locks, between processes."""

    def __init__(self, path: Path) -> None:
        """Open or create the file. Raises `StoreError` when it is not a store of this layout."""
        self._path = path
        self._lock = threading.RLock()
        self._decoded: dict[tuple[Any, ...], Row] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
            self._connection.execute("pragma journal_mode = wal")
            # The file survives a killed process, which is all that is asked of it; surviving a power cut is not.
            self._connection.execute("pragma synchronous = off")
            self._prepare()
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"the offline cloud {path} cannot be read ({error}); it holds nothing real: delete the folder "
                f"{path.parent} to start afresh"
            ) from error

    def _prepare(self) -> None:
        [layout] = self._connection.execute("pragma user_version").fetchone()
        if layout not in (0, _LAYOUT):
            raise sqlite3.DatabaseError(f"layout {layout}, expected {_LAYOUT}")
        if layout == 0:
            self._connection.executescript(f"{_SCHEMA} pragma user_version = {_LAYOUT};")
        self._connection.execute(_MEMORY)

    def close(self) -> None:
        """Give the file back. The store is of no use afterwards."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Generator[None, None, None]:
        """Everything inside happens, or nothing of it; other writers wait."""
        with self._lock:
            self._connection.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._connection.execute("rollback")
                raise
            self._connection.execute("commit")

    def create(self, row: Row) -> None:
        """Raises `AlreadyExists`."""
        with self.transaction():
            try:
                self._connection.execute(
                    "insert into resource values (?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        *(row.type, row.region, row.key, row.id, row.urn, row.generation),
                        *(_dump(row.inputs), _dump(row.outputs)),
                    ),
                )
            except sqlite3.IntegrityError as error:
                raise AlreadyExists(f"{row.type} {row.key} already exists in {row.region}") from error
            self.count_creation(row.urn)

    def count_creation(self, urn: str) -> None:
        """Remember that this URN was created once more."""
        with self._lock:
            self._connection.execute(
                "insert into creation values (?, 1) on conflict (urn) do update set count = count + 1", (urn,)
            )

    def creations(self, urn: str) -> int:
        """How often this URN has been created in this cloud, deleted ones included."""
        found = self._rows("select count from creation where urn = ?", urn)
        return int(found[0][0]) if found else 0

    def read(self, type_: str, region: str, key: str) -> Row | None:
        """One resource, or None."""
        rows = self._rows("select * from resource where type = ? and region = ? and key = ?", type_, region, key)
        return _row(rows[0]) if rows else None

    def replace(self, row: Row) -> None:
        """Write new inputs and outputs of a resource that is there; one that is not stays absent."""
        with self._lock:
            self._connection.execute(
                "update resource set urn = ?, inputs = ?, outputs = ? where type = ? and region = ? and key = ?",
                (row.urn, _dump(row.inputs), _dump(row.outputs), row.type, row.region, row.key),
            )

    def delete(self, type_: str, region: str, key: str) -> bool:
        """Whether there was something to delete."""
        with self._lock:
            return bool(
                self._connection.execute(
                    "delete from resource where type = ? and region = ? and key = ?", (type_, region, key)
                ).rowcount
            )

    def all(self, type_tail: str = "") -> list[Row]:
        """Every resource whose type ends with `type_tail` ("ListenerRule", "lb/listener:Listener"), sorted by URN."""
        rows = self._rows("select * from resource where type like ? order by urn, key", f"%{type_tail}")
        return [row for row in map(_row, rows) if row.type.endswith(type_tail)]

    def standing(self) -> list[Row]:
        """What `all` gives, to be looked at and never changed: what is as it was is not decoded again.

        For who looks at the whole cloud before each of its changes.
        """
        with self._lock:
            rows = self._rows("select * from resource order by urn, key")
            self._decoded = {found: self._decoded.get(found) or _row(found) for found in rows}
            return list(self._decoded.values())

    def one(self, type_tail: str, name: str) -> Row:
        """The resource of this type and logical name. Raises `LookupError` naming what there is instead."""
        of_type = self.all(type_tail)
        found = [row for row in of_type if row.urn.rsplit("::", 1)[-1] == name]
        if len(found) != 1:
            names = ", ".join(row.urn.rsplit("::", 1)[-1] for row in of_type) or "none"
            raise LookupError(f"{len(found)} resources {type_tail} {name!r} in the offline cloud; there are: {names}")
        return found[0]

    def change(self, type_tail: str, name: str, change: Callable[[dict[str, Value]], None]) -> Row:
        """Play AWS, or a person at the console: `change` edits the properties in place, Pulumi is not told.

        What it sets shows in the outputs, and in the inputs where the program had given that property.
        """
        with self.transaction():
            return self.change_within(type_tail, name, change)

    def change_within(self, type_tail: str, name: str, change: Callable[[dict[str, Value]], None]) -> Row:
        """As `change`, inside a transaction of the caller's."""
        row = self.one(type_tail, name)
        properties = json.loads(json.dumps(row.outputs))
        change(properties)
        inputs = {key: properties.get(key, value) for key, value in row.inputs.items()}
        changed = replace(row, inputs=inputs, outputs=properties)
        self.replace(changed)
        return changed

    def recall(self, key: str) -> Any:  # noqa: ANN401 (JSON)
        """What `remember` was given, or None."""
        found = self._rows("select value from memory where key = ?", key)
        return json.loads(found[0][0]) if found else None

    def remember(self, key: str, value: Any) -> None:  # noqa: ANN401 (JSON)
        """Keep a JSON value that is no resource, and that Pulumi never sees: how far a deployment is, for instance."""
        text = json.dumps(value, sort_keys=True, separators=(",", ":"))
        with self._lock:
            self._connection.execute(
                "insert into memory values (?, ?) on conflict (key) do update set value = excluded.value", (key, text)
            )

    def _rows(self, query: str, *parameters: str) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(query, parameters).fetchall()


def _row(found: tuple[Any, ...]) -> Row:
    type_, region, key, id_, urn, generation, inputs, outputs = found
    return Row(
        type=type_,
        region=region,
        key=key,
        id=id_,
        urn=urn,
        generation=generation,
        inputs=json.loads(inputs),
        outputs=json.loads(outputs),
    )


def _dump(values: dict[str, Value]) -> str:
    return json.dumps(sealed(values), sort_keys=True, separators=(",", ":"))


def sealed(value: Value) -> Value:
    """The value with each secret replaced by its fingerprint."""
    if isinstance(value, Secret):
        return {FINGERPRINT: fingerprint(value.value)}
    if is_list(value):
        return [sealed(item) for item in value]
    if is_object(value):
        return {key: sealed(item) for key, item in value.items()}
    return value


def fingerprint(value: Value) -> str:
    """SHA-256 of the value, which is what the file keeps of a secret."""
    return hashlib.sha256(json.dumps(sealed(value), sort_keys=True).encode()).hexdigest()


def unsealed(kept: Value, known: Value) -> Value:
    """Put secrets back where `known` (Pulumi's state) still has the very value; elsewhere a made-up secret stands in.

    So an unchanged secret reads back unchanged, and one that was changed outside reads as a difference.
    """
    if is_object(kept) and set(kept) == {FINGERPRINT}:
        if isinstance(known, Secret) and fingerprint(known.value) == kept[FINGERPRINT]:
            return known
        return Secret(f"changed outside ({kept[FINGERPRINT][:7]})")
    if isinstance(known, Secret):  # the mark stays, also when somebody replaced the value in the cloud
        return Secret(unsealed(kept, known.value))
    if is_object(kept):
        return {key: unsealed(item, known.get(key) if is_object(known) else None) for key, item in kept.items()}
    if is_list(kept):
        items = known if is_list(known) else []
        return [unsealed(item, items[at] if at < len(items) else None) for at, item in enumerate(kept)]
    return kept

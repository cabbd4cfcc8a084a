"""Looks into the offline cloud as into AWS: by id, by tag, by what it hangs on. Never by URN: AWS has none."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from operations.pending.finding import NAMING, Found, Wanted
from runbook.resource_tags import PROGRAM_NAME_TAG

if TYPE_CHECKING:
    from offline.provider.store import Row, Store


class OfflineCloud:
    """`scope`: tags that tell this stack's resources from others'."""

    def __init__(self, store: "Store", scope: Mapping[str, str]) -> None:
        self._store, self._scope = store, scope

    @cached_property
    def _rows(self) -> list["Row"]:
        return self._store.all()

    def find(self, wanted: Wanted) -> list[Found]:
        """As `Cloud.find`."""
        from offline.provider.facts import ACCOUNT

        rows = [row for row in self._rows if row.type == wanted.type]
        by_inputs = wanted.id_by_inputs(ACCOUNT)
        matching = [
            row
            for row in rows
            if (by_inputs == row.id and not wanted.identity.numbered)
            or (wanted.identity.label and self._is_tagged(row, wanted.name))
            or (wanted.identity.among and not by_inputs and _hangs_alike(row, wanted))
        ]
        return [
            Found(id=row.id, arn=str(row.outputs.get("arn") or ""), region=str(row.inputs.get("region") or ""))
            for row in matching
        ]

    def _is_tagged(self, row: "Row", name: str) -> bool:
        tags: Any = row.outputs.get("tagsAll") or {}
        return {**self._scope, PROGRAM_NAME_TAG: name}.items() <= tags.items()


def _hangs_alike(row: "Row", wanted: Wanted) -> bool:
    keys = [key for key in wanted.identity.among if key in wanted.inputs]
    if not keys or not all(wanted.may_have(key, row.inputs.get(key)) for key in keys):
        return False
    names = [name for key in NAMING if isinstance(name := row.inputs.get(key), str)]
    return not names or any(wanted.may_be_called(name) for name in names)

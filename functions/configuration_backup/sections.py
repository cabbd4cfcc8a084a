"""The table of what a backup holds, and the engine that reads it: all of it, or nothing. Adding a section is a row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from functions.common.aws import failure
from functions.common.configuration_document import Sections
from functions.common.log import log_line
from functions.configuration_backup import readers
from functions.configuration_backup.plain import plain
from functions.configuration_backup.source import NotFoundError, Source


@dataclass(frozen=True, kw_only=True)
class Section:
    """One row. An environment always has some of each, so that an empty answer is a wrong one."""

    name: str
    read: Callable[[Source], dict[str, Any]]


SECTIONS: tuple[Section, ...] = (
    Section(name="parameters", read=readers.parameters),
    Section(name="secrets", read=readers.secrets),
    Section(name="service", read=readers.service),
    Section(name="task_definition", read=readers.task_definition),
    Section(name="scaling", read=readers.scaling),
    Section(name="alarms", read=readers.alarms),
    Section(name="dashboards", read=readers.dashboards),
    Section(name="backup_plans", read=readers.backup_plans),
    Section(name="listeners", read=readers.listeners),
    Section(name="listener_rules", read=readers.listener_rules),
    Section(name="target_groups", read=readers.target_groups),
)


class PartialBackupError(Exception):
    """At least one section could not be read. The message names each with its reason."""


def read_sections(source: Source, table: Sequence[Section] = SECTIONS) -> Sections:
    """Every row, read and made plain. Raises `PartialBackupError` once all rows have been tried."""
    sections: dict[str, dict[str, Any]] = {}
    failed: dict[str, str] = {}
    for row in table:
        try:
            items = plain(row.read(source))
        except NotFoundError as error:
            failed[row.name] = f"AWS does not know {error}"
        except Exception as error:  # noqa: BLE001 (the other sections' troubles are worth knowing too)
            failed[row.name] = failure(error)
        else:
            if items:
                sections[row.name] = items
                log_line("section read", section=row.name, items=len(items))
                continue
            failed[row.name] = "AWS lists nothing"
        log_line("section not read", section=row.name, reason=failed[row.name])
    if failed:
        raise PartialBackupError("; ".join(f"{name}: {reason}" for name, reason in failed.items()))
    return sections

"""Lambda: the daily backup of the configuration (runbook, "Backup Schedule").

Called by EventBridge Scheduler shortly before the daily backup of the bucket, or by hand; the events are those of
`functions/common/scheduled_event.py`. Answer:
    {"key": "configuration/2026/11/24.json", "version": "…", "bytes": 81234, "sections": {"parameters": 3, …}}
Whatever keeps the backup from being whole raises `BackupFailedError`, and nothing is written: Lambda tries again twice
and then tells the failure destination.
"""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from functions.common.aws import MakeClient, client, failure
from functions.common.configuration_document import DamagedBackupError, Header, key, read_back, write
from functions.common.log import log_line
from functions.common.scheduled_event import UnknownEventError, due
from functions.configuration_backup.sections import PartialBackupError, read_sections
from functions.configuration_backup.settings import BadSettingError, Settings, read_settings
from functions.configuration_backup.source import Source
from functions.configuration_backup.store import NotKeptError, keep


class BackupFailedError(Exception):
    """There is no new backup. The message says why."""


def handler(
    event: object,
    _context: object,
    *,
    environ: Mapping[str, str] = os.environ,
    make_client: MakeClient = client,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> dict[str, object]:
    """Raises `BackupFailedError`."""
    try:
        settings = read_settings(environ)
        answer = _back_up(settings, Source(settings, make_client), due(event, now()), now())
    except (PartialBackupError, UnknownEventError, BadSettingError, DamagedBackupError, NotKeptError) as error:
        reason = str(error)
    except Exception as error:  # noqa: BLE001 (one kind of failure for whoever is told)
        reason = failure(error)
    else:
        log_line("configuration backed up", **answer)
        return answer
    log_line("configuration not backed up", reason=reason)
    raise BackupFailedError(reason)


def _back_up(settings: Settings, source: Source, due_at: datetime, now: datetime) -> dict[str, object]:
    sections = read_sections(source)
    data = write(sections, Header(environment=settings.environment, due=due_at, taken=now))
    if read_back(data) != sections:
        raise DamagedBackupError("what would be written does not read back as what was read")
    version = keep(source, settings, key(due_at), data)
    items = {name: len(section) for name, section in sections.items()}
    return {"key": key(due_at), "version": version, "bytes": len(data), "sections": items}

"""What the maintenance checklist works with, and the names of its steps: those of the runbook's checklist."""

from collections.abc import Mapping
from dataclasses import dataclass

PAGES = "Wait until pages are held back"
NOTIFY = "Notify users"
TICKET = "Create maintenance ticket"
BACKUP = "Backup all systems"
PERFORM = "Perform maintenance"
VERIFY = "Verify functionality"
CLOSE = "Close maintenance window"
REPORT = "Post-maintenance report"


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Names and ARNs of what the checklist works with."""

    checklist_function_arn: str
    smoke_test_function_arn: str
    announcement_topic_arn: str
    warning_topic_arn: str
    maintenance_alarm_name: str
    vault_name: str
    backup_role_arn: str
    backed_up: Mapping[str, str]
    """Kind → ARN: database, objects, configuration."""
    backup_days: int
    """How long these backups are kept; the vault's lock refuses less than 7 and more than its own days."""
    database_arn: str | None
    """None: the database stands elsewhere, and nothing is applied to it."""
    word_parameter: str
    """SSM parameter in which `mfcloud maintenance finish` finds whom to answer."""

    @property
    def database_identifier(self) -> str:
        """Last part of its ARN."""
        return (self.database_arn or "").rpartition(":")[2]

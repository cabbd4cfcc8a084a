"""Schedules that cannot be read, windows that overlap."""

from collections.abc import Callable

from tests.offline.across.mistake import Mistake, changed
from tests.offline.neighbourhood import Draft

DATABASE = "rds.Instance database"
HOURLY = "backup.Plan backups-database"
OF_DATABASE = "backup.Selection backups-database-of-database"
NOTICE = "scheduler.Schedule maintenance-notice"
FRESHNESS = "scheduler.Schedule backup-freshness-schedule"


def rule_of_plan(number: int, **inputs: object) -> Callable[[Draft], object]:
    return lambda draft: draft[HOURLY]["rules"][number].update(inputs)


def only_snapshots_before_the_maintenance(draft: Draft) -> None:
    daily = draft["backup.Plan backups-database"]["rules"][1]
    draft["backup.Plan backups-database"]["rules"] = [{**daily, "schedule": "cron(0 2 ? * * *)"}]


MISTAKES = (
    Mistake(
        done="the crontab of a server",
        at=NOTICE,
        rule="schedules_parse",
        refused="EventBridge Scheduler takes 6 fields",
        by=changed(NOTICE, scheduleExpression="cron(0 2 * * 0)"),
    ),
    Mistake(
        done="a day of the month and a day of the week at once",
        at="ssm.MaintenanceWindow maintenance-window",
        rule="schedules_parse",
        refused="exactly one of day of month and day of week is ?",
        by=changed("ssm.MaintenanceWindow maintenance-window", schedule="cron(0 2 1 * SUN *)"),
    ),
    Mistake(
        done="a rate of one hours",
        at=FRESHNESS,
        rule="schedules_parse",
        refused="1 goes with the singular (hour)",
        by=changed(FRESHNESS, scheduleExpression="rate(1 hours)"),
    ),
    Mistake(
        done="a time zone that does not exist",
        at=NOTICE,
        rule="schedules_parse",
        refused="'UTC+1' is no time zone",
        by=changed(NOTICE, scheduleExpressionTimezone="UTC+1"),
    ),
    Mistake(
        done="the database's backup inside its maintenance",
        at=DATABASE,
        rule="database_windows",
        refused="overlaps the backup window 03:00-04:00",
        by=changed(DATABASE, backupWindow="03:00-04:00"),
    ),
    Mistake(
        done="two rules of a plan at the same hour",
        at=HOURLY,
        rule="plan_windows",
        refused="the start window of 'daily' overlaps that of 'hourly'",
        by=rule_of_plan(1, schedule="cron(30 7 ? * * *)"),
    ),
    Mistake(
        done="the daily backup in the database's own window",
        at=OF_DATABASE,
        rule="backups_keep_clear_of_the_database",
        refused="'daily' may start in the backup window 05:30-06:00 of database database",
        by=changed(DATABASE, backupWindow="05:30-06:00"),
    ),
    Mistake(
        done="a backup window of a quarter of an hour",
        at=DATABASE,
        rule="database_windows",
        refused="the window is 15 minutes long; 30 at least",
        by=changed(DATABASE, backupWindow="15:30-15:45"),
    ),
    Mistake(
        done="a maintenance window in words",
        at=DATABASE,
        rule="database_windows",
        refused="'sunday 03:30' is no window: ddd:hh:mm-ddd:hh:mm, UTC",
        by=changed(DATABASE, maintenanceWindow="sunday 03:30"),
    ),
    Mistake(
        done="only snapshots, in the hour before the database's maintenance",
        at=OF_DATABASE,
        rule="backups_keep_clear_of_the_database",
        refused="'daily' may start in the maintenance window sun:03:30-sun:04:00 or the hour before it",
        by=only_snapshots_before_the_maintenance,
    ),
)

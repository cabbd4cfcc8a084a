"""Schedules can be read, and windows that must keep clear of each other do."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from offline.provider.naming import Refusal
from offline.provider.rules_across.cron import BadSchedule, Cron, Dialect, read
from offline.provider.rules_across.world import AcrossRule, Case, Refusals, logical, under
from offline.provider.wire import Value, is_object

DAY: Final = 24 * 60
WEEK: Final = 7 * DAY
_LOOKED_AT: Final = (date(2027, 1, 1), 62)
"""Two months from a fixed day: long enough for what comes monthly; the same answer every day."""
_DEFAULT_START_WINDOW: Final = 480
"""Minutes; AWS Backup API, BackupRule."""
_SHORTEST_RDS_WINDOW: Final = 30


@dataclass(frozen=True, kw_only=True)
class Scheduled:
    """Where a schedule stands, and its time zone."""

    kind: str
    path: str
    dialect: Dialect
    zone: str = ""


SCHEDULES: Final[tuple[Scheduled, ...]] = (
    Scheduled(kind="appautoscaling.ScheduledAction", path="schedule", dialect=Dialect.SCALING, zone="timezone"),
    Scheduled(
        kind="backup.Plan", path="rules[*].schedule", dialect=Dialect.BACKUP, zone="rules[*].scheduleExpressionTimezone"
    ),
    Scheduled(
        kind="backup.RestoreTestingPlan",
        path="scheduleExpression",
        dialect=Dialect.BACKUP,
        zone="scheduleExpressionTimezone",
    ),
    Scheduled(kind="cloudwatch.EventRule", path="scheduleExpression", dialect=Dialect.EVENTS),
    Scheduled(
        kind="scheduler.Schedule",
        path="scheduleExpression",
        dialect=Dialect.SCHEDULER,
        zone="scheduleExpressionTimezone",
    ),
    Scheduled(kind="ssm.MaintenanceWindow", path="schedule", dialect=Dialect.WINDOW, zone="scheduleTimezone"),
)


def schedules_parse(case: Case) -> Refusals:
    """A schedule is one that its service can read, in a time zone that exists.

    Source: EventBridge guide, "Schedule patterns"; Scheduler guide, "Schedule types"; AWS Backup API, BackupRule;
    Systems Manager guide, "Cron and rate expressions"; Application Auto Scaling guide, "Scheduled scaling"
    (ValidationException throughout).
    """
    for row in SCHEDULES:
        if row.kind != case.kind:
            continue
        for path, expression in case.found(row.path):
            try:
                read(str(expression), row.dialect)
            except BadSchedule as error:
                yield Refusal(property=path, reason=str(error))
        for path, zone in case.found(row.zone) if row.zone else ():
            if not _is_zone(str(zone)):
                yield Refusal(property=path, reason=f"{zone!r} is no time zone of the IANA database")


@lru_cache(maxsize=64)
def _is_zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name).key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


# -- windows ----------------------------------------------------------------------------------------------------------


def _clock(text: str) -> int | None:
    """`03:30` → 210."""
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", text)
    return int(found[1]) * 60 + int(found[2]) if found else None


def backup_window(said: Value) -> tuple[int, int] | None:
    """Start in minutes after midnight and length of `hh:mm-hh:mm`; None when it cannot be read."""
    first, _, last = str(said).partition("-")
    start, end = _clock(first), _clock(last)
    return None if start is None or end is None else (start, (end - start) % DAY)


def maintenance_window(said: Value) -> tuple[int, int] | None:
    """Start in minutes after Monday's midnight and length of `ddd:hh:mm-ddd:hh:mm`."""
    points: list[int] = []
    for part in str(said).lower().split("-"):
        day, _, time = part.partition(":")
        clock, days = _clock(time), ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        if day not in days or clock is None:
            return None
        points.append(days.index(day) * DAY + clock)
    return (points[0], (points[1] - points[0]) % WEEK) if len(points) == 2 else None  # noqa: PLR2004 (from, to)


def database_windows(case: Case) -> Refusals:
    """A database's daily backup and its weekly maintenance keep clear of each other, each at least 30 minutes long.

    Source: RDS API CreateDBInstance, PreferredBackupWindow and PreferredMaintenanceWindow (InvalidParameterValue, "The
    backup window and maintenance window must not overlap").
    """
    daily, weekly = case.get("backupWindow"), case.get("maintenanceWindow")
    windows = {
        "backupWindow": daily and backup_window(daily),
        "maintenanceWindow": weekly and maintenance_window(weekly),
    }
    forms = {"backupWindow": "hh:mm-hh:mm", "maintenanceWindow": "ddd:hh:mm-ddd:hh:mm"}
    for path, window in windows.items():
        if case.get(path) is None:
            continue
        if window is None:
            yield Refusal(property=path, reason=f"{case.get(path)!r} is no window: {forms[path]}, UTC")
        elif window[1] < _SHORTEST_RDS_WINDOW:
            yield Refusal(
                property=path, reason=f"the window is {window[1]} minutes long; {_SHORTEST_RDS_WINDOW} at least"
            )
    first, second = windows["backupWindow"], windows["maintenanceWindow"]
    if first and second and any(_meet(second, (day * DAY + first[0], first[1]), WEEK) for day in range(7)):
        yield Refusal(
            property="maintenanceWindow", reason=f"{weekly} overlaps the backup window {daily}: they must not overlap"
        )


def _meet(one: tuple[int, int], other: tuple[int, int], cycle: int) -> bool:
    """Whether two windows (start, length) of the same cycle share a minute."""
    return (other[0] - one[0]) % cycle < one[1] or (one[0] - other[0]) % cycle < other[1]


def plan_windows(case: Case) -> Refusals:
    """The start windows of a backup plan's rules keep clear of each other.

    Source: AWS Backup guide, "Creating a backup plan": where start windows overlap only the rule with the longer
    retention runs.
    """
    rules = [one for _, one in case.found("rules[*]") if is_object(one)]
    starts = [_starts(rule) for rule in rules]
    for later, rule in enumerate(rules):
        for earlier in range(later):
            mine, theirs = starts[later], starts[earlier]
            if mine and theirs and _zone(rule) == _zone(rules[earlier]) and _overlap(mine, theirs):
                yield Refusal(
                    property=f"rules[{later}].schedule",
                    reason=f"the start window of {rule.get('ruleName')!r} overlaps that of "
                    f"{rules[earlier].get('ruleName')!r}: only the one with the longer retention would run",
                )


def _zone(rule: dict[str, Value]) -> str:
    zone = str(rule.get("scheduleExpressionTimezone") or "Etc/UTC")
    return "UTC" if zone in ("Etc/UTC", "UTC") else zone


@dataclass(frozen=True, kw_only=True)
class Starts:
    """When something may start: its cron, and how many minutes it may wait."""

    cron: Cron
    minutes: int


def _starts(rule: dict[str, Value]) -> Starts | None:
    try:
        cron = read(str(rule.get("schedule")), Dialect.BACKUP)
    except BadSchedule:
        return None
    window = rule.get("startWindow", _DEFAULT_START_WINDOW)
    return Starts(cron=cron, minutes=window) if cron is not None and isinstance(window, int) else None


def _fires(cron: Cron) -> Iterator[int]:
    """Minutes after the first day looked at, for two months."""
    first, days = _LOOKED_AT
    for number in range(days):
        if cron.fires_on(first + timedelta(days=number)):
            for minute in cron.minutes_of_day():
                yield number * DAY + minute


def _overlap(one: Starts, other: Starts) -> bool:
    theirs = list(_fires(other.cron))
    at = 0
    for start in _fires(one.cron):
        while at < len(theirs) and theirs[at] + other.minutes <= start:
            at += 1
        if at < len(theirs) and theirs[at] < start + one.minutes:
            return True
    return False


def backups_keep_clear_of_the_database(case: Case) -> Refusals:
    """A backup rule for a database keeps clear of that database's own windows.

    Source: AWS Backup guide, "Point-in-time recovery": a snapshot rule's window and RDS's own backup window must not
    coincide; no backup of RDS starts within the maintenance window or the hour before, unless continuous and snapshot
    backups are both made.
    """
    plan = case.world.by_id("backup.Plan", case.get("planId"))
    rules = [one for _, one in under(plan.inputs, "rules[*]") if is_object(one)] if plan else []
    continuous = [rule for rule in rules if rule.get("enableContinuousBackup") is True]
    for path, arn in case.found("resources[*]"):
        database = case.world.by_arn(arn)
        if database is None or not database.type.endswith("instance:Instance"):
            continue
        for rule in rules:
            starts = _starts(rule)
            if starts is None or _zone(rule) != "UTC":
                continue
            daily, weekly = (database.inputs.get(key) for key in ("backupWindow", "maintenanceWindow"))
            own, maintained = daily and backup_window(daily), weekly and maintenance_window(weekly)
            if own and rule not in continuous and _hits(starts, own, DAY, 0):
                yield _collision(path, rule, database.urn, f"backup window {daily}")
            both = continuous and len(continuous) < len(rules)
            if maintained and not both and _hits(starts, (maintained[0] - 60, maintained[1] + 60), WEEK, _WEEKDAY):
                yield _collision(path, rule, database.urn, f"maintenance window {weekly} or the hour before it")


_WEEKDAY: Final = _LOOKED_AT[0].weekday() * DAY


def _hits(starts: Starts, window: tuple[int, int], cycle: int, offset: int) -> bool:
    return any(_meet(window, ((start + offset) % cycle, starts.minutes), cycle) for start in _fires(starts.cron))


def _collision(path: str, rule: dict[str, Value], urn: str, window: str) -> Refusal:
    return Refusal(
        property=path,
        reason=f"the plan's rule {rule.get('ruleName')!r} may start in the {window} of database {logical(urn)}",
    )


RULES: Final = (
    AcrossRule(judge=schedules_parse, kinds=tuple(row.kind for row in SCHEDULES), early=True),
    AcrossRule(judge=database_windows, kinds=("rds.Instance",), early=True),
    AcrossRule(judge=plan_windows, kinds=("backup.Plan",), early=True),
    AcrossRule(judge=backups_keep_clear_of_the_database, kinds=("backup.Selection",)),
)

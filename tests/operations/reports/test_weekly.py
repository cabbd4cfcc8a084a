"""`weekly`: each line of the runbook's weekly tasks, and what it says when something is wrong or off."""

from datetime import timedelta

import pytest

from tests.operations.aws_world import aws_error
from tests.operations.reports.report_world import CONFIGURATION, FIREWALL_LOG, ReportWorld, access_line
from tests.operations.reports.sections import read, section
from tests.runbook_lines import LINES

WEEK = timedelta(days=7)


def test_every_weekly_task_is_a_section_in_the_runbooks_words_and_order(world: ReportWorld):
    told = read(world, "weekly")
    steps = ("Performance Review", "Security Review", "Backup Verification")
    assert [(one["step"], one["title"]) for one in told["sections"]] == [
        (step, line) for step in steps for line in LINES[f"Weekly Tasks / {step}"]
    ]
    assert (told["from"], told["to"]) == ("2026-11-17T03:00:00+00:00", "2026-11-24T03:00:00+00:00")
    assert not told["needs_attention"]


def test_a_week_with_something_to_look_at_ends_with_five(world: ReportWorld):
    world.scan = {"CRITICAL": 1}
    assert world.aws("weekly", "production").code == 5


# --- performance


def test_trends_stand_beside_the_week_before(world: ReportWorld):
    begins = world.aws.clock.now() - WEEK
    world.metrics["CPUUtilization"] = lambda at: 44 if at >= begins else 40
    world.metrics["MemoryUtilization"] = lambda at: 50 if at >= begins else None
    found = section(world, "weekly", "Analyze metrics trends")
    assert "CPU of the tasks on average: 44 %; the week before 40 (+10 %)" in found.lines
    assert "memory of the tasks on average: 50 %; the week before unknown" in found.lines
    assert "requests: 168,000; the week before 168,000 (+0 %)" in found.lines


def test_a_figure_without_data_this_week_is_unknown(world: ReportWorld):
    world.metrics["ErrorLines"] = lambda _at: None
    found = section(world, "weekly", "Analyze metrics trends")
    assert "unknown: no data this week: error lines in the log" in found.sentences


def test_what_is_too_large_is_named_and_costs_stand_beside_it(world: ReportWorld):
    world.metrics["CPUUtilization"] = lambda _at: 12
    found = section(world, "weekly", "Identify optimization opportunities")
    assert found.lines == [
        "CPU of the tasks: 12 % at most; a smaller size would carry that",
        "CPU of the database: 12 % at most; a smaller size would carry that",
    ]
    assert found.sentences[1] == "good: 512 USD this month, 900 USD expected, of 1,420 USD"


@pytest.mark.parametrize(
    ("spent", "said"),
    [
        ("1500", "LOOK: 1,500 USD this month, 900 USD expected, of 1,420 USD"),
        ("0", "unknown: the budget counts nothing: is the tag Environment activated as a cost allocation tag?"),
    ],
)
def test_a_budget_that_is_spent_or_counts_nothing(world: ReportWorld, spent: str, said: str):
    world.spent_usd = spent
    assert section(world, "weekly", "Identify optimization opportunities").sentences[1] == said


@pytest.mark.parametrize(("tasks", "verdict"), [(9, "good"), (10, "LOOK")])
def test_capacity_is_at_its_end_when_all_tasks_ran(world: ReportWorld, tasks: int, verdict: str):
    world.metrics["RunningTaskCount"] = lambda _at: tasks
    found = section(world, "weekly", "Review capacity planning")
    assert found.sentences[0] == f"{verdict}: at most {tasks} of 10 tasks ran, at 2026-11-17 03:00"


@pytest.mark.parametrize(("allocated", "verdict"), [(159, "good"), (160, "LOOK")])
def test_a_disk_near_its_largest_size_is_to_be_looked_at(world: ReportWorld, allocated: int, verdict: str):
    world.database["AllocatedStorage"] = allocated
    found = section(world, "weekly", "Review capacity planning")
    assert f"{verdict}: the database's disk has {allocated} GiB and grows to 200 GiB at most" in found.sentences


def test_what_reaches_its_line_soon_is_forecast(world: ReportWorld):
    begins = world.aws.clock.now() - WEEK
    world.metrics["disk"] = lambda at: 70 if at >= begins else 65  # 90 in four weeks
    found = section(world, "weekly", "Update forecasts")
    assert found.sentences[0] == "LOOK: at this pace 1 reaches an alert line within 8 weeks"
    assert found.lines == ["disk of the database: at the alert line of 90 % in about 4 weeks"]


def test_one_week_alone_is_no_forecast(world: ReportWorld):
    begins = world.aws.clock.now() - WEEK
    world.metrics["disk"] = lambda at: 70 if at >= begins else None
    assert "unknown: disk of the database: two weeks of data are needed" in (
        section(world, "weekly", "Update forecasts").sentences
    )


# --- security


def test_an_address_that_keeps_guessing_passwords_is_suspicious(world: ReportWorld):
    guess = access_line(401, "POST /api/v1/auth/login", client="198.51.100.9")
    world.access("2026/11/20", "20261120T1205", *[guess] * 20)
    found = section(world, "weekly", "Check for suspicious activity")
    assert found.sentences[0] == "LOOK: 1 address with 20 or more failed log-ins; 21 failed in all"
    assert "    20 × 198.51.100.9" in found.lines
    assert "    48 × 198.51.100.7 (requests-per-address)" in found.lines, "from the firewall's own log"


def test_a_firewall_without_a_log_is_said_to_have_none(world: ReportWorld):
    world.aws.faults["GetLoggingConfiguration"] = [aws_error("WAFNonexistentItemException", "GetLoggingConfiguration")]
    assert "not enabled: the firewall's log" in section(world, "weekly", "Check for suspicious activity").sentences


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"CRITICAL": 1, "LOW": 2}, "LOOK: ECR found 1 critical, 2 low in the image"),
        ({"HIGH": 1}, "LOOK: ECR found 1 high in the image"),
        ({"MEDIUM": 4}, "good: ECR found 4 medium in the image"),
        ({}, "good: ECR found nothing in the image"),
        (None, "not enabled: scanning of images in mockforge-cloud"),
    ],
)
def test_findings_in_the_image_that_runs(world: ReportWorld, counts: dict[str, int] | None, said: str):
    world.scan = counts
    assert section(world, "weekly", "Verify security patches").sentences[1] == said


def test_a_scan_that_failed_found_nothing_and_is_unknown(world: ReportWorld):
    failed = {"imageScanStatus": {"status": "FAILED", "description": "UnsupportedImageError"}}
    world.aws.handlers["ecr", "DescribeImageScanFindings"] = lambda _asked: failed
    found = section(world, "weekly", "Verify security patches")
    assert found.sentences[1] == "unknown: the scan of the image is FAILED: UnsupportedImageError"


@pytest.mark.parametrize(("days", "verdict"), [(30, "good"), (31, "LOOK")])
def test_an_image_that_missed_a_months_maintenance_is_old(world: ReportWorld, days: int, verdict: str):
    world.image_age = timedelta(days=days)
    found = section(world, "weekly", "Verify security patches")
    assert found.sentences[0].startswith(f"{verdict}: the image that runs was made {days} days ago")


def test_waiting_maintenance_and_newer_minor_versions_of_the_database(world: ReportWorld):
    world.pending = [{"Action": "system-update", "Description": "New operating system"}]
    world.upgrades = ["16.9", "16.11", "17.2"]
    found = section(world, "weekly", "Verify security patches")
    assert found.sentences[2:] == [
        "LOOK: RDS has 1 maintenance action waiting; the next window applies them",
        "LOOK: postgres 16.10: 16.11 is there (`database.engine_version`)",
    ]
    assert found.lines == ["system-update: New operating system"]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("StorageEncrypted", False, "LOOK: the database is NOT encrypted; protected from deletion"),
        ("PubliclyAccessible", True, "LOOK: the database is PUBLICLY accessible; protected from deletion"),
        ("DeletionProtection", False, "good: the database is encrypted and private; not protected from deletion"),
    ],
)
def test_compliance_of_the_database(world: ReportWorld, key: str, value: bool, said: str):
    world.database[key] = value
    assert section(world, "weekly", "Review compliance status").sentences[0] == said


def test_a_bucket_without_its_block_is_not_private(world: ReportWorld):
    missing = aws_error("NoSuchPublicAccessBlockConfiguration", "GetPublicAccessBlock", status=404)
    world.aws.faults["GetPublicAccessBlock"] = [missing]
    found = section(world, "weekly", "Review compliance status")
    assert found.sentences[1].startswith("LOOK: bucket objects-1a2b3c4: NOT private, off: BlockPublicAcls")
    assert "not enabled: AWS Config in us-east-1" in found.sentences
    assert "not enabled: Security Hub in us-east-1" in found.sentences


# --- backups


def test_a_week_without_a_restore_test_is_told(world: ReportWorld):
    del world.objects[CONFIGURATION, "restore-tests/2026-W48.json"]
    world.record("2026-W46", database=True, objects=True, configuration=True)
    found = section(world, "weekly", "Test backup restoration")
    assert found.sentences == [
        ("LOOK: neither this week nor last week has a record of a restore test in configuration-1a2b3c4/restore-tests/")
    ]
    assert section(world, "weekly", "Verify backup integrity").sentences[0] == (
        "unknown: without a restore test nobody knows"
    )


def test_a_restore_test_that_failed_or_left_one_out_is_told(world: ReportWorld):
    world.record("2026-W48", database=False, objects=True)
    assert section(world, "weekly", "Test backup restoration").sentences == [
        "LOOK: 2026-W48, database: FAILED: status: storage-full",
        "good: 2026-W48, objects: restored and good",
        "LOOK: 2026-W48, configuration: not restored, or its test is not over",
    ]
    assert "BAD  status: storage-full" in section(world, "weekly", "Verify backup integrity").lines


def test_before_this_weeks_test_last_weeks_counts(world: ReportWorld):
    del world.objects[CONFIGURATION, "restore-tests/2026-W48.json"]
    world.record("2026-W47", database=True, objects=True, configuration=True)
    assert section(world, "weekly", "Test backup restoration").verdict == "good"


def test_logs_are_kept_exactly_thirty_days(world: ReportWorld):
    world.log_groups |= {FIREWALL_LOG: 60, "/aws/lambda/mockforge-production-smoke-test": None}
    world.log_groups["/mockforge-cloud/production/service"] = 7
    world.log_groups["/aws/lambda/mockforge-staging-smoke-test"] = 7  # another environment's
    found = section(world, "weekly", "Review retention policies")
    assert found.sentences[0] == "LOOK: 4 log groups, 3 not kept exactly 30 days"
    assert found.lines == [
        "/aws/lambda/mockforge-production-smoke-test: for ever",
        "/mockforge-cloud/production/service: 7 days",
        f"{FIREWALL_LOG}: 60 days",
    ]


@pytest.mark.parametrize(("days", "verdict"), [(29, "LOOK"), (30, "good"), (31, "LOOK")])
def test_access_logs_are_kept_exactly_thirty_days(world: ReportWorld, days: int, verdict: str):
    rules = [{"Status": "Enabled", "Expiration": {"Days": days}}, {"Status": "Disabled", "Expiration": {"Days": 1}}]
    world.aws.handlers["s3", "GetBucketLifecycleConfiguration"] = lambda _asked: {"Rules": rules}
    assert section(world, "weekly", "Review retention policies").sentences[1] == (
        f"{verdict}: access logs in logs-1a2b3c4 are kept {days} days"
    )


def test_recovery_points_are_kept_as_the_settings_say(world: ReportWorld):
    world.backups.drop("objects", "mockforge-production")
    created = world.aws.clock.now() - timedelta(hours=3)
    ends = {"DeleteAt": created + WEEK}
    world.backups.add("objects", "mockforge-production", hours=3, CalculatedLifecycle=ends)
    assert "LOOK: objects, primary: kept 7 days (settings: 35)" in (
        section(world, "weekly", "Review retention policies").sentences
    )


def test_backups_that_were_never_documented_are_told(world: ReportWorld):
    del world.objects[CONFIGURATION, "restore-tests/log.md"]
    assert section(world, "weekly", "Document backup status").verdict == "LOOK"

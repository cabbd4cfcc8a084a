"""The maintenance checklist, executed through its paths: when did it end, and who was told what?

moto's interpreter runs the very definition that AWS gets, with seconds in place of minutes; the checklist's function
is the real one. All paths run side by side, because most of their time is waiting.
"""

import pytest

from tests.components.checklist_world import (
    GOOD,
    QUICK,
    Behaviour,
    World,
    answers,
    fails,
    first,
    hangs,
    odd,
    operator_answers,
    running,
    where,
)

pytestmark = pytest.mark.slow  # every path is executed: half a minute

# The definition's own names of what it calls; the last four are its functions.
OPERATIONS = (*[name for name in GOOD if name != "smoke-test"], "smoke-test", "plan", "left", "closing", "report")
TROUBLES: dict[str, Behaviour] = {"fails": fails, "hangs": hangs}

PATHS: dict[str, dict[str, object]] = {
    "all well": {},
    "no database of ours": {"database": False},
    "a backup fails": {
        "DescribeBackupJob": where("objects", answers(State="FAILED", StatusMessage="Access denied")),
    },
    "a backup does not start": {"StartBackupJob": where("objects", fails)},
    "a backup never ends": {"DescribeBackupJob": where("db:", answers(State="RUNNING"))},
    "a backup takes a while": {"DescribeBackupJob": first(answers(State="RUNNING"), 2)},
    "the operator does not answer": {"PutParameter": answers(Version=2)},
    "the operator says it failed": {"PutParameter": operator_answers(error="MaintenanceFailed", cause="index broken")},
    "the operator cannot be asked at first": {"PutParameter": first(fails, 2)},
    "the smoke test fails": {"smoke_test": answers(passed=False, reason="ready: the database is unhealthy")},
    "the smoke test passes later": {"smoke_test": first(answers(passed=False, reason="ready: database"))},
    "a notification fails once": {"Publish": first(fails)},
    "users cannot be told": {"Publish": where("-announcement", fails)},
    "operators cannot be told": {"Publish": where("-warning", fails)},
    "nobody can be told": {"Publish": fails},
    "nobody is heard from": {"Publish": hangs},
    "pages are not held back": {"DescribeAlarms": answers(MetricAlarms=[{"StateValue": "OK"}])},
    "there is no maintenance alarm": {"DescribeAlarms": answers(MetricAlarms=[])},
    "pages are held back after a while": {"DescribeAlarms": first(answers(MetricAlarms=[{"StateValue": "OK"}]))},
    "nothing is pending": {"DescribePendingMaintenanceActions": answers(PendingMaintenanceActions=[])},
    "the database stays away": {"DescribeDBInstances": answers(DBInstances=[{"DBInstanceStatus": "upgrading"}])},
    "the window is nearly over": {"given": {"window_ends_at": "2020-01-01T00:00:00Z"}},
    "the window's end is not told": {"given": {}},
    "minutes longer than the machine may run": {"given": {"window_minutes": 600}, "PutParameter": answers(Version=2)},
    "our function knows nothing": {"plan": odd},
    "everything hangs": {name.replace("-", "_"): hangs for name in OPERATIONS if name not in ("plan", "Publish")},
    **{
        f"{operation} {name}": {operation.replace("-", "_"): trouble}
        for operation in OPERATIONS
        for name, trouble in TROUBLES.items()
    },
}


# Started first, so that the others run in the meantime.
LONG = (
    "the smoke test fails",
    "smoke-test fails",
    "smoke-test hangs",
    "Publish hangs",
    "nobody is heard from",
    "the operator does not answer",
    "PutParameter fails",
    "PutParameter hangs",
    "minutes longer than the machine may run",
)
SILENT = ("operators cannot be told", "nobody can be told", "nobody is heard from", "Publish fails", "Publish hangs")


@pytest.fixture(scope="module")
def ran() -> dict[str, World]:
    patched = pytest.MonkeyPatch()
    patched.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with running() as cloud:
        worlds = {name: cloud.world(**wishes) for name, wishes in PATHS.items()}  # type: ignore[arg-type]
        for name in sorted(PATHS, key=lambda name: name not in LONG):
            cloud.start(worlds[name])
        cloud.finish()
    patched.undo()
    return worlds


def report(world: World) -> str:
    [(_, text)] = world.reports
    return text


def line(world: World, step: str) -> str:
    """What the report says of a step."""
    [found] = [one for one in report(world).splitlines() if f"  {step}:" in one]
    return found.partition(f"  {step}: ")[2]


@pytest.mark.parametrize("path", PATHS)
def test_it_ends_inside_the_window_with_one_report(ran: dict[str, World], path: str):
    world = ran[path]
    assert world.seconds < QUICK.window_seconds
    if world.status == "SUCCEEDED":
        assert len(world.reports) == 1
    else:  # the warning topic did not answer, and EventBridge tells of it
        assert (world.status, world.error, world.reports) == ("FAILED", "ReportNotSent", [])
        assert path in SILENT


@pytest.mark.parametrize("path", PATHS)
def test_users_who_were_told_that_it_begins_are_told_once_that_it_is_over(ran: dict[str, World], path: str):
    subjects = [subject for subject, _ in ran[path].told("announcement")]
    assert len(subjects) in (0, 2)
    assert [("begun" in subject, "over" in subject) for subject in subjects] in ([], [(True, False), (False, True)])


@pytest.mark.parametrize("path", PATHS)
def test_the_database_is_touched_only_when_everything_is_backed_up_and_pages_are_held_back(
    ran: dict[str, World], path: str
):
    calls = [(moment, name) for moment, name, _ in ran[path].calls]
    touched = [moment for moment, name in calls if name in ("ModifyDBInstance", "ApplyPendingMaintenanceAction")]
    if touched:
        for name, times in {"DescribeAlarms": 1, "StartBackupJob": 3, "DescribeBackupJob": 3}.items():
            before = [moment for moment, one in calls if one == name and moment < min(touched)]
            assert len(before) >= times, name


def test_all_well_goes_through_the_runbooks_checklist_in_its_order(ran: dict[str, World]):
    checklist = [
        "Notify users",
        "Create maintenance ticket",
        "Backup all systems",
        "Perform maintenance",
        "Verify functionality",
        "Close maintenance window",
        "Post-maintenance report",
    ]
    assert [name for name in ran["all well"].states if name in checklist] == checklist


def test_all_well_is_reported_with_the_time_of_each_step(ran: dict[str, World]):
    [(subject, text)] = ran["all well"].reports
    assert subject.startswith("MAINT-production-20")
    assert subject.endswith("maintenance report of production, all well")
    assert text.count(" m ") == 7
    assert "PROBLEM" not in text
    assert (
        line(ran["all well"], "Backup all systems") == "database completed, objects completed, configuration completed"
    )
    assert line(ran["all well"], "Perform maintenance") == (
        "database available, system-update applied, db-upgrade left to the stack file, "
        "the operator said it is done (ada: indexes rebuilt)"
    )


def test_all_well_tells_users_twice_and_operators_three_times(ran: dict[str, World]):
    begun, over = ran["all well"].told("announcement")
    assert begun[0] == "MockForge Cloud: maintenance has begun"
    assert over[0] == "MockForge Cloud: maintenance is over"
    assert "The service works." in over[1]
    ticket, turn, _ = ran["all well"].told("warning")
    assert "No ticket system is connected: this message is the ticket" in ticket[1]
    assert "./mfcloud maintenance finish production" in turn[1]


def test_backups_are_kept_as_long_as_the_vaults_lock_allows(ran: dict[str, World]):
    jobs = ran["all well"].asked("StartBackupJob")
    assert sorted(job["ResourceArn"].rpartition(":")[2].rpartition("-")[2] for job in jobs) == sorted(
        [ran["all well"].name.rpartition("-")[2], "objects", "configuration"]
    )
    assert {job["Lifecycle"]["DeleteAfterDays"] for job in jobs} == {35}
    assert len({job["IdempotencyToken"] for job in jobs}) == 3


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("a backup fails", "objects failed (Access denied)"),
        ("a backup does not start", "objects did not start"),
        ("a backup never ends", "database not done in time; it may still complete"),
    ],
)
def test_without_a_good_backup_nothing_is_maintained_and_operators_read_why(
    ran: dict[str, World], path: str, says: str
):
    world = ran[path]
    assert not world.asked("ModifyDBInstance")
    assert not world.asked("PutParameter")
    assert world.reports[0][0].endswith("NOT all well")
    assert line(world, "Backup all systems").startswith("PROBLEM: ")
    assert says in line(world, "Backup all systems")
    assert line(world, "Backup all systems").endswith("Maintenance was therefore not performed")
    assert line(world, "Perform maintenance") == "not done"
    assert "The service works." in world.told("announcement")[-1][1]


def test_a_backup_that_takes_a_while_is_waited_for(ran: dict[str, World]):
    assert line(ran["a backup takes a while"], "Backup all systems").startswith("database completed")


def test_without_an_answer_the_tests_begin_when_the_operators_time_is_up(ran: dict[str, World]):
    world = ran["the operator does not answer"]
    assert "the operator said nothing" in line(world, "Perform maintenance")
    assert world.reports[0][0].endswith("all well")
    [tested] = [moment for moment, name, _ in world.calls if name == "smoke-test"]
    until = QUICK.window_seconds - QUICK.word_before_end_seconds
    assert until - 2 < tested < until + 3


def test_an_answer_ends_the_wait_at_once(ran: dict[str, World]):
    moments = {name: moment for moment, name, _ in ran["all well"].calls}
    assert moments["smoke-test"] - moments["PutParameter"] < 5


def test_an_operators_word_that_it_failed_is_reported_and_the_service_tested_all_the_same(ran: dict[str, World]):
    world = ran["the operator says it failed"]
    assert "PROBLEM" in line(world, "Perform maintenance")
    # moto loses what the operator wrote beside it; the report's own tests have that
    assert "the operator said it FAILED" in line(world, "Perform maintenance")
    assert world.asked("smoke-test")


def test_an_operator_who_could_not_be_asked_is_asked_again(ran: dict[str, World]):
    world = ran["the operator cannot be asked at first"]
    assert "the operator said it is done" in line(world, "Perform maintenance")


def test_a_failing_smoke_test_is_told_to_operators_with_its_reason_and_to_users_without(ran: dict[str, World]):
    world = ran["the smoke test fails"]
    assert line(world, "Verify functionality") == "PROBLEM: ready: the database is unhealthy"
    assert len(world.asked("smoke-test")) > 1
    subject, text = world.told("announcement")[-1]
    assert subject == "MockForge Cloud: maintenance is over, the service is not yet well"
    assert "database" not in text


def test_a_smoke_test_is_repeated_while_there_is_time(ran: dict[str, World]):
    world = ran["the smoke test passes later"]
    assert line(world, "Verify functionality") == "7 checks, all ok"
    assert len(world.asked("smoke-test")) == 2


def test_a_notification_that_fails_once_is_sent_again(ran: dict[str, World]):
    world = ran["a notification fails once"]
    assert len(world.told("announcement")) == 2
    assert world.reports[0][0].endswith("all well")


def test_users_who_cannot_be_told_do_not_stop_the_maintenance_and_the_report_says_so(ran: dict[str, World]):
    world = ran["users cannot be told"]
    assert "PROBLEM: failed" in line(world, "Notify users")
    assert "PROBLEM: failed" in line(world, "Close maintenance window")
    assert world.asked("ModifyDBInstance")


@pytest.mark.parametrize("path", SILENT)
def test_a_report_that_cannot_be_sent_makes_the_execution_fail(ran: dict[str, World], path: str):
    assert (ran[path].status, ran[path].error) == ("FAILED", "ReportNotSent")


@pytest.mark.parametrize("path", ["pages are not held back", "there is no maintenance alarm"])
def test_while_pages_are_not_held_back_nothing_is_done_and_users_hear_nothing(ran: dict[str, World], path: str):
    world = ran[path]
    assert world.told("announcement") == []
    assert not world.asked("StartBackupJob")
    assert "the maintenance alarm did not hold pages back" in report(world)
    assert world.reports[0][0].endswith("NOT all well")


def test_an_alarm_that_lags_is_waited_for(ran: dict[str, World]):
    assert ran["pages are held back after a while"].reports[0][0].endswith("all well")


def test_where_nothing_is_pending_nothing_is_applied(ran: dict[str, World]):
    world = ran["nothing is pending"]
    assert not world.asked("ApplyPendingMaintenanceAction")
    assert line(world, "Perform maintenance").startswith("database available, the operator")


def test_an_engine_upgrade_is_never_applied_because_the_stack_file_names_the_version(ran: dict[str, World]):
    applied = [one["ApplyAction"] for world in ran.values() for one in world.asked("ApplyPendingMaintenanceAction")]
    assert set(applied) == {"system-update"}


def test_a_database_that_stays_away_is_a_problem_that_the_operator_gets_to_solve(ran: dict[str, World]):
    world = ran["the database stays away"]
    assert line(world, "Perform maintenance").startswith("PROBLEM: database not available in time")
    assert world.asked("PutParameter")


def test_a_database_elsewhere_is_neither_backed_up_nor_touched(ran: dict[str, World]):
    world = ran["no database of ours"]
    assert len(world.asked("StartBackupJob")) == 2
    assert not [name for _, name, _ in world.calls if "DBInstance" in name or "Pending" in name]
    assert line(world, "Perform maintenance").startswith("database stands elsewhere, the operator")


def test_with_too_little_time_nothing_is_begun(ran: dict[str, World]):
    world = ran["the window is nearly over"]
    assert not world.asked("DescribeAlarms")
    assert "Nothing was begun and nobody was told" in report(world)


@pytest.mark.parametrize("path", ["the window's end is not told", "plan fails", "plan hangs"])
def test_without_a_plan_nothing_is_begun(ran: dict[str, World], path: str):
    world = ran[path]
    assert world.reports[0][0] == "Maintenance did not begin"
    assert not world.asked("DescribeAlarms")


def test_a_plan_that_cannot_be_made_is_reported_with_its_reason(ran: dict[str, World]):
    assert "window_minutes is" in report(ran["the window's end is not told"])


def test_where_the_report_cannot_be_written_a_plain_one_is_sent(ran: dict[str, World]):
    subject, text = ran["report fails"].reports[0]
    assert subject == "Maintenance is over, its report is incomplete"
    assert ":execution:" in text


def test_where_the_closing_words_cannot_be_written_users_are_told_plainly(ran: dict[str, World]):
    assert ran["closing fails"].told("announcement")[-1][0] == "MockForge Cloud: maintenance is over"

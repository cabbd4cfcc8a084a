"""`morning`: whole reports; each line of the runbook's checklist, and what it says when something is wrong or off."""

from datetime import timedelta
from pathlib import Path

import pytest

from operations.reports import access_logs
from tests.operations.aws_world import aws_error, put
from tests.operations.manifests import manifest
from tests.operations.reports.report_world import LOGS_BUCKET, ReportWorld, access_line
from tests.operations.reports.sections import read, section
from tests.runbook_lines import LINES

HOUR = timedelta(hours=1)


def test_every_line_of_the_checklist_is_a_section_in_the_runbooks_words_and_order(world: ReportWorld):
    said = [(one["step"], one["title"]) for one in read(world, "morning")["sections"]]
    steps = ("Review Dashboards", "Check Logs", "User Activity")
    assert said == [(step, line) for step in steps for line in LINES[f"Morning Checklist / {step}"]]


def test_a_good_morning_ends_with_zero_and_asks_aws_to_change_nothing(world: ReportWorld):
    world.aws.calls.clear()
    answer = world.aws("morning", "production")
    assert answer.code == 0
    assert answer.out.splitlines()[:3] == [
        "Morning checklist of production, 2026-11-23 03:00 to 2026-11-24 03:00 UTC",
        "us-east-1, account 123456789012: 1 for you to judge, 11 good",
        "",
    ]
    assert [name for name in world.aws.changes if name not in ("StartQuery", "LookupEvents")] == []
    assert answer.err.splitlines()[0] == "1/12 Check system health dashboard"


def test_the_same_as_markdown_on_stdout_and_in_a_file(world: ReportWorld, tmp_path: Path):
    file = tmp_path / "morning.md"
    answer = world.aws("morning", "production", "--markdown", "--save", str(file))
    assert answer.out == file.read_text()
    lines = answer.out.splitlines()
    assert lines[0] == "# Morning checklist of production, 2026-11-23 03:00 to 2026-11-24 03:00 UTC"
    place = lines.index("### Monitor usage trends: good")
    assert lines[place + 2 : place + 8] == [
        "- **good** 24,000 requests, probes included",
        "",
        "  ```text",
        "  the time before: 24,000 (+0 %)",
        "  a week ago: 24,000 (+0 %)",
        "  ```",
    ]


def test_a_file_that_cannot_be_written_is_told_after_the_report(world: ReportWorld, tmp_path: Path):
    answer = world.aws("morning", "production", "--save", str(tmp_path / "missing" / "morning.md"))
    assert (answer.code, answer.out.startswith("Morning checklist")) == (1, True)
    assert "could not be written to" in answer.err


def test_two_forms_at_once_are_wrong_usage(world: ReportWorld):
    assert world.aws("morning", "production", "--json", "--markdown").code == 2


def test_after_a_weekend_one_looks_back_further(world: ReportWorld):
    answer = world.aws("morning", "production", "--hours", "72")
    assert answer.out.startswith("Morning checklist of production, 2026-11-21 03:00 to 2026-11-24 03:00 UTC")


# --- a failing section does not hide the others


def test_what_aws_refuses_is_unknown_in_its_section_and_the_report_ends_with_five(world: ReportWorld):
    world.aws.faults["GetWebACLForResource"] = [aws_error("AccessDeniedException", "GetWebACLForResource")]
    answer = world.aws("morning", "production")
    assert answer.code == 5
    assert "  unknown      Check security logs\n" in answer.out
    assert "unknown: these credentials may not do GetWebACLForResource: made up" in answer.out
    assert "good: GuardDuty has no finding" in answer.out, "the same section goes on"
    assert "  good         Review access logs\n" in answer.out, "and so do the others"


def test_an_answer_that_nobody_foresaw_is_unknown_in_its_section_too(world: ReportWorld):
    del world.database["DBInstanceClass"]
    found = section(world, "morning", "Check resource utilization")
    assert found.verdict == "unknown"
    assert found.sentences[-1] == "unknown: could not be read (KeyError: 'DBInstanceClass')"
    assert found.sentences[0].startswith("good: CPU of the tasks"), "what was read before it stays"


def test_signed_out_ends_the_report_at_once(world: ReportWorld):
    world.aws.faults["GetDashboard"] = [aws_error("ExpiredTokenException", "GetDashboard")]
    answer = world.aws("morning", "production")
    assert (answer.code, answer.out) == (1, "")
    assert "error: AWS does not accept the credentials" in answer.err


# --- dashboards


def test_a_missing_dashboard_is_told(world: ReportWorld):
    world.aws.faults["GetDashboard"] = [aws_error("ResourceNotFound", "GetDashboard", status=404)]
    found = section(world, "morning", "Check system health dashboard")
    assert found.sentences == [
        "LOOK: there is no dashboard mockforge-production: `mfcloud up production` makes it anew"
    ]


@pytest.mark.parametrize(
    ("failed", "total", "latency_seconds", "verdicts"),
    [
        (1, 1001, 0.199, ["good", "good", "good"]),
        (1, 1000, 0.199, ["good", "LOOK", "good"]),  # "99.9% uptime", but "< 0.1%"
        (2, 1000, 0.2, ["LOOK", "LOOK", "LOOK"]),  # "P95 < 200ms"
    ],
)
def test_error_rates_stand_beside_the_runbooks_targets(
    world: ReportWorld, failed: int, total: int, latency_seconds: float, verdicts: list[str]
):
    world.metrics["HTTPCode_Target_5XX_Count"] = lambda _at: failed
    world.metrics["RequestCount"] = lambda _at: total
    world.metrics["TargetResponseTime"] = lambda _at: latency_seconds
    found = section(world, "morning", "Review error rates")
    assert [one.partition(":")[0] for one in found.sentences] == verdicts
    assert "(target 99.9 %)" in found.sentences[0]
    assert "(target below 0.1 %)" in found.sentences[1]
    assert "(target below 200 ms)" in found.sentences[2]


def test_fewer_than_five_failures_say_nothing_as_with_the_alarms(world: ReportWorld):
    begins = world.aws.clock.now() - timedelta(days=1)
    world.metrics["RequestCount"] = lambda at: 10
    world.metrics["HTTPCode_Target_5XX_Count"] = lambda at: 4 if at == begins else None
    found = section(world, "morning", "Review error rates")
    assert found.verdict == "good"
    assert found.sentences[0].endswith("; fewer than 5 failures say nothing")


def test_a_night_without_requests_is_unknown_and_not_a_hundred_percent(world: ReportWorld):
    for name in ("RequestCount", "HTTPCode_Target_4XX_Count", "TargetResponseTime"):
        world.metrics[name] = lambda _at: None
    found = section(world, "morning", "Review error rates")
    assert found.sentences == [
        "unknown: CloudWatch has no requests in this time, so there is neither availability nor error rate",
        "unknown: CloudWatch has no response times in this time",
    ]
    assert section(world, "morning", "Monitor usage trends").verdict == "unknown"


@pytest.mark.parametrize(
    ("name", "what", "line"),
    [
        ("CPUUtilization", "CPU of the tasks", 80),
        ("MemoryUtilization", "memory of the tasks", 85),
        ("TaskEphemeralStorageUtilization", "scratch disk of the fullest task", 90),
        ("disk", "disk of the database", 90),
    ],
)
def test_utilisation_is_compared_with_the_runbooks_alert_lines(world: ReportWorld, name: str, what: str, line: int):
    peak = world.aws.clock.now() - 5 * HOUR
    world.metrics[name] = lambda at: line + 1 if at == peak else line - 10
    found = section(world, "morning", "Check resource utilization")
    [said] = [one for one in found.sentences if what in one]
    assert (
        said
        == f"LOOK: {what}: {line - 10} % on average, {line + 1} % at most at 2026-11-23 22:00 (alert line {line} %)"
    )


def test_a_measure_without_data_is_unknown_and_not_zero(world: ReportWorld):
    world.metrics["disk"] = lambda _at: None
    found = section(world, "morning", "Check resource utilization")
    assert found.sentences[-1] == "unknown: disk of the database: CloudWatch has no data in this time"


def test_alerts_of_the_night_with_how_long_they_lasted(world: ReportWorld):
    now = world.aws.clock.now()
    world.rang("mockforge-production-latency-alert", "ALARM", "OK", now - 4 * HOUR)
    world.rang("mockforge-production-latency", "ALARM", "OK", now - 4 * HOUR)
    world.rang("mockforge-production-latency-alert", "OK", "ALARM", now - 3.5 * HOUR)
    world.rang("mockforge-production-backups-late-alert", "OK", "ALARM", now - 23 * HOUR)
    world.rang("mockforge-production-outside-check", "ALARM", "OK", now - 0.5 * HOUR)
    world.rang("mockforge-production-scale-in", "ALARM", "OK", now - 0.5 * HOUR)
    world.rang("mockforge-staging-latency-alert", "ALARM", "OK", now - 0.5 * HOUR)
    world.on_now = [
        {"AlarmName": "mockforge-production-log-errors-alert", "StateTransitionedTimestamp": now - 49 * HOUR}
    ]
    found = section(world, "morning", "Review overnight alerts")
    assert found.sentences == ["LOOK: 4 alerts rang", "good: autoscaling was called 1 time; that tells nobody"]
    assert found.lines == [
        "backups-late: before 2026-11-23 03:00 to 04:00 UTC, at least 60 min",
        "log-errors: before 2026-11-23 03:00 to STILL ON, at least 24 h",
        "latency: 2026-11-23 23:00 to 23:30 UTC, 30 min",
        "outside-check: 2026-11-24 02:30 to STILL ON, 30 min",
    ]


# --- logs


def test_errors_of_the_log_are_grouped_by_message(world: ReportWorld):
    world.log_lines = [
        f"2026-11-24T00:27:{second:02d}.2Z ERROR pool: no connection after {second} ms" for second in range(12)
    ]
    world.log_lines.append("2026-11-24T01:00:00Z ERROR mail: \x1b[31mrefused\x1b[0m by 192.0.2.1:25")
    found = section(world, "morning", "Review application logs for errors")
    assert found.sentences == ["LOOK: 13 lines with ERROR in /mockforge-cloud/production/service, 2 different messages"]
    assert found.lines == [
        "    12 × <time> ERROR pool: no connection after <n> ms",
        "     1 × <time> ERROR mail: refused by <address>",
    ]


@pytest.mark.parametrize("status", ["Failed", "Timeout", "Cancelled"])
def test_a_query_that_did_not_complete_is_unknown_and_not_without_errors(world: ReportWorld, status: str):
    world.aws.handlers["logs", "GetQueryResults"] = lambda _asked: {"status": status, "results": []}
    found = section(world, "morning", "Review application logs for errors")
    assert found.sentences == [f"unknown: the query of /mockforge-cloud/production/service ended as {status}"]


def test_a_query_that_is_not_answered_is_given_up(world: ReportWorld):
    world.aws.handlers["logs", "GetQueryResults"] = lambda _asked: {"status": "Running", "results": []}
    found = section(world, "morning", "Review application logs for errors")
    assert found.sentences[0].endswith("was not answered within 120 seconds")


def test_the_firewall_tells_what_it_blocked_by_rule(world: ReportWorld):
    found = section(world, "morning", "Check security logs")
    assert found.sentences[0] == "good: the firewall blocked 48 requests and let 21,600 through"
    assert found.lines[0] == "    48 × requests-per-address"


def test_a_firewall_without_figures_is_unknown_and_did_not_block_nothing(world: ReportWorld):
    for name in [one for one in world.metrics if "Requests " in one]:
        world.metrics[name] = lambda _at: None
    found = section(world, "morning", "Check security logs")
    assert found.sentences[0] == "unknown: CloudWatch has no figures of the firewall in this time"


def test_what_the_account_has_not_enabled_is_said_to_be_so(world: ReportWorld):
    world.web_acl, world.detectors = False, []
    world.aws.handlers["ec2", "DescribeFlowLogs"] = lambda _asked: {"FlowLogs": []}
    world.attributes["access_logs.s3.enabled"] = "false"
    answer = world.aws("morning", "production")
    assert answer.code == 0, "what was never on is nobody's failure of this night"
    for said in (
        "not enabled: a web application firewall before the load balancer",
        "not enabled: GuardDuty in us-east-1",
        "not enabled: a CloudTrail trail (AWS itself keeps events of the last 90 days)",
        "not enabled: flow logs of the network vpc-1",
    ):
        assert said in answer.out
    assert answer.out.count("the load balancer writes no access logs, and nothing else tells who came") == 2
    assert "  not enabled  Review access logs\n" in answer.out


def test_findings_of_guard_duty_are_to_be_looked_at(world: ReportWorld):
    world.guard_duty = [
        {
            "Id": "1",
            "Title": "A role was used from an unusual place",
            "Severity": 5.0,
            "Type": "UnauthorizedAccess:IAMUser/X",
            "AccountId": "123456789012",
            "Arn": "arn",
            "CreatedAt": "now",
            "UpdatedAt": "now",
            "Region": "us-east-1",
            "SchemaVersion": "2.0",
            "Resource": {},
        }
    ]
    found = section(world, "morning", "Check security logs")
    assert "LOOK: GuardDuty has 1 finding of medium severity or above" in found.sentences
    assert "severity 5: A role was used from an unusual place" in found.lines
    [asked] = world.aws.asked("ListFindings")
    assert asked["FindingCriteria"]["Criterion"] == {
        "severity": {"GreaterThanOrEqual": 4},
        "updatedAt": {"GreaterThanOrEqual": 1795402800000},
        "service.archived": {"Equals": ["false"]},
    }, "what somebody has put away is not told again"


def test_a_failed_sign_in_to_the_console_and_the_root_user_are_told(world: ReportWorld):
    failed = '{"responseElements": {"ConsoleLogin": "Failure"}, "userIdentity": {"type": "Root"}}'
    at = world.aws.clock.now()
    event = {"EventTime": at, "Username": "root", "CloudTrailEvent": failed}
    world.aws.handlers["cloudtrail", "LookupEvents"] = lambda _asked: {"Events": [event]}
    found = section(world, "morning", "Check security logs")
    assert "LOOK: 1 sign-in to the AWS console, 1 failed, 1 as the account's root user" in found.sentences


def test_access_logs_are_summed_up_without_the_health_probes(world: ReportWorld):
    world.access(
        "2026/11/24",
        "20261124T0005",
        access_line(502, "GET /a?token=x"),
        access_line(429),
        "not a line",
        access_line(404),
    )
    world.access("2026/11/23", "20261123T0300", *[access_line(500)] * 9)  # before the time looked at
    found = section(world, "morning", "Review access logs")
    assert found.sentences == [
        (
            "LOOK: 9 requests beside 1 health probe: "
            "1 failed (5xx), 3 refused (4xx), 1 of these for the request limit (429)"
        )
    ]
    assert "failed      1 × GET /a" in found.lines, "without the query"
    assert "1 line could not be read" in found.lines


def test_without_any_log_file_nothing_is_known(world: ReportWorld):
    for key in [one for one in world.objects if one[0] == LOGS_BUCKET]:
        del world.objects[key]
    found = section(world, "morning", "Review access logs")
    assert found.verdict == "unknown"
    assert section(world, "morning", "Review new signups").verdict == "unknown"


def test_more_logs_than_one_reads_in_the_morning_are_cut_off_and_told(
    world: ReportWorld, monkeypatch: pytest.MonkeyPatch
):
    world.access("2026/11/24", "20261124T0005", access_line())
    newest = max(len(content) for (bucket, _), content in world.objects.items() if bucket == LOGS_BUCKET)
    monkeypatch.setattr(access_logs, "MOST_BYTES", newest)
    found = section(world, "morning", "Review access logs")
    assert found.sentences[0].startswith("good: 1 request beside 0 health probes")
    assert found.lines == ["1 older file was too much and not read"]
    assert (
        section(world, "morning", "Review new signups").sentences[0].endswith("; at least: 1 older file was not read")
    )


def test_a_backup_that_was_merely_started_is_none(world: ReportWorld):
    world.backups.drop("objects", "mockforge-production")
    world.backups.add("objects", "mockforge-production", hours=1, Status="CREATING")
    found = section(world, "morning", "Verify backup completion")
    assert found.verdict == "LOOK"
    assert (
        "LOOK: objects, primary: vault mockforge-production has no restorable recovery point; there are: 1 CREATING"
        in found.sentences
    )


# --- users


def test_sign_ups_and_clients_that_logged_in_are_counted_from_the_access_logs(world: ReportWorld):
    assert section(world, "morning", "Review new signups").sentences == [
        "good: 1 sign-up, 0 more tried without success"
    ]
    found = section(world, "morning", "Check active user count")
    assert found.sentences[0].startswith(
        "good: 2 distinct client addresses with a log-in, in place of active users (people behind one address"
    )
    assert found.lines == ["3 log-ins, 1 more tried without success"]


def test_usage_is_compared_with_the_day_before_and_a_week_ago(world: ReportWorld):
    now = world.aws.clock.now()
    ago = ((timedelta(days=1), 1000), (timedelta(days=2), 800), (timedelta(days=7), None))
    world.metrics["RequestCount"] = lambda at: next((value for age, value in ago if now - at <= age), 2000)
    assert section(world, "morning", "Monitor usage trends").lines == [
        "the time before: 19,200 (+25 %)",
        "a week ago: 48,000 (-50 %)",
    ]


# --- support tickets


def names(world: ReportWorld, **reports: object) -> None:
    from runbook.manifest import parameter_name
    from runbook.settings import Reports

    text = manifest(reports=Reports.model_validate(reports)).to_parameter()
    put(world.aws, parameter_name("production"), text, tier="Advanced")


def test_the_link_to_support_tickets_is_shown(world: ReportWorld):
    names(world, tickets_url="https://tickets.mockforge.dev/open")
    answer = world.aws("morning", "production")
    assert "the open support tickets\n                   https://tickets.mockforge.dev/open\n" in answer.out


def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """A checkout whose stack file names a command."""
    text = f"config:\n  mockforge-cloud:reports:\n    tickets_command: {command}\n"
    (tmp_path / "Pulumi.production.yaml").write_text(text)
    monkeypatch.setattr("operations.reports.tickets.PROJECT_ROOT", tmp_path)


def test_the_command_is_run_when_the_checkout_names_the_same(
    world: ReportWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    checkout(tmp_path, monkeypatch, '[printf, "#12 slow; $HOME\\n#13 log-in fails\\n"]')
    names(world, tickets_command=("printf", "#12 slow; $HOME\n#13 log-in fails\n"))
    found = section(world, "morning", "Review support tickets")
    assert (found.verdict, found.lines) == ("yours", ["#12 slow; $HOME", "#13 log-in fails"])


def test_a_command_that_only_the_manifest_names_is_not_run(
    world: ReportWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    proof = tmp_path / "run"
    checkout(tmp_path, monkeypatch, "[echo, tickets]")
    names(world, tickets_command=("touch", str(proof)))
    found = section(world, "morning", "Review support tickets")
    assert "not run from here" in found.sentences[0]
    assert not proof.exists()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("false", "unknown: `false` failed (1): no reason given"),
        ("no-such-program", "unknown: `no-such-program` of reports.tickets_command is not on this machine"),
    ],
)
def test_a_command_that_fails_is_unknown(
    world: ReportWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, said: str
):
    checkout(tmp_path, monkeypatch, f"[{command!r}]")
    names(world, tickets_command=(command,))
    assert section(world, "morning", "Review support tickets").sentences == [said]

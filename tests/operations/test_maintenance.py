"""`maintenance`: whole commands. The clock stands at 2026-11-24 03:00 UTC; the stack files are the project's."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from components.maintenance_checklist import NOBODY_WAITS
from components.maintenance_work import OPERATOR_FAILED
from operations.maintenance.muting import mutes
from operations.maintenance.word import FAILED, read_word
from tests.operations.aws_world import AwsWorld, aws_error, put
from tests.operations.ecs_world import Refusal

WORD = "/mockforge-cloud/production/maintenance-word"
TOPIC = "arn:aws:sns:us-east-1:123456789012"


@pytest.fixture(autouse=True)
def clock(aws: AwsWorld, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("operations.clock.SystemClock", lambda: aws.clock)


def test_next_shows_windows_and_when_users_are_told(aws: AwsWorld):
    answer = aws("maintenance", "next", "production")
    assert (answer.code, answer.err, aws.calls) == (0, "", [])
    assert answer.out.splitlines() == [
        "production: first Sunday 02:00–04:00 UTC",
        "  Sunday 2026-12-06 02:00-04:00 UTC; users are told 2026-11-29 02:00 UTC",
        "  Sunday 2027-01-03 02:00-04:00 UTC; users are told 2026-12-27 02:00 UTC",
        "  Sunday 2027-02-07 02:00-04:00 UTC; users are told 2027-01-31 02:00 UTC",
    ]


def test_in_a_window_next_begins_with_the_one_that_is_running(aws: AwsWorld):
    aws.clock.at = datetime(2026, 12, 6, 3, 59, tzinfo=UTC)
    running = "  Sunday 2026-12-06 02:00-04:00 UTC, running now; users were told 2026-11-29 02:00 UTC"
    assert aws("maintenance", "next", "production").out.splitlines()[1] == running
    aws.clock.at = datetime(2026, 12, 6, 4, 0, tzinfo=UTC)
    told = json.loads(aws("maintenance", "next", "production", "--count", "1", "--json").out)
    assert told["windows"] == [
        {
            "starts": "2027-01-03T02:00:00+00:00",
            "ends": "2027-01-03T04:00:00+00:00",
            "notice": "2026-12-27T02:00:00+00:00",
        }
    ]


def test_calendar_shows_a_year_of_every_environment(aws: AwsWorld):
    lines = aws("maintenance", "calendar").out.splitlines()
    assert (len(lines), lines[:2], lines[-1]) == (
        24,
        ["Sunday 2026-12-06 02:00-04:00 UTC  production", "Sunday 2026-12-06 02:00-04:00 UTC  staging"],
        "Sunday 2027-11-07 02:00-04:00 UTC  staging",
    )


def test_an_unknown_environment_has_no_windows(aws: AwsWorld):
    answer = aws("maintenance", "calendar", "prodution", "--ics")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.endswith("hint: did you mean `production`?\n")


# --- notice

NOTICE = (
    "MockForge Cloud: maintenance on 2026-12-06, 02:00 UTC\n\n"
    "On Sunday 2026-12-06 02:00-04:00 UTC MockForge Cloud, https://cloud.mockforge.dev, is maintained. It may be "
    "slow or interrupted during that time; you need do nothing. We tell you when it is over.\n"
)


@pytest.fixture
def readers(aws: AwsWorld) -> list[int]:
    there = [2]
    aws.handlers["sns", "GetTopicAttributes"] = lambda asked: {"Attributes": {"SubscriptionsConfirmed": str(there[0])}}
    aws.handlers["sns", "Publish"] = lambda asked: {"MessageId": "one"}
    return there


def test_notice_prints_the_text_without_aws(aws: AwsWorld):
    answer = aws("maintenance", "notice", "production")
    assert (answer.code, answer.out, answer.err, aws.calls) == (0, NOTICE, "", [])


def test_notice_send_publishes_exactly_what_it_printed(aws: AwsWorld, readers: list[int]):
    answer = aws("maintenance", "notice", "production", "--send", "--yes")
    assert (answer.code, answer.out, answer.err) == (0, NOTICE, "sent to 2 confirmed subscription(s)\n")
    [sent] = aws.asked("Publish")
    assert sent["TopicArn"] == f"{TOPIC}:announcements"
    assert f"{sent['Subject']}\n\n{sent['Message']}\n" == NOTICE
    assert sent["Subject"].isascii()


def test_a_notice_as_json_says_whether_it_was_sent(aws: AwsWorld, readers: list[int]):
    subject, _, message = NOTICE.rstrip("\n").partition("\n\n")
    for words, sent in (((), False), (("--send", "--yes"), True)):
        told = json.loads(aws("maintenance", "notice", "production", "--json", *words).out)
        assert told == {"subject": subject, "message": message, "sent": sent}


def test_a_notice_that_nobody_would_read_is_refused(aws: AwsWorld, readers: list[int]):
    readers[0] = 0
    answer = aws("maintenance", "notice", "production", "--send", "--yes")
    assert (answer.code, aws.changes) == (3, [])
    assert answer.err.startswith("error: nobody would read it: the announcements of production have no confirmed")


def test_without_a_person_to_ask_no_notice_is_sent(aws: AwsWorld, readers: list[int]):
    answer = aws("maintenance", "notice", "production", "--send")
    assert (answer.code, aws.changes) == (2, [])


# --- finish


@pytest.fixture
def waiting(aws: AwsWorld) -> AwsWorld:
    """A checklist waits for its operator until 03:30."""
    put(aws, WORD, "2026-11-24T03:30:00Z mw-execution-1 AQCEAAAAKgAAAA==")
    for operation in ("SendTaskSuccess", "SendTaskFailure"):
        aws.handlers["stepfunctions", operation] = lambda asked: {}
    aws.calls.clear()
    return aws


def test_finish_answers_the_checklist_that_waits(waiting: AwsWorld):
    answer = waiting("maintenance", "finish", "production", "--note", "kernel updated")
    assert (answer.code, answer.out) == (0, "")
    assert answer.err == (
        "told the checklist that it is done; it tests the service now and sends its report by e-mail\n"
    )
    [told] = waiting.asked("SendTaskSuccess")
    assert told["taskToken"] == "AQCEAAAAKgAAAA=="
    assert json.loads(told["output"])["note"] == "kernel updated"
    assert json.loads(told["output"])["by"]
    assert waiting.asked("SendTaskFailure") == []


def test_finish_as_json(waiting: AwsWorld):
    answer = waiting("maintenance", "finish", "production", "--failed", "--note", "disk full", "--json")
    assert json.loads(answer.out) == {"environment": "production", "succeeded": False, "note": "disk full"}


def test_finish_failed_answers_with_the_error_that_the_checklist_knows(waiting: AwsWorld):
    answer = waiting("maintenance", "finish", "production", "--failed", "--note", "disk full")
    assert answer.code == 0
    [told] = waiting.asked("SendTaskFailure")
    assert (told["error"], told["cause"].rpartition(": ")[2]) == ("MaintenanceFailed", "disk full")
    assert FAILED == OPERATOR_FAILED


@pytest.mark.parametrize("text", [NOBODY_WAITS, "one two three", "2026-11-24T03:30:00 execution token", "2026"])
def test_where_nobody_was_ever_waited_for_finish_is_refused(waiting: AwsWorld, text: str):
    put(waiting, WORD, text)
    waiting.calls.clear()
    answer = waiting("maintenance", "finish", "production")
    assert (answer.code, waiting.changes) == (3, [])
    assert answer.err == (
        "error: nobody waits for a word: no checklist of production has asked for one\n"
        "hint: `mfcloud maintenance next production` says when the next window opens\n"
    )


def test_after_its_time_nobody_waits_any_more(waiting: AwsWorld):
    waiting.clock.at += timedelta(minutes=30)
    answer = waiting("maintenance", "finish", "production")
    assert (answer.code, waiting.changes) == (3, [])
    assert answer.err.startswith(
        "error: nobody waits for a word any more: the last checklist of production did until 2026-11-24 03:30 UTC\n"
    )


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_a_word_given_twice_is_refused_the_second_time(waiting: AwsWorld, code: str):
    waiting.faults["SendTaskSuccess"].append(aws_error(code, "SendTaskSuccess"))
    answer = waiting("maintenance", "finish", "production")
    assert answer.code == 3
    assert answer.err == (
        f"error: the checklist waits no more ({code}): it was answered already, stopped, or its time is over\n"
        "hint: its report is sent by e-mail; execution mw-execution-1\n"
    )


def test_throttling_is_no_answer(waiting: AwsWorld):
    waiting.faults["SendTaskSuccess"].append(aws_error("ThrottlingException", "SendTaskSuccess"))
    answer = waiting("maintenance", "finish", "production")
    assert (answer.code, answer.err.splitlines()[0]) == (
        1,
        "error: AWS did not do SendTaskSuccess (ThrottlingException): made up",
    )


def test_the_word_is_read_as_the_checklist_writes_it():
    word = read_word("2026-12-06T03:10:00+00:00 mw-1 token")
    assert word is not None
    assert (word.until, word.execution, word.token) == (datetime(2026, 12, 6, 3, 10, tzinfo=UTC), "mw-1", "token")


# --- mute


@pytest.fixture
def alarms(aws: AwsWorld) -> AwsWorld:
    """Two that tell people, and five that must not be muted."""
    critical, warning, outside = (f"{TOPIC}:{name}" for name in ("critical", "warning", "outside"))
    policy = "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:1:resource/ecs/service/a/b:policyName/scale-in"
    metric: dict[str, list[str]] = {
        "mockforge-production-outside-check": [outside],
        "mockforge-production-scale-in": [policy],
        "mockforge-production-scale-told": [policy, warning],
        "mockforge-production-deployment-errors": [warning],
        "mockforge-production-maintenance": [],
        "mockforge-staging-latency": [warning],
    }
    composite = {"mockforge-production-availability": [critical]}

    def describe(asked: dict[str, Any]) -> dict[str, Any]:
        """As CloudWatch: without AlarmTypes it tells of metric alarms only; composite ones come on a later page."""
        rows, types = (metric, ["MetricAlarm"]) if "NextToken" not in asked else (composite, asked["AlarmTypes"])
        found = [
            {"AlarmName": name, "AlarmActions": actions, "OKActions": actions}
            for name, actions in rows.items()
            if name.startswith(asked["AlarmNamePrefix"])
        ]
        if rows is composite:
            return {"CompositeAlarms": found if "CompositeAlarm" in types else []}
        return {"MetricAlarms": found, "NextToken": "more"}

    aws.handlers["cloudwatch", "DescribeAlarms"] = describe
    aws.handlers["cloudwatch", "PutAlarmMuteRule"] = lambda asked: {}
    return aws


WORDS = ("maintenance", "mute", "production", "--minutes", "30", "--why", "replacing a log bucket")


def test_mute_silences_only_what_tells_people_and_ends_by_itself(alarms: AwsWorld):
    answer = alarms(*WORDS, "--yes")
    assert (answer.code, answer.err.splitlines()) == (
        0,
        [
            "Mute production: replacing a log bucket",
            "  from    2026-11-24 03:01 UTC, for 30 min; until then people are told as always",
            "  until   2026-11-24 03:31 UTC; what is still in alarm then, tells people then",
            "  alarms  2 in us-east-1: mockforge-production-availability, mockforge-production-outside-check",
            "  keeps   alarms that scale, that roll a deployment back, and the maintenance alarm",
        ],
    )
    assert answer.out.splitlines() == [
        "production: muted until 2026-11-24 03:31 UTC; to end it earlier:",
        (
            "  aws cloudwatch delete-alarm-mute-rule --region us-east-1 "
            "--alarm-mute-rule-name mockforge-production-mute-20261124T0301-1"
        ),
    ]
    [rule] = alarms.asked("PutAlarmMuteRule")
    assert rule["Rule"] == {"Schedule": {"Expression": "at(2026-11-24T03:01)", "Duration": "PT30M", "Timezone": "UTC"}}
    assert rule["MuteTargets"] == {
        "AlarmNames": ["mockforge-production-availability", "mockforge-production-outside-check"]
    }
    assert rule["Description"].endswith(": replacing a log bucket")
    assert not {"StartDate", "ExpireDate"} & rule.keys(), "CloudWatch refuses both beside at()"


def test_a_mute_without_a_person_a_reason_or_within_bounds_changes_nothing(alarms: AwsWorld):
    assert alarms(*WORDS).code == 2
    assert alarms(*WORDS, "--dry-run").err.endswith("dry run: nothing was changed\n")
    assert alarms(*WORDS[:-1], "  ", "--yes").code == 2
    for minutes in ("0", "241"):
        assert alarms("maintenance", "mute", "production", "--minutes", minutes, "--why", "x", "--yes").code == 2
    assert alarms.changes == []


def test_where_no_alarm_tells_people_there_is_nothing_to_mute(aws: AwsWorld):
    answer = aws(*WORDS, "--yes")
    assert (answer.code, answer.err) == (
        3,
        "error: production has no alarm that tells people; there is nothing to mute\n",
    )


def test_a_mute_that_aws_refuses_is_one_sentence(alarms: AwsWorld):
    def refuse(asked: dict[str, Any]) -> dict[str, Any]:
        raise Refusal("LimitExceededFault", "Too many rules.")

    alarms.handlers["cloudwatch", "PutAlarmMuteRule"] = refuse
    answer = alarms(*WORDS, "--yes", "--json")
    assert (answer.code, answer.out) == (1, "")
    assert "error: AWS refused PutAlarmMuteRule (LimitExceededFault): Too many rules." in answer.err


def test_each_region_has_rules_of_at_most_a_hundred_alarms_and_none_begins_in_the_past():
    now = datetime(2026, 11, 24, 3, 0, 55, tzinfo=UTC)
    names = [f"alarm-{number:03d}" for number in range(101)]
    rules = mutes("p", {"eu-west-1": names, "us-east-1": ["outside"]}, now, 240)
    assert [(one.region, len(one.alarms)) for one in rules] == [("eu-west-1", 100), ("eu-west-1", 1), ("us-east-1", 1)]
    assert [name for one in rules[:2] for name in one.alarms] == names
    assert len({one.name for one in rules}) == 3
    assert {one.schedule["Expression"] for one in rules} == {"at(2026-11-24T03:02)"}

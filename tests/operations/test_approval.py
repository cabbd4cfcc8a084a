"""`approve` and `reject`: whole commands against a made-up account with stages, time and failure."""

import json
from datetime import timedelta
from io import StringIO

import pytest

from tests.operations.aws_world import AwsWorld, aws_error


@pytest.fixture
def waiting(aws: AwsWorld) -> AwsWorld:
    """Version 41 is live, 42 waits for an answer."""
    aws.ecs.register(41, "a")
    aws.ecs.register(42, "b")
    aws.ecs.deployed(41, days_ago=2)
    aws.ecs.start(42)
    aws.clock.at += timedelta(minutes=5)
    return aws


def test_approve_says_what_goes_live_answers_and_waits_until_users_reach_it(waiting: AwsWorld):
    answer = waiting("approve", "production", "--yes")
    assert answer.err.splitlines()[:10] == [
        "Approve the deployment of production that waits for an answer:",
        "  goes live   mockforge-production:42 (image sha256:bbbbbbbbbbbb)",
        f"  image       123456789012.dkr.ecr.us-east-1.amazonaws.com/mockforge-cloud@sha256:{'b' * 64}",
        "  version     0.3.238 (the stack file's at the last `mfcloud up`)",
        "  live now    mockforge-production:41 (image sha256:aaaaaaaaaaaa)",
        "  new tasks   3 of 3 running",
        "  stage       PRE_PRODUCTION_TRAFFIC_SHIFT, since it began at 2026-11-24 03:00 UTC",
        "  unanswered  ROLLBACK at 2026-11-25 03:04 UTC",
        "  deployment  deployment2",
        "answered CONTINUE",
    ]
    shift = "IN_PROGRESS, stage PRODUCTION_TRAFFIC_SHIFT, new 3 of 3 tasks, 0 % of the traffic"
    bake = "IN_PROGRESS, stage BAKE_TIME, at most 60 min of the bake left, new 3 of 3 tasks, 100 % of the traffic"
    assert answer.err.splitlines()[10:] == [
        f"deployment of production: {shift} (0 min 00 s; until 03:35 UTC at the latest)",
        f"deployment of production: {bake} (1 min 00 s; until 03:35 UTC at the latest)",
    ]
    assert (answer.code, answer.out) == (0, f"production: {bake}\n")
    assert waiting.asked("ContinueServiceDeployment") == [
        {
            "serviceDeploymentArn": waiting.ecs.deployments[-1]["serviceDeploymentArn"],
            "hookId": "ecs-pause-2",
            "action": "CONTINUE",
        }
    ]


def test_reject_rolls_back_and_users_stay_where_they_are(waiting: AwsWorld):
    answer = waiting("reject", "production", "--yes", "--json")
    assert answer.code == 0
    assert json.loads(answer.out) == {
        "environment": "production",
        "deployment": waiting.ecs.deployments[-1]["serviceDeploymentArn"],
        "answer": "reject",
        "status": "ROLLBACK_SUCCESSFUL",
        "stage": "PRE_PRODUCTION_TRAFFIC_SHIFT",
    }
    assert waiting.ecs.live == 41


def test_without_a_person_to_ask_nothing_is_answered(waiting: AwsWorld):
    answer = waiting("approve", "production")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.endswith(
        "error: there is no terminal to ask at: Let users of production reach deployment deployment2?\n"
        "hint: add --yes if the answer is yes; nothing was changed\n"
    )
    assert waiting.changes == []


@pytest.mark.parametrize(("typed", "code"), [("production", 0), ("yes", 3), ("", 3)])
def test_a_person_confirms_with_the_name_of_the_environment(
    waiting: AwsWorld, monkeypatch: pytest.MonkeyPatch, typed: str, code: int
):
    monkeypatch.setattr("sys.stdin", Terminal(f"{typed}\n"))
    answer = waiting("approve", "production")
    assert answer.code == code
    assert "Let users of production reach deployment deployment2? Type `production` to go on.\n" in answer.err
    assert waiting.changes == (["ContinueServiceDeployment"] if code == 0 else [])


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_dry_run_says_the_same_and_answers_nothing(waiting: AwsWorld):
    answer = waiting("reject", "production", "--dry-run")
    assert (answer.code, answer.out) == (0, "")
    assert answer.err.endswith("  deployment  deployment2\ndry run: nothing was changed\n")
    assert waiting.changes == []


# --- nothing waits


def test_where_nothing_was_ever_deployed_nothing_waits(aws: AwsWorld):
    answer = aws("approve", "production", "--yes")
    assert (answer.code, answer.out) == (3, "")
    assert answer.err == "error: nothing waits for an answer: production was never deployed\n"


def test_after_the_last_deployment_nothing_waits_and_its_end_is_told(aws: AwsWorld):
    aws.ecs.register(41, "a")
    aws.ecs.deployed(41, days_ago=2)
    answer = aws("approve", "production", "--yes")
    assert (answer.code, answer.out) == (3, "")
    assert answer.err == (
        "error: nothing waits for an answer: the last deployment (deployment1) ended SUCCESSFUL "
        "at 2026-11-22 04:10 UTC\n"
        "hint: `mfcloud status production` shows what is live\n"
    )


def test_before_the_approval_stage_it_says_when_it_will_wait(waiting: AwsWorld):
    waiting.clock.at -= timedelta(minutes=4)
    answer = waiting("approve", "production", "--yes")
    assert answer.code == 3
    assert answer.err.startswith(
        "error: nothing waits for an answer yet: deployment deployment2 stands in stage SCALE_UP; it will wait at "
        "PRE_PRODUCTION_TRAFFIC_SHIFT\n"
    )


# --- answered before


def test_the_same_answer_again_is_fine_and_sent_once(waiting: AwsWorld):
    waiting("approve", "production", "--yes")
    again = waiting("approve", "production", "--yes")
    assert again.code == 0
    assert again.err == "deployment deployment2 was approved already; it stands in stage BAKE_TIME\n"
    assert len(waiting.asked("ContinueServiceDeployment")) == 1


def test_the_opposite_answer_is_refused_with_the_command_that_helps(waiting: AwsWorld):
    waiting("approve", "production", "--yes")
    late = waiting("reject", "production", "--yes")
    assert (late.code, late.out) == (3, "")
    assert late.err == (
        "error: deployment deployment2 was approved already; it stands in stage BAKE_TIME\n"
        "hint: `mfcloud rollback production` takes it back\n"
    )


def test_a_deployment_that_is_rolling_back_cannot_be_approved(waiting: AwsWorld):
    waiting.ecs.raise_alarm("mockforge-production-deployment-errors")
    late = waiting("approve", "production", "--yes")
    assert (late.code, late.out) == (3, "")
    assert "is being rolled back already (ROLLBACK_IN_PROGRESS: Service deployment rolled back because of" in late.err
    assert waiting("reject", "production", "--yes").code == 0
    assert waiting.changes == []


def test_an_approval_is_seen_in_the_hook_where_ecs_does_not_tell_the_stage(waiting: AwsWorld):
    """The reported stages are an open set: not every stage that exists is among them."""
    waiting("approve", "production", "--yes")
    waiting.ecs.deployments[-1].pop("lifecycleStage")
    again = waiting("approve", "production", "--yes")
    assert (again.code, len(waiting.asked("ContinueServiceDeployment"))) == (0, 1)


def test_an_approval_is_seen_in_the_stage_where_ecs_does_not_list_the_hook_any_more(waiting: AwsWorld):
    waiting("approve", "production", "--yes")
    waiting.ecs.deployments[-1]["lifecycleHookDetails"] = []
    again = waiting("approve", "production", "--yes")
    assert (again.code, len(waiting.asked("ContinueServiceDeployment"))) == (0, 1)


@pytest.mark.parametrize(("other", "code"), [("approve", 0), ("reject", 3)])
def test_of_two_operators_the_second_is_told_what_the_first_said(waiting: AwsWorld, other: str, code: int):
    """Both have seen the pause; the first answer arrives between the second one's look and answer."""

    def first(asked: dict[str, object]) -> dict[str, object]:
        del waiting.handlers[("ecs", "ContinueServiceDeployment")]
        waiting.ecs.ContinueServiceDeployment({**asked, "action": "CONTINUE"})
        return waiting.ecs.ContinueServiceDeployment(dict(asked))

    waiting.handlers[("ecs", "ContinueServiceDeployment")] = first
    answer = waiting(other, "production", "--yes")
    assert answer.code == code
    assert "deployment deployment2 was approved already; it stands in stage PRODUCTION_TRAFFIC_SHIFT" in answer.err


# --- what goes wrong


def test_an_approved_deployment_that_is_rolled_back_before_users_reach_it_fails_the_command(waiting: AwsWorld):
    waiting.clock.once(lambda: waiting.ecs.raise_alarm("mockforge-production-deployment-errors"))
    answer = waiting("approve", "production", "--yes")
    assert answer.code == 1
    assert answer.err.endswith(
        "error: the answer was CONTINUE, but the deployment stands at ROLLBACK_SUCCESSFUL (Service deployment rolled "
        "back because of alarm mockforge-production-deployment-errors)\n"
        "hint: `mfcloud status production` shows what is live\n"
    )


def test_throttling_while_waiting_is_asked_again(waiting: AwsWorld):
    throttled = [aws_error("ThrottlingException", "DescribeServiceDeployments") for _ in range(3)]
    waiting.clock.once(lambda: waiting.faults["DescribeServiceDeployments"].extend(throttled))
    answer = waiting("approve", "production", "--yes")
    assert answer.code == 0
    assert "deployment of production: AWS does not answer (ThrottlingException), asking again" in answer.err


def test_credentials_that_expire_while_waiting_end_it_with_the_way_to_go_on(waiting: AwsWorld):
    expired = aws_error("ExpiredTokenException", "DescribeServiceDeployments")
    waiting.clock.once(lambda: waiting.faults["DescribeServiceDeployments"].append(expired))
    answer = waiting("approve", "production", "--yes")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.endswith(
        "error: AWS does not accept the credentials (ExpiredTokenException at DescribeServiceDeployments); the "
        "deployment of production goes on in AWS\n"
        "hint: sign in to AWS (for instance `aws sso login`, or set AWS_PROFILE), then run the same command again\n"
    )
    assert waiting("approve", "production", "--yes").code == 0
    assert len(waiting.asked("ContinueServiceDeployment")) == 1


OPERATIONS = [
    "GetParameter",
    "ListServiceDeployments",
    "DescribeServiceDeployments",
    "DescribeServiceRevisions",
    "ContinueServiceDeployment",
]


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("when", ["faults", "lost"])
def test_ctrl_c_at_any_step_and_the_command_again_answers_once(waiting: AwsWorld, operation: str, when: str):
    getattr(waiting, when)[operation].append(KeyboardInterrupt())
    answer = waiting("approve", "production", "--yes")
    assert (answer.code, answer.out) == (130, "")
    assert "error: interrupted" in answer.err
    again = waiting("approve", "production", "--yes")
    assert again.code == 0
    answered = waiting.asked("ContinueServiceDeployment")
    assert len(answered) == 1 + (operation == "ContinueServiceDeployment" and when == "faults")
    assert waiting.ecs.deployments[-1]["lifecycleStage"] in {"PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME"}


def test_ctrl_c_while_waiting_says_how_to_go_on(waiting: AwsWorld):
    def press() -> None:
        raise KeyboardInterrupt

    waiting.clock.once(press)
    answer = waiting("approve", "production", "--yes")
    assert (answer.code, answer.out) == (130, "")
    assert answer.err.endswith(
        "error: interrupted while waiting for the deployment of production; it goes on in AWS\n"
        "hint: the answer was given; `mfcloud status production` shows how it goes on\n"
    )

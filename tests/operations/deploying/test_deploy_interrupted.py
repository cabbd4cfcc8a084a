"""`deploy` interrupted at every step, and by two operators at once: nothing lost, nothing done twice."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.operations.aws_world import aws_error, put
from tests.operations.deploying.production import (
    NEVER,
    NEW,
    RECORD,
    Production,
    approve_when_asked,
    image,
    recorded,
    refused,
)

# --- two operators at once


def claim_of_anna(production: Production, digit: str, *, minutes_ago: float = 0) -> None:
    at = production.aws.clock.now() - timedelta(minutes=minutes_ago)
    record = {"who": "anna", "at": at.isoformat(), "image": image(digit), "ticket": "OPS-7"}
    put(production.aws, RECORD, json.dumps({**record, "replaces": None, "replaces_version": None}))
    production.aws.calls.clear()


@pytest.mark.parametrize("digit", ["b", "c"])
def test_between_the_firsts_yes_and_ecs_the_second_is_told_who_is_at_it(production: Production, digit: str):
    claim_of_anna(production, digit, minutes_ago=5)
    said = refused(production, "--image", image("b"))
    assert said == (
        f"error: anna is about to deploy sha256:{digit * 12} to production (anna, since 2026-11-24 02:55 UTC, for "
        "OPS-7); nothing was changed\n"
        "hint: wait for it, or talk to anna; `mfcloud status production` shows when it has begun\n"
    )


def test_a_claim_from_which_nothing_came_ends_after_half_an_hour(production: Production):
    production.aws.ecs.approval = False
    claim_of_anna(production, "c", minutes_ago=31)
    assert production("--image", image("b")).code == 0


def test_a_claim_whose_deployment_is_over_is_none(production: Production):
    """Anna has deployed and gone home; nobody has written down how it ended."""
    claim_of_anna(production, "c")
    production.aws.ecs.smoke_test_fails = True
    production.aws.ecs.register(42, "c")
    production.aws.ecs.start(42)
    production.aws.clock.at += timedelta(minutes=9)
    production.aws.ecs.advance()
    production.aws.ecs.smoke_test_fails = production.aws.ecs.approval = False
    assert production("--image", image("b")).code == 0


def test_who_says_yes_second_is_refused_and_the_edit_taken_back(production: Production):
    """Both have seen that nothing runs; anna's yes comes while the other one is being asked."""
    before = production.stack_file
    original = production.engine.preview

    def preview() -> Any:
        claim_of_anna(production, "c")
        return original()

    production.monkeypatch.setattr(production.engine, "preview", preview)
    answer = production("--image", image("b"))
    assert (answer.code, production.stack_file) == (3, before)
    assert "error: anna is about to deploy sha256:cccccccccccc to production" in answer.err
    assert recorded(production.aws)["who"] == "anna"


def test_of_two_that_write_at_the_same_moment_the_first_deploys_and_its_record_stays(production: Production):
    """Parameter Store overwrites; the gap in the version numbers tells."""
    before = production.stack_file
    client = production.aws.client("ssm")

    def first(asked: dict[str, Any]) -> Any:
        del production.aws.handlers["ssm", "PutParameter"]
        record = {"who": "anna", "at": "2026-11-24T03:00:00+00:00", "image": image("c"), "ticket": "OPS-7"}
        value = json.dumps({**record, "replaces": None, "replaces_version": None})
        client.put_parameter(Name=RECORD, Value=value, Type="String", Overwrite=True)
        return client.put_parameter(**asked)

    production.aws.handlers["ssm", "PutParameter"] = lambda asked: {
        key: value for key, value in first(asked).items() if key != "ResponseMetadata"
    }
    answer = production("--image", image("b"))
    assert (answer.code, production.stack_file) == (3, before)
    assert "error: anna is about to deploy sha256:cccccccccccc" in answer.err
    assert recorded(production.aws)["who"] == "anna"
    assert production.engine.seen == ["preview b"]


def test_a_deployment_that_began_while_the_person_thought_refuses(production: Production):
    before = production.stack_file
    original = production.engine.preview

    def preview() -> Any:
        production.aws.ecs.register(42, "c")
        production.aws.ecs.start(42)
        return original()

    production.monkeypatch.setattr(production.engine, "preview", preview)
    answer = production("--image", image("b"))
    assert (answer.code, production.stack_file, production.engine.seen) == (3, before, ["preview b"])
    assert "is being deployed to production since" in answer.err
    assert set(production.aws.changes) & NEVER == set()


def test_a_deployment_that_begins_between_the_last_look_and_the_claim_refuses(production: Production):
    before = production.stack_file

    def first(asked: dict[str, Any]) -> dict[str, Any]:
        del production.aws.handlers["ssm", "PutParameter"]
        production.aws.ecs.register(42, "c")
        production.aws.ecs.start(42)
        return {"Version": production.aws.client("ssm").put_parameter(**asked)["Version"]}

    production.aws.handlers["ssm", "PutParameter"] = first
    answer = production("--image", image("b"))
    assert (answer.code, production.stack_file, production.engine.seen) == (3, before, ["preview b"])
    assert "error: production has changed since it was looked at; nothing was changed\n" in answer.err
    assert recorded(production.aws)["outcome"] == "not begun"


def test_the_second_with_the_same_image_follows_and_is_told_whom(production: Production):
    approve_when_asked(production)
    production.aws.ecs.register(42, "b")
    production.aws.ecs.start(42)
    claim_of_anna(production, "b", minutes_ago=1)
    answer = production("--image", image("b"), ticket=None)
    assert answer.code == 0
    assert answer.err.startswith(
        f"{NEW} is being deployed to production already (deployment deployment2), by anna, since 2026-11-24 02:59 "
        "UTC, for OPS-7; following it\n"
    )
    assert production.engine.seen == []


# --- interrupted


def test_ctrl_c_while_following_says_that_it_goes_on_and_the_command_again_follows(production: Production):
    production.aws.ecs.approval = False

    def press() -> None:
        raise KeyboardInterrupt

    production.aws.clock.once(press)
    answer = production("--image", image("b"))
    assert (answer.code, answer.out) == (130, "")
    assert answer.err.endswith(
        "error: interrupted while waiting for the deployment of production; it goes on in AWS\n"
        "hint: `mfcloud deploy production` follows it; `mfcloud rollback production` takes it back\n"
    )
    again = production(ticket=None)
    assert (again.code, again.out) == (0, f"production runs {NEW} (deployment deployment2)\n")
    assert production.engine.seen == ["preview b", "update b", "preview b"]
    assert recorded(production.aws)["outcome"] == "SUCCESSFUL"


STEPS = [
    "GetParameter",
    "GetCallerIdentity",
    "ListServiceDeployments",
    "DescribeServiceDeployments",
    "DescribeServiceRevisions",
    "DescribeAlarms",
    "PutParameter",
    "GetFunctionConfiguration",
]


@pytest.mark.slow
@pytest.mark.parametrize("operation", STEPS)
@pytest.mark.parametrize("when", ["faults", "lost"])
def test_ctrl_c_at_any_step_and_the_command_again_deploys_once(production: Production, operation: str, when: str):
    production.aws.ecs.approval = False
    getattr(production.aws, when)[operation].append(KeyboardInterrupt())
    assert production("--image", image("b")).code == 130
    again = production("--image", image("b"))
    assert (again.code, production.aws.ecs.live) == (0, 42)
    assert len(production.aws.ecs.deployments) == 2


def test_ctrl_c_in_the_update_keeps_the_file_and_says_how_to_go_on(production: Production):
    def press() -> None:
        production.engine.before_update.clear()
        raise KeyboardInterrupt

    production.aws.ecs.approval = False
    production.engine.before_update.append(press)
    answer = production("--image", image("b"))
    assert answer.code == 130
    assert answer.err.endswith(
        "error: interrupted in the update of production; Pulumi.production.yaml says the new image\n"
        "hint: `mfcloud deploy production --ticket OPS-12` goes on from what is there\n"
    )
    assert f"image: {image('b')}\n" in production.stack_file
    assert production().code == 0


def test_an_update_that_fails_keeps_the_file_and_says_how_to_go_on(production: Production):
    production.engine.update_fails = True
    answer = production("--image", image("b"))
    assert answer.code == 1
    assert answer.err.endswith(
        "error: update of production failed: made up\n"
        "hint: Pulumi.production.yaml says the new image; `mfcloud deploy production --ticket OPS-12` goes on from "
        "what is there\n"
    )
    assert recorded(production.aws)["outcome"] == "the update failed"


def test_expired_credentials_while_following_say_how_to_go_on(production: Production):
    expired = aws_error("ExpiredTokenException", "DescribeServiceDeployments")
    production.aws.ecs.approval = False

    def expires(at: datetime) -> None:
        if at.minute == 5:
            production.aws.clock.on_sleep.clear()
            production.aws.faults["DescribeServiceDeployments"].append(expired)

    production.aws.clock.on_sleep.append(expires)
    answer = production("--image", image("b"))
    assert (answer.code, answer.out) == (1, "")
    assert "the deployment of production goes on in AWS" in answer.err
    assert production().code == 0

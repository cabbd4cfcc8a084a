"""A deployment that ECS takes back fails `deploy` with the reason; the stack file can name the old image again."""

import json

from tests.operations.deploying.production import (
    NEW,
    OLD,
    Production,
    image,
    raise_at,
    recorded,
)


def rolled_back(production: Production, *words: str) -> str:
    answer = production("--image", image("b"), *words)
    assert answer.code == 1
    assert production.aws.ecs.live == 41
    return answer.err


def test_an_alarm_in_the_bake_fails_the_command_with_the_reason_and_the_file_gets_the_old_image_back(
    production: Production,
):
    before = production.stack_file
    production.aws.ecs.approval = False
    raise_at(production, "BAKE_TIME")
    said = rolled_back(production, "--version", "0.3.239")
    assert said.endswith(
        f"error: production: deployment deployment2 of {NEW} was rolled back: Service deployment rolled back because "
        "of alarm mockforge-production-deployment-errors, in stage BAKE_TIME; users are served by "
        f"{OLD}\n"
        "hint: find the cause, then deploy a repaired image; `mfcloud rollback production --reason …` records this one "
        "as withdrawn\n"
    )
    assert "Pulumi.production.yaml still names the image that was taken back. To put the old one back:\n" in said
    assert production.stack_file == before  # the version too
    assert recorded(production.aws)["outcome"] == "ROLLBACK_SUCCESSFUL"


def test_a_failed_smoke_test_hook_is_named(production: Production):
    production.aws.ecs.smoke_test_fails = True
    said = rolled_back(production)
    assert (
        "was rolled back: Lifecycle hook failed, the smoke test (hook hook-1) FAILED, in stage "
        "POST_TEST_TRAFFIC_SHIFT; users"
    ) in said


def test_tasks_that_do_not_start_open_the_circuit_breaker(production: Production):
    production.aws.ecs.tasks_start = False
    said = rolled_back(production)
    assert (
        "was rolled back: Service deployment rolled back because the circuit breaker was triggered, in stage SC" in said
    )


def test_a_person_may_leave_the_file_as_it_is(production: Production):
    production.aws.ecs.smoke_test_fails = True
    production.typing("production", "")
    answer = production("--image", image("b"), yes=False)
    assert answer.code == 1
    assert "Change Pulumi.production.yaml so? Type `yes`, or Enter to leave it.\n" in answer.err
    assert "Pulumi.production.yaml was left as it is; `mfcloud up production` would bring the image again" in answer.err
    assert f"image: {image('b')}\n" in production.stack_file


def test_what_ecs_cannot_roll_back_says_so(production: Production):
    production.aws.ecs.approval = False
    production.aws.ecs.rollback_fails = True
    raise_at(production, "BAKE_TIME")
    answer = production("--image", image("b"))
    assert answer.code == 1
    assert "failed, and could not be rolled back: Service deployment rolled back because of alarm" in answer.err
    assert f"users are served by {NEW}\n" in answer.err  # by the weights
    assert "Pulumi.production.yaml is left as it is: look first at what is live\n" in answer.err
    assert f"image: {image('b')}\n" in production.stack_file


def test_in_a_script_a_failure_is_an_object_too(production: Production):
    production.aws.ecs.smoke_test_fails = True
    content = json.loads(production("--image", image("b"), "--json").out)
    assert (content["status"], content["succeeded"]) == ("ROLLBACK_SUCCESSFUL", False)
    assert content["reason"].startswith("Lifecycle hook failed, the smoke test")
    assert content["stack_file"]["image"] == image("a")
    assert content["live"]["digest"] == f"sha256:{'a' * 64}"


def test_the_same_image_again_is_deployed_with_a_warning(production: Production):
    production.aws.ecs.smoke_test_fails = True
    rolled_back(production)
    production.aws.ecs.smoke_test_fails = production.aws.ecs.approval = False
    again = production("--image", image("b"))
    assert again.code == 0
    assert (
        "  warning     this image was deployed at 2026-11-24 03:00 UTC and ended ROLLBACK_SUCCESSFUL (Lifecycle hook "
        "failed)\n"
    ) in again.err

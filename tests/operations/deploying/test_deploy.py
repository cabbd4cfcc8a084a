"""`deploy` from the first line to the last: whole commands against a made-up account and an engine that is played."""

import json

from functions.smoke_test.checks import Report, Result
from functions.smoke_test.verdicts import Outcome
from tests.operations.deploying.production import (
    NEVER,
    NEW,
    OLD,
    Production,
    image,
    recorded,
)

# --- from the first line to the last


def test_it_edits_previews_asks_updates_follows_every_stage_and_ends_with_the_smoke_test(production: Production):
    production.aws.ecs.approval = False
    answer = production("--image", image("b"))
    said = answer.err.splitlines()
    assert said[:14] == [
        "Deploy to production:",
        f"  image       {image('b')}",
        "  version     0.3.238",
        f"  live now    {OLD}",
        "  ticket      OPS-12",
        "  expected    about 75 minutes, its bake included",
        "Changed the stack file:",
        "  Pulumi.production.yaml, line 10:",
        f"    - image: {image('a')}",
        f"    + image: {image('b')}",
        *said[10:14],
    ]
    assert production.engine.seen[:2] == ["preview b", "update b"]
    stages = [line.split("stage ")[1].split(";")[0] for line in said if "; stage " in line]
    assert list(dict.fromkeys(stages)) == [
        "SCALE_UP",
        "TEST_TRAFFIC_SHIFT",
        "POST_TEST_TRAFFIC_SHIFT",
        "PRODUCTION_TRAFFIC_SHIFT",
        "BAKE_TIME",
        "CLEAN_UP",
    ]
    assert said[-3:] == [
        "smoke test of https://cloud.mockforge.dev …",
        "smoke test passed; checks made: 1",
        "commit Pulumi.production.yaml: it names what is live",
    ]
    assert (answer.code, answer.out) == (0, f"production runs {NEW} (deployment deployment2)\n")
    assert production.aws.ecs.live == 42
    assert f"image: {image('b')}\n" in production.stack_file


def test_a_line_tells_tasks_and_weights_of_both_colours_alarms_and_the_time_left(production: Production):
    production.aws.ecs.approval = False
    answer = production("--image", image("b"))
    shown = [line.partition(" (")[0] for line in answer.err.splitlines()]
    assert (
        "deployment of production: IN_PROGRESS; stage SCALE_UP; old blue 3 of 3 tasks, 100 % production, 0 % test; "
        "new green 0 of 3 tasks, 0 % production, 100 % test; alarms MONITORING"
    ) in shown
    assert (
        "deployment of production: IN_PROGRESS; stage BAKE_TIME; old blue 3 of 3 tasks, 0 % production, 0 % test; "
        "new green 3 of 3 tasks, 100 % production, 100 % test; alarms MONITORING; at most 12 min of the bake left"
    ) in shown


def test_without_an_image_the_stack_files_own_is_deployed_and_nothing_is_edited(production: Production):
    production.file.write_text(production.stack_file.replace(image("a"), image("b")))
    before = production.stack_file
    production.aws.ecs.approval = False
    answer = production()
    assert (answer.code, production.aws.ecs.live) == (0, 42)
    assert "Changed the stack file" not in answer.err
    assert "commit" not in answer.err
    assert production.stack_file == before


def test_a_digest_alone_is_of_the_stack_files_repository(production: Production):
    production.aws.ecs.approval = False
    assert production("--image", f"sha256:{'b' * 64}").code == 0
    assert f"image: {image('b')}\n" in production.stack_file


def test_another_version_is_edited_with_the_image(production: Production):
    production.aws.ecs.approval = False
    answer = production("--image", image("b"), "--version", "0.3.239")
    assert '    + version: "0.3.239"\n' in answer.err
    assert '    version: "0.3.239"\n' in production.stack_file


def test_what_was_deployed_by_whom_and_for_which_ticket_can_be_found_again(production: Production):
    production.aws.ecs.approval = False
    production("--image", image("b"))
    assert recorded(production.aws) == {
        "who": "moto",
        "at": "2026-11-24T03:00:00+00:00",
        "image": image("b"),
        "ticket": "OPS-12",
        "replaces": image("a"),
        "replaces_version": "0.3.238",
        "outcome": "SUCCESSFUL",
    }


def test_the_deployment_that_is_followed_is_the_one_that_came_with_the_update(production: Production):
    production.aws.ecs.approval = False
    production.engine.ecs_is_slow = True
    answer = production("--image", image("b"))
    assert "deployment of production: not begun yet (" in answer.err
    assert (answer.code, answer.out) == (0, f"production runs {NEW} (deployment deployment2)\n")


def test_an_update_after_which_ecs_begins_nothing_is_no_success(production: Production):
    production.monkeypatch.setattr(production.engine, "update", production.engine.preview)
    answer = production("--image", image("b"))
    assert (answer.code, answer.out) == (1, "")
    assert (
        "error: the update of production is done, but ECS has begun no deployment in 5 minutes\n"
        "hint: `mfcloud status production` shows what is live;"
    ) in answer.err
    assert recorded(production.aws)["outcome"] == "no deployment began"


def test_for_scripts_it_is_one_object(production: Production):
    production.aws.ecs.approval = False
    content = json.loads(production("--image", image("b"), "--json").out)
    new = {"task_definition": "mockforge-production:42", "image": image("b"), "digest": f"sha256:{'b' * 64}"}
    assert content == {
        "environment": "production",
        "deployment": production.aws.ecs.deployments[-1]["serviceDeploymentArn"],
        "status": "SUCCESSFUL",
        "succeeded": True,
        "reason": None,
        "brought": new,
        "live": new,
        "ticket": "OPS-12",
        "begun_by": "moto",
        "stack_file": {"file": "Pulumi.production.yaml", "image": image("b")},
        "smoke_test": {
            "passed": True,
            "results": [{"name": "live", "outcome": "ok", "reason": "answers", "milliseconds": 3}],
        },
    }


def test_a_smoke_test_that_fails_at_the_end_fails_the_command(production: Production):
    production.aws.ecs.approval = False
    failed = Result(name="ready", outcome=Outcome.FAILED, reason="database is unhealthy", milliseconds=3)
    production.smoke_test = Report(results=(failed,))
    answer = production("--image", image("b"))
    assert answer.code == 1
    assert answer.err.endswith(
        f"error: production runs {NEW} (deployment deployment2), but its smoke test failed: ready: database is "
        "unhealthy\nhint: `mfcloud smoke-test production` runs it again; `mfcloud rollback production` goes back\n"
    )


# --- nothing to do


def test_the_same_image_without_a_deployment_is_nothing_to_do(production: Production):
    answer = production()
    assert (answer.code, answer.out) == (0, "")
    assert answer.err == (
        f"nothing to deploy: production runs {OLD} already; `mfcloud up production` for other changes\n"
    )
    assert set(production.aws.changes) & NEVER == set()


def test_a_file_that_names_another_image_than_the_live_one_is_put_right_and_nothing_deployed(production: Production):
    production.file.write_text(production.stack_file.replace(image("a"), image("c")))
    answer = production("--image", image("a"))
    assert answer.code == 0
    assert answer.err.endswith("changed Pulumi.production.yaml; commit it\n")
    assert f"image: {image('a')}\n" in production.stack_file
    assert production.engine.seen == []

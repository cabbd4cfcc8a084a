"""What the engine refuses, and that it does so before anything is touched."""

import os

import pulumi
import pytest
from pulumi import automation

from tests.engine.conftest import Project, changes
from tests.engine.shop import Wishes, program

pytestmark = pytest.mark.engine


def test_a_resource_hook_refuses_an_update_and_lets_the_next_one_pass(project: Project):
    running: list[str] = []
    wishes = Wishes()

    def refuse(args: pulumi.ResourceHookArgs) -> None:
        if running:
            raise RuntimeError("a deployment is running: wait for its bake to end")

    def guarded() -> None:
        guard = pulumi.ResourceHook("no-overlapping-deployment", refuse)
        wishes.hooks = pulumi.ResourceHookBinding(before_update=[guard])
        program(wishes)

    stack = project.open(guarded)
    stack.up()
    wishes.tags = {"team": "other"}
    running.append("deployment")
    with pytest.raises(automation.CommandError, match="wait for its bake to end"):
        stack.up()
    assert project.cloud.one("Bucket", "web-files").outputs["tags"] == {"team": "shop"}

    running.clear()
    assert changes(stack.up()) == {"update": 1}


def test_protect_refuses_a_replacement_already_in_the_preview(project: Project):
    wishes = Wishes(protected=True)
    stack = project.open(lambda: program(wishes))
    stack.up()
    wishes.cidr = "10.1.0.0/16"
    with pytest.raises(automation.CommandError, match=r"(?s)web-vpc.*protect"):
        stack.preview()


def test_the_program_and_its_hooks_see_no_aws_credentials_and_get_them_back_afterwards(
    project: Project, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_PROFILE", "production")
    seen: dict[str, str] = {}
    project.open(lambda: seen.update(os.environ)).preview()
    assert "AWS_ACCESS_KEY_ID" not in seen
    assert "AWS_PROFILE" not in seen
    assert os.environ["AWS_PROFILE"] == "production"


def test_the_projects_own_files_are_never_written(project: Project):
    original = "config:\n  shop:start: 02:00 # comment\nencryptedkey: real\nsecretsprovider: awskms://alias/x\n"
    (project.root / "Pulumi.dev.yaml").write_text(original)
    stack = project.open(lambda: None)
    stack.up()
    stack.preview()
    assert (project.root / "Pulumi.dev.yaml").read_text() == original
    assert (project.root / "Pulumi.yaml").read_text() == "name: shop\nruntime: python\n"
    assert sorted(path.name for path in project.root.iterdir()) == [".offline", "Pulumi.dev.yaml", "Pulumi.yaml"]

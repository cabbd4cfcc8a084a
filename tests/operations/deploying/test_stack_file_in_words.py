"""After a rollback the stack file still names the bad image: which line to change, and to what."""

from pathlib import Path

import pytest

from operations.deploying.stack_file_in_words import edit
from operations.deployments.told import Image

REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com/mockforge-cloud"


def image(digit: str) -> Image:
    digest = f"sha256:{digit * 64}"
    return Image(reference=f"{REGISTRY}@{digest}", digest=digest)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    text = f"config:\n  mockforge-cloud:service:\n    # was {image('b').reference}\n    image: {image('b').reference}\n"
    (tmp_path / "Pulumi.production.yaml").write_text(text)
    return tmp_path


def test_the_line_is_shown_before_and_after_and_a_comment_is_left_alone(root: Path):
    assert edit("production", image("b"), image("a"), root) == [
        "change line 4 of Pulumi.production.yaml, or `mfcloud up` is refused:",
        f"  - image: {REGISTRY}@sha256:{'b' * 64}",
        f"  + image: {REGISTRY}@sha256:{'a' * 64}",
        "and `version` with it, where the older image answers another one",
    ]


def test_a_file_that_names_the_good_image_already_needs_nothing(root: Path):
    assert edit("production", image("c"), image("b"), root) == []


@pytest.mark.parametrize("environment", ["production", "elsewhere"])
def test_a_file_that_names_neither_or_is_not_here_is_told_what_it_should_say(root: Path, environment: str):
    assert edit(environment, image("d"), image("a"), root) == [
        f"before the next `mfcloud up`, let `service.image` in Pulumi.{environment}.yaml be",
        f"  {REGISTRY}@sha256:{'a' * 64}",
    ]


def test_with_the_same_image_it_is_the_other_settings(root: Path):
    [line] = edit("production", image("b"), image("b"), root)
    assert line.startswith("the image is the same: take the other changes since then back in Pulumi.production.yaml")


def test_an_image_that_ecs_does_not_say_is_to_be_looked_at(root: Path):
    assert edit("production", None, image("a"), root) == [
        "check what Pulumi.production.yaml says of the image before the next `mfcloud up`: ECS does not say it"
    ]
    assert (root / "Pulumi.production.yaml").read_text().count("b" * 64) == 2

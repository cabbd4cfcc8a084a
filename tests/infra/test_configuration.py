"""A bad stack file stops the program before anything is registered, with every problem in one message.

Guards: half an environment brought up from a bad file, mistakes told in instalments, a secret's value in a message.
"""

import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest
from pulumi.runtime.config import set_all_config

from infra.environment import program
from runbook.stack_file import StackFileError, from_config
from tests.harness import Program, registered
from tests.stacks.stack import STACKS, config_of

OURS = "mockforge-cloud:"


def with_sections(**sections: Any) -> dict[str, Any]:
    """Staging's file; a section given as a mapping goes over what the file says, anything else replaces it."""
    config = dict(config_of("staging"))
    for section, values in sections.items():
        key = f"{OURS}{section}"
        config[key] = {**config.get(key, {}), **values} if isinstance(values, dict) else values
    return config


def refused(config: Mapping[str, Any], secret_keys: tuple[str, ...] = ()) -> tuple[str, Program]:
    """The message of the refusal, and what was registered until then."""
    told: list[str] = []

    def attempt() -> None:
        texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
        set_all_config(texts, list(secret_keys))
        with pytest.raises(pulumi.RunError) as refusal:
            program()
        told.append(str(refusal.value))

    recorded = registered(attempt, stack="staging", config=config)
    return told[0], recorded


MISTAKES = (
    # what is wrong, sections, what the message says
    ("one value", {"scaling": {"minimum_tasks": 0}}, ["has 1 problem;", "mockforge-cloud:scaling.minimum_tasks: 0"]),
    (
        "several at once",
        {
            "scaling": {"minimun_tasks": 3},
            "backups": {"retention_days": "ten"},
            "deployment": {"bake_minutes": -5},
            "network": {"zones": ["a"]},
        },
        [
            "has 4 problems; nothing was changed",
            "mockforge-cloud:scaling.minimun_tasks",
            "hint: did you mean `minimum_tasks`?",
            "mockforge-cloud:backups.retention_days",
            "mockforge-cloud:deployment.bake_minutes: -5",
            "mockforge-cloud:network.zones",
        ],
    ),
    ("an unknown section", {"scalling": {"minimum_tasks": 1}}, ["mockforge-cloud:scalling", "did you mean `scaling`?"]),
    ("a text for a section", {"scaling": "many"}, ["mockforge-cloud:scaling"]),
    ("a number as text", {"alerts": {"cpu_percent": "80"}}, ["mockforge-cloud:alerts.cpu_percent"]),
    (
        "two keys against each other",
        {"scaling": {"minimum_tasks": 5, "maximum_tasks": 2}},
        ["minimum_tasks", "maximum_tasks"],
    ),
    ("a fifth Sunday", {"maintenance": {"ordinal": 5}}, ["mockforge-cloud:maintenance.ordinal: 5"]),
)


@pytest.mark.parametrize(("sections", "says"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES])
def test_a_bad_file_is_refused_with_every_problem_and_nothing_is_registered(sections: dict[str, Any], says: list[str]):
    config = with_sections(**sections)
    message, recorded = refused(config)
    assert [part for part in says if part not in message] == []
    assert [str(one) for one in recorded.resources if one.type != "pulumi:pulumi:Stack"] == []
    assert (recorded.lookups, recorded.raw_stack_outputs) == ([], {})


@pytest.mark.parametrize("sections", [row[1] for row in MISTAKES], ids=[row[0] for row in MISTAKES])
def test_the_message_is_that_of_the_stack_file(sections: dict[str, Any]):
    config = with_sections(**sections)
    with pytest.raises(StackFileError) as error:
        from_config({key.removeprefix(OURS): value for key, value in config.items()}, "staging", "Pulumi.staging.yaml")
    assert refused(config)[0] == error.value.body


def test_a_missing_section_is_named():
    message, recorded = refused({key: value for key, value in config_of("staging").items() if "contacts" not in key})
    assert "mockforge-cloud:contacts" in message
    assert len(recorded.resources) == 1


def test_without_any_configuration_everything_missing_is_named():
    message, recorded = refused({})
    assert [
        name for name in ("address", "service", "notifications", "contacts") if f"{OURS}{name}" not in message
    ] == []
    assert len(recorded.resources) == 1


def test_a_secret_value_in_the_file_is_refused_and_not_repeated():
    config = with_sections(notifications={"pagerduty_secret": "hunter2-is-the-integration-key"})
    message, recorded = refused(config, secret_keys=(f"{OURS}notifications",))
    assert f"{OURS}notifications" in message
    assert "hunter2" not in message
    assert len(recorded.resources) == 1


def test_keys_of_other_projects_and_providers_are_none_of_ours():
    config = {**config_of("staging"), "aws:profile": "somebody", "other-project:scaling": {"tasks": "x"}}
    recorded = registered(program, stack="staging", config=config, preview=True)
    assert recorded.stack_outputs["url"] == "https://staging.cloud.mockforge.dev"
    assert recorded.one("pulumi:providers:aws")["profile"] == "somebody"


@pytest.mark.parametrize("stack", STACKS)
def test_the_name_of_the_environment_is_the_stacks(stack: str):
    recorded = registered(program, stack=f"{stack}-2", config=config_of(stack), preview=True)
    assert recorded.stack_outputs["operations"] == f"/mockforge-cloud/{stack}-2/operations"

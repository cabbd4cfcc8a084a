"""A bad stack file under the engine: every problem in one message, no traceback, and nothing anywhere."""

import pytest
from pulumi import automation

from infra.environment import program
from offline.engine import Engine
from tests.engine.whole import Whole, whole

pytestmark = pytest.mark.engine

MISTAKES = (
    ("    nat_gateways: single", "    nat_gateways: one"),
    ("    bake_minutes: 15", "    bake_minutes: -1"),
    ("    minimum_tasks: 1", "    minimun_tasks: 1"),
)
SAID = (
    "Pulumi.staging.yaml has 3 problems; nothing was changed",
    "mockforge-cloud:network.nat_gateways",
    "mockforge-cloud:deployment.bake_minutes: -1",
    "mockforge-cloud:scaling.minimun_tasks: 1",
    "did you mean `minimum_tasks`?",
)


@pytest.fixture
def staging(tmp_path, engine: Engine) -> Whole:
    return whole(tmp_path / "staging", "staging", engine, code=True)


@pytest.mark.parametrize("operation", ["preview", "up"])
def test_plain_pulumi_says_every_problem_at_once_and_makes_nothing(staging: Whole, operation: str):
    with staging.saying(*MISTAKES):
        stack = staging.stack(program)  # as __main__.py runs it
        with pytest.raises(automation.CommandError) as stopped:
            getattr(stack, operation)()
    said = str(stopped.value)
    assert [one for one in SAID if one not in said] == []
    assert "Traceback" not in said
    assert staging.cloud.all() == []
    assert staging.state == []


@pytest.mark.parametrize("command", [["preview"], ["up", "--yes"], ["destroy", "--yes"], ["refresh", "--yes"]])
def test_mfcloud_says_the_same_before_it_looks_for_an_engine(staging: Whole, command: list[str]):
    name, *switches = command
    with staging.saying(*MISTAKES):
        answer = staging.mfcloud(name, "staging", "--offline", *switches)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert [one for one in SAID if one not in answer.stderr] == []
    assert "Traceback" not in answer.stderr
    assert not staging.home.exists()


def test_a_stack_that_is_up_stays_as_it_is_when_its_file_goes_bad(staging: Whole):
    staging.stack(lambda: None).up()
    before = staging.state
    with staging.saying(*MISTAKES), pytest.raises(automation.CommandError, match="has 3 problems"):
        staging.stack(program).up()
    assert staging.state == before

"""`deploy` asks for the approval in the same session, when its pause comes."""

from datetime import timedelta
from typing import Any

from tests.operations.deploying.production import (
    NEW,
    OLD,
    Production,
    Terminal,
    approve_when_asked,
    image,
)


def test_when_the_pause_comes_the_person_is_asked_and_approves(production: Production):
    production.typing("production", "production")
    answer = production("--image", image("b"), yes=False)
    assert answer.code == 0
    assert (
        "Let users of production reach it? Type `production` to approve, `reject` to throw it away; anything else "
        "leaves it waiting.\nanswered CONTINUE\n"
    ) in answer.err
    assert f"  goes live   {NEW}\n" in answer.err
    assert production.aws.asked("ContinueServiceDeployment")[0]["action"] == "CONTINUE"
    assert production.aws.ecs.live == 42


def test_a_person_may_reject_it_there(production: Production):
    production.typing("production", "reject", "")
    answer = production("--image", image("b"), yes=False)
    assert answer.code == 1
    assert production.aws.asked("ContinueServiceDeployment")[0]["action"] == "ROLLBACK"
    assert (
        f"error: production: deployment deployment2 of {NEW} was rolled back: Lifecycle hook was answered with "
        "ROLLBACK, the approval (hook ecs-pause-2) FAILED, in stage PRE_PRODUCTION_TRAFFIC_SHIFT; users are served by "
        f"{OLD}\n"
    ) in answer.err


def test_any_other_word_leaves_it_waiting_and_somebody_else_may_answer(production: Production):
    production.typing("production", "hm", "")
    production.aws.clock.on_sleep.append(
        lambda _at: approve_when_asked(production) if "ticks" in _ticks(production) else None
    )
    answer = production("--image", image("b"), yes=False)
    assert "left waiting: `mfcloud approve production`, or `mfcloud reject production`\n" in answer.err
    assert answer.code == 0
    assert answer.err.count("Let users of production reach it?") == 1


def _ticks(production: Production) -> set[str]:
    """Once the deployment has waited for ten minutes."""
    one = production.aws.ecs.deployments[-1]
    waited = production.aws.clock.now() - one["updatedAt"] > timedelta(minutes=10)
    return {"ticks"} if one.get("lifecycleStage") == "PRE_PRODUCTION_TRAFFIC_SHIFT" and waited else set()


def test_yes_is_no_approval_and_without_a_terminal_it_says_who_can_give_it(production: Production):
    approve_when_asked(production)
    answer = production("--image", image("b"))
    assert answer.code == 0
    assert "it waits for an answer: `mfcloud approve production`, or `mfcloud reject production`\n" in answer.err
    assert production.aws.asked("ContinueServiceDeployment") == []  # but by somebody else


def test_ctrl_c_at_the_pause_says_that_it_waits(production: Production):
    class Pressing(Terminal):
        lines = 0

        def readline(self, *_size: Any) -> str:
            self.lines += 1
            if self.lines > 1:
                raise KeyboardInterrupt
            return "production\n"

    production.monkeypatch.setattr("sys.stdin", Pressing())
    answer = production("--image", image("b"), yes=False)
    assert answer.code == 130
    assert answer.err.endswith(
        "error: interrupted; the deployment of production waits for an answer: `mfcloud approve production`, or "
        "`mfcloud reject production`\n"
        "hint: `mfcloud deploy production` follows it; `mfcloud rollback production` takes it back\n"
    )

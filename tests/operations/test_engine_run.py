"""What the engine refuses, in sentences."""

from typing import Any

import pytest
from pulumi.automation import CommandResult
from pulumi.automation.errors import ConcurrentUpdateError

from operations.engine.run import run
from operations.errors import CommandStopped

LOCKED = (
    "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the "
    "lock file with `pulumi cancel`.\n"
    "  file:///state/.pulumi/locks/x.json: created by anna@laptop (pid 4711) at 2026-11-24T11:22:09Z\n"
)


@pytest.mark.parametrize(
    ("said", "by"),
    [(LOCKED, " (anna@laptop, process 4711, since 2026-11-24T11:22:09Z)"), ("error: [409] Conflict", "")],
)
def test_the_second_on_a_stack_is_told_who_is_at_it_where_the_engine_says_so(said: str, by: str):
    def locked(**_switches: Any) -> object:
        raise ConcurrentUpdateError(CommandResult(stdout="", stderr=said, code=255))

    with pytest.raises(CommandStopped) as stopped:
        run(locked, "Update of staging")
    assert stopped.value.message == (
        f"another update of this stack is running{by}, or one was killed before it could say that it ended"
    )
    assert stopped.value.code == 3

"""The approval pause in the session that deploys: the same question as `mfcloud approve`, asked when it comes."""

import sys

from operations.confirmation import typed
from operations.deployments.answering import look, plan, send
from operations.deployments.approval import Answer, Answered
from operations.errors import CommandStopped
from operations.exit_codes import ExitCode
from operations.session import Session
from operations.terminal import say

REJECT = "reject"


def ask_for_approval(session: Session, *, resume: str, elsewhere: str) -> None:
    """Ask, and answer; without a terminal, or without a clear word, the deployment goes on waiting.

    `elsewhere` says by which commands. `--yes` does not reach here: that a person looks is what the pause is for.
    """
    environment = session.manifest.environment
    found = look(session, Answer.APPROVE)
    if isinstance(found, Answered):
        say(found.sentence)
        return
    for line in plan(session, found, Answer.APPROVE):
        say(line)
    if not sys.stdin.isatty():
        say(f"it waits for an answer: {elsewhere}")
        return
    question = (
        f"Let users of {environment} reach it? Type `{environment}` to approve, `{REJECT}` to throw it away; "
        "anything else leaves it waiting."
    )
    try:
        said = typed(question)
    except KeyboardInterrupt as pressed:
        raise CommandStopped(
            f"interrupted; the deployment of {environment} waits for an answer: {elsewhere}",
            hint=resume,
            code=ExitCode.INTERRUPTED,
        ) from pressed
    answer = {environment: Answer.APPROVE, REJECT: Answer.REJECT}.get(said)
    if answer is None:
        say(f"left waiting: {elsewhere}")
        return
    overtaken = send(session, found, answer)
    say(overtaken.sentence if overtaken else f"answered {answer}")

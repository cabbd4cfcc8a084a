"""Answers the approval pause of a deployment that its command has been told to carry through: no second question."""

from operations.aws.errors import code_of
from operations.deployments.asking import EcsDeployments
from operations.deployments.told import Deployment, Hook
from operations.session import Session
from operations.terminal import say

OVERTAKEN = frozenset({"ClientException", "ConflictException", "InvalidParameterException"})
"""What ECS says to an answer that comes too late."""


class OwnApproval:
    """Shown every look at the deployment, it answers the pause once. `because` is said with the answer."""

    def __init__(self, session: Session, because: str) -> None:
        self._session, self._because = session, because
        self._answered: set[str] = set()

    def look(self, deployment: Deployment) -> None:
        """Raises botocore's errors, unless they say that the pause was answered already."""
        hook = deployment.waiting_hook
        if hook is not None and hook.id not in self._answered:
            self._answer(deployment, hook)
            self._answered.add(hook.id)

    def _answer(self, deployment: Deployment, hook: Hook) -> None:
        from botocore.exceptions import ClientError

        try:
            EcsDeployments(self._session).answer(deployment, hook, "CONTINUE")
        except ClientError as error:
            if code_of(error) not in OVERTAKEN:
                raise  # asked again, where that may help
            say("the approval was answered by somebody else")
        else:
            say(f"approved: {self._because}")

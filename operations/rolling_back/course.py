"""Carries a rollback out: record, act, see it through. Every step may be interrupted and repeated."""

import shlex
from dataclasses import dataclass
from datetime import datetime, timedelta

from operations.aws.errors import as_stopped, code_of, is_signed_out
from operations.deployments.asking import EcsDeployments
from operations.deployments.following import BEGINS_MINUTES, begun, follow, serves_users
from operations.deployments.own_approval import OwnApproval
from operations.deployments.told import Deployment, Version
from operations.deployments.withdrawals import record, short_reason
from operations.errors import CommandStopped, refused
from operations.rolling_back.decision import Decision, Done, Follow, Redeploy, Stop, decide, same, withdraws
from operations.rolling_back.reading import read
from operations.session import Session
from operations.terminal import say
from operations.waiting import Wait
from runbook.deployments import Withdrawal

SPARE_MINUTES = 60
"""Added to what is expected, before the command stops waiting; AWS goes on."""


@dataclass(frozen=True, kw_only=True)
class Rollback:
    """What was asked for."""

    session: Session
    reason: str
    to: str | None

    @property
    def resume(self) -> str:
        """The command that goes on after an interruption."""
        words = ["mfcloud", "rollback", self.session.manifest.environment, "--reason", self.reason]
        return f"`{shlex.join([*words, *(['--to', self.to] if self.to else [])])}` takes it up where it is"

    def look(self) -> Decision:
        """Read and decide."""
        return decide(read(self.session), self.to)

    def carry_out(self, planned: Decision) -> tuple[Decision, Deployment]:
        """What was done in the end, and the deployment at its end.

        What was planned is looked at again first: a person may have thought for long.
        """
        self._withdraw(planned)
        decision = self.look()
        if not same(planned, decision) and not isinstance(decision, Follow | Done):
            raise refused(
                f"{self.session.manifest.environment} has changed since it was looked at; nothing was rolled back",
                hint="run the same command again: it says what it would do now",
            )
        if isinstance(decision, Done):
            return decision, decision.deployment
        if isinstance(decision, Stop):
            return decision, self._see_through(self._stop(decision), decision, redeploys=False)
        if isinstance(decision, Follow):
            say(decision.sentence)
            return decision, self._see_through(decision.deployment, decision, redeploys=decision.redeploys)
        return decision, self._see_through(self._redeploy(decision), decision, redeploys=True)

    def _withdraw(self, decision: Decision) -> None:
        """Before anything else, so that no interruption leaves a bad image that `up` would bring back.

        A record that cannot be written does not keep users waiting: while the deployment goes on, stopping it is safe.
        """
        if (image := withdraws(decision)) is None:
            return
        at = self.session.clock.now().isoformat(timespec="seconds")
        try:
            record(self.session, Withdrawal(image=image.identity, at=at, reason=short_reason(self.reason)))
        except Exception as error:
            stopped = error if isinstance(error, CommandStopped) else as_stopped(error)
            if stopped is None or is_signed_out(error) or isinstance(decision, Redeploy):
                raise
            say(f"warning: {image.short} is not recorded as withdrawn ({stopped.message}); run this again afterwards")
            return
        say(f"{image.short} is recorded as withdrawn: no `mfcloud up` brings it back")

    def _stop(self, decision: Stop) -> Deployment:
        from botocore.exceptions import ClientError

        try:
            EcsDeployments(self.session).roll_back(decision.deployment)
        except ClientError as error:
            if code_of(error) != "ConflictException":
                raise
            raise refused(
                f"deployment {decision.deployment.id} ended before it could be stopped",
                hint="run the same command again: it then deploys the version before",
            ) from error
        say(f"stopped deployment {decision.deployment.id}; ECS returns to {decision.good or 'the version before'}")
        return decision.deployment

    def _redeploy(self, decision: Redeploy) -> Deployment:
        ecs = EcsDeployments(self.session)
        ecs.deploy(decision.good.task_definition, forced=decision.forced)
        say(f"deploying {decision.good}")

        found = begun(
            self.session,
            lambda newest: self._brings(newest, decision.good),
            Wait(
                what="new deployment",
                until=self.session.clock.now() + timedelta(minutes=BEGINS_MINUTES),
                resume=self.resume,
            ),
        )
        if found is None:
            raise CommandStopped("ECS has begun no deployment", hint=self.resume)
        return found

    def _brings(self, deployment: Deployment, version: Version) -> bool:
        if not deployment.unfinished or deployment.target is None:
            return False
        arn = deployment.target.revision_arn
        brought = EcsDeployments(self.session).versions([arn]).get(arn)
        return brought is not None and brought.task_definition == version.task_definition

    def _see_through(
        self, deployment: Deployment, decision: Stop | Redeploy | Follow, *, redeploys: bool
    ) -> Deployment:
        seen = _Redeployed(self.session, decision.good) if redeploys else None
        return follow(
            self.session,
            deployment.arn,
            done=lambda _deployment: False,
            minutes=decision.minutes + SPARE_MINUTES,
            resume=self.resume,
            seen=seen.look if seen else lambda _deployment: None,
        )


class _Redeployed:
    """Watches a full run: answers its approval pause, because the rollback is the approval, and tells of the shift."""

    def __init__(self, session: Session, good: Version | None) -> None:
        self._session, self._good = session, good
        self._approval = OwnApproval(session, "the rollback is the approval")
        self._served_since: datetime | None = None

    def look(self, deployment: Deployment) -> None:
        self._approval.look(deployment)
        if self._served_since is None and deployment.unfinished and serves_users(deployment):
            self._served_since = self._session.clock.now()
            say(
                f"users are served by {self._good or 'the older version'} since {self._served_since:%H:%M} UTC; "
                "its bake goes on, and Ctrl-C does no harm from here"
            )


def confirm_success(session: Session, deployment: Deployment, decision: Decision) -> str:
    """What the rollback has come to, in words; stops the command where users are not where they should be."""
    environment = session.manifest.environment
    redeployed = isinstance(decision, Redeploy) or (isinstance(decision, Follow) and decision.redeploys)
    wanted = ("SUCCESSFUL",) if redeployed else ("ROLLBACK_SUCCESSFUL",)
    if isinstance(decision, Done):
        wanted = ("SUCCESSFUL", "ROLLBACK_SUCCESSFUL")
    if deployment.status not in wanted:
        why = deployment.rollback_reason or deployment.reason or "ECS gives no reason"
        raise CommandStopped(
            f"the rollback of {environment} did not succeed: {deployment.status} ({why})",
            hint=f"`mfcloud status {environment}` shows what is live; the same command again tries once more",
        )
    service = EcsDeployments(session).service()
    running, desired = service.get("runningCount"), service.get("desiredCount")
    if not running:
        raise CommandStopped(
            f"the rollback of {environment} succeeded, but no task is running",
            hint=f'docs/incident-response.md, "No healthy target"; `mfcloud status {environment}`',
        )
    return f"{environment} runs {decision.good or 'the version before'}, {running} of {desired} tasks"

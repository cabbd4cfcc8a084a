"""Carries a deployment out: edit, preview, ask, claim, update, find ECS's deployment, follow it to its end.

Until the update begins, a no, a refusal or Ctrl-C leaves everything as it was, the stack file too. From then on the
file says what was asked for, and the same command goes on from what is there.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from operations.aws.errors import as_stopped
from operations.deploying import record as records
from operations.deploying.approving import ask_for_approval
from operations.deploying.decision import Asked, Start, brings, claimed, decide, target
from operations.deploying.engine import Engine, EngineFailed
from operations.deploying.record import Record
from operations.deploying.situation import Situation, read, rollout_of
from operations.deploying.stack_file import Edit, spell
from operations.deploying.view import View
from operations.deployments.asking import EcsDeployments
from operations.deployments.following import BEGINS_MINUTES, begun, follow
from operations.deployments.told import Deployment
from operations.errors import CommandStopped, refused
from operations.exit_codes import ExitCode
from operations.rolling_back.decision import START_MINUTES
from operations.session import Session
from operations.state.reading import Rollout
from operations.terminal import say
from operations.waiting import Wait

SPARE_MINUTES = 60
APPROVAL_MINUTES = 24 * 60
"""ECS: a stage lasts at most 24 hours."""


@dataclass(frozen=True, kw_only=True)
class Course:
    """What stays the same from the first look to the last."""

    session: Session
    asked: Asked
    operator: str
    edit: Edit
    offline: bool = False

    @property
    def environment(self) -> str:
        """Its name."""
        return self.session.manifest.environment

    @property
    def resume(self) -> str:
        """How to go on, whatever happened."""
        return f"{self.command('deploy')} follows it; {self.command('rollback')} takes it back"

    def command(self, words: str, *options: str) -> str:
        """A command line for a hint, in this environment."""
        offline = ["--offline"] if self.offline else []
        return f"`{' '.join(['mfcloud', words, self.environment, *options, *offline])}`"

    def begin(self, start: Start, *, open_engine: Callable[[], Engine], confirm: Callable[[str], None]) -> Rollout:
        """The deployment that ECS has begun. Raises EngineFailed where the engine has said why not."""
        with self._edited() as keep:
            engine = open_engine()
            plan = engine.preview()
            if not plan.has_changes:
                raise refused(
                    f"the engine finds nothing to change in {self.environment}, though users reach "
                    f"{start.live or 'an unknown version'}",
                    hint=f"{self.command('refresh')}, then the same command again",
                )
            confirm(_question(self.environment, start))
            # The person may have thought for long: what is refused by now is refused.
            situation = read(self.session)
            self._still(situation)
            record = self._claim(situation)
            before = self._newest_before(situation, record)
            keep()
        self._update(engine, record)
        return self._begun(record, before)

    def see_through(self, rollout: Rollout) -> Rollout:
        """The deployment at its end; at its pause the person is asked."""
        session, deployment = self.session, rollout.deployment
        view = View(rollout, session.manifest.traffic)
        answered: set[str] = set()

        def waits(one: Deployment) -> bool:
            return one.waiting_hook is not None and one.waiting_hook.id not in answered

        while True:
            deployment = follow(
                session,
                deployment.arn,
                done=waits,
                minutes=self._patience_minutes,
                resume=self.resume,
                seen=view.look,
                describe=view.line,
                telling=view.telling,
            )
            if not waits(deployment) or (hook := deployment.waiting_hook) is None:
                break
            answered.add(hook.id)
            ask_for_approval(session, resume=self.resume, elsewhere=self._elsewhere)
        found = rollout_of(session, deployment.arn)
        return found or rollout

    def end(self, record: Record, outcome: str) -> None:
        """Write down how it ended. Where that fails, it is told: users' service does not hang on it."""
        try:
            records.end(self.session, record, outcome)
        except Exception as error:
            stopped = error if isinstance(error, CommandStopped) else as_stopped(error)
            if stopped is None:
                raise
            say(f"warning: it is not recorded how the deployment ended ({stopped.message})")

    @property
    def _elsewhere(self) -> str:
        """Where the pause can be answered too."""
        return f"{self.command('approve')}, or {self.command('reject')}"

    @property
    def _patience_minutes(self) -> int:
        service = self.session.manifest.service
        approval = APPROVAL_MINUTES if service.approval_required else 0
        return START_MINUTES + approval + service.bake_minutes + SPARE_MINUTES

    @contextmanager
    def _edited(self) -> Generator[Callable[[], None]]:
        """The stack file says the new image; afterwards the old one again, unless it is to be kept."""
        kept = False

        def keep() -> None:
            nonlocal kept
            kept = True

        changed, name = self.edit.changed, self.edit.path.name
        try:
            self.edit.make()
            for line in ["Changed the stack file:", *spell(name, changed)] if changed else []:
                say(line)
            yield keep
        finally:
            if changed and not kept:
                undone = self.edit.undo()
                say(
                    f"{name} is as it was"
                    if undone
                    else f"warning: {name} was changed by somebody else meanwhile; take the lines above back by hand"
                )

    def _claim(self, situation: Situation) -> Record:
        said = self.edit.names_before if self.edit.changed else None
        record = Record(
            who=self.operator,
            at=self.session.clock.now().isoformat(timespec="seconds"),
            image=self.asked.image,
            ticket=self.asked.ticket,
            replaces=said.image if said else None,
            replaces_version=said.version if said else None,
        )
        records.claim(self.session, record, over=None if claimed(situation) else situation.record)
        return record

    def _still(self, situation: Situation) -> None:
        if not isinstance(decide(situation, self.asked, operator=self.operator), Start):
            raise self._changed()

    def _newest_before(self, situation: Situation, record: Record) -> str | None:
        """ARN of the newest deployment: what comes after it is ours. Between look and claim nobody may have begun."""
        newest = EcsDeployments(self.session).newest()
        known = situation.rollout.deployment.arn if situation.rollout else None
        if (newest.arn if newest else None) != known:
            self.end(record, "not begun")
            raise self._changed()
        return known

    def _changed(self) -> CommandStopped:
        return refused(
            f"{self.environment} has changed since it was looked at; nothing was changed",
            hint="run the same command again: it says what it would do now",
        )

    def _update(self, engine: Engine, record: Record) -> None:
        name = self.edit.path.name
        try:
            engine.update()
        except KeyboardInterrupt as pressed:
            self.end(record, "interrupted")
            raise CommandStopped(
                f"interrupted in the update of {self.environment}; {name} says the new image",
                hint=f"{self._again} goes on from what is there",
                code=ExitCode.INTERRUPTED,
            ) from pressed
        except EngineFailed:
            self.end(record, "the update failed")
            say(f"hint: {name} says the new image; {self._again} goes on from what is there")
            raise

    @property
    def _again(self) -> str:
        return self.command("deploy", *(["--ticket", self.asked.ticket] if self.asked.ticket else []))

    def _begun(self, record: Record, before: str | None) -> Rollout:
        clock = self.session.clock
        until = clock.now() + timedelta(minutes=BEGINS_MINUTES)
        found = begun(
            self.session,
            lambda newest: newest.arn != before,
            Wait(what=f"deployment of {self.environment}", until=until + timedelta(minutes=1), resume=self.resume),
            enough=lambda: clock.now() >= until,
        )
        if found is None:
            self.end(record, "no deployment began")
            raise CommandStopped(
                f"the update of {self.environment} is done, but ECS has begun no deployment in {BEGINS_MINUTES} "
                "minutes",
                hint=f"{self.command('status')} shows what is live; {self.command('preview', '--refresh')} what the "
                "stack file wants of it",
            )
        rollout = rollout_of(self.session, found.arn)
        if rollout is None or not brings(target(rollout), record.image):
            self.end(record, "another deployment began")
            brought = (target(rollout) if rollout else None) or "something else"
            raise CommandStopped(
                f"ECS has begun a deployment of {brought}, not of {record.image}",
                hint=f"somebody else deploys: {self.command('status')}",
            )
        return rollout


def _question(environment: str, start: Start) -> str:
    return f"Deploy {start.image} to {environment}, in place of {start.live or 'what runs there'}?"

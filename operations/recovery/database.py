"""The recovery of the database, step by step (runbook, "Database Recovery").

The restored instance takes over the name of the present one, which is moved aside and kept (decision 0020). So its host
and ARN stay as they are: the secret, backups, alarms and log groups go on being right.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from operations.errors import CommandStopped, refused
from operations.recovery import new_tasks
from operations.recovery.carried import later_settings, restore_settings
from operations.recovery.connection import move_to, read_connection
from operations.recovery.instances import (
    IN_PLACE,
    MOVED_FOR,
    RECOVERS,
    REPLACED_BY,
    SETTLED,
    STUCK,
    TARGET,
    Instance,
    Instances,
    exists_already,
)
from operations.recovery.lock import Held
from operations.recovery.moments import Range, Target
from operations.recovery.snapshots import COPY_MINUTES, Snapshots
from operations.recovery.steps import Step
from operations.recovery.verified import checks
from operations.session import Session
from operations.terminal import say
from runbook.whereabouts import prefix

# First guesses, to be measured: RDS promises none. A restore reads its blocks from S3 when they are first asked for.
RESTORE_MINUTES, SETTLE_MINUTES, RENAME_MINUTES, TASKS_MINUTES = 25, 5, 5, 15
GIVE_UP_MINUTES = 240
OURS = frozenset({RECOVERS, TARGET, REPLACED_BY, MOVED_FOR, SETTLED, IN_PLACE})


@dataclass(frozen=True, kw_only=True)
class View:
    """How far it has come."""

    present: Instance | None
    """What has the environment's name and is to be replaced; None where it is gone, or has been."""
    restored: Instance | None
    aside: Instance | None
    """What was moved aside for this recovery."""
    in_place: bool
    """The restored one has the name, and its log exports."""
    adopted: bool
    """In place, and Pulumi has taken it over since: our tags are gone."""


@dataclass(frozen=True, kw_only=True)
class DatabaseRecovery:
    """What was asked for."""

    session: Session
    identifier: str
    target: Target
    resume: str
    held: Held | None = None
    """None only to look."""

    @property
    def instances(self) -> Instances:
        """At RDS."""
        return Instances(self.session, self.identifier)

    def look(self, family: list[Instance] | None = None) -> View:
        """Read how far it has come."""
        family = self.instances.all() if family is None else family
        by_name = {one.identifier: one for one in family}
        own, aside = by_name.get(self.identifier), by_name.get(self.instances.aside_name(self.target.stamp))
        tagged = [
            one
            for one in family
            if one.tags.get(TARGET) == self.target.label and REPLACED_BY not in one.tags and one is not aside
        ]
        restored = tagged[0] if tagged else by_name.get(self.instances.restored_name(self.target.stamp))
        adopted = False
        if restored is None and own is not None and aside is not None:
            adopted = aside.tags.get(REPLACED_BY) == own.resource_id
            restored = own if adopted else None
        has_name = restored is not None and restored.identifier == self.identifier
        return View(
            present=None if has_name else own,
            restored=restored,
            aside=aside,
            in_place=has_name and restored is not None and (adopted or IN_PLACE in restored.tags),
            adopted=adopted,
        )

    def steps(self) -> list[Step]:
        """In order."""
        steps = [
            Step(
                title="restore beside the present instance",
                done=lambda: (one := self.look().restored) is not None and one.status != "creating",
                do=self._restore,
                minutes=RESTORE_MINUTES,
            ),
            Step(
                title="set what a restore does not carry",
                done=lambda: self._settled(self.look()),
                do=self._settle,
                minutes=SETTLE_MINUTES,
            ),
            Step(title="verify the restored instance", done=lambda: self.look().in_place, do=self._verify, minutes=1),
            Step(
                title="move the present instance aside; users are without a database from here",
                done=self._name_is_free,
                do=self._move_aside,
                minutes=RENAME_MINUTES,
            ),
            Step(
                title="give the restored instance its name",
                done=lambda: self.look().in_place,
                do=self._take_place,
                minutes=RENAME_MINUTES,
            ),
            Step(
                title="see that the secret names its host",
                done=self._secret_is_right,
                do=self._correct_secret,
                minutes=1,
            ),
            Step(
                title="start new tasks on it",
                done=self._tasks_run,
                do=self._start_tasks,
                minutes=TASKS_MINUTES,
            ),
        ]
        if not isinstance(self.target.source, Range) and self._copy_is_needed():
            copy = Step(
                title="copy the snapshot to this region and key",
                done=lambda: self.look().restored is not None or self._snapshot().copied(self._copy_name),
                do=lambda: self._snapshot().copy(self._copy_name, self._key(), self.resume),
                minutes=COPY_MINUTES,
            )
            steps.insert(0, copy)
        return steps

    # --- restore

    @property
    def _copy_name(self) -> str:
        return self.instances.restored_name(self.target.stamp)

    def _snapshot(self) -> Snapshots:
        return Snapshots(self.session, self.target.label)

    def _copy_is_needed(self) -> bool:
        snapshot, view = self._snapshot(), self.look()
        if view.restored is not None:
            return False
        present = view.present
        return snapshot.is_elsewhere or (
            present is not None and snapshot.described().get("KmsKeyId") != present.described.get("KmsKeyId")
        )

    def _key(self) -> str:
        present = self.look().present
        alias = f"alias/{prefix(self.session.manifest.environment)}-database"
        return str(present.described["KmsKeyId"]) if present else alias

    def _restore(self) -> None:
        view = self.look()
        if view.restored is None:
            self._ask_for_restore(view.present)
        made = self.look().restored
        if made is None:
            raise CommandStopped("RDS does not list the restored instance yet", hint=self.resume)
        self._wait(made, "restore of the database", minutes=GIVE_UP_MINUTES)

    def _ask_for_restore(self, present: Instance | None) -> None:
        from botocore.exceptions import ClientError

        described = present.described if present else None
        name = self.instances.restored_name(self.target.stamp)
        kept = {} if present is None else {key: one for key, one in present.tags.items() if not key.startswith("aws:")}
        tags = {key: one for key, one in kept.items() if key not in OURS}
        tags |= {RECOVERS: self.identifier, TARGET: self.target.label}
        asked: dict[str, Any] = {
            **restore_settings(described, self.session.manifest.database.place),
            "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        }
        rds, source = self.session.clients.client("rds"), self.target.source
        self._check()
        try:
            if isinstance(source, Range):
                logs: dict[str, str] = {"SourceDbiResourceId": source.resource_id}
                rds.restore_db_instance_to_point_in_time(
                    TargetDBInstanceIdentifier=name, RestoreTime=self.target.moment, **logs, **asked
                )
            else:
                copied = self._snapshot().copied(self._copy_name)
                snapshot = self._copy_name if copied else self._snapshot().name
                rds.restore_db_instance_from_db_snapshot(
                    DBInstanceIdentifier=name, DBSnapshotIdentifier=snapshot, **asked
                )
        except ClientError as error:
            if not exists_already(error):
                raise

    # --- settle, verify

    def _settled(self, view: View) -> bool:
        return view.in_place or (view.restored is not None and SETTLED in view.restored.tags)

    def _settle(self) -> None:
        view = self.look()
        source = view.present or view.aside
        # The password of that time may be another one than the secret's, and the secret's is what Pulumi knows.
        password = {"MasterUserPassword": read_connection(self.session).password}
        settled = self._change(
            self._restored(view),
            "settings of the restored instance",
            password | later_settings(source.described if source else None),
            until=lambda one: not one.described.get("PendingModifiedValues"),
        )
        self.instances.tag(settled, {SETTLED: self._now()})

    def _verify(self) -> None:
        view = self.look()
        restored = self._wait(self._restored(view), "restored instance")
        before = view.present or view.aside
        found = checks(restored.described, before.described if before else None, self.session.manifest.database.place)
        for check in found:
            say(f"  {'good' if check.good else 'BAD '}  {check.name}: {check.found}")
        if bad := [one.name for one in found if not one.good]:
            raise CommandStopped(
                f"the restored instance {restored.identifier} is not as it has to be ({', '.join(bad)}); "
                "nothing was switched over",
                hint=f"correct it and run the same command again, or take it away: "
                f"{deletion(restored.identifier, protected=bool(restored.described.get('DeletionProtection')))}",
            )

    # --- switch over

    def _name_is_free(self) -> bool:
        return self.look().present is None

    def _move_aside(self) -> None:
        new_tasks.refuse_while_deploying(self.session)
        view = self.look()
        restored, present = self._restored(view), view.present
        if present is None:
            return
        if SETTLED not in restored.tags:
            raise CommandStopped("the restored instance is not ready", hint=self.resume)
        if present.status in STUCK:
            raise CommandStopped(
                f"RDS says `{present.status}` of {present.identifier}, and renames no instance in that state; "
                f"the restored one is ready beside it ({restored.identifier})",
                hint=f"repair it, or give it up: {deletion(present.identifier, protected=True, logs_kept=True)}; "
                f"then {self.resume}",
            )
        name = self.instances.aside_name(self.target.stamp)
        present = self._wait(present, "present instance")
        if present.identifier != name:  # somebody's renaming may have ended meanwhile
            self._check()
            self.instances.tag(present, {REPLACED_BY: restored.resource_id, MOVED_FOR: self.target.label})
        self._rename(present, name)

    def _take_place(self) -> None:
        view = self.look()
        if view.present is not None:
            raise refused(f"{self.identifier} is another instance again; nothing was renamed", hint=self.resume)
        restored = self._rename(self._restored(view), self.identifier)
        aside: Mapping[str, Any] = view.aside.described if view.aside else {}
        logs: Sequence[str] = aside.get("EnabledCloudwatchLogsExports") or ()
        if logs:
            restored = self._change(
                restored,
                "log exports",
                {"CloudwatchLogsExportConfiguration": {"EnableLogTypes": list(logs)}},
                already=lambda one: bool(one.described.get("EnabledCloudwatchLogsExports")),
                until=lambda _: True,
            )
        self._check()
        self.instances.tag(restored, {IN_PLACE: self._now()})

    def _rename(self, instance: Instance, name: str) -> Instance:
        return self._change(
            instance,
            f"renaming to {name}",
            {"NewDBInstanceIdentifier": name},
            already=lambda one: one.identifier == name,
            until=lambda one: one.identifier == name and one.address is not None,
        )

    def _secret_is_right(self) -> bool:
        view = self.look()
        if not view.in_place:
            return False
        return read_connection(self.session).host == self._restored(view).address

    def _correct_secret(self) -> None:
        address = self._restored(self.look()).address
        if address is None:
            raise CommandStopped("RDS does not say the host of the restored instance yet", hint=self.resume)
        self._check()
        move_to(self.session, address)
        say(f"the secret {self.session.manifest.database.url_secret} has a new version with the host {address}")

    # --- tasks

    def _tasks_run(self) -> bool:
        view = self.look()
        if view.adopted:
            return True
        since = self._restored(view).moment(IN_PLACE) if view.restored else None
        return since is not None and new_tasks.have_taken_it_up(self.session, since)

    def _start_tasks(self) -> None:
        since = self._restored(self.look()).moment(IN_PLACE)
        if since is None:
            raise CommandStopped("the restored instance does not have the name yet", hint=self.resume)
        self._check()
        new_tasks.start(self.session, since, self.resume)

    # --- small things

    def _restored(self, view: View) -> Instance:
        if view.restored is None:
            raise CommandStopped("the restored instance is not there any more", hint=self.resume)
        return view.restored

    def _wait(
        self,
        instance: Instance,
        what: str,
        *,
        minutes: int = 60,
        until: Callable[[Instance], bool] = lambda _: True,
    ) -> Instance:
        return self.instances.wait(instance.resource_id, what, minutes=minutes, resume=self.resume, until=until)

    def _change(
        self,
        instance: Instance,
        what: str,
        changes: Mapping[str, Any],
        *,
        until: Callable[[Instance], bool],
        already: Callable[[Instance], bool] | None = None,
    ) -> Instance:
        return self.instances.change(
            instance.resource_id,
            what,
            changes,
            resume=self.resume,
            check=self._check,
            until=until,
            already=already,
        )

    def _check(self) -> None:
        if self.held is not None:
            self.held.check()

    def _now(self) -> str:
        return self.session.clock.now().isoformat(timespec="seconds")


def deletion(identifier: str, *, protected: bool, logs_kept: bool = False) -> str:
    """The lines that take an instance away for good, for a person to run; with `logs_kept` its logs stay restorable."""
    lift = (
        f"`aws rds modify-db-instance --db-instance-identifier {identifier} --no-deletion-protection "
        "--apply-immediately`, then "
        if protected
        else ""
    )
    kept = " --no-delete-automated-backups" if logs_kept else ""
    return f"{lift}`aws rds delete-db-instance --db-instance-identifier {identifier} --skip-final-snapshot{kept}`"

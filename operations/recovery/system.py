"""The recovery of a whole environment in its second region (runbook, "Full System Recovery"), as a table of steps.

Nothing is asked of the lost region, and nothing is remembered on this side: each step sees in the second region, in
Route 53 or in the stack file whether it has been done.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Any

from operations.backups.recovery_points import RecoveryPoint
from operations.checks.smoke_test import smoke_test
from operations.errors import CommandStopped, refused
from operations.recovery import adoption, buckets, configuration, second_region
from operations.recovery.configuration import Lost
from operations.recovery.database import DatabaseRecovery
from operations.recovery.ground import Ground
from operations.recovery.instances import IN_PLACE, RECOVERS, TARGET, Instances
from operations.recovery.lock import Held
from operations.recovery.moments import Target, spell_loss
from operations.recovery.persons import ask_person
from operations.recovery.steps import Step, carry_out, expected_minutes
from operations.session import Session
from operations.terminal import say
from runbook.whereabouts import prefix

# First guesses, to be measured in the yearly rehearsal.
UP_MINUTES, DATABASE_MINUTES, BUCKET_MINUTES, TAKE_OVER_MINUTES, PERSON_MINUTES = 45, 90, 60, 25, 15
KINDS = ("database", "objects", "configuration")


@dataclass(frozen=True, kw_only=True)
class SystemRecovery(Ground):
    """What was asked for, and its table of steps."""

    _points: list[RecoveryPoint] = field(default_factory=list[RecoveryPoint])

    def steps(self) -> list[Step]:
        """In order: infrastructure, database, objects, configuration, verification, users."""
        external = self.lost.database.kind == "external"
        database = Step(
            title="database: restore the newest recovery point of this region",
            done=self._database_is_restored,
            do=self._restore_database,
            minutes=DATABASE_MINUTES,
        )
        return [
            Step(
                title=f"infrastructure: write {self.file.name}",
                done=self.file_is_written,
                do=self.write_file,
                minutes=1,
            ),
            Step(
                title="infrastructure: the image is in this region's registry",
                done=self.image_is_there,
                do=self.ask_for_image,
                minutes=PERSON_MINUTES,
            ),
            Step(
                title="infrastructure: the secrets that the stack file names are in this region",
                done=lambda: not self.missing_secrets(),
                do=self.ask_for_secrets,
                minutes=PERSON_MINUTES,
            ),
            Step(
                title=f"infrastructure: bring {self.name} up",
                done=self.is_up,
                do=self.bring_up,
                minutes=UP_MINUTES,
            ),
            Step(
                title="infrastructure: e-mail and PagerDuty have confirmed their subscriptions",
                done=lambda: not self.pending_subscriptions(),
                do=self.ask_for_confirmations,
                minutes=PERSON_MINUTES,
            ),
            Step(
                title="configuration: log-ins and scrapes of before stay good",
                done=lambda: configuration.secrets_are_carried(self.session(), self._lost_names()),
                do=self._carry_secrets,
                minutes=1,
            ),
            *([] if external else [database]),
            Step(
                title="objects: restore the newest recovery point of this region",
                done=lambda: self._bucket_is_restored("objects"),
                do=lambda: self._restore_bucket("objects"),
                minutes=BUCKET_MINUTES,
            ),
            Step(
                title="configuration: restore the newest backup and see that it reads back",
                done=lambda: self._bucket_is_restored("configuration"),
                do=lambda: self._restore_bucket("configuration"),
                minutes=BUCKET_MINUTES,
            ),
            Step(
                title="configuration: withdrawn images stay withdrawn",
                done=self._withdrawn_are_carried,
                do=self._carry_withdrawn,
                minutes=1,
            ),
            Step(
                title=f"verification: smoke test at https://{self._address_now()}",
                done=lambda: False,  # what was good an hour ago is asked again
                do=self._verify,
                minutes=2,
            ),
            Step(
                title=f"users: nobody else answers to {self.lost.address.host_name}",
                done=lambda: not self._foreign_records(),
                do=self._ask_for_name,
                minutes=PERSON_MINUTES,
            ),
            Step(
                title=f"users: {self.name} takes over https://{self.lost.address.host_name}",
                done=self._has_taken_over,
                do=self._take_over,
                minutes=TAKE_OVER_MINUTES,
            ),
        ]

    def summary(self, now_minutes: int | None = None) -> list[str]:
        """What is about to happen, with what it loses."""
        lines = [f"Recover {self.lost.name} in {self.region}, as {self.name}:"]
        for kind in self._kinds():
            point = self.point(kind)
            lines.append(
                f"  {kind:<13} of {point.created:%Y-%m-%d %H:%M} UTC; lost is what was written in the "
                f"{spell_loss(point.created, self.clock.now())} since then"
            )
        minutes = expected_minutes(self.steps()) if now_minutes is None else now_minutes
        return [*lines, f"  expected      about {minutes} minutes, people included"]

    # --- what is there to restore

    def _kinds(self) -> Sequence[str]:
        return KINDS[1:] if self.lost.database.kind == "external" else KINDS

    def point(self, kind: str) -> RecoveryPoint:
        """The newest restorable one of the vault in the second region."""
        if not self._points:
            self._points.extend(self._read_points())
        usable = [one for one in self._points if one.kind == kind and one.is_restorable and not one.is_continuous]
        if not usable:
            raise refused(
                f"vault {prefix(self.lost.name)} in {self.region} has no restorable recovery point of the {kind}; "
                "nothing was changed",
                hint="copies are made daily into `location.recovery_region`: is this that region?",
            )
        return max(usable, key=lambda one: one.created)

    def _read_points(self) -> list[RecoveryPoint]:
        """By what the recovery point is of: ARNs of the lost buckets are not known here, their beginnings are."""
        backup: Any = self.clients.client("backup")
        pages = backup.get_paginator("list_recovery_points_by_backup_vault").paginate(
            BackupVaultName=prefix(self.lost.name)
        )
        return [
            RecoveryPoint(
                arn=one["RecoveryPointArn"],
                kind=_kind(str(one.get("ResourceArn", "")), self.lost.database_identifier),
                resource=str(one.get("ResourceArn", "")).rpartition(":")[2],
                place="recovery",
                created=one["CreationDate"].astimezone(UTC),
                state=one["Status"],
                reason=one.get("StatusMessage", ""),
                encrypted=one.get("IsEncrypted", False),
                size_bytes=one.get("BackupSizeInBytes"),
                kept_until=None,
            )
            for page in pages
            for one in page["RecoveryPoints"]
        ]

    # --- data and configuration

    def _lost_names(self) -> Lost:
        return Lost(environment=self.lost.name)

    def _carry_secrets(self) -> None:
        self.check()
        written = configuration.carry_secrets(self.session(), self._lost_names())
        say(f"  carried over: {', '.join(written)}")

    def _database_recovery(self, session: Session) -> DatabaseRecovery:
        identifier = session.manifest.database.identifier
        if identifier is None:
            raise CommandStopped(f"the manifest of {self.name} names no database instance")
        begun = [one for one in Instances(session, identifier).all() if RECOVERS in one.tags]
        label = begun[0].tags.get(TARGET) if begun else None
        known = [one for one in (self._points or self._read_points()) if one.arn == label]
        point = known[0] if known else self.point("database")
        return DatabaseRecovery(
            session=session,
            identifier=identifier,
            target=Target(moment=point.created, source=point),
            resume=self.resume,
            held=self.held,
        )

    def _database_is_restored(self) -> bool:
        session = self.session()
        identifier = session.manifest.database.identifier or ""
        own = [one for one in Instances(session, identifier).all() if one.identifier == identifier]
        if not own or IN_PLACE not in own[0].tags:
            return False
        return all(step.done() for step in self._database_recovery(session).steps())

    def _restore_database(self) -> None:
        carry_out(self._database_recovery(self.session()).steps(), self.clock)

    def adoption_lines(self) -> list[str]:
        """What makes Pulumi's state of the new environment true; nothing where the database is not its own."""
        session = self.session()
        if session.manifest.database.identifier is None:
            return []
        view = self._database_recovery(session).look()
        if view.restored is None or view.adopted:
            return []
        before = view.aside.resource_id if view.aside else None
        return adoption.lines(self.name, before=before, after=view.restored.resource_id)

    def _bucket(self, kind: str) -> str:
        names = self.session().manifest.backups
        return names.objects_bucket if kind == "objects" else names.configuration_bucket

    def _bucket_is_restored(self, kind: str) -> bool:
        return buckets.restored(self.session(), self.point(kind), self._bucket(kind))

    def _restore_bucket(self, kind: str) -> None:
        self.check()
        buckets.restore(self.session(), self.point(kind), self._bucket(kind), self.resume)
        if kind == "configuration":
            key, sections = configuration.newest_backup(self.session())
            items = sum(map(len, sections.values()))
            say(f"  {key} reads back: {len(sections)} sections, {items} items")

    def _withdrawn(self) -> str | None:
        return configuration.withdrawn_in(configuration.newest_backup(self.session())[1], self._lost_names())

    def _withdrawn_are_carried(self) -> bool:
        text = self._withdrawn()
        return text is None or configuration.withdrawn_is_carried(self.session(), text)

    def _carry_withdrawn(self) -> None:
        self.check()
        if (text := self._withdrawn()) is not None:
            configuration.carry_withdrawn(self.session(), text)

    # --- verification, users

    def _address_now(self) -> str:
        if not self.file.exists():
            return second_region.first_address(self.lost.address.host_name)
        return self.environment().address.host_name

    def _verify(self) -> None:
        report = smoke_test(self.session(), test_traffic=False, version=None)
        for one in report.results:
            say(f"  {one.outcome:<12}  {one.name}: {one.reason}")
        if not report.passed:
            raise CommandStopped(
                f"{self.name} does not do what it should: {report.reason}",
                hint=f"repair it, or wait a minute where it is still starting; then {self.resume}",
            )

    def _foreign_records(self) -> list[str]:
        """A and AAAA records of the users' name, unless the new environment has made them."""
        if self._has_taken_over():
            return []
        route53: Any = self.clients.client("route53")
        host = f"{self.lost.address.host_name}."
        [zone] = [
            one["Id"]
            for one in route53.list_hosted_zones_by_name(DNSName=self.lost.address.hosted_zone)["HostedZones"]
            if one["Name"] == f"{self.lost.address.hosted_zone}." and not one.get("Config", {}).get("PrivateZone")
        ]
        answer: Any = route53.list_resource_record_sets(HostedZoneId=zone, StartRecordName=host, StartRecordType="A")
        return [
            f"{one['Type']} → {one.get('AliasTarget', {}).get('DNSName', 'an address')}"
            for one in answer["ResourceRecordSets"]
            if one["Name"] == host and one["Type"] in ("A", "AAAA", "CNAME")
        ]

    def _ask_for_name(self) -> None:
        ask_person(
            f"{self.lost.address.host_name} still leads to the lost environment",
            [
                f"In the zone {self.lost.address.hosted_zone} stand: {'; '.join(self._foreign_records())}.",
                "Delete these records: users then reach nobody until the next step has made new ones.",
                "Tell the users on https://status.mockforge.dev.",
            ],
            lambda: not self._foreign_records(),
            self.resume,
        )

    def _has_taken_over(self) -> bool:
        host = self.lost.address.host_name
        if not self.file.exists() or self.environment().address.host_name != host:
            return False
        return self.is_up() and self.session().manifest.url == f"https://{host}"

    def _take_over(self) -> None:
        self.check()
        now, host = self._address_now(), self.lost.address.host_name
        if now != host:
            text = self.file.read_text(encoding="utf-8")
            self.file.write_text(second_region.with_address(text, now, host), encoding="utf-8")
        if code := self.up(self.name):
            raise CommandStopped(f"`mfcloud up {self.name}` ended with {code}", hint=self.resume)

    def holding(self, held: Held) -> "SystemRecovery":
        """The same, with the lock."""
        return replace(self, held=held)


def _kind(resource: str, identifier: str) -> str:
    """Of the lost environment's recovery points; bucket names begin with the logical names of the program."""
    name = resource.rpartition(":")[2]
    if ":rds:" in resource:
        return "database" if name == identifier else "other"
    for kind in ("objects", "configuration"):
        if kind in name:
            return kind
    return "other"

"""The recovery of a whole environment in its second region (runbook, "Full System Recovery"), as a table of steps.

Nothing is asked of the lost region, and nothing is remembered on this side: each step sees in the second region, in
Route 53 or in the stack file whether it has been done.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

from operations.aws_errors import code_of
from operations.clients import Clients
from operations.clock import Clock
from operations.errors import CommandStopped, refused
from operations.manifest_source import read_manifest
from operations.project import PROJECT_ROOT
from operations.recovery import adoption, buckets, configuration, second_region
from operations.recovery.configuration import Lost
from operations.recovery.database import DatabaseRecovery
from operations.recovery.instances import IN_PLACE, RECOVERS, TARGET, Instances
from operations.recovery.lock import Held
from operations.recovery.moments import Target, spell_loss
from operations.recovery.persons import ask_person
from operations.recovery.steps import Step, carry_out, expected_minutes
from operations.recovery_points import RecoveryPoint
from operations.session import Session
from operations.smoke_test import smoke_test
from operations.terminal import say
from runbook.whereabouts import parameter_name, prefix

if TYPE_CHECKING:
    from runbook.settings import Environment

# First guesses, to be measured in the yearly rehearsal.
UP_MINUTES, DATABASE_MINUTES, BUCKET_MINUTES, TAKE_OVER_MINUTES, PERSON_MINUTES = 45, 90, 60, 25, 15
KINDS = ("database", "objects", "configuration")


@dataclass(frozen=True, kw_only=True)
class SystemRecovery:
    """What was asked for. `up` brings the new environment up, or up to date, and answers with an exit code."""

    lost: "Environment"
    name: str
    region: str
    clients: Clients
    """Of the second region."""
    clock: Clock
    up: Callable[[str], int]
    resume: str
    root: Path = PROJECT_ROOT
    held: Held | None = None
    _points: list[RecoveryPoint] = field(default_factory=list[RecoveryPoint])

    @property
    def file(self) -> Path:
        """The new environment's stack file."""
        return self.root / f"Pulumi.{self.name}.yaml"

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
                done=self._file_is_written,
                do=self._write_file,
                minutes=1,
            ),
            Step(
                title="infrastructure: the image is in this region's registry",
                done=self._image_is_there,
                do=self._ask_for_image,
                minutes=PERSON_MINUTES,
            ),
            Step(
                title="infrastructure: the secrets that the stack file names are in this region",
                done=lambda: not self._missing_secrets(),
                do=self._ask_for_secrets,
                minutes=PERSON_MINUTES,
            ),
            Step(
                title=f"infrastructure: bring {self.name} up",
                done=self._is_up,
                do=self._bring_up,
                minutes=UP_MINUTES,
            ),
            Step(
                title="infrastructure: e-mail and PagerDuty have confirmed their subscriptions",
                done=lambda: not self._pending_subscriptions(),
                do=self._ask_for_confirmations,
                minutes=PERSON_MINUTES,
            ),
            Step(
                title="configuration: log-ins and scrapes of before stay good",
                done=lambda: configuration.secrets_are_carried(self._session(), self._lost_names()),
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

    # --- infrastructure

    def _file_is_written(self) -> bool:
        if not self.file.exists():
            return False
        made = self._environment()
        if made.location.region != self.region:
            raise refused(
                f"{self.file.name} stands in {made.location.region}, not in {self.region}; nothing was changed",
                hint="is it another environment's? Choose another name with --as",
            )
        return True

    def _write_file(self) -> None:
        import yaml

        lost = yaml.safe_load((self.root / f"Pulumi.{self.lost.name}.yaml").read_text(encoding="utf-8"))
        text = second_region.text(lost, lost_name=self.lost.name, region=self.region)
        try:
            with self.file.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            return
        try:
            self._environment()
        except CommandStopped:
            self.file.unlink()  # a file that cannot be read would only be in the way of the next try
            raise

    def _environment(self) -> "Environment":
        from operations.project import load_environment

        return load_environment(self.name, self.root)

    def _image_is_there(self) -> bool:
        parts = second_region.image_parts(self._environment().service.image)
        if parts is None:
            return True  # another registry does not depend on our region
        account, region, repository, digest = parts
        try:
            self.clients.client("ecr", region=region).describe_images(
                registryId=account, repositoryName=repository, imageIds=[{"imageDigest": digest}]
            )
        except Exception as error:
            if code_of(error) not in {"ImageNotFoundException", "RepositoryNotFoundException"}:
                raise
            return False
        return True

    def _ask_for_image(self) -> None:
        wanted = self._environment().service.image
        ask_person(
            f"the image is not in {self.region}",
            [
                f"The registry of {self.region} has no {wanted}",
                "Push the same image there, from a machine that has it, or from the build:",
                f"  from {self.lost.service.image}",
                "With another digest, write it into the stack file. Replication of the registry spares this next time.",
            ],
            self._image_is_there,
            self.resume,
        )

    def _missing_secrets(self) -> list[str]:
        environment = self._environment()
        named = [
            *environment.service.secrets.values(),
            environment.notifications.pagerduty_secret,
            environment.database.app_url_secret,
            environment.database.external_url_secret,
        ]
        manager: Any = self.clients.client("secretsmanager")
        missing: list[str] = []
        for name in dict.fromkeys(one for one in named if one):
            try:
                manager.describe_secret(SecretId=name)
            except Exception as error:
                if code_of(error) != "ResourceNotFoundException":
                    raise
                missing.append(name)
        return missing

    def _ask_for_secrets(self) -> None:
        missing = self._missing_secrets()
        ask_person(
            f"{self.region} has no secret {', '.join(missing)}",
            [
                "Make these secrets, with the values that you keep elsewhere:",
                *(
                    f"  aws secretsmanager create-secret --region {self.region} --name {name} "
                    "--secret-string file://value.txt"
                    for name in missing
                ),
                "and delete value.txt. The database's URL is one to the server that was recovered.",
            ],
            lambda: not self._missing_secrets(),
            self.resume,
        )

    def _is_up(self) -> bool:
        """The manifest is written last, so where it is, everything before it stands."""
        try:
            self.clients.client("ssm").get_parameter(Name=parameter_name(self.name))
        except Exception as error:
            if code_of(error) != "ParameterNotFound":
                raise
            return False
        return True

    def _bring_up(self) -> None:
        self._check()
        if code := self.up(self.name):
            raise CommandStopped(f"`mfcloud up {self.name}` ended with {code}", hint=self.resume)

    def _pending_subscriptions(self) -> list[str]:
        alerts, sns = self._session().manifest.alerts, self.clients.client("sns")
        pending: list[str] = []
        for topic in (alerts.critical_topic_arn, alerts.warning_topic_arn):
            for page in sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic):
                pending += [
                    f"{one['Protocol']} of {topic.rpartition(':')[2]}"
                    for one in page["Subscriptions"]
                    if not str(one["SubscriptionArn"]).startswith("arn:")
                ]
        return pending

    def _ask_for_confirmations(self) -> None:
        ask_person(
            "nobody would be told of an alarm yet",
            [
                f"Not confirmed: {', '.join(self._pending_subscriptions())}.",
                "E-mail: click the link in AWS's message. PagerDuty confirms by itself once its key is right.",
            ],
            lambda: not self._pending_subscriptions(),
            self.resume,
        )

    # --- data and configuration

    def _session(self) -> Session:
        return Session(manifest=read_manifest(self.name, self.clients), clients=self.clients, clock=self.clock)

    def _lost_names(self) -> Lost:
        return Lost(environment=self.lost.name)

    def _carry_secrets(self) -> None:
        self._check()
        written = configuration.carry_secrets(self._session(), self._lost_names())
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
        session = self._session()
        identifier = session.manifest.database.identifier or ""
        own = [one for one in Instances(session, identifier).all() if one.identifier == identifier]
        if not own or IN_PLACE not in own[0].tags:
            return False
        return all(step.done() for step in self._database_recovery(session).steps())

    def _restore_database(self) -> None:
        carry_out(self._database_recovery(self._session()).steps(), self.clock)

    def adoption_lines(self) -> list[str]:
        """What makes Pulumi's state of the new environment true; nothing where the database is not its own."""
        session = self._session()
        if session.manifest.database.identifier is None:
            return []
        view = self._database_recovery(session).look()
        if view.restored is None or view.adopted:
            return []
        before = view.aside.resource_id if view.aside else None
        return adoption.lines(self.name, before=before, after=view.restored.resource_id)

    def _bucket(self, kind: str) -> str:
        names = self._session().manifest.backups
        return names.objects_bucket if kind == "objects" else names.configuration_bucket

    def _bucket_is_restored(self, kind: str) -> bool:
        return buckets.restored(self._session(), self.point(kind), self._bucket(kind))

    def _restore_bucket(self, kind: str) -> None:
        self._check()
        buckets.restore(self._session(), self.point(kind), self._bucket(kind), self.resume)
        if kind == "configuration":
            key, sections = configuration.newest_backup(self._session())
            items = sum(map(len, sections.values()))
            say(f"  {key} reads back: {len(sections)} sections, {items} items")

    def _withdrawn(self) -> str | None:
        return configuration.withdrawn_in(configuration.newest_backup(self._session())[1], self._lost_names())

    def _withdrawn_are_carried(self) -> bool:
        text = self._withdrawn()
        return text is None or configuration.withdrawn_is_carried(self._session(), text)

    def _carry_withdrawn(self) -> None:
        self._check()
        if (text := self._withdrawn()) is not None:
            configuration.carry_withdrawn(self._session(), text)

    # --- verification, users

    def _address_now(self) -> str:
        if not self.file.exists():
            return second_region.first_address(self.lost.address.host_name)
        return self._environment().address.host_name

    def _verify(self) -> None:
        report = smoke_test(self._session(), test_traffic=False, version=None)
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
        if not self.file.exists() or self._environment().address.host_name != host:
            return False
        return self._is_up() and self._session().manifest.url == f"https://{host}"

    def _take_over(self) -> None:
        self._check()
        now, host = self._address_now(), self.lost.address.host_name
        if now != host:
            text = self.file.read_text(encoding="utf-8")
            self.file.write_text(second_region.with_address(text, now, host), encoding="utf-8")
        if code := self.up(self.name):
            raise CommandStopped(f"`mfcloud up {self.name}` ended with {code}", hint=self.resume)

    def _check(self) -> None:
        if self.held is not None:
            self.held.check()

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

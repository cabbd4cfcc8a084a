"""The environment's database instances at RDS: the present one, those that were moved aside, those being restored.

Tags tell what an instance is for, and names are made from the target, so that a repeated command, or a second person,
finds what the first has begun.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from operations.aws.errors import code_of
from operations.errors import CommandStopped
from operations.recovery.moments import Range
from operations.session import Session
from operations.waiting import Wait, wait_until

RECOVERS = "mockforge-cloud:recovers"
"""On a restored instance: which instance's place it is to take."""
TARGET = "mockforge-cloud:recovers-to"
"""On a restored instance: `Target.label`."""
REPLACED_BY = "mockforge-cloud:replaced-by"
"""On an instance that was moved aside: resource id of the one that took its place."""
MOVED_FOR = "mockforge-cloud:moved-aside-for"
"""On an instance that was moved aside: the label again. Another tag, for it may have been restored itself once."""
SETTLED = "mockforge-cloud:recovery-settled-at"
"""On a restored instance: when it had everything that a restore does not carry."""
IN_PLACE = "mockforge-cloud:recovery-in-place-at"
"""On a restored instance: when it had the name."""

LONGEST_NAME = 63  # of an instance
LONGEST_STAMP = len("20261124-024000-a1b2c3")
EVERY_SECONDS = 20
CHANGE_MINUTES = 60
"""A modification or renaming that lasts longer is not waited for; RDS goes on with it."""
# What RDS does not leave by itself, or not in time (RDS guide, "Viewing DB instance status").
STUCK = frozenset(
    {
        *("deleting", "failed", "inaccessible-encryption-credentials", "incompatible-create", "incompatible-network"),
        *("incompatible-option-group", "incompatible-parameters", "incompatible-restore", "insufficient-capacity"),
        *("restore-error", "stopped", "storage-full"),
    }
)


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One instance as RDS describes it."""

    identifier: str
    resource_id: str
    status: str
    tags: Mapping[str, str]
    described: Mapping[str, Any]

    @property
    def address(self) -> str | None:
        """Host name; None while RDS has not given it one."""
        endpoint: Mapping[str, Any] = self.described.get("Endpoint") or {}
        return endpoint.get("Address")

    @property
    def arn(self) -> str:
        """Follows the identifier."""
        return str(self.described["DBInstanceArn"])

    def moment(self, tag: str) -> datetime | None:
        """When a tag of ours says that something was done."""
        return datetime.fromisoformat(self.tags[tag]) if tag in self.tags else None


class Instances:
    """Everything raises botocore's errors."""

    def __init__(self, session: Session, identifier: str) -> None:
        self._session, self.identifier = session, identifier
        self._rds: Any = session.clients.client("rds")

    def all(self) -> list[Instance]:
        """The environment's: its own name, and names made from it by a recovery."""
        beginnings = (self.aside_name(""), self.restored_name(""))
        return [
            one
            for one in self._described()
            if one.identifier == self.identifier or one.identifier.startswith(beginnings)
        ]

    def aside_name(self, stamp: str) -> str:
        """Of the instance that another takes the place of."""
        return aside_name(self.identifier, stamp)

    def restored_name(self, stamp: str) -> str:
        """Of an instance that has not taken the place yet."""
        return restored_name(self.identifier, stamp)

    def by_resource_id(self, resource_id: str) -> Instance | None:
        """Whatever it is called now."""
        found = list(self._described(Filters=[{"Name": "dbi-resource-id", "Values": [resource_id]}]))
        return found[0] if found else None

    def ranges(self, family: list[Instance]) -> list[Range]:
        """To which moments the logs of these instances reach, and of one that is gone under the present name."""
        ids = {one.resource_id: one.identifier for one in family}
        found: list[Range] = []
        pages = self._rds.get_paginator("describe_db_instance_automated_backups").paginate()
        for backup in (one for page in pages for one in page["DBInstanceAutomatedBackups"]):
            resource_id, identifier = str(backup.get("DbiResourceId")), str(backup.get("DBInstanceIdentifier"))
            window: Mapping[str, Any] = backup.get("RestoreWindow") or {}
            if resource_id not in ids and identifier != self.identifier:
                continue
            if not window.get("EarliestTime") or not window.get("LatestTime"):
                continue
            found.append(
                Range(
                    resource_id=resource_id,
                    identifier=ids.get(resource_id, identifier),
                    earliest=window["EarliestTime"].astimezone(UTC),
                    latest=window["LatestTime"].astimezone(UTC),
                )
            )
        return found

    def tag(self, instance: Instance, tags: Mapping[str, str]) -> None:
        """Set tags of ours."""
        self._rds.add_tags_to_resource(
            ResourceName=instance.arn, Tags=[{"Key": key, "Value": value} for key, value in tags.items()]
        )

    def wait(
        self,
        resource_id: str,
        what: str,
        *,
        minutes: int,
        resume: str,
        until: Callable[[Instance], bool] = lambda _: True,
    ) -> Instance:
        """The instance when it is available and `until` holds; stops where RDS has given up on it."""
        return self._followed(
            lambda: self._healthy(resource_id, what), what, minutes=minutes, resume=resume, until=until
        )

    def change(
        self,
        resource_id: str,
        what: str,
        changes: Mapping[str, Any],
        *,
        resume: str,
        check: Callable[[], None],
        until: Callable[[Instance], bool],
        already: Callable[[Instance], bool] | None = None,
    ) -> Instance:
        """Modify it at once, unless it is so `already`, and wait until it is available and `until` holds.

        RDS takes one request after the other, and its status lags behind: a request that comes too early is repeated.
        `check` is called before each, and may stop the command.
        """
        requested = looked_since = False

        def ask() -> Instance | None:
            nonlocal requested, looked_since
            instance = self._healthy(resource_id, what)
            looked_since = requested  # what was described before the request says nothing of what came of it
            if instance is None or requested or (already is not None and already(instance)):
                return instance
            if instance.status == "available":
                check()
                requested = self._request(instance, changes)
            return instance

        def over(instance: Instance) -> bool:
            return (looked_since or (already is not None and already(instance))) and until(instance)

        return self._followed(ask, what, minutes=CHANGE_MINUTES, resume=resume, until=over)

    def _request(self, instance: Instance, changes: Mapping[str, Any]) -> bool:
        try:
            self._rds.modify_db_instance(DBInstanceIdentifier=instance.identifier, ApplyImmediately=True, **changes)
        except Exception as error:
            if not code_of(error).startswith("InvalidDBInstanceState"):
                raise
            return False
        return True

    def _healthy(self, resource_id: str, what: str) -> Instance | None:
        instance = self.by_resource_id(resource_id)
        if instance is not None and instance.status in STUCK:
            raise CommandStopped(
                f"{what}: RDS says `{instance.status}` of {instance.identifier}, and does not go on by itself",
                hint="`aws rds describe-events --source-type db-instance --source-identifier "
                f"{instance.identifier}` tells why",
            )
        return instance

    def _followed(
        self,
        ask: Callable[[], Instance | None],
        what: str,
        *,
        minutes: int,
        resume: str,
        until: Callable[[Instance], bool],
    ) -> Instance:
        found = wait_until(
            ask,
            lambda one: one is not None and one.status == "available" and until(one),
            lambda one: f"{one.identifier} is {one.status}" if one else "not listed by RDS yet",
            Wait(
                what=what,
                until=self._session.clock.now() + timedelta(minutes=minutes),
                resume=resume,
                every_seconds=EVERY_SECONDS,
            ),
            self._session.clock,
        )
        if found is None:
            raise CommandStopped(f"{what}: RDS does not know it any more", hint=resume)
        return found

    def _described(self, **asked: Any) -> Iterator[Instance]:
        for page in self._rds.get_paginator("describe_db_instances").paginate(**asked):
            for one in page["DBInstances"]:
                yield Instance(
                    identifier=str(one["DBInstanceIdentifier"]),
                    resource_id=str(one["DbiResourceId"]),
                    status=str(one.get("DBInstanceStatus")),
                    tags={tag["Key"]: tag["Value"] for tag in one.get("TagList", [])},
                    described=one,
                )


def aside_name(identifier: str, stamp: str) -> str:
    """Of what is moved aside; with an empty stamp, how such names begin."""
    return f"{_beginning(identifier)}-before-{stamp}"


def restored_name(identifier: str, stamp: str) -> str:
    """Of what is restored; with an empty stamp, how such names begin."""
    return f"{_beginning(identifier)}-to-{stamp}"


def _beginning(identifier: str) -> str:
    """RDS takes 63 characters, and an identifier may have 50 of them."""
    return identifier[: LONGEST_NAME - len("-before-") - LONGEST_STAMP].rstrip("-")


def exists_already(error: Exception) -> bool:
    """Whether somebody has made an instance of this name meanwhile."""
    return code_of(error).startswith("DBInstanceAlreadyExists")

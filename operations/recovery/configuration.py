"""Brings back of the configuration what the program cannot know: the withdrawn images, and what signs log-ins.

The rest of a configuration backup the program makes anew from the stack file; the backup says whether it has.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.common.configuration_document import FOLDER, DamagedBackupError, read_back
from operations.errors import CommandStopped
from operations.session import Session
from runbook.whereabouts import folder, secret_name

# New ones would end every session and every scrape; the tasks read them when they start.
CARRIED_SECRETS = ("jwt", "scrape-token")
WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Lost:
    """The environment that is gone."""

    environment: str

    def parameter(self, name: str) -> str:
        """SSM parameter of it."""
        return f"{folder(self.environment)}/{name}"

    def secret(self, name: str) -> str:
        """Secret of it; its replica stands in the second region under the same name."""
        return secret_name(self.environment, name)


def newest_backup(session: Session) -> tuple[str, Mapping[str, Mapping[str, Any]]]:
    """Key and sections of the newest configuration backup in the restored bucket; every checksum is compared."""
    s3: Any = session.clients.client("s3")
    bucket = session.manifest.backups.configuration_bucket
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{FOLDER}/")
    keys = sorted((str(one["Key"]) for page in pages for one in page.get("Contents", [])), reverse=True)
    for key in keys:
        try:
            sections = read_back(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        except DamagedBackupError:
            continue  # an older one is better than none, and which it is will be said
        return key, sections
    raise CommandStopped(f"bucket {bucket} holds no configuration backup that reads back")


def withdrawn_in(sections: Mapping[str, Mapping[str, Any]], lost: Lost) -> str | None:
    """The record of withdrawn images as it was backed up; None where the backup has none."""
    kept: Mapping[str, Any] = sections.get("parameters", {}).get(lost.parameter(WITHDRAWN)) or {}
    return str(kept["Value"]) if "Value" in kept else None


def carry_withdrawn(session: Session, text: str) -> None:
    """Into the new environment's record, beside what stands there already."""
    from runbook.deployments import Withdrawal, read_withdrawals, write_withdrawals

    ssm: Any = session.clients.client("ssm")
    name = session.manifest.service.withdrawn_parameter
    known: dict[str, Withdrawal] = {}
    for one in (*read_withdrawals(text), *read_withdrawals(_parameter(session, name))):
        known.setdefault(one.image, one)
    ssm.put_parameter(Name=name, Value=write_withdrawals([*known.values()]), Type="String", Overwrite=True)


def withdrawn_is_carried(session: Session, text: str) -> bool:
    """Whether the new record knows every image of the old one."""
    there = {one["image"] for one in json.loads(_parameter(session, session.manifest.service.withdrawn_parameter))}
    return {one["image"] for one in json.loads(text)} <= there


def secrets_are_carried(session: Session, lost: Lost) -> bool:
    """Whether log-ins and scrapes of before are still good. Values are compared, and never shown."""
    return not list(_differing(session, lost))


def carry_secrets(session: Session, lost: Lost) -> list[str]:
    """Write what the replicas hold into the new environment's secrets; the names of those that were written."""
    manager: Any = session.clients.client("secretsmanager")
    written: list[str] = []
    for name, value in _differing(session, lost):
        manager.put_secret_value(
            SecretId=Lost(environment=session.manifest.environment).secret(name), SecretString=value
        )
        written.append(name)
    return written


def _differing(session: Session, lost: Lost) -> list[tuple[str, str]]:
    manager: Any = session.clients.client("secretsmanager")
    found: list[tuple[str, str]] = []
    for name in CARRIED_SECRETS:
        replica = str(manager.get_secret_value(SecretId=lost.secret(name))["SecretString"])
        own = Lost(environment=session.manifest.environment).secret(name)
        if str(manager.get_secret_value(SecretId=own)["SecretString"]) != replica:
            found.append((name, replica))
    return found


def _parameter(session: Session, name: str) -> str:
    answer: Any = session.clients.client("ssm").get_parameter(Name=name)
    return str(answer["Parameter"]["Value"])

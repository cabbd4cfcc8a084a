"""The ground of an environment in its second region: stack file, image, secrets, `up`, people who are told.

Each `ask_for_…` is for what only a person can do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from operations.aws.clients import Clients
from operations.aws.errors import code_of
from operations.aws.manifest_source import read_manifest
from operations.clock import Clock
from operations.errors import CommandStopped, refused
from operations.project import PROJECT_ROOT
from operations.recovery import second_region
from operations.recovery.lock import Held
from operations.recovery.persons import ask_person
from operations.session import Session
from runbook.whereabouts import parameter_name

if TYPE_CHECKING:
    from runbook.settings import Environment


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What is recovered, and where. `up` brings the new environment up, or up to date: an exit code."""

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

    @property
    def file(self) -> Path:
        """The new environment's stack file."""
        return self.root / f"Pulumi.{self.name}.yaml"

    def session(self) -> Session:
        """On the new environment; stops where it has no manifest yet."""
        return Session(manifest=read_manifest(self.name, self.clients), clients=self.clients, clock=self.clock)

    def check(self) -> None:
        """Before each change: whether the lock is still ours."""
        if self.held is not None:
            self.held.check()

    def file_is_written(self) -> bool:
        """Whether the stack file is there and of the second region; refused where it is another place's."""
        if not self.file.exists():
            return False
        made = self.environment()
        if made.location.region != self.region:
            raise refused(
                f"{self.file.name} stands in {made.location.region}, not in {self.region}; nothing was changed",
                hint="is it another environment's? Choose another name with --as",
            )
        return True

    def write_file(self) -> None:
        """From the lost environment's; a file that is there is never overwritten."""
        import yaml

        lost = yaml.safe_load((self.root / f"Pulumi.{self.lost.name}.yaml").read_text(encoding="utf-8"))
        text = second_region.text(lost, lost_name=self.lost.name, region=self.region)
        try:
            with self.file.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            return
        try:
            self.environment()
        except CommandStopped:
            self.file.unlink()  # a file that cannot be read would only be in the way of the next try
            raise

    def environment(self) -> "Environment":
        """The new environment's settings."""
        from operations.project import load_environment

        return load_environment(self.name, self.root)

    def image_is_there(self) -> bool:
        """In the registry that the stack file names."""
        parts = second_region.image_parts(self.environment().service.image)
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

    def ask_for_image(self) -> None:
        """A push."""
        wanted = self.environment().service.image
        ask_person(
            f"the image is not in {self.region}",
            [
                f"The registry of {self.region} has no {wanted}",
                "Push the same image there, from a machine that has it, or from the build:",
                f"  from {self.lost.service.image}",
                "With another digest, write it into the stack file. Replication of the registry spares this next time.",
            ],
            self.image_is_there,
            self.resume,
        )

    def missing_secrets(self) -> list[str]:
        """Of those that the stack file names."""
        environment = self.environment()
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

    def ask_for_secrets(self) -> None:
        """Their values."""
        missing = self.missing_secrets()
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
            lambda: not self.missing_secrets(),
            self.resume,
        )

    def is_up(self) -> bool:
        """The manifest is written last, so where it is, everything before it stands."""
        try:
            self.clients.client("ssm").get_parameter(Name=parameter_name(self.name))
        except Exception as error:
            if code_of(error) != "ParameterNotFound":
                raise
            return False
        return True

    def bring_up(self) -> None:
        """With Pulumi."""
        self.check()
        if code := self.up(self.name):
            raise CommandStopped(f"`mfcloud up {self.name}` ended with {code}", hint=self.resume)

    def pending_subscriptions(self) -> list[str]:
        """Of the topics for alerts; nobody behind them is told of anything yet."""
        alerts, sns = self.session().manifest.alerts, self.clients.client("sns")
        pending: list[str] = []
        for topic in (alerts.critical_topic_arn, alerts.warning_topic_arn):
            for page in sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic):
                pending += [
                    f"{one['Protocol']} of {topic.rpartition(':')[2]}"
                    for one in page["Subscriptions"]
                    if not str(one["SubscriptionArn"]).startswith("arn:")
                ]
        return pending

    def ask_for_confirmations(self) -> None:
        """A click, or a right key."""
        ask_person(
            "nobody would be told of an alarm yet",
            [
                f"Not confirmed: {', '.join(self.pending_subscriptions())}.",
                "E-mail: click the link in AWS's message. PagerDuty confirms by itself once its key is right.",
            ],
            lambda: not self.pending_subscriptions(),
            self.resume,
        )

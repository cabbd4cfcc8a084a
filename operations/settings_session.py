"""What a command begins with before there is a manifest: the settings, clients, clock, and the account one is in."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations.aws.clients import Clients
from operations.aws.errors import in_one_sentence
from operations.clock import Clock, SystemClock
from operations.errors import refused
from operations.project import load_environment

if TYPE_CHECKING:
    from runbook.settings import Environment


@dataclass(frozen=True, kw_only=True)
class SettingsSession:
    """One environment as its stack file describes it, whether it stands already or not."""

    settings: "Environment"
    clients: Clients
    clock: Clock

    def account_id(self) -> str:
        """Of the credentials in use."""
        return str(self.clients.client("sts").get_caller_identity()["Account"])


@contextmanager
def described(environment: str) -> Generator[SettingsSession]:
    """A session; a bad stack file, and whatever AWS refuses inside, stop the command with what is wrong."""
    settings = load_environment(environment)
    with in_one_sentence():
        yield SettingsSession(settings=settings, clients=Clients(region=settings.location.region), clock=SystemClock())


def own_account(session: SettingsSession) -> str:
    """The account; refuses any other than the settings name."""
    account, wanted = session.account_id(), session.settings.location.account_id
    if wanted and wanted != account:
        raise refused(
            f"these credentials are of account {account}; {session.settings.name} belongs into {wanted}",
            hint="sign in to that account (AWS_PROFILE, `aws sso login`), then run the same command again",
        )
    return account

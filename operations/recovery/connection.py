"""The password and the host in the secret with DATABASE_URL. Neither the URL nor a part of it is ever shown."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from operations.errors import CommandStopped
from operations.session import Session


@dataclass(frozen=True, kw_only=True)
class Connection:
    """A URL in its parts; its text form tells nothing."""

    parts: SplitResult = field(repr=False)

    @property
    def host(self) -> str:
        """As DNS knows it."""
        return self.parts.hostname or ""

    @property
    def password(self) -> str:
        """The owner's, unquoted."""
        return unquote(self.parts.password or "")

    def at(self, host: str) -> str:
        """The same URL with another host: user, password, port, name and options stay as they are, to the letter."""
        user, _, place = self.parts.netloc.rpartition("@")
        _, colon, port = place.rpartition(":") if ":" in place else (place, "", "")
        return self.parts._replace(netloc=f"{user}@{host}{colon}{port}" if user else f"{host}{colon}{port}").geturl()


def read_connection(session: Session) -> Connection:
    """Of the environment's secret. Stops where it holds no such URL, without showing what it holds."""
    name = session.manifest.database.url_secret
    answer: Any = session.clients.client("secretsmanager").get_secret_value(SecretId=name)
    try:
        parts = urlsplit(str(answer.get("SecretString", "")))
        complete = bool(parts.hostname and parts.password and parts.scheme.startswith("postgres"))
        _ = parts.port  # raises where it is no number
    except ValueError:
        complete = False
        parts = urlsplit("")
    if not complete:
        raise CommandStopped(
            f"the secret {name} holds no complete DATABASE_URL",
            hint="`mfcloud up` writes it anew; nothing was changed",
        )
    return Connection(parts=parts)


def move_to(session: Session, host: str) -> None:
    """A new version of the secret with this host; earlier versions stay."""
    url = read_connection(session).at(host)
    session.clients.client("secretsmanager").put_secret_value(
        SecretId=session.manifest.database.url_secret, SecretString=url
    )

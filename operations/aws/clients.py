"""boto3 clients, each made when it is first needed. A network that does not answer is told of within a minute."""

from typing import Any

# A person waits at the terminal, so silence must end soon; throttling passes, so there are a few more tries of it.
CONNECT_SECONDS = 5
READ_SECONDS = 15
ATTEMPTS = 4


class Clients:
    """Clients of one region, with the credentials that boto3 finds (variables, profile, SSO, role)."""

    def __init__(self, *, region: str) -> None:
        self.region = region
        self._session: Any = None
        self._made: dict[tuple[str, str], Any] = {}

    def client(self, service: str, *, region: str | None = None) -> Any:
        """The client of a service as boto3 names it (`ecs`, `ssm`); `region` where a resource lies elsewhere."""
        key = service, region or self.region
        if key not in self._made:
            self._made[key] = self._make(*key)
        return self._made[key]

    def _make(self, service: str, region: str) -> Any:
        import boto3
        from botocore.config import Config

        if self._session is None:
            self._session = boto3.Session()
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        )
        return self._session.client(service, region_name=region, config=config)

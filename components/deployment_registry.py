"""What is known about deployments of one service: which one runs, which images were withdrawn. Asked of AWS by default.

A protocol, so that an environment without AWS can answer from its own store.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from runbook.deployments import (
    UNFINISHED_STATUSES,
    RegistryUnreadableError,
    RunningDeployment,
    Withdrawal,
    WithdrawalsUnreadableError,
    read_withdrawals,
)

# A person waits at `pulumi up`: a network that does not answer is told of within a minute.
CONNECT_SECONDS = 5
READ_SECONDS = 15
ATTEMPTS = 3

_SIGN_IN = "sign in to AWS (credentials missing or expired), then run it again"
_WAYS_OUT: dict[str, str] = {
    "ClusterNotFoundException": "AWS does not know the cluster; run `pulumi refresh`",
    "ServiceNotFoundException": "AWS does not know the service; run `pulumi refresh`",
    "ParameterNotFound": "the record of withdrawn images is gone; run `pulumi refresh`, then `pulumi up` makes it anew",
    "ExpiredToken": _SIGN_IN,
    "ExpiredTokenException": _SIGN_IN,
    "InvalidClientTokenId": _SIGN_IN,
    "UnrecognizedClientException": _SIGN_IN,
}


class DeploymentRegistry(Protocol):
    """Both raise RegistryUnreadableError when there is no answer: no answer never means "none"."""

    def running(self) -> RunningDeployment | None:
        """The unfinished deployment; the newest if there are several, because the others are being stopped."""
        ...

    def withdrawals(self) -> Sequence[Withdrawal]:
        """Images taken out of service by a rollback."""
        ...


@dataclass(frozen=True, kw_only=True)
class AwsDeploymentRegistry:
    """Asks Amazon ECS and Parameter Store, with the credentials of the running program.

    Needs ecs:ListServiceDeployments on the service and ssm:GetParameter on the parameter.
    """

    region: str
    cluster: str
    service: str
    withdrawn_parameter: str
    profile: str | None = None
    """Named profile of the AWS configuration, when the provider uses one."""

    def running(self) -> RunningDeployment | None:
        """As DeploymentRegistry says."""
        with _in_one_sentence("ecs:ListServiceDeployments"):
            unfinished = list(self._unfinished(self._client("ecs")))
        if not unfinished:
            return None
        newest = max(unfinished, key=lambda one: one["createdAt"])
        return RunningDeployment(
            arn=newest["serviceDeploymentArn"],
            status=newest["status"],
            since=newest.get("startedAt") or newest["createdAt"],
        )

    def withdrawals(self) -> Sequence[Withdrawal]:
        """As DeploymentRegistry says."""
        with _in_one_sentence("ssm:GetParameter"):
            answer = self._client("ssm").get_parameter(Name=self.withdrawn_parameter)
        try:
            return read_withdrawals(answer["Parameter"]["Value"])
        except WithdrawalsUnreadableError as error:
            raise RegistryUnreadableError(f"SSM parameter {self.withdrawn_parameter} is {error}; repair it") from error

    def _unfinished(self, ecs: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - boto3's clients have no type of their own
        asked: dict[str, Any] = {"cluster": self.cluster, "service": self.service, "status": [*UNFINISHED_STATUSES]}
        while True:  # botocore knows no paginator for this call
            page = ecs.list_service_deployments(**asked)
            yield from page["serviceDeployments"]
            if not (token := page.get("nextToken")):
                return
            asked["nextToken"] = token

    def _client(self, service: str) -> Any:  # noqa: ANN401 - as above
        import boto3
        from botocore.config import Config

        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        )
        session: Any = boto3.Session(profile_name=self.profile, region_name=self.region)
        return session.client(service, config=config)


@contextmanager
def _in_one_sentence(action: str) -> Generator[None]:
    """Turn whatever boto3 raises into RegistryUnreadableError."""
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

    try:
        yield
    except NoCredentialsError as error:
        raise RegistryUnreadableError(f"no AWS credentials for {action}: {_SIGN_IN}") from error
    except ClientError as error:
        raise RegistryUnreadableError(_refusal(action, error.response)) from error
    except BotoCoreError as error:
        raise RegistryUnreadableError(f"AWS gave no answer to {action}: {error}") from error


def _refusal(action: str, response: Any) -> str:  # noqa: ANN401 - as above
    said = response.get("Error", {})
    code = said.get("Code", "no code")
    return f"AWS refused {action} ({code}): {_WAYS_OUT.get(code) or said.get('Message') or 'no reason given'}"

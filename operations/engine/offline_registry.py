"""What `--offline` knows of deployments: what stands in the offline cloud, where anybody may play ECS or a rollback.

The program's guard asks a registry before it lets an update start a deployment; without this one it would ask AWS, for
which `--offline` has no credentials on purpose.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from offline.provider.store import Store
    from runbook.deployments import RunningDeployment, Withdrawal
    from runbook.settings import Environment


@dataclass(frozen=True, kw_only=True)
class OfflineDeployments:
    """Answers as `components.deployment_registry.DeploymentRegistry` asks."""

    cloud: Path
    """The offline cloud's file (`offline.workspace.store_path`)."""
    environment: "Environment"

    def running(self) -> "RunningDeployment | None":
        """The newest deployment that somebody has left unfinished."""
        from offline.deployments import deployments
        from runbook.deployments import UNFINISHED_STATUSES, RunningDeployment

        with self._answering() as cloud:
            remembered = deployments(cloud, self.environment.prefix)
        unfinished = [one for one in remembered if one.status in UNFINISHED_STATUSES]
        if not unfinished:
            return None
        newest = unfinished[-1]
        return RunningDeployment(arn=newest.arn, status=newest.status, since=newest.since)

    def withdrawals(self) -> "Sequence[Withdrawal]":
        """What the record in the offline cloud says."""
        from offline.deployments import parameter
        from runbook.deployments import (
            RegistryUnreadableError,
            WithdrawalsUnreadableError,
            read_withdrawals,
            withdrawn_parameter_name,
        )

        name = withdrawn_parameter_name(self.environment.name)
        with self._answering() as cloud:
            record = parameter(cloud, name)
        try:
            return read_withdrawals(record)
        except WithdrawalsUnreadableError as error:
            raise RegistryUnreadableError(f"SSM parameter {name} is {error}; repair it") from error

    @contextmanager
    def _answering(self) -> Generator["Store"]:
        """The open cloud; what it cannot answer becomes the one error that the guard knows."""
        from offline.deployments import Unreadable
        from offline.provider.store import Store, StoreError
        from runbook.deployments import RegistryUnreadableError

        try:
            cloud = Store(self.cloud)
            try:
                yield cloud
            finally:
                cloud.close()
        except (StoreError, Unreadable) as error:
            raise RegistryUnreadableError(str(error)) from error

"""What `--offline` knows of deployments: the offline AWS finishes them at once and nobody withdraws an image there.

The program's guard asks a registry before it lets an update start a deployment; without this one it would ask AWS, for
which `--offline` has no credentials on purpose.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runbook.deployments import Withdrawal


class OfflineDeployments:
    """Answers as `components.deployment_registry.DeploymentRegistry` asks."""

    def running(self) -> None:
        """No deployment is ever under way."""

    def withdrawals(self) -> "Sequence[Withdrawal]":
        """No image was withdrawn."""
        return ()

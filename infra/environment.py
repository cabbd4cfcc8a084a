"""One environment of MockForge Cloud, in the order in which AWS wants it: the table of contents of `pulumi up`.

Each chapter is a file beside this one: one call per component, each given its own section of the settings and what its
neighbours made. Environments differ by settings alone.
"""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import pulumi

from components.component import Component
from components.deployment_registry import DeploymentRegistry
from components.operations_manifest import OperationsManifest, OperationsManifestArgs
from infra.application import run_application
from infra.boundary import bounds
from infra.configuration import read_environment
from infra.database import ChosenDatabase
from infra.foundation import lay_foundation
from infra.ground import Ground
from infra.lookups import look_up
from infra.manifest import manifest_fields
from infra.program_name import with_program_name
from infra.provider import aws_provider
from infra.safekeeping import keep_safe
from infra.traffic import open_the_way_in
from infra.upkeep import plan_upkeep
from infra.watch import keep_watch
from runbook import schedule
from runbook.settings import Environment


def program(registry: DeploymentRegistry | None = None) -> None:
    """What the engine runs. `registry`: who knows of running deployments; unset, AWS."""
    environment = read_environment()

    async def composed() -> Mapping[str, Any]:
        outputs = compose(environment, registry)
        # Pulumi's own waiting looks at every pending output each time one is ready, a quarter of a preview's time. The
        # manifest depends on everything: once it is known, little is left to wait for.
        with contextlib.suppress(Exception):  # told where it happened
            await outputs["operations"].future()
        return outputs

    pulumi.run(composed)


def compose(environment: Environment, registry: DeploymentRegistry | None = None) -> Mapping[str, Any]:
    """Registers everything; returns the stack's outputs."""
    provider = aws_provider(environment)
    lookups = look_up(environment, provider)
    ground = Ground(
        environment=environment,
        lookups=lookups,
        opts=pulumi.ResourceOptions(
            providers=[provider],
            transformations=[with_program_name, *bounds(environment, lookups.account_id)],
        ),
    )

    foundation = lay_foundation(ground)
    traffic = open_the_way_in(ground, foundation)
    application = run_application(ground, foundation, traffic, registry)
    safekeeping = keep_safe(ground, foundation, traffic, application)
    watch = keep_watch(ground, foundation, traffic, application, safekeeping)
    upkeep = plan_upkeep(ground, foundation, traffic, application, safekeeping, watch)

    manifest = OperationsManifest(
        "operations",
        OperationsManifestArgs(
            environment_name=environment.name,
            fields=manifest_fields(ground, foundation, traffic, application, safekeeping, watch, upkeep),
            after=list(_components(foundation, traffic, application, safekeeping, watch, upkeep)),
            protected=ground.protected,
        ),
        ground.opts,
    )

    return {
        "url": environment.url,
        "dashboard": watch.dashboard.url,
        "cluster": application.cluster.cluster_name,
        "service": application.service.service_name_output,
        "operations": manifest.parameter_name,
        "outgoing_addresses": foundation.network.outgoing_addresses,
        "maintenance_window": schedule.spell_window(environment.maintenance),
    }


def _components(*chapters: object) -> Iterator[Component]:
    """All of these chapters: the manifest waits for them, so that a destroy begins with what is protected."""
    for chapter in chapters:
        for part in vars(chapter).values():
            if isinstance(part, Component):
                yield part
            elif isinstance(part, ChosenDatabase) and part.rds is not None:
                yield part.rds

"""What `up`, `destroy` and `refresh` pass before they change anything."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from operations.clock import Clock, SystemClock
from operations.errors import CommandStopped, engine_words, refused
from operations.exit_codes import ExitCode
from operations.pending import state_file, words
from operations.pending.deciding import Remedy, Way
from operations.pending.mending import Creations, remedies_for_leftovers, remedies_for_pending, repair
from operations.pending.operation import Deployment, Doing
from operations.terminal import say

if TYPE_CHECKING:
    from pulumi.automation import Stack

    from operations.engine.plan import Plan
    from operations.engine.stack import OpenStack
    from operations.pending.finding import Cloud
INDEX_MINUTES = 5
"""Within which AWS's index of tags is taken to know what was made; AWS gives no figure."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """The stack that a command is about to change. `home` is its scratch workspace, None on AWS."""

    name: str
    stack: "Stack"
    cloud: Callable[[], "Cloud"]
    home: Path | None
    command: str
    """What is repeated with `--repair`: `mfcloud up staging --offline`."""


def site_of(opened: "OpenStack", command: str) -> Site:
    """The site of a command of this name (`up`)."""
    from offline.workspace import home_of
    from operations.project import PROJECT_ROOT

    name = opened.environment.name
    return Site(
        name=name,
        stack=opened.stack,
        cloud=lambda: cloud_of(opened),
        home=home_of(PROJECT_ROOT, name) if opened.offline else None,
        command=f"mfcloud {command} {name}{' --offline' if opened.offline else ''}",
    )


def pass_interrupted(site: Site, *, mend: bool) -> None:
    """Refuse, or with `mend` repair, what a killed engine left: a lock, half a file, operations without an end."""
    deployment = state_file.read(site.stack)
    remedies = remedies_for_pending(deployment, site.cloud()) if deployment.get("pending_operations") else []
    if site.home is not None:
        _pass_remains(site, site.home, mend=mend, told_anyway=bool(remedies))
    if remedies:
        if mend and site.home is None:
            _wait_for_aws(site, deployment, remedies)
        _settle(site, remedies, mend=mend, act=lambda: repair(site.stack, deployment, remedies))
    elif mend and deployment and site.home is None:
        _unlocking(site, lambda: state_file.write(site.stack, deployment))  # only to meet a lock, if there is one


def pass_leftovers(
    site: Site, preview: Callable[[Creations], tuple["Plan", bool]], *, mend: bool
) -> tuple["Plan", bool]:
    """The preview's plan, once nothing of what it would create stands already, unknown to the state."""
    creations = Creations()
    plan, succeeded = preview(creations)
    if not succeeded or not creations.found:
        return plan, succeeded
    deployment = state_file.read(site.stack)
    remedies = remedies_for_leftovers(creations, deployment, site.cloud())
    if not remedies:
        return plan, succeeded
    _settle(site, remedies, mend=mend, act=lambda: repair(site.stack, deployment, remedies))
    return preview(Creations())


def cloud_of(opened: "OpenStack") -> "Cloud":
    """Who looks for what stands: the offline cloud, or AWS."""
    from runbook.resource_tags import ENVIRONMENT_TAG, SERVICE, SERVICE_TAG

    scope = {SERVICE_TAG: SERVICE, ENVIRONMENT_TAG: opened.environment.name}
    if opened.offline:
        from offline.provider.store import Store
        from offline.workspace import home_of, store_path
        from operations.pending.offline_cloud import OfflineCloud
        from operations.project import PROJECT_ROOT

        return OfflineCloud(Store(store_path(home_of(PROJECT_ROOT, opened.environment.name))), scope)
    from operations.aws.clients import Clients
    from operations.pending.aws_cloud import AwsCloud

    location = opened.environment.location
    regions = [region for region in (location.region, location.recovery_region) if region]
    return AwsCloud(Clients(region=location.region), scope, regions=regions)


def _wait_for_aws(site: Site, deployment: Deployment, remedies: list[Remedy], clock: Clock | None = None) -> None:
    """What AWS does not show yet must not be taken for what does not stand."""
    manifest: dict[str, str] = deployment.get("manifest") or {}
    written = manifest.get("time")
    if not written or not any(one.way is Way.FORGET and one.happened == Doing.CREATING for one in remedies):
        return
    earliest = datetime.fromisoformat(written) + timedelta(minutes=INDEX_MINUTES)
    if (clock or SystemClock()).now() < earliest:
        raise refused(
            f"{site.name} was interrupted minutes ago, and AWS shows new resources late; nothing was changed",
            hint=f"repeat the command after {earliest.astimezone(UTC):%H:%M} UTC",
        )


def _settle(site: Site, remedies: list[Remedy], *, mend: bool, act: Callable[[], None]) -> None:
    if not mend:
        raise refused(words.refusal(site.name, remedies), hint=words.way_out(site.command, remedies))
    _unlocking(site, act)
    for line in words.done(remedies):
        say(line)


def _pass_remains(site: Site, home: Path, *, mend: bool, told_anyway: bool) -> None:
    from offline.interruption import clear, remains

    found = remains(home)
    if found.alive:
        raise refused(f"another update of {site.name} is running ({'; '.join(found.alive)})", hint="wait for it")
    if not found.is_interrupted:
        return
    if mend:
        clear(found)
    elif not told_anyway:
        raise refused(
            f"an earlier run on {site.name} was killed; nothing was changed now",
            hint=f"`{site.command} --repair` frees the stack and goes on",
        )


def _unlocking(site: Site, act: Callable[[], None]) -> None:
    """`act`, also where a process of this machine was killed with the stack's lock in its hand."""
    from pulumi.automation.errors import CommandError, ConcurrentUpdateError

    try:
        act()
    except ConcurrentUpdateError as error:
        who = state_file.holders(str(error))
        if not who or not all(one.is_gone for one in who):
            names = "; ".join(str(one) for one in who) or "unknown"
            raise refused(
                f"another update of {site.name} holds its lock ({names})",
                hint="wait for it; if nobody is at it there, `pulumi cancel` frees the stack",
            ) from error
        state_file.unlock(site.stack)
        act()
    except CommandError as error:
        message = f"the Pulumi engine did not take the repaired state\n{engine_words(str(error))}"
        raise CommandStopped(message, code=ExitCode.FAILED) from error

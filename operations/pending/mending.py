"""Finds what an interrupted run left behind, and repairs it."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from operations.engine.plan import name_of, short_type
from operations.errors import refused
from operations.pending import adopting, state_file, words
from operations.pending.deciding import Remedy, Way, leftover, remedy_of
from operations.pending.finding import Cloud, Wanted
from operations.pending.identities import identity_of
from operations.pending.operation import Deployment, Pending, pending_in

if TYPE_CHECKING:
    from pulumi.automation import EngineEvent, Stack

_CREATES = frozenset({"create", "create-replacement"})


class Creations:
    """Listens to a preview for what it would create; `mfcloud` asks the cloud whether it stands already."""

    def __init__(self) -> None:
        self.found: dict[str, Mapping[str, Any]] = {}
        """URN → the state's record as it would be, without inputs: they come from the cloud."""
        self.inputs: dict[str, Mapping[str, Any]] = {}

    def of(self, operation: Callable[..., object]) -> Callable[..., object]:
        """The same operation, overheard."""

        def overheard(*, on_event: Callable[["EngineEvent"], None], **switches: Any) -> object:
            def both(event: "EngineEvent") -> None:
                self._hear(event)
                on_event(event)

            return operation(on_event=both, **switches)

        return overheard

    def _hear(self, event: "EngineEvent") -> None:
        happening = event.resource_pre_event
        if happening is None or happening.metadata.op.value not in _CREATES or happening.metadata.new is None:
            return
        new = happening.metadata.new
        if not new.custom:
            return
        self.inputs[new.urn] = dict(new.inputs or {})
        self.found[new.urn] = {
            "urn": new.urn,
            "type": new.type,
            "parent": new.parent,
            "provider": new.provider,
            **({"protect": True} if new.protect else {}),
        }


def remedies_for_pending(deployment: Deployment, cloud: Cloud) -> list[Remedy]:
    """For each operation that the state calls pending."""
    return [_remedy(one, deployment, cloud) for one in pending_in(deployment)]


def remedies_for_leftovers(creations: Creations, deployment: Deployment, cloud: Cloud) -> list[Remedy]:
    """For each resource that is about to be made although the cloud has it."""
    made = {one["urn"] for one in deployment.get("resources") or () if one.get("custom")}
    found: list[Remedy] = []
    for urn, record in creations.found.items():
        identity = identity_of(str(record["type"]))
        if identity is None or not (identity.id or identity.label or identity.among):
            continue
        wanted = Wanted(
            urn=urn,
            type=str(record["type"]),
            name=name_of(urn),
            inputs=creations.inputs[urn],
            identity=identity,
            recorded=False,
        )
        about = f"{short_type(wanted.type)} {wanted.name}"
        one = leftover(wanted, about, cloud.find(wanted), deployment, record)
        # A replacement that keeps its name waits until the old one is gone; what stands under that name is the old one.
        if one is not None and not (urn in made and one.found is None):
            found.append(one)
    return found


def repair(stack: "Stack", deployment: Deployment, remedies: list[Remedy]) -> None:
    """Write what stands into the state and what does not out of it; then read from the cloud what they look like."""
    unsure = [one for one in remedies if one.way is Way.ASK]
    if unsure:
        raise refused(words.undecided(unsure), hint=words.BY_HAND)
    state_file.write(stack, adopting.settled(deployment, remedies))
    urns = adopting.read_again(remedies)
    if urns:
        stack.refresh(target=urns, color="never", suppress_progress=True)
    whole = [one.urn for one in remedies if one.way is Way.ADOPT and not one.record.get("inputs")]
    if whole:
        after = state_file.read(stack)
        named = adopting.with_made_up_names(after, whole)
        if named != after:
            state_file.write(stack, named)


def _remedy(pending: Pending, deployment: Deployment, cloud: Cloud) -> Remedy:
    identity = identity_of(pending.type)
    if identity is None:
        return remedy_of(pending, None, [], deployment)
    wanted = Wanted(
        urn=pending.urn,
        type=pending.type,
        name=pending.name,
        inputs=pending.inputs,
        identity=identity,
        recorded=True,
    )
    return remedy_of(pending, wanted, cloud.find(wanted), deployment)

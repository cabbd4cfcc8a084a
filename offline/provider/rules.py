"""What `Check` refuses. A rule sees one resource's inputs and yields its objections; `RULES` is all of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from offline.provider import naming
from offline.provider.catalog import ResourceType
from offline.provider.naming import Refusal
from offline.provider.rules_across import judging
from offline.provider.schema import rule
from offline.provider.store import Store
from offline.provider.wire import Value


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """One resource as the program wants it, named. `cloud` is what exists already."""

    type: ResourceType
    urn: str
    region: str
    inputs: Mapping[str, Value]
    cloud: Store


Rule: TypeAlias = Callable[[Proposal], Iterator[Refusal]]


def name_fits(proposal: Proposal) -> Iterator[Refusal]:
    """AWS's name lengths count Pulumi's suffix too."""
    yield from naming.refusals(proposal.type, proposal.inputs)


def schema_allows(proposal: Proposal) -> Iterator[Refusal]:
    """AWS's published rules, and the provider's own classes. A name that is refused already is not refused again."""
    refused = {one.property for one in name_fits(proposal)}
    for refusal in rule.refusals(proposal.type.token, proposal.inputs):
        if refusal.property not in refused:
            yield refusal


def fits_by_itself(proposal: Proposal) -> Iterator[Refusal]:
    """What the rules across resources can tell without any neighbour: schedules, windows, quotas within one."""
    subject = judging.Subject(type=proposal.type, urn=proposal.urn, region=proposal.region)
    yield from judging.by_itself(subject, proposal.inputs)


RULES: Final[tuple[Rule, ...]] = (name_fits, schema_allows, fits_by_itself)


def refusals(proposal: Proposal) -> list[Refusal]:
    """Every objection to the proposal, in the rules' order."""
    return [refusal for rule in RULES for refusal in rule(proposal)]

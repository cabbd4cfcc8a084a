"""Where each subnet lies within the network: arithmetic only, so that the same settings always give the same addresses.

A subnet's place follows from its zone's letter, not from its position in the list: adding, removing or reordering zones
never moves a subnet that stays. AWS cannot change a subnet's range: it would be replaced, with all that is in it.
"""

from collections.abc import Iterable
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network

ZONE_SLOTS = "abcdefgh"
"""Zone letters that have a place in each tier; AWS names its zones `a` to `f`."""


class Tier(StrEnum):
    """What a subnet can reach."""

    PUBLIC = "public"
    """The internet, both ways: load balancer and NAT gateways."""
    PRIVATE = "private"
    """The internet, outwards through a NAT gateway: tasks."""
    ISOLATED = "isolated"
    """Nothing outside the network: the database."""


def subnet_cidrs(network_cidr: str, zones: Iterable[str]) -> dict[Tier, dict[str, str]]:
    """IPv4 range per tier and zone letter.

    Private subnets share the first half, because every task takes an address and a deployment doubles them; public and
    isolated ones share a quarter each. A /16 gives /20 and twice /21, a /20 gives /24 (251 tasks a zone) and twice /25.
    """
    first_half, second_half = IPv4Network(network_cidr).subnets(prefixlen_diff=1)
    third_quarter, last_quarter = second_half.subnets(prefixlen_diff=1)
    blocks = {Tier.PUBLIC: third_quarter, Tier.PRIVATE: first_half, Tier.ISOLATED: last_quarter}
    slots = {tier: list(block.subnets(prefixlen_diff=3)) for tier, block in blocks.items()}
    letters = list(zones)
    return {tier: {zone: str(ranges[ZONE_SLOTS.index(zone)]) for zone in letters} for tier, ranges in slots.items()}


def ipv6_cidr(network_cidr: str, zone: str) -> str:
    """The /64 of a zone's public subnet within the /56 that AWS gives the network."""
    return str(list(IPv6Network(network_cidr).subnets(new_prefix=64))[ZONE_SLOTS.index(zone)])

from ipaddress import IPv4Network, IPv6Network
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.subnets import Tier, ipv6_cidr, subnet_cidrs


@st.composite
def networks(draw):
    """Every private range that the settings accept: /16 to /20."""
    length = draw(st.integers(16, 20))
    outer = draw(st.sampled_from(("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
    room = 2 ** (length - IPv4Network(outer).prefixlen)
    place = draw(st.integers(0, room - 1))
    return str(IPv4Network((int(IPv4Network(outer).network_address) + place * 2 ** (32 - length), length)))


zone_lists = st.lists(st.sampled_from("abcdef"), min_size=2, max_size=4, unique=True)


def all_ranges(cidr, zones):
    return [IPv4Network(one) for by_zone in subnet_cidrs(cidr, zones).values() for one in by_zone.values()]


@given(cidr=networks(), zones=zone_lists)
def test_subnets_lie_in_the_network_and_never_overlap(cidr, zones):
    ranges = all_ranges(cidr, zones)
    assert len(ranges) == 3 * len(zones)
    assert all(one.subnet_of(IPv4Network(cidr)) for one in ranges)
    assert not any(one.overlaps(other) for one, other in combinations(ranges, 2))


@given(cidr=networks(), zones=zone_lists)
def test_the_subnets_of_a_tier_have_the_same_size(cidr, zones):
    for by_zone in subnet_cidrs(cidr, zones).values():
        assert len({IPv4Network(one).prefixlen for one in by_zone.values()}) == 1


@given(cidr=networks(), zones=zone_lists, data=st.data())
def test_a_subnet_stays_where_it_is_when_zones_are_added_removed_or_reordered(cidr, zones, data):
    others = data.draw(st.permutations(zones)) + data.draw(st.lists(st.sampled_from("abcdef"), max_size=2))
    kept = data.draw(st.lists(st.sampled_from(zones), min_size=1, unique=True))
    before, after = subnet_cidrs(cidr, zones), subnet_cidrs(cidr, dict.fromkeys(others))
    fewer = subnet_cidrs(cidr, kept)
    for tier in Tier:
        assert all(after[tier][zone] == before[tier][zone] for zone in zones)
        assert all(fewer[tier][zone] == before[tier][zone] for zone in kept)


@given(cidr=networks(), zones=zone_lists)
def test_zones_keep_the_order_of_the_settings(cidr, zones):
    assert all(list(by_zone) == zones for by_zone in subnet_cidrs(cidr, zones).values())


def test_the_smallest_network_has_room_for_251_tasks_in_each_zone():
    private = IPv4Network(subnet_cidrs("10.20.0.0/20", ("a", "b"))[Tier.PRIVATE]["b"])
    assert private.num_addresses - 5 == 251  # AWS keeps five addresses of each subnet


@pytest.mark.parametrize(
    ("tier", "expected"),
    [
        (Tier.PRIVATE, {"a": "10.20.0.0/20", "c": "10.20.32.0/20"}),
        (Tier.PUBLIC, {"a": "10.20.128.0/21", "c": "10.20.144.0/21"}),
        (Tier.ISOLATED, {"a": "10.20.192.0/21", "c": "10.20.208.0/21"}),
    ],
)
def test_the_default_network_is_divided_as_it_always_was(tier, expected):
    assert subnet_cidrs("10.20.0.0/16", ("a", "c"))[tier] == expected


@given(block=st.integers(0, 2**56 - 1), zones=zone_lists)
def test_ipv6_ranges_lie_in_the_network_and_differ_by_zone(block, zones):
    whole = IPv6Network((block << 72, 56))
    ranges = {ipv6_cidr(str(whole), zone) for zone in zones}
    assert len(ranges) == len(zones)
    assert all(IPv6Network(one).subnet_of(whole) and IPv6Network(one).prefixlen == 64 for one in ranges)
